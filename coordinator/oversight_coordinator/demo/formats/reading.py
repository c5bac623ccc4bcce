"""Reading: Liquidlogic's large tables as text with tabs, all small ones in one workbook."""

from __future__ import annotations

from oversight_coordinator.demo.formats.made_up import (
    born,
    child_name,
    note,
    team_name,
    worker_mail,
    worker_name,
)
from oversight_coordinator.demo.formats.systems import LCS
from oversight_coordinator.demo.layouts import ISO, Book, Extra, Sheet

PECULIAR = (
    "Tabs for the large tables, days as 04-07-2026; teams, workers, plans, policy and audits are"
    " sheets of one workbook with a merged title each, between a cover and a hidden sheet; a plan"
    " has its last day; no survey was held."
)

SYSTEM = LCS.used(
    {"child": "BFfC", "worker": "E", "team": "C", "event": "V", "referral": "N", "audit": "M"},
    date_format="%d-%m-%Y",
    encoding="utf-8",
    delimiter="\t",
)
_PLACES = "in LCS|in supervision template|in both places|in neither|no answer"
_ANSWERS = "y|n|?"
_GRADES = "G1|G2|G3|G4|G0"
_BOOK = Book(
    "Company reference data.xlsx",
    (
        Extra("Cover", (("Reference data (synthetic)",), ("Version", 7))),
        Extra("old staff", (("E0000", "Worker Example"),), hidden=True, last=True),
    ),
)


def _sheet(name: str) -> Sheet:
    return Sheet(_BOOK, name, (f"{name} (synthetic)", ""))


LAYOUTS = (
    SYSTEM.table(
        "team",
        _sheet("Cost centres"),
        ("Cost centre", "team_id"),
        team_name("Cost centre name"),
        ("Rolls up to", "parent_id"),
        (
            "Activity",
            "service",
            "Single point of access|Together for families|Safeguarding|CYPDT|Children looked after"
            "|Leaving and after care|Youth justice|Overheads",
        ),
        date_format=ISO,
    ),
    SYSTEM.table(
        "worker",
        _sheet("Employees"),
        ("Employee", "worker_id"),
        worker_name("Preferred name"),
        worker_mail("Work email"),
        (
            "Post",
            "role",
            "Director|Service lead|Team manager|Senior practitioner|Practitioner"
            "|Practitioner without caseload",
        ),
        ("Contingent", "agency", "#FALSE|TRUE"),
        ("Contracted FTE", "fte"),
        ("Career stage", "kss", "#10|20|30|40"),
        ("Effective start", "role_start"),
        ("Effective end", "role_end"),
        ("Employee's manager", "supervisor_id"),
        ("Cost centre", "team_id"),
        date_format=ISO,
    ),
    SYSTEM.table(
        "allocation",
        SYSTEM.file("allocations_all.tsv"),
        ("LL number", "child_id"),
        child_name("LL name"),
        born("LL birth", "%d-%m-%Y"),
        ("Allocated employee", "worker_id"),
        ("Allocated cost centre", "team_id"),
        ("Capacity", "role", "holder|co-holder|support|unclear"),
        ("Day from", "start"),
        ("Day to", "end"),
        ("Stop reason", "change_reason", "case end|transfer out|employee left|unclear"),
    ),
    SYSTEM.table(
        "oversight_event",
        SYSTEM.file("supervisions_all.tsv"),
        ("Visit key", "event_id"),
        ("LL number", "child_id"),
        ("Supervised employee", "worker_id"),
        ("Supervising employee", "supervisor_id"),
        ("Day held", "held_date"),
        ("Day written", "recorded_date"),
        ("Day agreed", "authorised_date"),
        ("Supervision", "type", "about case|about worker|about both|in group|decision only"),
        ("Thinking about family", "part1_location", _PLACES),
        ("Thinking about self", "part2_location", _PLACES),
        ("Family thought about", "reflects_family", _ANSWERS),
        ("Self thought about", "reflects_practitioner", _ANSWERS),
        ("Next steps", "actions_set", _ANSWERS),
        ("Taken from", "evidence", "template|audit|poll"),
        note("Text", "event_id", "Synthetic text", "Synthetic text, longer"),
    ),
    SYSTEM.table(
        "episode",
        SYSTEM.file("referrals_all.tsv"),
        ("Referral key", "referral_id"),
        ("LL number", "child_id"),
        ("Day referred", "referral_date"),
        ("Referrer", "source"),
        ("Need", "need"),
        ("Ended at once", "nfa", "n|y"),
        ("Day ended", "close_date"),
        ("Why ended", "reason"),
    ),
    SYSTEM.table(
        "plan",
        _sheet("Plans"),
        ("LL number", "child_id"),
        ("Sort of plan", "type", "in need|protection|looked after|leaving care"),
        ("First day", "start"),
        ("Last day", "end", {"inside": True}),
        ("Protection category", "abuse_category"),
        ("Protected before", "previous_cpp"),
        date_format=ISO,
    ),
    SYSTEM.table(
        "standard",
        _sheet("Policy"),
        ("Policy for", "cohort", "all|in need|protection|looked after|leaving care|employee"),
        ("Days allowed", "max_interval_days"),
        ("Valid from", "policy_date"),
        date_format=ISO,
    ),
    SYSTEM.table(
        "audit",
        _sheet("Moderation log"),
        ("Log no", "audit_id"),
        ("LL number", "child_id"),
        ("Planned day", "planned_date"),
        ("Audit day", "audit_date"),
        ("Sort of audit", "type", "case|supervision|thematic"),
        ("Audit grade", "overall_grade", _GRADES),
        ("Oversight", "oversight_grade", _GRADES),
        ("Moderator seen", "moderated", "#TRUE|FALSE"),
        ("Moderator grade", "moderated_grade", _GRADES),
        ("Steps due", "action_due"),
        ("Steps done", "action_closed"),
        date_format=ISO,
    ),
    SYSTEM.table(
        "theme",
        _sheet("Themes"),
        ("Circle", "session_id"),
        ("Circle kind", "kind", "staff circle|survey remarks"),
        ("Theme heard", "theme_code"),
        ("Times heard", "mentions"),
    ),
)
