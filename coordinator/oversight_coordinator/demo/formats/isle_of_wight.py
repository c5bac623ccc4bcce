"""Isle of Wight: the children in need census as it is; one workbook filled from PARIS by hand."""

from __future__ import annotations

from oversight_coordinator.demo.formats.made_up import (
    born,
    child_name,
    note,
    team_name,
    worker_name,
)
from oversight_coordinator.demo.formats.surveys import asked
from oversight_coordinator.demo.formats.systems import PARIS
from oversight_coordinator.demo.layouts import ISO, Book, Extra, Return, Sheet

PECULIAR = (
    "Referrals and plans from the children in need census in XML, without a mapping; all else in"
    " one workbook with real date cells, some sheets with title rows, a sheet of notes first and a"
    " hidden one last; what auditors read is not kept apart."
)

SYSTEM = PARIS.used(
    {"child": "P", "worker": "S-", "team": "IW", "event": "CN", "audit": "IWA"},
    date_format=ISO,
)
_BOOK = Book(
    "Children's return.xlsx",
    (
        Extra("READ ME", (("Synthetic. Do not sort the sheets.",),)),
        Extra("dropdowns", (("on PARIS",), ("in 1-1 book",)), hidden=True, last=True),
    ),
)
_PLACES = "on PARIS|in 1-1 book|on PARIS and in 1-1 book|not found|not looked"
_ANSWERS = "#1|0|2"
_GRADES = "Outst.|Good|Req. impr.|Inad.|n/g"
_TITLE = "Isle of Wight children's return"

LAYOUTS = (
    SYSTEM.table(
        "team",
        Sheet(_BOOK, "Teams"),
        ("Team no", "team_id"),
        team_name("Called"),
        ("Under", "parent_id"),
        ("Does", "service", "Hub|Assess|Safeguard|CWD|CLA|16+|YOT|Misc"),
    ),
    SYSTEM.table(
        "worker",
        Sheet(_BOOK, "Staff", (_TITLE, "Staff in post since 2018")),
        ("Staff no", "worker_id"),
        worker_name("Staff name"),
        ("OrgRole", "role"),
        ("AgencyWorker", "agency"),
        ("FTE30", "fte"),
        ("CFKSS", "kss"),
        ("Began", "role_start"),
        ("Finished", "role_end"),
        ("Boss", "supervisor_id"),
        ("Sits in", "team_id"),
    ),
    SYSTEM.table(
        "allocation",
        Sheet(_BOOK, "Who has whom"),
        ("Client", "child_id"),
        child_name("Client name"),
        born("Client born", "%d/%m/%Y"),
        ("Staff no", "worker_id"),
        ("Team no", "team_id"),
        ("As", "role", "primary|secondary|support|else"),
        ("Since", "start"),
        ("Until", "end"),
        ("Why until", "change_reason", "closed case|to other team|left us|else"),
    ),
    SYSTEM.table(
        "oversight_event",
        Sheet(_BOOK, "Supervisions", (_TITLE, "Supervisions since November 2025", "", "")),
        ("Contact no", "event_id"),
        ("Client", "child_id"),
        ("Worker", "worker_id"),
        ("By", "supervisor_id"),
        ("Date of contact", "held_date"),
        ("Typed up", "recorded_date"),
        ("Approved", "authorised_date"),
        ("What", "type", "case sup|1-1|case sup in 1-1|group sup|decision"),
        ("Family bit is", "part1_location", _PLACES),
        ("Worker bit is", "part2_location", _PLACES),
        ("Any actions", "actions_set", _ANSWERS),
        note("Remarks", "event_id", "", "", "Synthetic remark"),
        evidence="structured",
    ),
    SYSTEM.table(
        "standard",
        Sheet(_BOOK, "How often"),
        ("Who", "cohort", "every child|cin plan|cp plan|care plan|pathway|every worker"),
        ("No more than", "max_interval_days"),
        ("From when", "policy_date"),
    ),
    SYSTEM.table(
        "audit",
        Sheet(_BOOK, "Audits", (_TITLE,)),
        ("No", "audit_id"),
        ("Client", "child_id"),
        ("To be done", "planned_date"),
        ("Was done", "audit_date"),
        ("Looked at", "type", "file|sup notes|theme"),
        ("Grade all", "overall_grade", _GRADES),
        ("Grade oversight", "oversight_grade", _GRADES),
        ("Second look", "moderated", "yes|no"),
        ("Grade then", "moderated_grade", _GRADES),
        ("To do by", "action_due"),
        ("All done", "action_closed"),
    ),
    SYSTEM.survey(
        Sheet(_BOOK, "Survey"),
        ("Slip no", "respondent_id"),
        ("Slips from", "wave"),
        ("Slip: job", "role", "top|head|boss|senior|sw|other sw"),
        ("Slip: team no", "team_id"),
        wide=asked("{code}. {text}", "no!|no|so-so|yes|yes!"),
    ),
    SYSTEM.table(
        "theme",
        Sheet(_BOOK, "What we heard"),
        ("Chat no", "session_id"),
        ("Chat", "kind", "round table|slips"),
        ("Heard", "theme_code"),
        ("How many times", "mentions"),
    ),
    SYSTEM.table(
        "inspection",
        Sheet(_BOOK, "Inspectors"),
        (
            "They were",
            "framework",
            "ILACS team|focus team|monitoring team|joint team|probation team",
        ),
        ("They left", "date"),
        ("They said", "overall", _GRADES),
        ("On leaders", "leadership", _GRADES),
        ("On safeguarding", "help_and_protection", _GRADES),
        ("On CLA", "in_care", _GRADES),
        ("On 16+", "care_leavers", _GRADES),
        ("In public", "public", "yes|no"),
    ),
)

RETURNS = (Return("cin-census", "CIN census 2026.xml", lea="921", prefix=SYSTEM.ids["child"]),)
