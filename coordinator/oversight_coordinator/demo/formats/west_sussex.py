"""West Sussex: Mosaic's reports in folders, a file of supervisions dropped in each quarter."""

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
from oversight_coordinator.demo.layouts import Book, Extra, Quarters, Sheet, Unwanted

PECULIAR = (
    "Commas in folders; days as 04/07/2026 with a time; supervisions in a file for each quarter,"
    " found by pattern; yes is 'Y - seen'; sessions that did not take place; audits in a workbook"
    " of which two sheets are not meant."
)

SYSTEM = MOSAIC.used(
    {"child": "WS", "worker": "ws.", "team": "U", "event": "MS-", "referral": "MR-", "audit": "P-"},
    date_format="%d/%m/%Y %H:%M",
    delimiter=",",
    newline="\r\n",
)
_PLACES = "Y - child|Y - staff|Y - child & staff|N - nowhere|U - unknown"
_ANSWERS = "Y - seen|N - not seen|U - unknown"
_GRADES = "O - outstanding|G - good|R - requires improvement|I - inadequate|U - ungraded"
_BOOK = Book(
    "audit/Practice audits.xlsx",
    (
        Extra("How to", (("Synthetic guidance",),)),
        Extra("Audits 2024", (("Ref", "Grade"), ("P-1", "G - good"))),
    ),
)

LAYOUTS = (
    SYSTEM.table(
        "team",
        SYSTEM.file("reference/org.csv"),
        ("Org unit", "team_id"),
        team_name("Org unit name"),
        ("Org unit parent", "parent_id"),
        (
            "Org unit type",
            "service",
            "T-IFD|T-ASM|T-FST|T-CDT|T-CLA|T-LCT|T-YJS|T-OTH",
        ),
    ),
    SYSTEM.table(
        "worker",
        SYSTEM.file("reference/people.csv"),
        ("People id", "worker_id"),
        worker_name("People name"),
        ("Org role", "role", "R1|R2|R3|R4|R5|R6"),
        ("Contract", "agency", "C-perm|C-agency"),
        ("Fraction", "fte"),
        ("KSS stage", "kss", "K1|K2|K3|K4"),
        ("Contract from", "role_start"),
        ("Contract to", "role_end"),
        ("Reports to", "supervisor_id"),
        ("In org unit", "team_id"),
    ),
    SYSTEM.table(
        "allocation",
        SYSTEM.file("caseload/assignments.csv"),
        ("MOS", "child_id"),
        child_name("MOS name"),
        born("MOS dob", "%d/%m/%Y"),
        ("Assigned to", "worker_id"),
        ("Assigned unit", "team_id"),
        ("Assignment", "role", "A-lead|A-co|A-fsw|A-other"),
        ("Assigned from", "start"),
        ("Assigned until", "end"),
        ("Unassigned because", "change_reason", "X-closed|X-moved|X-left|X-other"),
    ),
    SYSTEM.table(
        "oversight_event",
        SYSTEM.file("supervision/{year}-Q{quarter}.csv", quarters=Quarters("held_date")),
        ("Session", "event_id"),
        ("MOS", "child_id"),
        ("Session of", "worker_id"),
        ("Session with", "supervisor_id"),
        ("Session held", "held_date"),
        ("Session recorded", "recorded_date"),
        ("Session approved", "authorised_date"),
        ("Session type", "type", "S-case|S-pers|S-both|S-group|S-decision"),
        ("Pt 1", "part1_location", _PLACES),
        ("Pt 2", "part2_location", _PLACES),
        ("Pt 1 reflective", "reflects_family", _ANSWERS),
        ("Pt 2 reflective", "reflects_practitioner", _ANSWERS),
        ("Actions agreed", "actions_set", _ANSWERS),
        ("Basis", "evidence", "B-form|B-audit|B-survey"),
        note("Session text", "event_id", "Synthetic, with comma", "Synthetic"),
        unwanted=Unwanted("Session status", "Held", "Did not take place", every=25),
    ),
    SYSTEM.table(
        "episode",
        SYSTEM.file("caseload/all referrals.csv"),
        ("Referral", "referral_id"),
        ("MOS", "child_id"),
        ("Referral made", "referral_date"),
        ("Made by", "source"),
        ("Need category", "need"),
        ("Took no action", "nfa", "N - acted|Y - no action"),
        ("Referral closed", "close_date"),
        ("Closed as", "reason"),
    ),
    SYSTEM.table(
        "plan",
        SYSTEM.file("caseload/plans.csv"),
        ("MOS", "child_id"),
        ("Plan kind", "type", "P-CIN|P-CP|P-CLA|P-CL"),
        ("Plan made", "start"),
        ("Plan closed", "end"),
        ("CP cause", "abuse_category"),
        ("CP earlier", "previous_cpp"),
    ),
    SYSTEM.table(
        "standard",
        SYSTEM.file("reference/frequency.csv"),
        ("Frequency for", "cohort", "P-ANY|P-CIN|P-CP|P-CLA|P-CL|P-STAFF"),
        ("Frequency in days", "max_interval_days"),
        ("Frequency since", "policy_date"),
    ),
    SYSTEM.table(
        "audit",
        Sheet(_BOOK, "Audits 2026"),
        ("Audit id", "audit_id"),
        ("MOS", "child_id"),
        made("Audited by", "audit_id", lambda number: f"Example Manager {int(number) % 13}"),
        ("Set for", "planned_date"),
        ("Held", "audit_date"),
        ("Audit kind", "type", "Q-case|Q-supervision|Q-theme"),
        ("Overall", "overall_grade", _GRADES),
        ("Of which oversight", "oversight_grade", _GRADES),
        ("Panel", "moderated", "Y - panel|N - no panel"),
        ("Panel grade", "moderated_grade", _GRADES),
        ("Actions before", "action_due"),
        ("Actions finished", "action_closed"),
        date_format="%Y-%m-%d",
    ),
    SYSTEM.survey(
        SYSTEM.file("survey/answers.csv", header_rows=2),
        ("Respondent", "respondent_id"),
        ("Link opened", "wave"),
        ("Respondent's org role", "role", "R1|R2|R3|R4|R5|R6"),
        ("Respondent's org unit", "team_id"),
        wide=asked(
            "{text}", "1 - no|2 - rather no|3 - so so|4 - rather yes|5 - yes", over="Supervision"
        ),
    ),
    SYSTEM.table(
        "theme",
        SYSTEM.file("survey/themes.csv"),
        ("Focus group", "session_id"),
        ("Focus", "kind", "K-group|K-comments"),
        ("Theme mentioned", "theme_code"),
        ("Number of mentions", "mentions"),
    ),
    SYSTEM.table(
        "inspection",
        SYSTEM.file("reference/inspections.csv"),
        ("Inspection kind", "framework", "I-ILACS|I-FV|I-MV|I-JTAI|I-HMIP"),
        ("Inspection closed", "date"),
        ("I-overall", "overall", _GRADES),
        ("I-leaders", "leadership", _GRADES),
        ("I-help", "help_and_protection", _GRADES),
        ("I-care", "in_care", _GRADES),
        ("I-leavers", "care_leavers", _GRADES),
        ("I-public", "public", "Y - public|N - not public"),
    ),
)
