"""Medway: Mosaic reports saved from a spreadsheet, and an audit tracker with a title above."""

from __future__ import annotations

from oversight_coordinator.demo.formats.made_up import (
    born,
    child_name,
    made,
    note,
    team_name,
    worker_name,
)
from oversight_coordinator.demo.formats.surveys import asked
from oversight_coordinator.demo.formats.systems import MOSAIC
from oversight_coordinator.demo.layouts import ISO, Book, Extra, Sheet

PECULIAR = (
    "Commas in the Windows code page; unknown is empty; one column of dates differs from the"
    " others; grades are typed in any letters; the audit tracker has a merged title, a header in"
    " row 4 and a hidden sheet of lists; the survey has two rows of headings."
)

SYSTEM = MOSAIC.used(
    {"team": "MED"},
    date_format="%d/%m/%Y",
    encoding="cp1252",
    delimiter=",",
    newline="\r\n",
)
_PLACES = "On file|Supervision file|Both|Nowhere|"
_GRADES = "O|G|RI|I|NG"
_TRACKER = Book(
    "Audit tracker.xlsx",
    (
        Extra("Guidance", (("Synthetic: one row for each audit",),)),
        Extra("Lists", (("O", "Outstanding"), ("G", "Good")), hidden=True, last=True),
    ),
)

LAYOUTS = (
    SYSTEM.table(
        "team",
        SYSTEM.file("Team list.csv"),
        ("ID", "team_id"),
        team_name("Team", "Équipe Example {}"),
        team_name("Budget", "£{}0,000"),
        (
            "Service",
            "service",
            "MASH|Assessment|CIN/CP|0-25 Disability|LAC|Leaving Care|YJS|Other",
        ),
    ),
    SYSTEM.table(
        "worker",
        SYSTEM.file("HR extract.csv"),
        ("Payroll no", "worker_id"),
        worker_name("Employee"),
        worker_name("Salary", "£{}0"),
        ("Grade", "role"),
        ("Locum", "agency", "N|Y"),
        ("Hours", "fte"),
        ("Level", "kss"),
        ("From", "role_start"),
        ("To", "role_end"),
        ("Line manager", "supervisor_id"),
        ("Team ID", "team_id"),
    ),
    SYSTEM.table(
        "allocation",
        SYSTEM.file("Allocations report.csv"),
        ("Child no", "child_id"),
        child_name("Name", "Example, Child {}"),
        born("DOB", "%d/%m/%Y"),
        ("Payroll no", "worker_id"),
        ("Team ID", "team_id"),
        ("Type", "role", "KEY|CO|FSW|OTH"),
        ("Allocated", "start"),
        ("Deallocated", "end"),
    ),
    SYSTEM.table(
        "oversight_event",
        SYSTEM.file("supervision log.csv"),
        ("Ref", "event_id"),
        ("Child no", "child_id"),
        child_name("Name", "Example, Child {}"),
        ("Social worker", "worker_id"),
        ("Manager", "supervisor_id"),
        ("Held on", "held_date"),
        ("Recorded", "recorded_date", ISO),
        ("Signed off", "authorised_date"),
        ("Kind", "type", "1:1 case|1:1 personal|1:1 both|Group|Mgmt decision"),
        ("P1 where", "part1_location", _PLACES),
        ("P2 where", "part2_location", _PLACES),
        ("P1 reflective", "reflects_family", "Yes|No|"),
        ("P2 reflective", "reflects_practitioner", "Yes|No|"),
        ("Actions", "actions_set", "Yes|No|"),
        ("From", "evidence", "Log|Dip sample|Survey"),
        note(
            "Notes",
            "event_id",
            "Synthetic note: travel £4.50, agreed",
            "Synthetic note: met at the café",
            "",
        ),
    ),
    SYSTEM.table(
        "episode",
        SYSTEM.file("Contacts and referrals.csv"),
        ("Ref no", "referral_id"),
        ("Child no", "child_id"),
        ("Received", "referral_date"),
        ("From whom", "source"),
        ("Need code", "need"),
        ("NFA", "nfa", "N|Y"),
        ("Closed", "close_date"),
    ),
    SYSTEM.table(
        "plan",
        SYSTEM.file("Plans report.csv"),
        ("Child no", "child_id"),
        ("Plan type", "type", "CIN|CPP|LAC|LC"),
        ("Opened", "start"),
        ("Closed", "end"),
        ("Abuse", "abuse_category", "N|P|S|E|M"),
        ("Prev", "previous_cpp"),
    ),
    SYSTEM.table(
        "standard",
        SYSTEM.file("Standards.csv"),
        ("Group", "cohort", "Everyone|CIN|CPP|LAC|LC|Workers"),
        ("Days", "max_interval_days"),
        ("Agreed", "policy_date"),
    ),
    SYSTEM.table(
        "audit",
        Sheet(_TRACKER, "Tracker", ("Audit tracker (synthetic)", "Printed 31/10/2026", "")),
        ("Audit", "audit_id"),
        ("Child no", "child_id"),
        child_name("Name", "Example, Child {}"),
        ("Due", "planned_date"),
        ("Done", "audit_date"),
        ("Audit of", "type", "Case|Supervision|Theme", {"loose": True}),
        ("Overall", "overall_grade", _GRADES, {"loose": True}),
        ("Mgmt oversight", "oversight_grade", _GRADES, {"loose": True}),
        ("Mod?", "moderated", "Y|N"),
        ("Mod grade", "moderated_grade", _GRADES),
        ("Actions by", "action_due"),
        ("Actions done", "action_closed"),
        date_format=ISO,
    ),
    SYSTEM.survey(
        SYSTEM.file("smartsurvey_results.csv", header_rows=2),
        ("Response number", "respondent_id"),
        made("Started", "respondent_id", lambda number: f"04/07/2026 11:{int(number) % 60:02d}"),
        ("Survey opened", "wave"),
        ("1. Your grade", "role", "SM|MM|TM|SP|SW|NC"),
        ("2. Your team", "team_id"),
        wide=asked(
            "{code} {text}",
            "Disagree strongly|Disagree|Not sure|Agree|Agree strongly",
            over="3. Please say how much you agree",
        ),
    ),
    SYSTEM.table(
        "theme",
        SYSTEM.file("Focus groups coded.csv"),
        ("Meeting", "session_id"),
        ("Meeting type", "kind", "FG|Comments"),
        ("Coded as", "theme_code"),
        ("How often", "mentions"),
    ),
    SYSTEM.table(
        "inspection",
        SYSTEM.file("Ofsted.csv"),
        ("Visit", "framework", "ILACS|FV|MV|JTAI|HMIP"),
        ("Visit ended", "date"),
        ("Grade overall", "overall", _GRADES),
        ("Grade leaders", "leadership", _GRADES),
        ("Grade help", "help_and_protection", _GRADES),
        ("Grade care", "in_care", _GRADES),
        ("Grade leavers", "care_leavers", _GRADES),
        ("Online", "public", "Y|N"),
    ),
)
