"""In which rows a field is expected to have a value, and which dates should have no gap.

The specification says what a value may be. This says when its absence is a fault of the data: a
plan that runs has no end, an audit that was not moderated no grade after moderation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

Codes = tuple[str | int, ...]


@dataclass(frozen=True)
class Rows:
    """The rows of a table that some fields are about.

    Attributes:
        words: the rows, in words.
        given: what other fields say in those rows: their codes; None means that they are filled,
            whatever they say.
    """

    words: str
    given: Mapping[str, Codes | None]


_RECORDED = ("child_file", "supervision_record", "both")
_ABOUT_CHILDREN = Rows("events about a child",
                       {"type": ("case", "combined", "management_decision")})  # fmt: skip
_SUPERVISION = Rows("supervision", {"type": ("case", "personal", "combined")})
_CASE_SUPERVISION = Rows("case supervision", {"type": ("case", "combined")})
_DONE = Rows("audits done", {"audit_date": None})
_PROTECTION = Rows("child protection plans", {"type": ("cp",)})
_PRACTITIONERS = Rows("practitioners", {"role": (4, 5)})
_STAFF_IN_TEAMS = Rows("practitioners and first line managers", {"role": (3, 4, 5)})


def _read_by_auditors(part: int) -> Rows:
    """The events of whose part 1 or 2 an auditor can say something."""
    given = {"evidence": ("audit_sample",), f"part{part}_location": _RECORDED}
    return Rows(f"events read by auditors with part {part}", given)


EXPECTED_IN: Mapping[str, Rows] = MappingProxyType(
    {
        "worker.kss": _PRACTITIONERS,
        "worker.supervisor_id": _PRACTITIONERS,
        "worker.team_id": _STAFF_IN_TEAMS,
        "allocation.change_reason": Rows("allocations that ended", {"end": None}),
        "oversight_event.child_id": _ABOUT_CHILDREN,
        "oversight_event.part1_location": _SUPERVISION,
        "oversight_event.part2_location": _SUPERVISION,
        "oversight_event.reflects_family": _read_by_auditors(1),
        "oversight_event.reflects_practitioner": _read_by_auditors(2),
        "oversight_event.actions_set": _CASE_SUPERVISION,
        "episode.reason": Rows("episodes that were closed", {"close_date": None}),
        "plan.abuse_category": _PROTECTION,
        "plan.previous_cpp": _PROTECTION,
        "audit.overall_grade": _DONE,
        "audit.oversight_grade": _DONE,
        "audit.moderated": _DONE,
        "audit.moderated_grade": Rows("moderated audits", {"moderated": ("Y",)}),
    }
)
"""Fields that are expected in some rows only; any other is expected in all."""

ENDS = frozenset({"worker.role_end", "allocation.end", "episode.close_date", "plan.end"})
"""Fields that are empty while something goes on. Where they are empty in all of many rows, the
export seems to leave out what has ended."""

MANY_ROWS = 50
"""In fewer rows, it may be chance that none has ended, or that all have the same value."""

EMPTY_SAYS_SOMETHING = ENDS | {
    "team.parent_id",
    "oversight_event.recorded_date",
    "oversight_event.authorised_date",
    "audit.audit_date",
    "audit.action_due",
    "audit.action_closed",
}
"""Fields whose absence is an answer (it has not ended, it was not recorded). Only where they are
empty in all rows of a table is something wrong."""

NOT_KNOWN: Mapping[str, str] = MappingProxyType(
    {
        "oversight_event.part1_location": "unknown",
        "oversight_event.part2_location": "unknown",
        "oversight_event.reflects_family": "U",
        "oversight_event.reflects_practitioner": "U",
        "oversight_event.actions_set": "U",
    }
)
"""The code by which a field says that nobody knows."""

FLOWS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "allocation": ("start",),
        "oversight_event": ("held_date",),
        "episode": ("referral_date",),
        "plan": ("start",),
        "audit": ("planned_date", "audit_date"),
    }
)
"""Tables that get new rows in every month, by the dates that say so. Posts, teams and inspections
are too few for that."""

ROUNDS: Mapping[str, str] = MappingProxyType({"survey_response": "wave"})
"""Tables that get new rows once in a while, by the date of the round: a round in one of a wave's
quarters is enough."""

CONSTANT_IS_RIGHT = frozenset({"survey_response.wave"})
"""Fields for which one value for all rows of a source, given by the mapping, is the right form: an
export of the survey holds one round, which was opened on one day."""

VARIES = frozenset(
    {
        "team.service",
        "worker.role",
        "worker.role_start",
        "worker.supervisor_id",
        "worker.team_id",
        "allocation.start",
        "allocation.worker_id",
        "oversight_event.worker_id",
        "oversight_event.held_date",
        "oversight_event.recorded_date",
        "oversight_event.authorised_date",
        "oversight_event.part1_location",
        "oversight_event.part2_location",
        "episode.referral_date",
        "episode.source",
        "episode.need",
        "episode.reason",
        "plan.type",
        "plan.start",
        "audit.planned_date",
        "audit.audit_date",
        "audit.overall_grade",
        "audit.oversight_grade",
    }
)
"""Fields that cannot have one and the same value in all rows of a table that is not tiny."""
