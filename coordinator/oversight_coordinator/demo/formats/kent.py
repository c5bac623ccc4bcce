"""Kent: Liquidlogic forms with whole words, a file for each quarter, audits in Microsoft Forms."""

from __future__ import annotations

from oversight_coordinator.demo.formats.made_up import (
    born,
    child_name,
    forms_head,
    note,
    team_name,
    worker_mail,
    worker_name,
)
from oversight_coordinator.demo.formats.surveys import asked
from oversight_coordinator.demo.formats.systems import LCS
from oversight_coordinator.demo.layouts import ISO, Book, Lookup, Quarters, Sheet

PECULIAR = (
    "Semicolons and a byte-order mark; a file of supervisions for each quarter, found by pattern;"
    " audits and the survey are answers to Microsoft Forms, whose questions are the columns; teams"
    " are looked up by their names."
)

SYSTEM = LCS.used(
    {"child": "KCC", "worker": "W", "team": "T", "event": "SUP-", "referral": "RF", "audit": "A"},
    date_format=ISO,
    delimiter=";",
    newline="\n",
)
_PLACES = "Child's record|Supervision record|Both records|Not recorded|Not known"
_WORDS = "Yes|No|Not known"
_TEAMS = SYSTEM.file("teams.csv")
_GRADES = "Outstanding|Good|Requires improvement|Inadequate|Not graded"

LAYOUTS = (
    SYSTEM.table(
        "team",
        _TEAMS,
        ("Team code", "team_id"),
        team_name("Team name"),
        ("Part of", "parent_id"),
        (
            "Service area",
            "service",
            "Front Door|Assessment|Children in Need and Child Protection|Disabled Children"
            "|Children in Care|Care Leavers|Youth Justice|Other",
        ),
    ),
    SYSTEM.table(
        "worker",
        SYSTEM.file("workforce.csv"),
        ("Staff number", "worker_id"),
        worker_name("Name"),
        worker_mail("Email"),
        (
            "Role",
            "role",
            "Senior manager|Middle manager|First line manager|Senior practitioner|Case holder"
            "|Qualified, no cases",
        ),
        ("Agency", "agency", "No|Yes"),
        ("FTE", "fte"),
        ("KSS", "kss"),
        ("In post from", "role_start"),
        ("In post until", "role_end"),
        ("Supervisor", "supervisor_id"),
        ("Team", "team_id"),
    ),
    SYSTEM.table(
        "allocation",
        SYSTEM.file("involvements.csv"),
        ("Person ID", "child_id"),
        child_name("Child's name"),
        born("Date of birth"),
        ("Staff number", "worker_id"),
        ("Team", "team_id"),
        ("Involvement", "role", "Allocated worker|Co-worker|Family support|Other"),
        ("Start", "start"),
        ("End", "end"),
        ("Reason ended", "change_reason", "Case closed|Transferred|Worker left|Other"),
    ),
    SYSTEM.table(
        "oversight_event",
        SYSTEM.file("supervision forms {year} Q{quarter}.csv", quarters=Quarters("held_date")),
        ("Form ID", "event_id"),
        ("Person ID", "child_id"),
        child_name("Child's name"),
        ("Supervisee", "worker_id"),
        ("Supervisor", "supervisor_id"),
        ("Date held", "held_date"),
        ("Date completed", "recorded_date"),
        ("Date authorised", "authorised_date"),
        (
            "Form",
            "type",
            "Case supervision|Personal supervision|Case and personal supervision"
            "|Group supervision|Management decision",
        ),
        ("Part 1 recorded in", "part1_location", _PLACES),
        ("Part 2 recorded in", "part2_location", _PLACES),
        ("Reflection on family", "reflects_family", _WORDS),
        ("Reflection on practice", "reflects_practitioner", _WORDS),
        ("Actions set", "actions_set", _WORDS),
        ("Source", "evidence", "Form|Audit|Survey"),
        note(
            "Summary",
            "event_id",
            "Synthetic note: plan reviewed; contact agreed",
            'Synthetic note: "next steps" set',
            "Synthetic note: visit due",
        ),
    ),
    SYSTEM.table(
        "episode",
        SYSTEM.file("referrals.csv"),
        ("Referral ID", "referral_id"),
        ("Person ID", "child_id"),
        ("Date of referral", "referral_date"),
        ("Source of referral", "source"),
        ("Primary need", "need"),
        ("No further action", "nfa", "No|Yes"),
        ("Date closed", "close_date"),
        ("Reason for closure", "reason"),
    ),
    SYSTEM.table(
        "plan",
        SYSTEM.file("plans.csv"),
        ("Person ID", "child_id"),
        child_name("Child's name"),
        (
            "Plan",
            "type",
            "Child in Need plan|Child Protection plan|Care plan|Pathway plan",
        ),
        ("Plan start", "start"),
        ("Plan end", "end"),
        ("Category", "abuse_category", "Neglect|Physical|Sexual|Emotional|Multiple"),
        ("Previous CP plans", "previous_cpp"),
    ),
    SYSTEM.table(
        "standard",
        SYSTEM.file("supervision policy.csv"),
        ("For whom", "cohort", "All children|CIN|CP|Children in care|Care leavers|Staff"),
        ("At least every (days)", "max_interval_days"),
        ("Policy from", "policy_date"),
    ),
    SYSTEM.table(
        "audit",
        Sheet(Book("Case audit form(1-999).xlsx"), "Sheet1"),
        ("ID", "audit_id"),
        *forms_head("audit_id"),
        ("Which child's record did you audit? (Person ID)", "child_id"),
        ("For which day was this audit planned?", "planned_date"),
        ("On which day did you carry it out?", "audit_date"),
        ("What kind of audit is it?", "type", "Case file audit|Supervision audit|Thematic audit"),
        ("How do you grade practice overall?", "overall_grade", _GRADES),
        ("How do you grade management oversight?", "oversight_grade", _GRADES),
        ("Has this audit been moderated?", "moderated", "Yes|No"),
        ("If so, what is the moderated grade?", "moderated_grade", _GRADES),
        ("By when are its actions due?", "action_due"),
        ("When were they all completed?", "action_closed"),
        note(
            "What struck you most?", "audit_id", "Synthetic: clear plan", "Synthetic: little said"
        ),
    ),
    SYSTEM.survey(
        Sheet(Book("Supervision and oversight survey(1-2500).xlsx"), "Sheet1"),
        ("ID", "respondent_id"),
        *forms_head("respondent_id"),
        ("On which day did this round open?", "wave"),
        (
            "What is your role?",
            "role",
            "Senior manager|Middle manager|First line manager|Senior practitioner|Case holder"
            "|Qualified, no cases",
        ),
        (
            "Which team are you in?",
            "team_id",
            {
                "lookup": Lookup(
                    _TEAMS, "Team name", "Team code", "Example team {}".format, has_it_anyway=True
                )
            },
        ),
        wide=asked("{text}"),
    ),
    SYSTEM.table(
        "theme",
        SYSTEM.file("focus group themes.csv"),
        ("Session", "session_id"),
        ("Kind of session", "kind", "Focus group|Comments in the survey"),
        ("Theme", "theme_code"),
        ("Mentions", "mentions"),
    ),
    SYSTEM.table(
        "inspection",
        SYSTEM.file("inspections.csv"),
        ("Framework", "framework", "ILACS|Focused visit|Monitoring visit|JTAI|HMIP"),
        ("Last day on site", "date"),
        ("Overall effectiveness", "overall", _GRADES),
        ("Impact of leaders", "leadership", _GRADES),
        ("Help and protection", "help_and_protection", _GRADES),
        ("Children in care", "in_care", _GRADES),
        ("Care leavers", "care_leavers", _GRADES),
        ("Published", "public", "Yes|No"),
    ),
)
