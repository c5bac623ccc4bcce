"""West Berkshire: PARIS in text with tabs, workers from the payroll, audits in a Form's answers."""

from __future__ import annotations

from oversight_coordinator.demo.formats.made_up import (
    born,
    child_name,
    forms_head,
    note,
    team_name,
    worker_name,
)
from oversight_coordinator.demo.formats.systems import PARIS
from oversight_coordinator.demo.layouts import ISO, Book, Extra, Sheet

PECULIAR = (
    "Tabs in UTF-8; days as 04.07.2026; workers come from the payroll's workbook, with blank rows"
    " above the header; audits are a Form's answers in full sentences; what auditors read is not"
    " kept apart, and no survey was held."
)

SYSTEM = PARIS.used(
    {"child": "WB.", "worker": "70", "team": "WBT", "event": "wb-s-", "referral": "wb-r-"},
    date_format="%d.%m.%Y",
    encoding="utf-8",
)
_PLACES = "file|log|file+log|none|n/k"
_ANSWERS = "yes|no|n/k"
_GRADES = "It is outstanding|It is good|It requires improvement|It is inadequate|I cannot grade it"
_PAYROLL = Book(
    "Payroll posts.xlsx", (Extra("Run log", (("Run", "Result"), (1, "ok")), last=True),)
)
_JUDGED = "out|good|ri|inad|-"

LAYOUTS = (
    SYSTEM.table(
        "team",
        SYSTEM.file("wb_units.tab"),
        ("unit", "team_id"),
        team_name("unit_name"),
        ("unit_over", "parent_id"),
        ("unit_type", "service", "cass|assess|family|disab|care|leaving|youth|admin"),
    ),
    SYSTEM.table(
        "worker",
        Sheet(_PAYROLL, "Posts", ("Payroll: posts of social workers (synthetic)", "", "", "")),
        ("Employee number", "worker_id"),
        worker_name("Employee name", "EXAMPLE Worker {}"),
        worker_name("NI number", "XX{}X"),
        ("Spine point", "role", "#60|52|44|38|32|30"),
        ("Paid by agency", "agency", "#FALSE|TRUE"),
        ("Hours / 37", "fte"),
        ("Assessed level", "kss"),
        ("Post begins", "role_start"),
        ("Post ends", "role_end"),
        ("Manager's number", "supervisor_id"),
        ("PARIS unit", "team_id"),
        date_format=ISO,
    ),
    SYSTEM.table(
        "allocation",
        SYSTEM.file("wb_allocations.tab"),
        ("client", "child_id"),
        child_name("client_name"),
        born("client_dob", "%d.%m.%Y"),
        ("employee", "worker_id"),
        ("unit", "team_id"),
        ("alloc_as", "role", "case holder|with case holder|fsw|-"),
        ("alloc_from", "start"),
        ("alloc_to", "end"),
        ("alloc_why", "change_reason", "closed|moved|employee left|-"),
    ),
    SYSTEM.table(
        "oversight_event",
        SYSTEM.file("wb_supervisions.tab"),
        ("sup_ref", "event_id"),
        ("client", "child_id"),
        ("sup_of", "worker_id"),
        ("sup_by", "supervisor_id"),
        ("sup_on", "held_date"),
        ("sup_typed", "recorded_date"),
        ("sup_signed", "authorised_date"),
        ("sup_kind", "type", "case|personal|case+personal|group|mgmt"),
        ("part_one_in", "part1_location", _PLACES),
        ("part_two_in", "part2_location", _PLACES),
        ("sup_actions", "actions_set", _ANSWERS),
        note("sup_text", "event_id", "synthetic – a dash", "synthetic"),
        evidence="structured",
    ),
    SYSTEM.table(
        "episode",
        SYSTEM.file("wb_referrals.tab"),
        ("ref_ref", "referral_id"),
        ("client", "child_id"),
        ("ref_on", "referral_date"),
        ("ref_from", "source"),
        ("ref_need", "need"),
        ("ref_nfa", "nfa", "no|yes"),
        ("ref_closed", "close_date"),
        ("ref_why", "reason"),
    ),
    SYSTEM.table(
        "plan",
        SYSTEM.file("wb_plans.tab"),
        ("client", "child_id"),
        ("plan", "type", "cin|cpp|cic|cl"),
        ("plan_from", "start"),
        ("plan_to", "end"),
        ("plan_cat", "abuse_category", "neglect|physical|sexual|emotional|multiple"),
        ("plan_prev", "previous_cpp"),
    ),
    SYSTEM.table(
        "standard",
        SYSTEM.file("wb_policy.tab"),
        ("plan_or_staff", "cohort", "any|cin|cpp|cic|cl|staff"),
        ("days_max", "max_interval_days"),
        ("since", "policy_date"),
    ),
    SYSTEM.table(
        "audit",
        Sheet(Book("Reflective case audit (responses).xlsx"), "Responses"),
        ("ID", "audit_id"),
        *forms_head("audit_id"),
        ("Please give the child's PARIS number.", "child_id"),
        ("Please give the date for which you were asked to audit.", "planned_date"),
        ("Please give the date on which you audited.", "audit_date"),
        (
            "Please say what you audited.",
            "type",
            "I audited the case file|I audited supervision|I audited the theme",
        ),
        ("Please grade the practice you saw.", "overall_grade", _GRADES),
        ("Please grade the management oversight you saw.", "oversight_grade", _GRADES),
        ("Did you moderate with a colleague?", "moderated", "We moderated|We did not moderate"),
        ("Please give the grade you then agreed.", "moderated_grade", _GRADES),
        ("Please say when actions fall due.", "action_due"),
        ("Please say when the last was closed.", "action_closed"),
        date_format=ISO,
    ),
    SYSTEM.table(
        "inspection",
        SYSTEM.file("wb_inspections.tab"),
        ("insp_of", "framework", "ilacs|focus|monitor|jtai|hmip"),
        ("insp_on", "date"),
        ("insp_all", "overall", _JUDGED),
        ("insp_lead", "leadership", _JUDGED),
        ("insp_help", "help_and_protection", _JUDGED),
        ("insp_care", "in_care", _JUDGED),
        ("insp_leave", "care_leavers", _JUDGED),
        ("insp_out", "public", "yes|no"),
    ),
)
