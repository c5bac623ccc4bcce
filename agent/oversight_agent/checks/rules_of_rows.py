"""Rules that look at one row at a time, or at rows of one table that are alike.

Dates of a row come in an order (an event is held, then recorded, then authorised); what ends has
begun; what was done is not in the future.
"""

from __future__ import annotations

import pandas as pd

from oversight_agent.checks.expected import MANY_ROWS, VARIES
from oversight_agent.checks.plausibility import Days, Find, Frames, Rule
from oversight_protocol.specification import Specification

DAYS_BEFORE_ITS_PLAN = 90
"""An audit that was done more than this many days before the day it is planned for."""

_WRONG_ORDER = (
    "look whether two columns are swapped in the mapping, or a day and a month in the date format; "
    "else correct them in the case system"
)
_NO_END = "look whether the end stands for something else (a planned end, a review)"


def _in_order(
    name: str, table: str, earlier: str, later: str, sentence: str, advice: str = _WRONG_ORDER
) -> Rule:
    """A rule that finds rows whose `later` date lies before the `earlier` one."""

    def find(frames: Frames, _days: Days) -> pd.Series[bool]:
        frame = frames[table]
        return frame[later] < frame[earlier]

    fields = (f"{table}.{earlier}", f"{table}.{later}")
    return Rule(name, table, fields, sentence, advice, find)


def _not_yet(name: str, table: str, day: str, sentence: str) -> Rule:
    """A rule that finds rows dated after the day of the check."""

    def find(frames: Frames, days: Days) -> pd.Series[bool]:
        return frames[table][day] > pd.Timestamp(days.today)

    advice = (
        "look at the date format in the mapping, or whether the column holds the day for which it "
        "is planned"
    )
    return Rule(name, table, (f"{table}.{day}",), sentence, advice, find)


def _done_long_before_planned(frames: Frames, _days: Days) -> pd.Series[bool]:
    audit = frames["audit"]
    early = audit["planned_date"] - audit["audit_date"]
    return early > pd.Timedelta(days=DAYS_BEFORE_ITS_PLAN)


def _graded_without_moderation(frames: Frames, _days: Days) -> pd.Series[bool]:
    audit = frames["audit"]
    return audit["moderated_grade"].notna() & (audit["moderated"].fillna("N") != "Y")


def _moderated_without_grade(frames: Frames, _days: Days) -> pd.Series[bool]:
    audit = frames["audit"]
    return audit["moderated_grade"].isna() & (audit["moderated"].fillna("N") == "Y")


def _own_supervisor(frames: Frames, _days: Days) -> pd.Series[bool]:
    worker = frames["worker"]
    return worker["supervisor_id"] == worker["worker_id"]


def _alike(frames: Frames, _days: Days) -> pd.Series[bool]:
    event = frames["oversight_event"]
    same = ["child_id", "worker_id", "held_date", "type"]
    return event.duplicated(same, keep=False) & event[same].notna().all(axis="columns")


def _constant(table: str, field: str) -> Find:
    """Finds all rows of a table if a column gives each of them the same value.

    One row is marked: what is counted is the column.
    """

    def find(frames: Frames, _days: Days) -> pd.Series[bool]:
        values = frames[table][field].dropna()
        same = len(values) >= MANY_ROWS and values.nunique() == 1
        first = values.index[:1] if same else values.index[:0]
        return pd.Series(frames[table].index.isin(first), index=frames[table].index)

    return find


def rules_of_constants(specification: Specification) -> tuple[Rule, ...]:
    """A rule for each field that cannot be the same in all rows."""
    return tuple(
        Rule(
            f"constant_{table.name}_{field.name}",
            table.name,
            (f"{table.name}.{field.name}",),
            "column has the same value in every row, where values differ in life",
            "look whether the mapping names the right column, and whether the export was made for "
            "one team or kind only",
            _constant(table.name, field.name),
        )
        for table in specification.mapped
        for field in table.fields
        if f"{table.name}.{field.name}" in VARIES
    )


RULES_OF_ROWS: tuple[Rule, ...] = (
    _in_order("held_after_recorded", "oversight_event", "held_date", "recorded_date",
              "events recorded before they were held"),
    _in_order("recorded_after_authorised", "oversight_event", "recorded_date", "authorised_date",
              "events authorised before they were recorded"),
    _not_yet("held_in_the_future", "oversight_event", "held_date",
             "events held after the day of this check"),
    Rule("events_alike", "oversight_event",
         ("oversight_event.child_id", "oversight_event.worker_id", "oversight_event.held_date",
          "oversight_event.type"),
         "events of the same kind for the same child, worker and day as another",
         "look whether the export repeats an event once for each form, child or attendee", _alike),
    _in_order("closed_before_opened", "episode", "referral_date", "close_date",
              "episodes closed before they were opened"),
    _not_yet("referred_in_the_future", "episode", "referral_date",
             "referrals dated after the day of this check"),
    _in_order("plan_ends_before_start", "plan", "start", "end",
              "plans that end before they start", _NO_END),
    _in_order("allocation_ends_before_start", "allocation", "start", "end",
              "allocations that end before they start", _NO_END),
    _in_order("post_ends_before_start", "worker", "role_start", "role_end",
              "posts that end before they start", _NO_END),
    Rule("own_supervisor", "worker", ("worker.worker_id", "worker.supervisor_id"),
         "posts whose holder is their own supervisor",
         "map the column of the line manager, or leave it empty at the top", _own_supervisor),
    _not_yet("audited_in_the_future", "audit", "audit_date",
             "audits done after the day of this check"),
    Rule("audited_long_before_planned", "audit", ("audit.planned_date", "audit.audit_date"),
         f"audits done more than {DAYS_BEFORE_ITS_PLAN} days before the day they are planned for",
         _WRONG_ORDER, _done_long_before_planned),
    _in_order("action_closed_before_audit", "audit", "audit_date", "action_closed",
              "audits whose actions were closed before the audit was done"),
    Rule("graded_without_moderation", "audit", ("audit.moderated", "audit.moderated_grade"),
         "audits with a grade after moderation that were not moderated",
         "look whether the column repeats the overall grade where there was no moderation",
         _graded_without_moderation),
    Rule("moderated_without_grade", "audit", ("audit.moderated", "audit.moderated_grade"),
         "moderated audits without a grade after moderation",
         "export the grade after moderation, also where it is the same as before",
         _moderated_without_grade),
)  # fmt: skip
"""In the order of the specification's tables."""
