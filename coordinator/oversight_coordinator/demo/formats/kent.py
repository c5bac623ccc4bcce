"""Kent's exports: forms with whole words, separated by semicolons."""

from __future__ import annotations

from datetime import date

from oversight_coordinator.demo.formats.made_up import (
    CHILD_NAME,
    TEAM_NAME,
    WORKER_MAIL,
    WORKER_NAME,
    born,
    note,
)
from oversight_coordinator.demo.layouts import Column, Layout

_PLACES: dict[str | int, str] = {
    "child_file": "Child's record",
    "supervision_record": "Supervision record",
    "both": "Both records",
    "neither": "Not recorded",
    "unknown": "Not known",
}
_WORDS: dict[str | int, str] = {"Y": "Yes", "N": "No", "U": "Not known"}

LAYOUTS = (
    Layout(
        table="team",
        file="teams.csv",
        delimiter=";",
        columns=(
            Column("Team code", "team_id", prefix="T"),
            Column("Team name", text=TEAM_NAME),
            Column("Part of", "parent_id", prefix="T"),
            Column(
                "Service area",
                "service",
                codes={
                    "front_door": "Front Door",
                    "assessment": "Assessment",
                    "cin_cp": "Children in Need and Child Protection",
                    "disabled_children": "Disabled Children",
                    "looked_after": "Children in Care",
                    "care_leavers": "Care Leavers",
                    "youth_justice": "Youth Justice",
                    "other": "Other",
                },
            ),
        ),
    ),
    Layout(
        table="worker",
        file="workforce.csv",
        delimiter=";",
        columns=(
            Column("Staff number", "worker_id", prefix="W"),
            Column("Name", text=WORKER_NAME),
            Column("Email", text=WORKER_MAIL),
            Column(
                "Role",
                "role",
                codes={
                    1: "Senior manager",
                    2: "Middle manager",
                    3: "First line manager",
                    4: "Senior practitioner",
                    5: "Case holder",
                    6: "Qualified, no cases",
                },
            ),
            Column("Agency", "agency", codes={0: "No", 1: "Yes"}),
            Column("FTE", "fte"),
            Column("KSS", "kss"),
            Column("In post from", "role_start"),
            Column("In post until", "role_end"),
            Column("Supervisor", "supervisor_id", prefix="W"),
            Column("Team", "team_id", prefix="T"),
        ),
    ),
    Layout(
        table="allocation",
        file="involvements.csv",
        delimiter=";",
        columns=(
            Column("Person ID", "child_id", prefix="KCC"),
            Column("Child's name", text=CHILD_NAME),
            Column("Date of birth", text=born(date.isoformat)),
            Column("Staff number", "worker_id", prefix="W"),
            Column("Team", "team_id", prefix="T"),
            Column(
                "Involvement",
                "role",
                codes={
                    "case_holder": "Allocated worker",
                    "co_worker": "Co-worker",
                    "family_support": "Family support",
                    "other": "Other",
                },
            ),
            Column("Start", "start"),
            Column("End", "end"),
            Column(
                "Reason ended",
                "change_reason",
                codes={
                    "closed": "Case closed",
                    "transfer": "Transferred",
                    "worker_left": "Worker left",
                    "other": "Other",
                },
            ),
        ),
    ),
    Layout(
        table="oversight_event",
        file="supervision forms.csv",
        delimiter=";",
        columns=(
            Column("Form ID", "event_id", prefix="SUP-"),
            Column("Person ID", "child_id", prefix="KCC"),
            Column("Child's name", text=CHILD_NAME),
            Column("Supervisee", "worker_id", prefix="W"),
            Column("Supervisor", "supervisor_id", prefix="W"),
            Column("Date held", "held_date"),
            Column("Date completed", "recorded_date"),
            Column("Date authorised", "authorised_date"),
            Column(
                "Form",
                "type",
                codes={
                    "case": "Case supervision",
                    "personal": "Personal supervision",
                    "combined": "Case and personal supervision",
                    "group": "Group supervision",
                    "management_decision": "Management decision",
                },
            ),
            Column("Part 1 recorded in", "part1_location", codes=_PLACES),
            Column("Part 2 recorded in", "part2_location", codes=_PLACES),
            Column("Reflection on family", "reflects_family", codes=_WORDS),
            Column("Reflection on practice", "reflects_practitioner", codes=_WORDS),
            Column("Actions set", "actions_set", codes=_WORDS),
            Column(
                "Source",
                "evidence",
                codes={
                    "structured": "Form",
                    "audit_sample": "Audit",
                    "survey": "Survey",
                },
            ),
            Column(
                "Summary",
                text=note(
                    "Synthetic note: plan reviewed; contact agreed",
                    'Synthetic note: "next steps" set',
                    "Synthetic note: visit due",
                ),
            ),
        ),
    ),
)
