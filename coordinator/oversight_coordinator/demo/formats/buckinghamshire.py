"""Buckinghamshire: Mosaic extracts as Excel's "Unicode text", and audits exported from Forms."""

from __future__ import annotations

from oversight_coordinator.demo.formats.made_up import (
    born,
    child_name,
    forms_head,
    note,
    team_name,
    worker_name,
)
from oversight_coordinator.demo.formats.surveys import asked
from oversight_coordinator.demo.formats.systems import MOSAIC

PECULIAR = (
    "Tabs in UTF-16; days as 04 Jul 2026; answers are 1, 0 and 9; a supervision's place is said"
    " in half a sentence; working time is in per cent; audits and the survey are text exports of"
    " Forms, the audits' answers numbered."
)

SYSTEM = MOSAIC.used(
    {"child": "100", "worker": "WID", "team": "ORG", "event": "FRM", "referral": "WS"},
    date_format="%d %b %Y",
    encoding="utf-16",
    delimiter="\t",
    newline="\r\n",
)
_PLACES = (
    "Yes - on file|No - in supervision notes|Yes - on file and in notes|No - not written up"
    "|Cannot tell"
)
_GRADES = "1. Outstanding|2. Good|3. Requires improvement to be good|4. Inadequate|5. Not graded"
_JUDGED = "OUT|GOOD|RI|INAD|NONE"

LAYOUTS = (
    SYSTEM.table(
        "team",
        SYSTEM.file("DIM_TEAM.txt"),
        ("TEAM_KEY", "team_id"),
        team_name("TEAM_DESCRIPTION"),
        ("PARENT_TEAM_KEY", "parent_id"),
        ("TEAM_FUNCTION", "service", "FRONT|ASMT|SAFEG|CWD|CORP|LEAV|YOT|MISC"),
    ),
    SYSTEM.table(
        "worker",
        SYSTEM.file("DIM_WORKER.txt"),
        ("WORKER_KEY", "worker_id"),
        worker_name("WORKER_NAME"),
        (
            "JOB_TITLE",
            "role",
            "Head of Service|Service Manager|Team Manager|Senior SW|Social Worker|SW (no cases)",
        ),
        ("AGENCY_FLAG", "agency"),
        ("FTE_PERCENT", "fte", {"percent": True}),
        ("KSS_LEVEL", "kss", "ASYE|Practitioner|Supervisor|Leader"),
        ("POST_START", "role_start"),
        ("POST_END", "role_end"),
        ("REPORTS_TO", "supervisor_id"),
        ("POST_TEAM_KEY", "team_id"),
    ),
    SYSTEM.table(
        "allocation",
        SYSTEM.file("FACT_WORKER_RELATIONSHIP.txt"),
        ("SUBJECT_COMPOUND_ID", "child_id"),
        child_name("FULL_NAME", "EXAMPLE, CHILD {}"),
        born("DATE_OF_BIRTH", "%d %b %Y"),
        ("WORKER_KEY", "worker_id"),
        ("TEAM_KEY", "team_id"),
        ("RELATIONSHIP", "role", "REL.ALLOC|REL.COWORK|REL.FSW|REL.OTHER"),
        ("REL_START", "start"),
        ("REL_END", "end"),
        ("REL_END_REASON", "change_reason", "NFA|TRANS|LEFT|OTHER"),
    ),
    SYSTEM.table(
        "oversight_event",
        SYSTEM.file("FACT_SUPERVISION_FORM.txt"),
        ("FORM_INSTANCE_ID", "event_id"),
        ("SUBJECT_COMPOUND_ID", "child_id"),
        ("SUPERVISEE_KEY", "worker_id"),
        ("SUPERVISOR_KEY", "supervisor_id"),
        ("FORM_DATE", "held_date"),
        ("FORM_FINALISED", "recorded_date"),
        ("FORM_AUTHORISED", "authorised_date"),
        ("FORM_TYPE", "type", "SUPV_CASE|SUPV_PERS|SUPV_BOTH|SUPV_GROUP|MGMT_DEC"),
        ("Q1_FAMILY_REFLECTION_WHERE", "part1_location", _PLACES),
        ("Q2_PRACTICE_REFLECTION_WHERE", "part2_location", _PLACES),
        ("Q1_IS_REFLECTIVE", "reflects_family", "1|0|9"),
        ("Q2_IS_REFLECTIVE", "reflects_practitioner", "1|0|9"),
        ("Q3_ACTIONS", "actions_set", "1|0|9"),
        ("DATA_ORIGIN", "evidence", "MOSAIC|QA|POLL"),
        note("FREE_TEXT", "event_id", "Synthetic: naïve “quotes”", "Synthetic: 5 visits", ""),
    ),
    SYSTEM.table(
        "episode",
        SYSTEM.file("FACT_REFERRAL.txt"),
        ("WORKFLOW_STEP_ID", "referral_id"),
        ("SUBJECT_COMPOUND_ID", "child_id"),
        ("STEP_STARTED", "referral_date"),
        ("CIN_SOURCE", "source"),
        ("CIN_NEED", "need"),
        ("CIN_NFA", "nfa"),
        ("CIN_CLOSURE", "close_date"),
        ("CIN_REASON", "reason"),
    ),
    SYSTEM.table(
        "plan",
        SYSTEM.file("FACT_PLAN.txt"),
        ("SUBJECT_COMPOUND_ID", "child_id"),
        ("PLAN_FAMILY", "type", "CINP|CPP|CLAP|PWP"),
        ("VALID_FROM", "start"),
        ("VALID_TO", "end"),
        ("CPP_LATEST_CATEGORY", "abuse_category"),
        ("CPP_PREVIOUS_COUNT", "previous_cpp"),
    ),
    SYSTEM.table(
        "standard",
        SYSTEM.file("REF_POLICY.txt"),
        ("COHORT_CODE", "cohort", "*|CINP|CPP|CLAP|PWP|STAFF"),
        ("INTERVAL_MAX", "max_interval_days"),
        ("IN_FORCE_FROM", "policy_date"),
    ),
    SYSTEM.table(
        "audit",
        SYSTEM.file(
            "Practice learning audit - responses.csv",
            encoding="utf-8-sig",
            delimiter=",",
            quoted=True,
        ),
        ("ID", "audit_id"),
        *forms_head("audit_id", day_first=False),
        ("1. What is the Mosaic number of the child?", "child_id"),
        ("2. When was this learning conversation due to happen?", "planned_date"),
        ("3. When did it happen?", "audit_date"),
        (
            "4. What did you look at?",
            "type",
            "The whole file|Supervision only|This month's theme",
        ),
        ("5. Overall, this practice is …", "overall_grade", _GRADES),
        ("6. Management oversight is …", "oversight_grade", _GRADES),
        ("7. Was it moderated?", "moderated", "It was|It was not"),
        ("8. The moderator's view is …", "moderated_grade", _GRADES),
        ("9. When should actions be finished?", "action_due"),
        ("10. When were they finished?", "action_closed"),
        date_format="%d/%m/%Y",
    ),
    SYSTEM.survey(
        SYSTEM.file(
            "Supervision survey - responses.csv",
            encoding="utf-8-sig",
            delimiter=",",
            quoted=True,
        ),
        ("ID", "respondent_id"),
        *forms_head("respondent_id", day_first=False),
        ("Survey round starting", "wave"),
        (
            "Which job do you do?",
            "role",
            "Head of service|Service manager|Team manager|Senior social worker|Social worker"
            "|Social worker without cases",
        ),
        ("Which team? (TEAM_KEY)", "team_id"),
        wide=asked("How far do you agree? {text}"),
        date_format="%d/%m/%Y",
    ),
    SYSTEM.table(
        "theme",
        SYSTEM.file("FACT_THEME.txt"),
        ("SESSION_KEY", "session_id"),
        ("SESSION_KIND", "kind", "FOCUS|COMMENTS"),
        ("THEME", "theme_code"),
        ("MENTION_COUNT", "mentions"),
    ),
    SYSTEM.table(
        "inspection",
        SYSTEM.file("REF_INSPECTION.txt"),
        ("FRAMEWORK", "framework", "ILACS|FOCUSED|MONITORING|JTAI|HMIP"),
        ("LAST_DAY_ON_SITE", "date"),
        ("JUDGEMENT_OVERALL", "overall", _JUDGED),
        ("JUDGEMENT_LEADERS", "leadership", _JUDGED),
        ("JUDGEMENT_HELP", "help_and_protection", _JUDGED),
        ("JUDGEMENT_CARE", "in_care", _JUDGED),
        ("JUDGEMENT_LEAVERS", "care_leavers", _JUDGED),
        ("IS_PUBLIC", "public", "1|0"),
    ),
)
