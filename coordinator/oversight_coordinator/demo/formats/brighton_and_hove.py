"""Brighton and Hove: columns of Eclipse's database with short codes, separated by bars."""

from __future__ import annotations

from oversight_coordinator.demo.formats.made_up import (
    born,
    child_name,
    note,
    team_name,
    worker_name,
)
from oversight_coordinator.demo.formats.systems import ECLIPSE

PECULIAR = (
    "Bars; 05-Apr-2026; short codes of letters; notes with bars, line ends and dashes in them;"
    " grades count down from 4; a plan has its last day; the survey is a row for each answer."
)

SYSTEM = ECLIPSE.used(
    {"child": "c-", "worker": "w", "team": "OU", "event": "E", "referral": "R-", "audit": "AUD"},
    date_format="%d-%b-%Y",
    delimiter="|",
)
_PLACES = "CF|SR|CF+SR|NR|NK"
_GRADES = "4|3|2|1|0"

LAYOUTS = (
    SYSTEM.table(
        "team",
        SYSTEM.file("org_units.csv"),
        ("ORG_ID", "team_id"),
        ("ORG_PARENT", "parent_id"),
        team_name("ORG_NAME"),
        ("ORG_SERVICE", "service", "FD|AS|CICP|DC|CIC|CL|YJ|OT"),
    ),
    SYSTEM.table(
        "worker",
        SYSTEM.file("workers.csv"),
        ("WKR_ID", "worker_id"),
        worker_name("WKR_NAME"),
        ("ORG_ROLE", "role"),
        ("AGENCY", "agency"),
        ("WTE", "fte"),
        ("KSS_STATUS", "kss"),
        ("ROLE_FROM", "role_start"),
        ("ROLE_TO", "role_end"),
        ("SUPERVISOR_ID", "supervisor_id"),
        ("ORG_ID", "team_id"),
    ),
    SYSTEM.table(
        "allocation",
        SYSTEM.file("case_workers.csv"),
        ("CHI_ID", "child_id"),
        child_name("CHI_NAME"),
        born("CHI_DOB"),
        ("WKR_ID", "worker_id"),
        ("ORG_ID", "team_id"),
        ("ROLE", "role", "CH|CW|FS|OT"),
        ("FROM_DATE", "start"),
        ("TO_DATE", "end"),
        ("END_REASON", "change_reason", "C|T|L|O"),
    ),
    SYSTEM.table(
        "oversight_event",
        SYSTEM.file("supervision_events.csv"),
        ("EVT_ID", "event_id"),
        ("CHI_ID", "child_id"),
        ("WKR_ID", "worker_id"),
        ("SUPERVISOR_ID", "supervisor_id"),
        ("EVT_DATE", "held_date"),
        ("REC_DATE", "recorded_date"),
        ("AUTH_DATE", "authorised_date"),
        ("EVT_TYPE", "type", "C|P|CP|G|MD"),
        ("P1_LOC", "part1_location", _PLACES),
        ("P2_LOC", "part2_location", _PLACES),
        ("P1_REFL", "reflects_family"),
        ("P2_REFL", "reflects_practitioner"),
        ("ACTIONS_YN", "actions_set"),
        ("HOW_KNOWN", "evidence", "F|A|S"),
        note(
            "NARRATIVE",
            "event_id",
            "Synthetic note: plan | contact | visit",
            "Synthetic note: agreed\nand signed",
            "Synthetic note – none",
        ),
    ),
    SYSTEM.table(
        "episode",
        SYSTEM.file("referrals.csv"),
        ("REF_ID", "referral_id"),
        ("CHI_ID", "child_id"),
        ("REF_DATE", "referral_date"),
        ("REF_SOURCE", "source"),
        ("REF_NEED", "need"),
        ("REF_NFA", "nfa"),
        ("REF_CLOSED", "close_date"),
        ("REF_REASON", "reason"),
    ),
    SYSTEM.table(
        "plan",
        SYSTEM.file("plans.csv"),
        ("CHI_ID", "child_id"),
        ("PLAN_CODE", "type", "IN|PR|LA|LV"),
        ("PLAN_FROM", "start"),
        ("PLAN_LAST_DAY", "end", {"inside": True}),
        ("CPP_CATEGORY", "abuse_category"),
        ("CPP_BEFORE", "previous_cpp"),
    ),
    SYSTEM.table(
        "standard",
        SYSTEM.file("supervision_policy.csv"),
        ("POL_FOR", "cohort", "ALL|IN|PR|LA|LV|WKR"),
        ("POL_DAYS", "max_interval_days"),
        ("POL_FROM", "policy_date"),
    ),
    SYSTEM.table(
        "audit",
        SYSTEM.file("qa_audits.csv"),
        ("AUD_ID", "audit_id"),
        ("CHI_ID", "child_id"),
        ("AUD_PLANNED", "planned_date"),
        ("AUD_DONE", "audit_date"),
        ("AUD_TYPE", "type", "CFA|SUP|THM"),
        ("AUD_GRADE", "overall_grade", _GRADES),
        ("AUD_OVERSIGHT", "oversight_grade", _GRADES),
        ("AUD_MODERATED", "moderated"),
        ("AUD_MOD_GRADE", "moderated_grade", _GRADES),
        ("ACT_DUE", "action_due"),
        ("ACT_CLOSED", "action_closed"),
    ),
    SYSTEM.table(
        "survey_response",
        SYSTEM.file("survey_long.csv"),
        ("RSP_ID", "respondent_id"),
        ("RSP_ROUND", "wave"),
        ("QST_ID", "question_id"),
        ("RSP_VALUE", "response"),
        ("RSP_ROLE", "role"),
        ("RSP_ORG", "team_id"),
    ),
    SYSTEM.table(
        "theme",
        SYSTEM.file("themes.csv"),
        ("SES_ID", "session_id"),
        ("SES_KIND", "kind", "FG|FT"),
        ("THM_CODE", "theme_code"),
        ("THM_N", "mentions"),
    ),
    SYSTEM.table(
        "inspection",
        SYSTEM.file("inspections.csv"),
        ("INS_FRAME", "framework", "IL|FV|MV|JT|HM"),
        ("INS_DATE", "date"),
        ("INS_OVERALL", "overall", _GRADES),
        ("INS_LEAD", "leadership", _GRADES),
        ("INS_HELP", "help_and_protection", _GRADES),
        ("INS_CARE", "in_care", _GRADES),
        ("INS_LEAVE", "care_leavers", _GRADES),
        ("INS_PUBLIC", "public", "Y|N"),
    ),
)
