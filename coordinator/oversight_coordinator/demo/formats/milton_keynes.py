"""Milton Keynes: Liquidlogic saved from Excel, a listed file for each quarter of the council."""

from __future__ import annotations

from oversight_coordinator.demo.formats.made_up import (
    child_name,
    note,
    same,
    team_name,
    worker_name,
)
from oversight_coordinator.demo.formats.surveys import asked
from oversight_coordinator.demo.formats.systems import LCS
from oversight_coordinator.demo.layouts import Book, Quarters, Sheet

PECULIAR = (
    "Years of two digits, in one file beside another form; supervisions in five listed files by"
    " financial year; places by number, and a code that is the word None; workers' numbers without"
    " their prefix in one file; what auditors read is not kept apart."
)

SYSTEM = LCS.used(
    {"child": "MK", "worker": "mk\\w", "team": "MKT", "event": "MKS", "referral": "MKR"},
    date_format="%d/%m/%y",
    encoding="cp1252",
)
_PLACES = "1|2|3|4|9"
_GRADES = "Excellent|Good|Improvement needed|Poor|Not scored"

LAYOUTS = (
    SYSTEM.table(
        "team",
        SYSTEM.file("mk_teams.csv"),
        ("Team", "team_id"),
        team_name("Full name"),
        ("Parent", "parent_id"),
        ("Line of service", "service", "10|20|30|40|50|60|70|99"),
    ),
    SYSTEM.table(
        "worker",
        SYSTEM.file("mk_staff.csv"),
        ("Login", "worker_id"),
        worker_name("Surname", "Example{}"),
        worker_name("Forename", "Worker"),
        ("Band", "role", "HoS|GM|TM|ATM|SW|SW0"),
        ("Interim?", "agency", "FALSE|TRUE"),
        ("WTE", "fte"),
        ("PQ level", "kss", "PQ1|PQ2|PQ3|PQ4"),
        ("Starts", "role_start"),
        ("Leaves", "role_end"),
        ("Managed by", "supervisor_id"),
        ("Team", "team_id"),
    ),
    SYSTEM.table(
        "allocation",
        SYSTEM.file("mk_allocations.csv"),
        ("Child", "child_id"),
        child_name("Known as", "Kid {}"),
        ("Worker no", "worker_id", {"bare": True}),
        ("Team", "team_id"),
        ("Lead", "role", "Lead|Second|FSW|None"),
        ("Allocated on", "start", {"also": "%d-%b-%Y"}),
        ("Allocated until", "end", {"also": "%d-%b-%Y"}),
        ("Ended why", "change_reason", "1|2|3|4"),
    ),
    SYSTEM.table(
        "oversight_event",
        SYSTEM.file("supervision/{fy} Q{fq}.csv", quarters=Quarters("held_date", listed=True)),
        ("Sup no", "event_id"),
        ("Child", "child_id"),
        ("Login of worker", "worker_id"),
        ("Login of manager", "supervisor_id"),
        ("Sup date", "held_date"),
        ("Written", "recorded_date"),
        ("Auth", "authorised_date"),
        ("Sup type", "type", "S1|S2|S12|SG|MD"),
        ("Pt1", "part1_location", _PLACES),
        ("Pt2", "part2_location", _PLACES),
        ("SMART actions", "actions_set", "TRUE|FALSE|"),
        note("Comment", "event_id", "Synthetic – ok", "Synthetic, to do"),
        evidence="structured",
    ),
    SYSTEM.table(
        "episode",
        SYSTEM.file("mk_referrals.csv"),
        ("Ref", "referral_id"),
        ("Child", "child_id"),
        ("Ref date", "referral_date"),
        ("Ref by", "source"),
        ("N code", "need"),
        ("No action", "nfa", "FALSE|TRUE"),
        ("Ref closed", "close_date"),
        ("RC code", "reason"),
    ),
    SYSTEM.table(
        "plan",
        SYSTEM.file("mk_plans.csv"),
        ("Child", "child_id"),
        ("Plan", "type", "A|B|C|D"),
        ("Plan on", "start"),
        ("Plan off", "end"),
        ("CP cat", "abuse_category", "1|2|3|4|5"),
        ("CP times", "previous_cpp"),
    ),
    SYSTEM.table(
        "standard",
        SYSTEM.file("mk_policy.csv"),
        ("Plan", "cohort", "Any|A|B|C|D|W"),
        ("Max", "max_interval_days"),
        ("As of", "policy_date"),
    ),
    SYSTEM.table(
        "audit",
        Sheet(Book("MK audit log.xlsx"), "Log"),
        ("Line", "audit_id"),
        ("Child", "child_id"),
        ("Plan date", "planned_date"),
        ("Real date", "audit_date"),
        ("Kind of audit", "type", "CFA|SA|TA"),
        ("Score", "overall_grade", _GRADES),
        ("Oversight score", "oversight_grade", _GRADES),
        ("Checked", "moderated", "#TRUE|FALSE"),
        ("Checked score", "moderated_grade", _GRADES),
        ("Act by", "action_due"),
        ("Acted", "action_closed"),
        same("Locked", "audit_id", "no"),
        date_format="%Y-%m-%d",
    ),
    SYSTEM.survey(
        Sheet(Book("MK staff voice.xlsx"), "Answers"),
        ("Row", "respondent_id"),
        ("Voice opened", "wave"),
        ("Voice band", "role", "HoS|GM|TM|ATM|SW|SW0"),
        ("Voice team", "team_id"),
        wide=asked("{code}", "#-2|-1|0|1|2"),
        date_format="%Y-%m-%d",
    ),
    SYSTEM.table(
        "theme",
        SYSTEM.file("mk_themes.csv"),
        ("Voice session", "session_id"),
        ("Voice kind", "kind", "F|C"),
        ("T", "theme_code"),
        ("n", "mentions"),
    ),
)
