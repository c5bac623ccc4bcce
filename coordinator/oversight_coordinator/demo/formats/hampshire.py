"""Hampshire: a data mart copied from Mosaic into SQLite, read through views."""

from __future__ import annotations

from oversight_coordinator.demo.formats.made_up import (
    born,
    child_name,
    made,
    note,
    team_name,
    worker_mail,
)
from oversight_coordinator.demo.formats.systems import MOSAIC
from oversight_coordinator.demo.layouts import Book, Database, Extra, Sheet

PECULIAR = (
    "A data mart in SQLite whose views hide deleted rows; days as 20260704; no grade is the word"
    " NULL; audits in a workbook with a cover sheet, sheets of other years and title rows."
)

SYSTEM = MOSAIC.used(
    {"child": "H0", "worker": "HC", "team": "0", "event": "9", "referral": "4", "audit": "HQ"},
    date_format="%Y%m%d",
)
_FILE = "childrens_mart.db"
_PLACES = "CHILD_RECORD|STAFF_RECORD|CHILD_AND_STAFF|NOWHERE|NOT_KNOWN"
_ANSWERS = "YES|NO|DK"
_GRADES = "OUTSTANDING|GOOD|RI|INADEQUATE|NULL"
_BOOK = Book(
    "Thematic and case audits.xlsx",
    (
        Extra("Cover", (("Audit programme (synthetic)",), ("Owner", "Example team"))),
        Extra("2025", (("Ref", "Grade"), ("HQ-old", "GOOD"))),
        Extra("Codes", (("GOOD", 2), ("RI", 3)), hidden=True, last=True),
    ),
)
_JUDGED = "OUTSTANDING|GOOD|RI|INADEQUATE|NONE"

LAYOUTS = (
    SYSTEM.table(
        "team",
        Database(_FILE, "dm_team"),
        ("team_sk", "team_id"),
        team_name("team_label"),
        ("team_parent_sk", "parent_id"),
        (
            "team_service",
            "service",
            "CRT|REFERRAL_ASSESSMENT|CAST|DISABILITY|CHILDREN_IN_CARE|CARE_LEAVERS|HYOT|SUPPORT",
        ),
    ),
    SYSTEM.table(
        "worker",
        Database(_FILE, "dm_worker_post_current", view_of="dm_worker_post"),
        ("worker_sk", "worker_id"),
        worker_mail("worker_upn"),
        ("org_role", "role"),
        ("agency_worker", "agency"),
        ("fte30", "fte"),
        ("cfkss_status", "kss"),
        ("post_from_dt", "role_start"),
        ("post_to_dt", "role_end"),
        ("manager_sk", "supervisor_id"),
        ("post_team_sk", "team_id"),
    ),
    SYSTEM.table(
        "allocation",
        Database(_FILE, "dm_worker_rel_current", view_of="dm_worker_rel"),
        ("person_sk", "child_id"),
        child_name("person_label", "CHILD {} EXAMPLE"),
        born("birth_dt", "%Y%m%d"),
        ("rel_worker_sk", "worker_id"),
        ("rel_team_sk", "team_id"),
        ("rel_type", "role", "ALLOCATED|COWORKER|SUPPORT|OTHER_REL"),
        ("rel_from_dt", "start"),
        ("rel_to_dt", "end"),
        ("rel_end_reason", "change_reason", "CASE_CLOSED|TEAM_MOVE|WORKER_MOVE|OTHER_END"),
    ),
    SYSTEM.table(
        "oversight_event",
        Database(_FILE, "dm_supervision_current", view_of="dm_supervision"),
        ("form_sk", "event_id"),
        ("subject_sk", "child_id"),
        ("supervised_sk", "worker_id"),
        ("supervising_sk", "supervisor_id"),
        ("supervised_dt", "held_date"),
        ("completed_dt", "recorded_date"),
        ("authorised_dt", "authorised_date"),
        ("form_type", "type", "CASE_SUP|PERS_SUP|JOINT_SUP|GROUP_SUP|MANAGER_DECISION"),
        ("part1_where", "part1_location", _PLACES),
        ("part2_where", "part2_location", _PLACES),
        ("part1_reflective", "reflects_family", _ANSWERS),
        ("part2_reflective", "reflects_practitioner", _ANSWERS),
        ("actions_flag", "actions_set", _ANSWERS),
        ("collected_by", "evidence", "FORM|SAMPLE|QUESTIONNAIRE"),
        note("summary_txt", "event_id", "Synthetic summary", "Synthetic: see record"),
    ),
    SYSTEM.table(
        "episode",
        Database(_FILE, "dm_referral"),
        ("referral_sk", "referral_id"),
        ("ref_person_sk", "child_id"),
        ("received_dt", "referral_date"),
        ("source_cd", "source"),
        ("need_cd", "need"),
        ("nfa_ind", "nfa"),
        ("closed_dt", "close_date"),
        ("closed_reason_cd", "reason"),
    ),
    SYSTEM.table(
        "plan",
        Database(_FILE, "dm_plan"),
        ("plan_person_sk", "child_id"),
        ("plan_type_cd", "type", "CIN|CP|CLA|CL"),
        ("plan_from_dt", "start"),
        ("plan_to_dt", "end"),
        ("abuse_cd", "abuse_category"),
        ("prior_cp_cnt", "previous_cpp"),
    ),
    SYSTEM.table(
        "standard",
        Sheet(_BOOK, "Policy", ("Frequency of supervision", "Agreed by Example Board", "")),
        ("Applies to", "cohort", "All|CiN|CP|CLA|CL|Workforce"),
        ("Not later than (days)", "max_interval_days"),
        ("Effective", "policy_date"),
        date_format="%Y-%m-%d",
    ),
    SYSTEM.table(
        "audit",
        Sheet(_BOOK, "2026", ("Audits 2026", "", "One row for each audit")),
        ("HQ ref", "audit_id"),
        ("Person SK", "child_id"),
        made("Auditor name", "audit_id", lambda number: f"Example Auditor {int(number) % 11}"),
        ("Month planned for", "planned_date"),
        ("Completed on", "audit_date"),
        ("Programme", "type", "CASE|SUPERVISION|THEME"),
        ("Practice grade", "overall_grade", _GRADES),
        ("Management grade", "oversight_grade", _GRADES),
        ("Was moderated", "moderated", "YES|NO"),
        ("Moderator's grade", "moderated_grade", _GRADES),
        ("Remedy by", "action_due"),
        ("Remedied on", "action_closed"),
        date_format="%Y-%m-%d",
    ),
    SYSTEM.table(
        "survey_response",
        Database(_FILE, "dm_survey_answer"),
        ("answer_person_sk", "respondent_id"),
        ("round_opened_dt", "wave"),
        ("question_cd", "question_id"),
        ("answer_no", "response"),
        ("answer_role", "role"),
        ("answer_team_sk", "team_id"),
    ),
    SYSTEM.table(
        "theme",
        Database(_FILE, "dm_theme"),
        ("session_sk", "session_id"),
        ("session_type", "kind", "FOCUS_GROUP|SURVEY_COMMENT"),
        ("theme_cd", "theme_code"),
        ("mention_cnt", "mentions"),
    ),
    SYSTEM.table(
        "inspection",
        Sheet(_BOOK, "Inspections", ("Inspections since 2023",)),
        (
            "Inspected under",
            "framework",
            "ILACS full|ILACS focused|ILACS monitoring|JTAI visit|HMIP visit",
        ),
        ("Inspected to", "date"),
        ("Overall judgement", "overall", _JUDGED),
        ("Leaders judgement", "leadership", _JUDGED),
        ("Help judgement", "help_and_protection", _JUDGED),
        ("Care judgement", "in_care", _JUDGED),
        ("Leavers judgement", "care_leavers", _JUDGED),
        ("Published?", "public", "YES|NO"),
        date_format="%Y-%m-%d",
    ),
)
