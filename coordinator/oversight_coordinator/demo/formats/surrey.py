"""Surrey: a reporting portal's downloads that tell Excel their separator in the first line."""

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
from oversight_coordinator.demo.formats.surveys import asked, round_name
from oversight_coordinator.demo.formats.systems import MOSAIC
from oversight_coordinator.demo.layouts import Book, Lookup, Sheet

PECULIAR = (
    "A first line 'sep=;'; days written out as 04 July 2026; words in sentence case; some columns"
    " are headed by questions; the policy is a workbook of its own; plans are told by how their"
    " names begin; a round of the survey has a name."
)

SYSTEM = MOSAIC.used(
    {
        "child": "SCC-",
        "worker": "SW-",
        "team": "Q",
        "event": "SUPV/",
        "referral": "C-",
        "audit": "AC",
    },
    date_format="%d %B %Y",
    encoding="utf-8-sig",
    delimiter=";",
    newline="\r\n",
    above=("sep=;",),
)
_PLACES = (
    "The child's record|The practitioner's record|The child's and the practitioner's record"
    "|Neither record|Do not know"
)
_ANSWERS = "Yes it does|No it does not|Do not know"
_GRADES = "Outstanding practice|Good practice|Practice to improve|Poor practice|Grade withheld"
_JUDGED = "Outstanding|Good|To be improved|Inadequate|No judgement"

LAYOUTS = (
    SYSTEM.table(
        "team",
        SYSTEM.file("Portal - teams.csv"),
        ("Team reference", "team_id"),
        team_name("Team title"),
        ("Team above", "parent_id"),
        (
            "Quadrant service",
            "service",
            "Contact and referral|Assessment team|Family safeguarding|Children with disabilities"
            "|Looked after children|Care leavers service|Targeted youth support|Resources",
        ),
    ),
    SYSTEM.table(
        "worker",
        SYSTEM.file("Portal - practitioners.csv"),
        ("Practitioner", "worker_id"),
        worker_name("Practitioner name"),
        worker_mail("Practitioner email"),
        (
            "Practitioner grade",
            "role",
            "Assistant director|Service manager|Team manager|Senior social worker|Social worker"
            "|Social worker (other duties)",
        ),
        ("Employed through an agency?", "agency", "No, employed|Yes, agency"),
        ("Share of full time", "fte"),
        ("Stage", "kss", "ASYE|Stage 2|Stage 3|Stage 4"),
        ("Grade held from", "role_start"),
        ("Grade held to", "role_end"),
        ("Practitioner's manager", "supervisor_id"),
        ("Practitioner's team", "team_id"),
    ),
    SYSTEM.table(
        "allocation",
        SYSTEM.file("Portal - allocated workers.csv"),
        ("Mosaic ID", "child_id"),
        child_name("Mosaic name"),
        born("Mosaic birthday", "%d %B %Y"),
        ("Allocated practitioner", "worker_id"),
        ("Allocated team", "team_id"),
        ("Allocated as", "role", "Allocated practitioner|Second|Family practitioner|Not given"),
        ("Allocation began", "start"),
        ("Allocation ended", "end"),
        (
            "What ended it?",
            "change_reason",
            "Work with family finished|Moved to a team|Practitioner left|Not given",
        ),
    ),
    SYSTEM.table(
        "oversight_event",
        SYSTEM.file("Portal - supervision episodes.csv"),
        ("Episode of supervision", "event_id"),
        ("Mosaic ID", "child_id"),
        ("Practitioner supervised", "worker_id"),
        ("Manager supervising", "supervisor_id"),
        ("Supervised on", "held_date"),
        ("Written up on", "recorded_date"),
        ("Signed by manager on", "authorised_date"),
        (
            "Sort of supervision",
            "type",
            "On a child|On the practitioner|On a child and the practitioner|In a group"
            "|Oversight note",
        ),
        ("Where is the family reflection?", "part1_location", _PLACES),
        ("Where is the practitioner's reflection?", "part2_location", _PLACES),
        ("Does it reflect on the family?", "reflects_family", _ANSWERS),
        ("Does it reflect on the practitioner?", "reflects_practitioner", _ANSWERS),
        ("Does it set actions?", "actions_set", _ANSWERS),
        ("How do we know?", "evidence", "Episode|Sampled|Asked"),
        note("Narrative", "event_id", "Synthetic; brief", "Synthetic", "Synthetic\r\nin two lines"),
    ),
    SYSTEM.table(
        "episode",
        SYSTEM.file("Portal - referrals.csv"),
        ("Referral number", "referral_id"),
        ("Mosaic ID", "child_id"),
        ("Referred on", "referral_date"),
        ("Referred by (code)", "source"),
        ("Need (code)", "need"),
        ("Was anything done?", "nfa", "Something|Nothing"),
        ("Finished on", "close_date"),
        ("Finished because (code)", "reason"),
    ),
    SYSTEM.table(
        "plan",
        SYSTEM.file("Portal - plans.csv"),
        ("Mosaic ID", "child_id"),
        (
            "Plan in place",
            "type",
            "Child in need (s17)|Child protection (s47)|Looked after (s20 or s31)|Care leaver",
            {
                "patterns": {
                    "cin": "Child in need*",
                    "cp": "Child protection*",
                    "cla": "Looked after*",
                    "care_leaver": "Care leaver*",
                }
            },
        ),
        ("In place from", "start"),
        ("In place to", "end"),
        ("Abuse type (code)", "abuse_category"),
        ("How many before?", "previous_cpp"),
    ),
    SYSTEM.table(
        "standard",
        Sheet(Book("Supervision policy.xlsx"), "Annex B", ("Annex B: how often we supervise",)),
        (
            "Annex B group",
            "cohort",
            "Any child|Child in need|Child protection|Looked after|Care leaver|Practitioner",
        ),
        ("Days between", "max_interval_days"),
        ("Since", "policy_date"),
        date_format="%Y-%m-%d",
    ),
    SYSTEM.table(
        "audit",
        SYSTEM.file("Portal - audit conversations.csv"),
        ("Conversation", "audit_id"),
        ("Mosaic ID", "child_id"),
        ("Conversation due", "planned_date"),
        ("Conversation held", "audit_date"),
        ("Focus", "type", "Child's journey|Quality of supervision|Focus of the quarter"),
        ("Grade of practice", "overall_grade", _GRADES),
        ("Grade of oversight", "oversight_grade", _GRADES),
        ("Was it moderated?", "moderated", "Moderated|Not moderated"),
        ("Grade after that", "moderated_grade", _GRADES),
        ("Learning due", "action_due"),
        ("Learning closed", "action_closed"),
    ),
    SYSTEM.survey(
        Sheet(Book("Staff survey on supervision.xlsx"), "Form Responses 1"),
        ("Response", "respondent_id"),
        *forms_head("respondent_id"),
        (
            "Round",
            "wave",
            {
                "lookup": Lookup(
                    SYSTEM.file("Survey rounds.csv"), "Name of round", "Opened on", round_name
                )
            },
        ),
        (
            "Which grade are you?",
            "role",
            "Assistant director|Service manager|Team manager|Senior social worker|Social worker"
            "|Social worker (other duties)",
        ),
        ("What is your team's reference?", "team_id"),
        wide=asked("Statement {number}: {text}", "Not at all|Hardly|Partly|Mostly|Fully"),
        date_format="%d %B %Y",
    ),
    SYSTEM.table(
        "theme",
        SYSTEM.file("Portal - what staff said.csv"),
        ("Conversation group", "session_id"),
        ("Heard in", "kind", "Staff group|Survey comments"),
        ("Theme reference", "theme_code"),
        ("Times said", "mentions"),
    ),
    SYSTEM.table(
        "inspection",
        SYSTEM.file("Portal - inspections.csv"),
        (
            "Inspected by",
            "framework",
            "Ofsted full|Ofsted focused|Ofsted monitoring|Joint inspectors|Probation inspectors",
        ),
        ("Inspection finished on", "date"),
        ("Judged overall", "overall", _JUDGED),
        ("Leaders judged", "leadership", _JUDGED),
        ("Help judged", "help_and_protection", _JUDGED),
        ("Care judged", "in_care", _JUDGED),
        ("Leaving care judged", "care_leavers", _JUDGED),
        ("Report is public", "public", "Public|Not public"),
    ),
)
