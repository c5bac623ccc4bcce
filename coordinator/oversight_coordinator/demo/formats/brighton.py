"""Brighton and Hove's exports: database columns with short codes, separated by bars."""

from __future__ import annotations

from datetime import date

from oversight_coordinator.demo.formats.made_up import (
    CHILD_NAME,
    TEAM_NAME,
    WORKER_NAME,
    born,
    note,
)
from oversight_coordinator.demo.layouts import Column, Layout

_PLACES: dict[str | int, str] = {
    "child_file": "CF",
    "supervision_record": "SR",
    "both": "CF+SR",
    "neither": "NR",
    "unknown": "NK",
}

LAYOUTS = (
    Layout(
        table="team",
        file="org_units.csv",
        encoding="utf-8",
        delimiter="|",
        columns=(
            Column("ORG_ID", "team_id", prefix="OU"),
            Column("ORG_PARENT", "parent_id", prefix="OU"),
            Column("ORG_NAME", text=TEAM_NAME),
            Column(
                "ORG_SERVICE",
                "service",
                codes={
                    "front_door": "FD",
                    "assessment": "AS",
                    "cin_cp": "CICP",
                    "disabled_children": "DC",
                    "looked_after": "CIC",
                    "care_leavers": "CL",
                    "youth_justice": "YJ",
                    "other": "OT",
                },
            ),
        ),
    ),
    Layout(
        table="worker",
        file="workers.csv",
        encoding="utf-8",
        delimiter="|",
        date_format="%d-%b-%Y",
        columns=(
            Column("WKR_ID", "worker_id", prefix="w"),
            Column("WKR_NAME", text=WORKER_NAME),
            Column("ORG_ROLE", "role"),
            Column("AGENCY", "agency"),
            Column("FTE", "fte"),
            Column("ROLE_FROM", "role_start"),
            Column("ROLE_TO", "role_end"),
            Column("SUPERVISOR_ID", "supervisor_id", prefix="w"),
            Column("ORG_ID", "team_id", prefix="OU"),
        ),
    ),
    Layout(
        table="allocation",
        file="case_workers.csv",
        encoding="utf-8",
        delimiter="|",
        date_format="%d-%b-%Y",
        columns=(
            Column("CHI_ID", "child_id", prefix="c-"),
            Column("CHI_NAME", text=CHILD_NAME),
            Column("CHI_DOB", text=born(date.isoformat)),
            Column("WKR_ID", "worker_id", prefix="w"),
            Column("ORG_ID", "team_id", prefix="OU"),
            Column(
                "ROLE",
                "role",
                codes={
                    "case_holder": "CH",
                    "co_worker": "CW",
                    "family_support": "FS",
                    "other": "OT",
                },
            ),
            Column("FROM_DATE", "start"),
            Column("TO_DATE", "end"),
            Column(
                "END_REASON",
                "change_reason",
                codes={"closed": "C", "transfer": "T", "worker_left": "L", "other": "O"},
            ),
        ),
    ),
    Layout(
        table="oversight_event",
        file="supervision_events.csv",
        encoding="utf-8",
        delimiter="|",
        date_format="%d-%b-%Y",
        columns=(
            Column("EVT_ID", "event_id", prefix="E"),
            Column("CHI_ID", "child_id", prefix="c-"),
            Column("WKR_ID", "worker_id", prefix="w"),
            Column("SUPERVISOR_ID", "supervisor_id", prefix="w"),
            Column("EVT_DATE", "held_date"),
            Column("REC_DATE", "recorded_date"),
            Column("AUTH_DATE", "authorised_date"),
            Column(
                "EVT_TYPE",
                "type",
                codes={
                    "case": "C",
                    "personal": "P",
                    "combined": "CP",
                    "group": "G",
                    "management_decision": "MD",
                },
            ),
            Column("P1_LOC", "part1_location", codes=_PLACES),
            Column("P2_LOC", "part2_location", codes=_PLACES),
            Column("ACTIONS_YN", "actions_set"),
            Column(
                "NARRATIVE",
                text=note(
                    "Synthetic note: plan | contact | visit",
                    "Synthetic note: agreed\nand signed",
                    "Synthetic note – none",
                ),
            ),
        ),
        constants={"evidence": "structured"},
    ),
)
