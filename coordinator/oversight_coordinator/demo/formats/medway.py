"""Medway's exports: a spreadsheet's commas, Windows code page and day/month/year."""

from __future__ import annotations

from oversight_coordinator.demo.formats.made_up import (
    CHILD_SORTED,
    WORKER_NAME,
    born,
    note,
    of_team,
    of_worker,
    slashed,
)
from oversight_coordinator.demo.layouts import ISO, Column, Layout

_PLACES: dict[str | int, str] = {
    "child_file": "On file",
    "supervision_record": "Supervision file",
    "both": "Both",
    "neither": "Nowhere",
}
_WORDS: dict[str | int, str] = {"Y": "Yes", "N": "No"}

LAYOUTS = (
    Layout(
        table="team",
        file="Team list.csv",
        encoding="cp1252",
        newline="\r\n",
        columns=(
            Column("ID", "team_id", prefix="MED"),
            Column("Team", text=of_team("Équipe Example {}".format)),
            Column("Budget", text=of_team("£{}0,000".format)),
            Column(
                "Service",
                "service",
                codes={
                    "front_door": "MASH",
                    "assessment": "Assessment",
                    "cin_cp": "CIN/CP",
                    "disabled_children": "0-25 Disability",
                    "looked_after": "LAC",
                    "care_leavers": "Leaving Care",
                    "youth_justice": "YJS",
                    "other": "Other",
                },
            ),
        ),
    ),
    Layout(
        table="worker",
        file="HR extract.csv",
        encoding="cp1252",
        date_format="%d/%m/%Y",
        newline="\r\n",
        columns=(
            Column("Payroll no", "worker_id"),
            Column("Employee", text=WORKER_NAME),
            Column("Salary", text=of_worker("£{}0".format)),
            Column("Grade", "role"),
            Column("Locum", "agency", codes={0: "N", 1: "Y"}),
            Column("Hours", "fte"),
            Column("Level", "kss"),
            Column("From", "role_start"),
            Column("To", "role_end"),
            Column("Line manager", "supervisor_id"),
            Column("Team ID", "team_id", prefix="MED"),
        ),
    ),
    Layout(
        table="allocation",
        file="Allocations report.csv",
        encoding="cp1252",
        date_format="%d/%m/%Y",
        newline="\r\n",
        columns=(
            Column("Child no", "child_id"),
            Column("Name", text=CHILD_SORTED),
            Column("DOB", text=born(slashed)),
            Column("Payroll no", "worker_id"),
            Column("Team ID", "team_id", prefix="MED"),
            Column(
                "Type",
                "role",
                codes={
                    "case_holder": "KEY",
                    "co_worker": "CO",
                    "family_support": "FSW",
                    "other": "OTH",
                },
            ),
            Column("Allocated", "start"),
            Column("Deallocated", "end"),
        ),
    ),
    Layout(
        table="oversight_event",
        file="supervision log.csv",
        encoding="cp1252",
        date_format="%d/%m/%Y",
        newline="\r\n",
        columns=(
            Column("Ref", "event_id"),
            Column("Child no", "child_id"),
            Column("Name", text=CHILD_SORTED),
            Column("Social worker", "worker_id"),
            Column("Manager", "supervisor_id"),
            Column("Held on", "held_date"),
            Column("Recorded", "recorded_date", date_format=ISO),
            Column("Signed off", "authorised_date"),
            Column(
                "Kind",
                "type",
                codes={
                    "case": "1:1 case",
                    "personal": "1:1 personal",
                    "combined": "1:1 both",
                    "group": "Group",
                    "management_decision": "Mgmt decision",
                },
            ),
            Column("P1 where", "part1_location", codes=_PLACES, blank="unknown"),
            Column("P2 where", "part2_location", codes=_PLACES, blank="unknown"),
            Column("Actions", "actions_set", codes=_WORDS, blank="U"),
            Column(
                "Notes",
                text=note(
                    "Synthetic note: travel £4.50, agreed",
                    "Synthetic note: met at the café",
                    "",
                ),
            ),
        ),
        constants={"evidence": "structured"},
    ),
)
