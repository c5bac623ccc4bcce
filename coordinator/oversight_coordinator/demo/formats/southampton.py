"""Southampton: PARIS's nightly unload, separated by carets."""

from __future__ import annotations

from oversight_coordinator.demo.formats.made_up import (
    born,
    child_name,
    note,
    same,
    team_name,
    worker_name,
)
from oversight_coordinator.demo.formats.systems import PARIS
from oversight_coordinator.demo.layouts import Book, Extra, Sheet

PECULIAR = (
    "Carets; days as 2026/07/04; letters for services and places; a column of the unload's own in"
    " every file; the audits' header is in row 6 of the second visible sheet."
)

SYSTEM = PARIS.used(
    {"child": "SN", "worker": "HR00", "team": "L", "event": "CAS", "referral": "RFR", "audit": "Z"},
    date_format="%Y/%m/%d",
    delimiter="^",
)
_PLACES = "F|S|B|N|U"
_GRADES = "Out|Goo|RIm|Ina|Non"
_BOOK = Book(
    "Quality audits.xlsx",
    (
        Extra("Dashboard", (("Audits in total", 12), ("Good", 5))),
        Extra("tmp", ((1, 2, 3),), hidden=True, last=True),
    ),
)
_ABOVE = ("Quality audits", "Southampton (synthetic)", "", "Grades as agreed by Example Board", "")

LAYOUTS = (
    SYSTEM.table(
        "team",
        SYSTEM.file("P_LOCATION.unl"),
        ("LOC_NO", "team_id"),
        team_name("LOC_DESC"),
        ("LOC_PARENT_NO", "parent_id"),
        ("LOC_SERV", "service", "A|B|C|D|E|F|G|Z"),
        same("UNLOAD_RUN", "team_id", "20261031"),
    ),
    SYSTEM.table(
        "worker",
        SYSTEM.file("P_STAFF.unl"),
        ("STF_NO", "worker_id"),
        worker_name("STF_DESC"),
        ("STF_GRADE", "role", "G14|G13|G12|G11|G10|G09"),
        ("STF_BANK", "agency", "PERM|BANK"),
        ("STF_WTE", "fte"),
        ("STF_KSS", "kss"),
        ("STF_START", "role_start"),
        ("STF_END", "role_end"),
        ("STF_MGR_NO", "supervisor_id"),
        ("STF_LOC_NO", "team_id"),
        same("UNLOAD_RUN", "worker_id", "20261031"),
    ),
    SYSTEM.table(
        "allocation",
        SYSTEM.file("P_ALLOC.unl"),
        ("CLI_NO", "child_id"),
        child_name("CLI_DESC"),
        born("CLI_DOB", "%Y/%m/%d"),
        ("ALL_STF_NO", "worker_id"),
        ("ALL_LOC_NO", "team_id"),
        ("ALL_ROLE", "role", "K|J|S|X"),
        ("ALL_START", "start"),
        ("ALL_END", "end"),
        ("ALL_END_CODE", "change_reason", "CLO|TRA|LEA|OTH"),
        same("UNLOAD_RUN", "child_id", "20261031"),
    ),
    SYSTEM.table(
        "oversight_event",
        SYSTEM.file("P_CASENOTE_SUPV.unl"),
        ("CNT_NO", "event_id"),
        ("CLI_NO", "child_id"),
        ("CNT_STF_NO", "worker_id"),
        ("CNT_MGR_NO", "supervisor_id"),
        ("CNT_DATE", "held_date"),
        ("CNT_ENTERED", "recorded_date"),
        ("CNT_APPROVED", "authorised_date"),
        ("CNT_CODE", "type", "CSUP|PSUP|XSUP|GSUP|MDEC"),
        ("CNT_P1", "part1_location", _PLACES),
        ("CNT_P2", "part2_location", _PLACES),
        ("CNT_P1_REFL", "reflects_family", "+|-|"),
        ("CNT_P2_REFL", "reflects_practitioner", "+|-|"),
        ("CNT_ACTN", "actions_set", "+|-|"),
        note("CNT_TEXT", "event_id", "Synthetic ^ caret", "Synthetic"),
        ("CNT_SRC", "evidence", "CN|QA|SV"),
        same("UNLOAD_RUN", "event_id", "20261031"),
    ),
    SYSTEM.table(
        "episode",
        SYSTEM.file("P_REFERRAL.unl"),
        ("RFR_NO", "referral_id"),
        ("CLI_NO", "child_id"),
        ("RFR_DATE", "referral_date"),
        ("RFR_SRC", "source"),
        ("RFR_NEED", "need"),
        ("RFR_NFA", "nfa", "-|+"),
        ("RFR_END", "close_date"),
        ("RFR_END_CODE", "reason"),
        same("UNLOAD_RUN", "referral_id", "20261031"),
    ),
    SYSTEM.table(
        "plan",
        SYSTEM.file("P_PLAN.unl"),
        ("CLI_NO", "child_id"),
        ("PLN_CODE", "type", "CINP|CPRP|CLAP|CLVP"),
        ("PLN_START", "start"),
        ("PLN_END", "end"),
        ("PLN_ABUSE", "abuse_category"),
        ("PLN_PREV", "previous_cpp"),
        same("UNLOAD_RUN", "child_id", "20261031"),
    ),
    SYSTEM.table(
        "standard",
        SYSTEM.file("P_POLICY.unl"),
        ("POL_COHORT", "cohort", "_|CINP|CPRP|CLAP|CLVP|STF"),
        ("POL_MAX", "max_interval_days"),
        ("POL_START", "policy_date"),
    ),
    SYSTEM.table(
        "audit",
        Sheet(_BOOK, "Audits", _ABOVE),
        ("Audit number", "audit_id"),
        ("PARIS number", "child_id"),
        ("Planned for", "planned_date"),
        ("Carried out", "audit_date"),
        ("Scope", "type", "Whole file|Supervision record|Theme of the month"),
        ("Grade (overall)", "overall_grade", _GRADES),
        ("Grade (management oversight)", "oversight_grade", _GRADES),
        ("Moderated by panel", "moderated", "panel|no panel"),
        ("Grade (panel)", "moderated_grade", _GRADES),
        ("Actions for", "action_due"),
        ("Actions signed off", "action_closed"),
        date_format="%Y-%m-%d",
    ),
    SYSTEM.table(
        "survey_response",
        SYSTEM.file("P_SURVEY.unl"),
        ("SRV_RSP", "respondent_id"),
        ("SRV_OPEN", "wave"),
        ("SRV_QST", "question_id"),
        ("SRV_ANS", "response", "SD|D|N|A|SA"),
        ("SRV_GRADE", "role", "G14|G13|G12|G11|G10|G09"),
        ("SRV_LOC_NO", "team_id"),
        same("UNLOAD_RUN", "respondent_id", "20261031"),
    ),
    SYSTEM.table(
        "theme",
        SYSTEM.file("P_THEME.unl"),
        ("THM_SES", "session_id"),
        ("THM_KIND", "kind", "G|T"),
        ("THM_CODE", "theme_code"),
        ("THM_COUNT", "mentions"),
    ),
)
