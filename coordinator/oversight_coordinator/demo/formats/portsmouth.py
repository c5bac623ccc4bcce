"""Portsmouth: CareDirector's lists opened in Excel and saved again, so that days became numbers."""

from __future__ import annotations

from oversight_coordinator.demo.formats.made_up import (
    born,
    child_name,
    note,
    team_name,
    worker_name,
)
from oversight_coordinator.demo.formats.surveys import placed
from oversight_coordinator.demo.formats.systems import CAREDIRECTOR
from oversight_coordinator.demo.layouts import EXCEL, Book, Extra, Lookup, Sheet
from oversight_coordinator.demo.profiles import SERVICES

PECULIAR = (
    "Semicolons, UTF-8 without a byte-order mark; days are Excel's serial numbers although the"
    " file is text; answers are T and F; the audits' grades are letters from A; a team's service"
    " is looked up in a file of business units; no survey was held."
)

SYSTEM = CAREDIRECTOR.used(
    {"child": "PCC/", "worker": "usr", "team": "tm", "event": "sv", "referral": "rf", "audit": "q"},
    date_format=EXCEL,
    encoding="utf-8",
    delimiter=";",
    quoted=False,
)
_PLACES = "Child|Worker|Child & worker|Missing|Not stated"
_ANSWERS = "T|F|"
_GRADES = "A|B|C|D|X"
_BOOK = Book("QA dip samples.xlsx", (Extra("Summary", (("Grade", "Number"), ("A", 3), ("B", 9))),))
_UNITS = Lookup(
    SYSTEM.file("Business Units.csv"),
    "Unit Code",
    "Unit Name",
    placed(("BU11", "BU12", "BU20", "BU25", "BU30", "BU35", "BU40", "BU90"), SERVICES),
)
_JUDGED = "Outstanding|Good|RI|Inadequate|None"

LAYOUTS = (
    SYSTEM.table(
        "team",
        SYSTEM.file("Teams Advanced Find View.csv"),
        ("Team Id", "team_id"),
        team_name("Team Name"),
        (
            "Business Unit Code",
            "service",
            "MASH & front door|Assessment & intervention|Children in need|Short breaks"
            "|Corporate parenting|Care leaver hub|Youth offending|Central",
            {"lookup": _UNITS},
        ),
    ),
    SYSTEM.table(
        "worker",
        SYSTEM.file("Users Advanced Find View.csv"),
        ("User Id", "worker_id"),
        worker_name("Full Name"),
        ("Job Role", "role", "AD|HOS|TL|APM|SW|QSW"),
        ("Employment Type", "agency", "Permanent|Agency"),
        ("Contract FTE", "fte"),
        ("Social Work Level", "kss", "Newly qualified|Qualified|Advanced|Principal"),
        ("Start of Role", "role_start"),
        ("End of Role", "role_end"),
        ("Manager", "supervisor_id"),
        ("Team", "team_id"),
    ),
    SYSTEM.table(
        "allocation",
        SYSTEM.file("Case Involvements Advanced Find View.csv"),
        ("Person", "child_id"),
        child_name("Person Name"),
        born("Person DOB", "%d/%m/%Y"),
        ("Responsible User", "worker_id"),
        ("Responsible Team", "team_id"),
        ("Role in Case", "role", "Responsible|Assisting|Family worker|Unspecified"),
        ("Start Date", "start"),
        ("End Date", "end"),
        ("Status Reason", "change_reason", "Completed|Reassigned|User disabled|Unspecified"),
    ),
    SYSTEM.table(
        "oversight_event",
        SYSTEM.file("Supervision Activities Advanced Find View.csv"),
        ("Activity", "event_id"),
        ("Regarding", "child_id"),
        ("Supervisee", "worker_id"),
        ("Supervising Manager", "supervisor_id"),
        ("Actual Date", "held_date"),
        ("Completed Date", "recorded_date"),
        ("Sign-off Date", "authorised_date"),
        ("Category", "type", "Case|1-to-1|Case in 1-to-1|Reflective group|Oversight decision"),
        ("Part One", "part1_location", _PLACES),
        ("Part Two", "part2_location", _PLACES),
        ("Part One Reflects", "reflects_family", _ANSWERS),
        ("Part Two Reflects", "reflects_practitioner", _ANSWERS),
        ("Actions", "actions_set", _ANSWERS),
        note("Description", "event_id", "Synthetic; two parts", "Synthetic: none"),
        ("Known From", "evidence", "Activity|Sample|Survey"),
    ),
    SYSTEM.table(
        "episode",
        SYSTEM.file("Referrals Advanced Find View.csv"),
        ("Case No", "referral_id"),
        ("Person", "child_id"),
        ("Date Received", "referral_date"),
        ("Contact Source", "source"),
        ("Presenting Need", "need"),
        ("Outcome NFA", "nfa", "F|T"),
        ("Date Ended", "close_date"),
        ("Reason Ended", "reason"),
    ),
    SYSTEM.table(
        "plan",
        SYSTEM.file("Plans Advanced Find View.csv"),
        ("Person", "child_id"),
        ("Record Type", "type", "CiN Plan|CP Plan|CLA Plan|CL Pathway"),
        ("Effective From", "start"),
        ("Effective To", "end"),
        ("CP Category", "abuse_category"),
        ("CP Before", "previous_cpp"),
    ),
    SYSTEM.table(
        "standard",
        SYSTEM.file("Supervision Standards.csv"),
        ("Population", "cohort", "Any child|CiN Plan|CP Plan|CLA Plan|CL Pathway|Employee"),
        ("Upper Limit Days", "max_interval_days"),
        ("Effective From", "policy_date"),
    ),
    SYSTEM.table(
        "audit",
        Sheet(_BOOK, "Dip samples", ("Dip samples (synthetic)",)),
        ("Sample", "audit_id"),
        ("Person", "child_id"),
        ("Planned", "planned_date"),
        ("Sampled", "audit_date"),
        ("Sample of", "type", "Record|Supervisions|Topic"),
        ("Grade", "overall_grade", _GRADES),
        ("Grade (oversight)", "oversight_grade", _GRADES),
        ("Second reader", "moderated", "T|F"),
        ("Second grade", "moderated_grade", _GRADES),
        ("Deadline", "action_due"),
        ("Met on", "action_closed"),
        date_format="%Y-%m-%d",
    ),
    SYSTEM.table(
        "theme",
        Sheet(_BOOK, "Themes"),
        ("Workshop", "session_id"),
        ("Workshop Type", "kind", "Workshop|Questionnaire comments"),
        ("Theme Code", "theme_code"),
        ("Frequency", "mentions"),
    ),
    SYSTEM.table(
        "inspection",
        SYSTEM.file("Inspections.csv"),
        ("Inspection Type", "framework", "Standard|Focused|Monitoring|Joint area|Youth"),
        ("Inspection End", "date"),
        ("Judgement", "overall", _JUDGED),
        ("Leadership Judgement", "leadership", _JUDGED),
        ("Help Judgement", "help_and_protection", _JUDGED),
        ("Care Judgement", "in_care", _JUDGED),
        ("Leaver Judgement", "care_leavers", _JUDGED),
        ("Report Out", "public", "T|F"),
    ),
)
