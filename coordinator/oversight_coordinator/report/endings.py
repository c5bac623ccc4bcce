"""Who took part, who did not, and why, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from oversight_coordinator.outcomes import LaOutcome
from oversight_coordinator.report import words
from oversight_protocol.errors import FAMILY_TEXT, Family
from oversight_protocol.study import Study

_ENDINGS = {
    "released": ("Answered", "All of its figures that the rules allow are in this report."),
    "held": ("Held", "A person at the authority has yet to decide on the release."),
    "unreachable": ("Not reached", "It did not answer in time."),
}
_BECAUSE = {
    Family.POLICY: "its own policy",
    Family.DISCLOSURE: "the answer could identify a person",
    Family.DATA: "the data is not available there",
    Family.PROTOCOL: "the request does not keep to the protocol",
}


@dataclass(frozen=True)
class Ending:
    """How the run ended for an authority, in words."""

    name: str
    outcome: str
    sentence: str


def endings(study: Study, las: Sequence[LaOutcome]) -> tuple[Ending, ...]:
    """Every authority by name, with what became of it; a refusal with its family's sentence."""
    return tuple(_ending(study, one) for one in sorted(las, key=lambda one: (one.name, one.la)))


def summary(las: Sequence[LaOutcome]) -> str:
    """One sentence: how many of how many answered, and what became of the others."""
    released = [one for one in las if one.outcome == "released"]
    partly = sum(bool(one.refused) for one in released)
    answered = f"{len(released)} of {len(las)} authorities answered"
    if partly:
        answered += f" ({partly} of them not every table)"
    others = [
        f"{count} {text}"
        for ending, text in (
            ("refused", "refused"),
            ("held", "held the answer for a person to decide"),
            ("unreachable", "could not be reached"),
        )
        if (count := sum(one.outcome == ending for one in las))
    ]
    return f"{answered}; {words.listed(others)}." if others else f"{answered}."


def _ending(study: Study, one: LaOutcome) -> Ending:
    if one.family is not None:
        return Ending(one.name, "Refused", FAMILY_TEXT[one.family])
    if one.refused:
        count = len(one.refused)
        outcome = f"Answered all but {words.counted(count, 'table', 'tables')}"
        return Ending(one.name, outcome, _refused(study, one.refused))
    return Ending(one.name, *_ENDINGS[one.outcome])


def _refused(study: Study, refused: Sequence[tuple[str, str]]) -> str:
    """Which tables an answer lacks, and why; the reasons stand behind each."""
    titles = {table.name: table.title for table in study.base_tables}
    lacking = [f"“{titles.get(table, table)}” ({_because(why)})" for table, why in refused]
    return f"It answered all but {words.listed(lacking)}."


def _because(families: str) -> str:
    """One or several families, as they are recorded, in words."""
    return "; ".join(_BECAUSE[Family(family)] for family in families.split(", "))
