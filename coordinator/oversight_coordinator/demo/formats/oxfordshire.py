"""Oxfordshire: Mosaic's tables unloaded from Oracle, every code a number."""

from __future__ import annotations

from oversight_coordinator.demo.formats.made_up import (
    born,
    child_name,
    note,
    team_name,
    worker_name,
)
from oversight_coordinator.demo.formats.systems import MOSAIC

PECULIAR = (
    "Bars in the Windows code page; days as 20260704; codes are numbers throughout; identifiers"
    " with leading zeros; grades count up from 1."
)

SYSTEM = MOSAIC.used(
    {
        "child": "000",
        "worker": "0070",
        "team": "00",
        "event": "0005",
        "referral": "0009",
        "audit": "0003",
    },
    date_format="%Y%m%d",
    encoding="cp1252",
    newline="\r\n",
)
_PLACES = "11|12|13|14|19"
_GRADES = "1|2|3|4|9"

LAYOUTS = (
    SYSTEM.table(
        "team",
        SYSTEM.file("MO_ORGANISATIONS.dat"),
        ("ORGANISATION_ID", "team_id"),
        team_name("ORGANISATION_NAME"),
        ("PARENT_ORGANISATION_ID", "parent_id"),
        ("ORGANISATION_SECTOR", "service", "1|2|3|4|5|6|7|8"),
    ),
    SYSTEM.table(
        "worker",
        SYSTEM.file("MO_WORKERS.dat"),
        ("WORKER_ID", "worker_id"),
        worker_name("FULL_NAME", "Worker {} Éxample"),
        ("WORKER_ROLE", "role", "10|20|30|40|50|60"),
        ("IS_AGENCY", "agency", "2|1"),
        ("WORKER_FTE", "fte"),
        ("WORKER_KSS", "kss", "101|102|103|104"),
        ("ROLE_START_DATE", "role_start"),
        ("ROLE_END_DATE", "role_end"),
        ("MANAGER_WORKER_ID", "supervisor_id"),
        ("ORGANISATION_ID", "team_id"),
    ),
    SYSTEM.table(
        "allocation",
        SYSTEM.file("MO_SUBJECT_WORKERS.dat"),
        ("SUBJECT_ID", "child_id"),
        child_name("SUBJECT_NAME"),
        born("SUBJECT_DOB", "%Y%m%d"),
        ("WORKER_ID", "worker_id"),
        ("ORGANISATION_ID", "team_id"),
        ("RELATIONSHIP_TYPE", "role", "1|2|3|9"),
        ("START_DATE", "start"),
        ("END_DATE", "end"),
        ("END_REASON_CODE", "change_reason", "21|22|23|29"),
    ),
    SYSTEM.table(
        "oversight_event",
        SYSTEM.file("MO_SUPERVISIONS.dat"),
        ("WORKFLOW_ID", "event_id"),
        ("SUBJECT_ID", "child_id"),
        ("WORKER_ID", "worker_id"),
        ("SUPERVISOR_WORKER_ID", "supervisor_id"),
        ("SUPERVISION_DATE", "held_date"),
        ("COMPLETION_DATE", "recorded_date"),
        ("AUTHORISATION_DATE", "authorised_date"),
        ("SUPERVISION_TYPE", "type", "31|32|33|34|35"),
        ("PART_1_CODE", "part1_location", _PLACES),
        ("PART_2_CODE", "part2_location", _PLACES),
        ("PART_1_QUALITY", "reflects_family", "1|2|9"),
        ("PART_2_QUALITY", "reflects_practitioner", "1|2|9"),
        ("ACTIONS_CODE", "actions_set", "1|2|9"),
        ("ORIGIN_CODE", "evidence", "1|2|3"),
        note("COMMENTS", "event_id", "Synthetic: a|b", "Synthetic: £5 fare", "Synthetic"),
    ),
    SYSTEM.table(
        "episode",
        SYSTEM.file("MO_REFERRALS.dat"),
        ("REFERRAL_ID", "referral_id"),
        ("SUBJECT_ID", "child_id"),
        ("REFERRAL_DATE", "referral_date"),
        ("SOURCE_CODE", "source"),
        ("NEED_CODE", "need"),
        ("NFA_CODE", "nfa", "2|1"),
        ("CLOSURE_DATE", "close_date"),
        ("CLOSURE_CODE", "reason"),
    ),
    SYSTEM.table(
        "plan",
        SYSTEM.file("MO_PLANS.dat"),
        ("SUBJECT_ID", "child_id"),
        ("PLAN_TYPE", "type", "51|52|53|54"),
        ("PLAN_START_DATE", "start"),
        ("PLAN_END_DATE", "end"),
        ("CATEGORY_CODE", "abuse_category", "61|62|63|64|65"),
        ("PREVIOUS_PLANS", "previous_cpp"),
    ),
    SYSTEM.table(
        "standard",
        SYSTEM.file("POLICY.dat"),
        ("COHORT", "cohort", "50|51|52|53|54|59"),
        ("MAX_DAYS", "max_interval_days"),
        ("FROM_DATE", "policy_date"),
    ),
    SYSTEM.table(
        "audit",
        SYSTEM.file("AUDITS.dat"),
        ("AUDIT_ID", "audit_id"),
        ("SUBJECT_ID", "child_id"),
        ("PLANNED_DATE", "planned_date"),
        ("AUDIT_DATE", "audit_date"),
        ("AUDIT_TYPE", "type", "71|72|73"),
        ("OVERALL_GRADE", "overall_grade", _GRADES),
        ("OVERSIGHT_GRADE", "oversight_grade", _GRADES),
        ("MODERATED", "moderated", "1|2"),
        ("MODERATED_GRADE", "moderated_grade", _GRADES),
        ("ACTION_DUE_DATE", "action_due"),
        ("ACTION_CLOSED_DATE", "action_closed"),
    ),
    SYSTEM.table(
        "survey_response",
        SYSTEM.file("SURVEY_ANSWERS.dat"),
        ("RESPONDENT_ID", "respondent_id"),
        ("ROUND_DATE", "wave"),
        ("QUESTION_ID", "question_id"),
        ("ANSWER_CODE", "response", "91|92|93|94|95"),
        ("RESPONDENT_ROLE", "role", "10|20|30|40|50|60"),
        ("RESPONDENT_ORGANISATION_ID", "team_id"),
    ),
    SYSTEM.table(
        "theme",
        SYSTEM.file("THEMES.dat"),
        ("SESSION_ID", "session_id"),
        ("SESSION_TYPE", "kind", "1|2"),
        ("THEME_CODE", "theme_code"),
        ("MENTIONS", "mentions"),
    ),
    SYSTEM.table(
        "inspection",
        SYSTEM.file("INSPECTIONS.dat"),
        ("FRAMEWORK_CODE", "framework", "81|82|83|84|85"),
        ("INSPECTION_DATE", "date"),
        ("OVERALL", "overall", _GRADES),
        ("LEADERSHIP", "leadership", _GRADES),
        ("HELP", "help_and_protection", _GRADES),
        ("CARE", "in_care", _GRADES),
        ("LEAVERS", "care_leavers", _GRADES),
        ("PUBLISHED", "public", "1|2"),
    ),
)
