"""Windsor and Maidenhead: Eclipse's grids saved as workbooks, one for each subject."""

from __future__ import annotations

from oversight_coordinator.demo.formats.made_up import (
    born,
    child_name,
    note,
    team_name,
    worker_name,
)
from oversight_coordinator.demo.formats.surveys import asked
from oversight_coordinator.demo.formats.systems import ECLIPSE
from oversight_coordinator.demo.layouts import EXCEL, ISO, Book, Extra, Sheet

PECULIAR = (
    "Workbooks also for the large tables, with bare serial numbers for days and TRUE and FALSE as"
    " cells; filters' settings above the header; a sheet of last year's supervisions, hidden; a"
    " day that stands in one of two columns."
)

SYSTEM = ECLIPSE.used(
    {"child": "AfC", "worker": "a", "team": "g", "event": "s", "referral": "r", "audit": "au"},
    date_format=EXCEL,
)
_PLACES = "Eclipse|1:1 record|Eclipse and 1:1 record|Absent|Blank"
_TRUE = "#TRUE|FALSE|"
_GRADES = "one|two|three|four|none"
_GRID = ("Grid export (synthetic)", "Filter: all")
_PEOPLE = Book("People grid.xlsx")
_CASES = Book("Case grid.xlsx", (Extra("Filters", (("Filter", "Value"), ("Team", "all"))),))
_SUPERVISIONS = Book(
    "Supervision grid.xlsx",
    (Extra("2024 supervisions", (("s", "AfC"), ("s0", "AfC0")), hidden=True),),
)

LAYOUTS = (
    SYSTEM.table(
        "team",
        Sheet(_PEOPLE, "Groups", _GRID),
        ("Group", "team_id"),
        team_name("Group title"),
        ("Group of", "parent_id"),
        (
            "Pathway",
            "service",
            "Contact|Assess|Pods|CYPDS|CiC|LC|YOS|Central",
        ),
    ),
    SYSTEM.table(
        "worker",
        Sheet(_PEOPLE, "Accounts", _GRID),
        ("Account", "worker_id"),
        worker_name("Account name"),
        ("Account level", "role"),
        ("Agency account", "agency", "#FALSE|TRUE"),
        ("Time", "fte"),
        ("Accreditation", "kss"),
        ("Level from", "role_start"),
        ("Level to", "role_end"),
        ("Account's manager", "supervisor_id"),
        ("Account's group", "team_id"),
    ),
    SYSTEM.table(
        "allocation",
        Sheet(_CASES, "Allocations", _GRID),
        ("Eclipse no", "child_id"),
        child_name("Eclipse name"),
        born("Eclipse birth date", "%d/%m/%Y"),
        ("Account", "worker_id"),
        ("Group", "team_id"),
        ("Function", "role", "allocated|joint|assistant|other function"),
        ("Function from", "start"),
        ("Function to", "end"),
        ("Function ended", "change_reason", "closure|transfer|leaver|other cause"),
    ),
    SYSTEM.table(
        "oversight_event",
        Sheet(_SUPERVISIONS, "Supervisions", (*_GRID, "Filter: from November 2025")),
        ("Form no", "event_id"),
        ("Eclipse no", "child_id"),
        ("Form for", "worker_id"),
        ("Form by", "supervisor_id"),
        ("Form date", "held_date"),
        ("Form complete", "recorded_date", {"second": "Form complete (old form)"}),
        ("Form authorised", "authorised_date"),
        ("Form name", "type", "CS form|PS form|CPS form|GS form|MO form"),
        ("Reflection: family", "part1_location", _PLACES),
        ("Reflection: self", "part2_location", _PLACES),
        ("Reflection: family good", "reflects_family", _TRUE),
        ("Reflection: self good", "reflects_practitioner", _TRUE),
        ("Actions ticked", "actions_set", _TRUE),
        ("Form origin", "evidence", "Form|Audit|Survey"),
        note("Form text", "event_id", "Synthetic", ""),
    ),
    SYSTEM.table(
        "episode",
        Sheet(_CASES, "Referrals", _GRID),
        ("Referral no", "referral_id"),
        ("Eclipse no", "child_id"),
        ("Referral date", "referral_date"),
        ("Referral from", "source"),
        ("Referral need", "need"),
        ("Referral NFA", "nfa", "#FALSE|TRUE"),
        ("Referral end", "close_date"),
        ("Referral end code", "reason"),
    ),
    SYSTEM.table(
        "plan",
        Sheet(_CASES, "Plans", _GRID),
        ("Eclipse no", "child_id"),
        ("Plan form", "type", "CIN form|CP form|CIC form|PP form"),
        ("Plan form from", "start"),
        ("Plan form to", "end"),
        ("Plan form category", "abuse_category"),
        ("Plan forms before", "previous_cpp"),
    ),
    SYSTEM.table(
        "standard",
        Sheet(_CASES, "Rules"),
        ("Rule for", "cohort", "any form|CIN form|CP form|CIC form|PP form|account"),
        ("Rule: days", "max_interval_days"),
        ("Rule from", "policy_date"),
    ),
    SYSTEM.table(
        "audit",
        Sheet(_SUPERVISIONS, "Audits", _GRID),
        ("Audit no", "audit_id"),
        ("Eclipse no", "child_id"),
        ("Audit planned", "planned_date"),
        ("Audit held", "audit_date"),
        ("Audit form", "type", "CA form|SA form|TA form"),
        ("Audit mark", "overall_grade", _GRADES),
        ("Oversight mark", "oversight_grade", _GRADES),
        ("Audit moderated", "moderated", "#TRUE|FALSE"),
        ("Moderated mark", "moderated_grade", _GRADES),
        ("Audit actions due", "action_due"),
        ("Audit actions closed", "action_closed"),
        date_format=ISO,
    ),
    SYSTEM.survey(
        Sheet(_PEOPLE, "Survey", _GRID),
        ("Entry", "respondent_id"),
        ("Survey open from", "wave"),
        ("Entry level", "role"),
        ("Entry group", "team_id"),
        wide=asked("{number}. {text}", "#1|2|3|4|5"),
    ),
    SYSTEM.table(
        "theme",
        Sheet(_PEOPLE, "Themes", _GRID),
        ("Talk", "session_id"),
        ("Talk type", "kind", "Focus talk|Survey text"),
        ("Talk theme", "theme_code"),
        ("Talk count", "mentions"),
    ),
)
