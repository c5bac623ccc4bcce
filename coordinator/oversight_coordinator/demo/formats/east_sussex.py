"""East Sussex: Liquidlogic's scheduled reports, everything in quotation marks, titles above."""

from __future__ import annotations

from oversight_coordinator.demo.formats.made_up import (
    born,
    child_name,
    note,
    same,
    team_name,
    worker_name,
)
from oversight_coordinator.demo.formats.surveys import asked
from oversight_coordinator.demo.formats.systems import LCS
from oversight_coordinator.demo.layouts import EXCEL, Book, Extra, Sheet, Unwanted

PECULIAR = (
    "Every value quoted; two title lines above the header; timestamps; answers are TRUE and"
    " FALSE; cancelled case notes that a status tells; a survey with two rows of headings; the"
    " audits' workbook holds bare serial numbers for days and a sheet of charts' data."
)

SYSTEM = LCS.used(
    {
        "child": "ES",
        "worker": "ESCC\\",
        "team": "TEAM-",
        "event": "CN-",
        "referral": "REF-",
        "audit": "QA/",
    },
    date_format="%Y-%m-%d %H:%M:%S",
    quoted=True,
)
_TITLES = ("Scheduled report (synthetic)", "Run 31-10-2026 18:00 by Example Scheduler")
_PLACES = "Case note|Supervision agreement folder|Case note and folder|No record|Unclear"
_ANSWERS = "TRUE|FALSE|"
_GRADES = "Exceeds standard|Meets standard|Partly meets standard|Fails standard|No judgement"
_BOOK = Book(
    "QA register 2026.xlsx",
    (Extra("Charts", (("Month", "Audits"), ("April", 1), ("May", 2)), last=True),),
)
_JUDGED = "Outstanding|Good|Requires improvement|Inadequate|Not judged"

LAYOUTS = (
    SYSTEM.table(
        "team",
        SYSTEM.file("RPT001 Teams.csv", above=_TITLES),
        ("Organisation id", "team_id"),
        team_name("Organisation name"),
        ("Parent organisation id", "parent_id"),
        (
            "Organisation type",
            "service",
            "SPOA|Duty and Assessment|Locality|Disability Service|Looked After Children"
            "|Through Care|Youth Justice Service|Business",
        ),
    ),
    SYSTEM.table(
        "worker",
        SYSTEM.file("RPT002 Users.csv", above=_TITLES),
        ("User", "worker_id"),
        worker_name("Display name"),
        ("Post title", "role", "SM|OM|PM|SPr|SW|SW-NC"),
        ("Is agency", "agency", "FALSE|TRUE"),
        ("FTE worked", "fte"),
        ("Skills statement", "kss"),
        ("Post from", "role_start"),
        ("Post to", "role_end"),
        ("Line manager user", "supervisor_id"),
        ("Organisation", "team_id"),
    ),
    SYSTEM.table(
        "allocation",
        SYSTEM.file("RPT014 Case involvements.csv", above=_TITLES),
        ("LCS id", "child_id"),
        child_name("Person"),
        born("Born", "%d/%m/%Y"),
        ("Involved user", "worker_id"),
        ("Involved organisation", "team_id"),
        ("Involvement type", "role", "Key worker|Joint worker|Keywork support|Miscellaneous"),
        ("Involved from", "start"),
        ("Involved to", "end"),
        (
            "Outcome",
            "change_reason",
            "No further involvement|Passed on|Staff change|Something else",
        ),
    ),
    SYSTEM.table(
        "oversight_event",
        SYSTEM.file("RPT020 Supervision case notes.csv", above=_TITLES),
        ("Case note id", "event_id"),
        ("LCS id", "child_id"),
        ("Note about user", "worker_id"),
        ("Note by user", "supervisor_id"),
        ("Event timestamp", "held_date"),
        ("Finalised timestamp", "recorded_date"),
        ("Countersigned timestamp", "authorised_date"),
        (
            "Case note type",
            "type",
            "Supervision: case|Supervision: personal|Supervision: combined|Supervision: group"
            "|Manager decision",
        ),
        ("Family reflection found in", "part1_location", _PLACES),
        ("Practitioner reflection found in", "part2_location", _PLACES),
        ("Reflects on family", "reflects_family", _ANSWERS),
        ("Reflects on practitioner", "reflects_practitioner", _ANSWERS),
        ("Has actions", "actions_set", _ANSWERS),
        same("Restricted", "event_id", "FALSE"),
        ("Information from", "evidence", "Case note|QA reading|Staff survey"),
        note("Case note text", "event_id", 'Synthetic "note", one', "Synthetic\r\nnote, two"),
        unwanted=Unwanted("Note status", "Finalised", "Cancelled"),
    ),
    SYSTEM.table(
        "episode",
        SYSTEM.file("RPT007 Referrals.csv", above=_TITLES),
        ("Referral reference", "referral_id"),
        ("LCS id", "child_id"),
        ("Referral timestamp", "referral_date"),
        ("Referral source code", "source"),
        ("Need code (CIN)", "need"),
        ("Ended as NFA", "nfa", "FALSE|TRUE"),
        ("Episode closed", "close_date"),
        ("Closure code", "reason"),
    ),
    SYSTEM.table(
        "plan",
        SYSTEM.file("RPT009 Plans.csv", above=_TITLES),
        ("LCS id", "child_id"),
        ("Type of plan", "type", "Child in need|Child protection|Looked after|Former LAC"),
        ("Started", "start"),
        ("Ended", "end"),
        ("Latest category", "abuse_category"),
        ("Times on a plan before", "previous_cpp"),
    ),
    SYSTEM.table(
        "standard",
        Sheet(_BOOK, "Frequency", ("Supervision policy: frequency",)),
        ("Cohort", "cohort", "Whole service|Child in need|Child protection|LAC|Former LAC|Staff"),
        ("Interval", "max_interval_days"),
        ("Applies from", "policy_date"),
        date_format=EXCEL,
    ),
    SYSTEM.table(
        "audit",
        Sheet(_BOOK, "Register"),
        ("QA no.", "audit_id"),
        ("LCS id", "child_id"),
        ("Date planned", "planned_date"),
        ("Date done", "audit_date"),
        ("Category of audit", "type", "Casefile|Supervision file|Thematic review"),
        ("Judgement", "overall_grade", _GRADES),
        ("Oversight judgement", "oversight_grade", _GRADES),
        ("Moderation", "moderated"),
        ("Judgement after moderation", "moderated_grade", _GRADES),
        ("Follow-up due", "action_due"),
        ("Follow-up closed", "action_closed"),
        date_format=EXCEL,
    ),
    SYSTEM.survey(
        Sheet(Book("SmartSurvey export.xlsx"), "Responses", header_rows=2),
        ("UserID", "respondent_id"),
        same("UserNo", "respondent_id", "0"),
        same("Tracking Link", "respondent_id", "Example collector"),
        ("Collector opened", "wave"),
        (
            "1. What is your role?",
            "role",
            "Senior manager|Operations manager|Practice manager|Senior practitioner|Social worker"
            "|Other qualified worker",
        ),
        ("2. Which organisation id is your team?", "team_id"),
        wide=asked("{text}", over="3. How far do you agree with each statement?"),
        date_format="%Y-%m-%d",
    ),
    SYSTEM.table(
        "theme",
        Sheet(_BOOK, "Themes"),
        ("Session no.", "session_id"),
        ("Session kind", "kind", "Focus group|Survey comments"),
        ("Theme no.", "theme_code"),
        ("Times mentioned", "mentions"),
    ),
    SYSTEM.table(
        "inspection",
        Sheet(_BOOK, "Inspections"),
        (
            "Inspection",
            "framework",
            "Full (ILACS)|Focused visit|Monitoring visit|Joint (JTAI)|Youth justice (HMIP)",
        ),
        ("Ended on", "date"),
        ("Overall effectiveness", "overall", _JUDGED),
        ("Leaders", "leadership", _JUDGED),
        ("Help and protection", "help_and_protection", _JUDGED),
        ("Children in care", "in_care", _JUDGED),
        ("Care leavers", "care_leavers", _JUDGED),
        ("Report published", "public", "Yes|No"),
        date_format=EXCEL,
    ),
)
