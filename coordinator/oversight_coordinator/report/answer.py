"""What was tested, and what the figures say of it: no more than they show.

Rules kept here:

1. Figures are compared by their intervals. Where these overlap, no difference is claimed.
2. Quarters are compared only where the same authorities answered in both.
3. The figures count records. Nothing is said of what was spoken, nor of why.
"""

from __future__ import annotations

from dataclasses import dataclass

from oversight_coordinator.pool import PooledRow
from oversight_coordinator.report import words
from oversight_coordinator.report.material import LEAD, Material
from oversight_protocol.study import Measure

_TESTED = (
    "The hypothesis: supervision takes place, but neither of its two parts, the reflection on the "
    "family and the reflection on the practitioner, is recorded."
)
_LIMIT = (
    "The figures count records: they cannot show what was said in a supervision, nor why a part "
    "was not recorded."
)


@dataclass(frozen=True)
class Answer:
    """The page's opening.

    Attributes:
        tested: what was tested, one sentence.
        value: the headline figure or its marker, and `about`, what it is of and from whom.
        verdict: what the figures say, and what they do not.
    """

    tested: str
    value: str
    about: str
    verdict: tuple[str, ...]


def answer(material: Material) -> Answer:
    """The opening of the page."""
    lead, row = material.lead, material.pooled(material.lead, material.latest)
    tested = lead.hypothesis or lead.definition
    verdict = [_standing(material, row), _caution(row), _change(material, row)]
    if lead.id == LEAD:
        tested, verdict = _TESTED, [*verdict, _LIMIT]
    about = f"{lead.title}, {material.latest.label}"
    return Answer(tested, words.value(row, lead), f"{about}: {_about(material, row)}",
                  tuple(sentence for sentence in verdict if sentence))  # fmt: skip


def _about(material: Material, row: PooledRow) -> str:
    """What the figure is of, how sure it is, and from how many."""
    unit = material.study.table(material.lead.table).unit
    if row.estimate is None:
        return f"{_why_absent(row, unit)} ({words.evidence(row, material.lead)})."
    base = f"{row.denominator:,} {unit}; " if row.denominator is not None else ""
    return f"{base}{words.evidence(row, material.lead)}."


def _why_absent(row: PooledRow, unit: str) -> str:
    return {
        "[c]": "no figure can be given, since every authority that answered withheld a part of it",
        "[z]": f"there were no {unit} to take a figure of",
    }.get(row.marker, "no authority answered")


def _standing(material: Material, row: PooledRow) -> str:
    """Whether the lead is the most common of the outcomes that split its whole."""
    if row.estimate is None:
        return "The question therefore stays open for that quarter."
    others = [one for one in material.split() if one.id != material.lead.id]
    if not others:
        return ""
    found = [(one, material.pooled(one, material.latest)) for one in others]
    name = words.lowered(material.short_label(material.lead))
    if any(is_higher(other, row) for _, other in found):
        above = [words.lowered(material.short_label(o)) for o, r in found if is_higher(r, row)]
        return (
            f"“{words.listed(above)}” {'is' if len(above) == 1 else 'are'} more common than "
            f"“{name}”, so the figures speak against the hypothesis as the usual case, though "
            f"it holds for {words.value(row, material.lead)}."
        )
    if all(is_higher(row, other) for _, other in found):
        return (
            f"“{name[:1].upper()}{name[1:]}” is the most common of {len(found) + 1} outcomes, "
            f"{_extent(row)} of all with known recording. This fits the hypothesis."
        )
    return f"Whether “{name}” is the most common outcome cannot be told from these figures."


def _extent(row: PooledRow) -> str:
    if row.lower is not None and row.lower > 50:
        return "with more than half"
    if row.upper is not None and row.upper < 50:
        return "though with fewer than half"
    return "with about half"


def _caution(row: PooledRow) -> str:
    """What weakens a figure that few published."""
    if row.estimate is None or 2 * row.las_published >= row.las_answered:
        return ""
    return "Fewer than half of those that answered published all of it: rely on its interval."


def _change(material: Material, row: PooledRow) -> str:
    """The quarter before, and whether the share rose or fell since."""
    if material.earlier is None:
        return ""
    before = material.pooled(material.lead, material.earlier)
    said = f"In {material.earlier.label} it was {words.value(before, material.lead)}"
    said += f" ({words.evidence(before, material.lead)})"
    return f"{said}{change(material, material.lead, before, row)}."


def change(material: Material, measure: Measure, before: PooledRow, now: PooledRow) -> str:
    """What may be said of two quarters, as the end of a sentence; nothing where one is missing."""
    if before.estimate is None or now.estimate is None:
        return ""
    if not material.same_authorities(measure):
        return "; the two are not compared, because other authorities answered"
    if is_higher(now, before):
        return "; it has risen since"
    if is_higher(before, now):
        return "; it has fallen since"
    return "; the intervals overlap, so no change is shown"


def is_higher(one: words.Figure, other: words.Figure) -> bool:
    """Whether a figure is above another beyond doubt."""
    return one.lower is not None and other.upper is not None and one.lower > other.upper
