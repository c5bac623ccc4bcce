"""Wokingham: a backup of CareDirector whose suffix says nothing, and a text of audits."""

from __future__ import annotations

from oversight_coordinator.demo.formats.made_up import (
    born,
    child_name,
    note,
    same,
    team_name,
    worker_name,
)
from oversight_coordinator.demo.formats.systems import CAREDIRECTOR
from oversight_coordinator.demo.layouts import Database

PECULIAR = (
    "A database with the suffix .bak, names with blanks in them, a view for supervisions; days"
    " with a time in one table and without in the others; audits in a text with bars."
)

SYSTEM = CAREDIRECTOR.used(
    {
        "child": "{C}",
        "worker": "{U}",
        "team": "{T}",
        "event": "{S}",
        "referral": "{R}",
        "audit": "{A}",
    },
    date_format="%d/%m/%Y",
)
_FILE = "cd_nightly.bak"
_PLACES = "Person record|User record|Person and user record|No such record|Not asked"
_ANSWERS = "Confirmed|Refuted|Left open"
_GRADES = "*****|****|***|**|-"

LAYOUTS = (
    SYSTEM.table(
        "team",
        Database(_FILE, "owning teams"),
        ("team id", "team_id"),
        team_name("team name"),
        ("reports to team", "parent_id"),
        ("team type", "service", "Triage|A&I|LTS|CDT|CiC & permanence|Leavers|YJ|Misc."),
    ),
    SYSTEM.table(
        "worker",
        Database(_FILE, "system users"),
        ("user id", "worker_id"),
        worker_name("user name"),
        (
            "user role",
            "role",
            "Level A|Level B|Level C|Level D|Level E|Level F",
        ),
        ("user is agency", "agency", "#0|-1"),
        ("user fte", "fte"),
        ("user kss", "kss"),
        ("role began", "role_start"),
        ("role ended", "role_end"),
        ("user manager", "supervisor_id"),
        ("user team", "team_id"),
    ),
    SYSTEM.table(
        "allocation",
        Database(_FILE, "case responsibilities"),
        ("person id", "child_id"),
        child_name("person name"),
        born("person born", "%d/%m/%Y"),
        ("responsible user", "worker_id"),
        ("responsible team", "team_id"),
        ("responsibility", "role", "Responsible|Jointly responsible|Supporting|Other tie"),
        ("responsible from", "start"),
        ("responsible to", "end"),
        ("responsibility ended", "change_reason", "Closed off|Passed over|User gone|Other end"),
    ),
    SYSTEM.table(
        "oversight_event",
        Database(_FILE, "live supervisions", view_of="all activities"),
        ("activity id", "event_id"),
        ("person id", "child_id"),
        ("supervised user", "worker_id"),
        ("supervising user", "supervisor_id"),
        ("activity date", "held_date"),
        ("activity completed", "recorded_date"),
        ("activity authorised", "authorised_date"),
        ("activity type", "type", "CASE SV|USER SV|CASE & USER SV|GROUP SV|MGT OVERSIGHT"),
        ("first part", "part1_location", _PLACES),
        ("second part", "part2_location", _PLACES),
        ("first part reflects", "reflects_family", _ANSWERS),
        ("second part reflects", "reflects_practitioner", _ANSWERS),
        ("activity actions", "actions_set", _ANSWERS),
        note("activity text", "event_id", "Synthetic", "Synthetic text"),
        ("activity source", "evidence", "Activity|Case audit|Staff survey"),
        same("created by", "event_id", "Example Interface"),
        date_format="%d/%m/%Y %H:%M",
    ),
    SYSTEM.table(
        "episode",
        Database(_FILE, "referral cases"),
        ("case id", "referral_id"),
        ("person id", "child_id"),
        ("case received", "referral_date"),
        ("case source", "source"),
        ("case need", "need"),
        ("case nfa", "nfa", "#0|-1"),
        ("case closed", "close_date"),
        ("case closed as", "reason"),
    ),
    SYSTEM.table(
        "plan",
        Database(_FILE, "person plans"),
        ("person id", "child_id"),
        ("plan type", "type", "CIN meeting|CP conference|LAC review|Pathway review"),
        ("plan began", "start"),
        ("plan ended", "end"),
        ("cp category", "abuse_category"),
        ("cp plans before", "previous_cpp"),
    ),
    SYSTEM.table(
        "standard",
        Database(_FILE, "sv standards"),
        (
            "standard for",
            "cohort",
            "Any|CIN meeting|CP conference|LAC review|Pathway review|System user",
        ),
        ("standard days", "max_interval_days"),
        ("standard from", "policy_date"),
    ),
    SYSTEM.table(
        "audit",
        SYSTEM.file("audits.txt", encoding="utf-8", delimiter="|", quoted=False),
        ("audit key", "audit_id"),
        ("person id", "child_id"),
        ("audit planned", "planned_date"),
        ("audit done", "audit_date"),
        ("audit focus", "type", "Person|Supervision of user|Theme"),
        ("audit stars", "overall_grade", _GRADES),
        ("oversight stars", "oversight_grade", _GRADES),
        ("moderated", "moderated", "Done|Not done"),
        ("moderated stars", "moderated_grade", _GRADES),
        ("actions to do", "action_due"),
        ("actions done", "action_closed"),
    ),
    SYSTEM.table(
        "survey_response",
        Database(_FILE, "survey answers"),
        ("answer by", "respondent_id"),
        ("survey opened", "wave"),
        ("statement", "question_id"),
        ("agreement", "response", "None|Little|Some|Much|Full"),
        ("answer level", "role", "Level A|Level B|Level C|Level D|Level E|Level F"),
        ("answer team", "team_id"),
    ),
    SYSTEM.table(
        "theme",
        Database(_FILE, "heard themes"),
        ("heard in", "session_id"),
        ("heard as", "kind", "Circle|Comments"),
        ("heard theme", "theme_code"),
        ("heard times", "mentions"),
    ),
    SYSTEM.table(
        "inspection",
        Database(_FILE, "inspections"),
        ("inspection under", "framework", "Full|Focused|Monitoring|Joint|Youth"),
        ("inspection done", "date"),
        ("stars overall", "overall", _GRADES),
        ("stars leaders", "leadership", _GRADES),
        ("stars help", "help_and_protection", _GRADES),
        ("stars care", "in_care", _GRADES),
        ("stars leavers", "care_leavers", _GRADES),
        ("stars public", "public", "Shown|Hidden"),
    ),
)
