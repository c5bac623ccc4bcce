"""How many fields a proposal has right, by a true mapping.

A field is right if it is filled from the very column (or by the very constant), if its date format
reads the column's dates alike, and if no value of a coded column becomes a wrong code. Values that
are left open are asked for: they are counted by themselves. A field that the true mapping does not
fill counts as wrong if anything is proposed for it that would be taken without asking. A statutory
return counts as one field.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from oversight_agent.mapping.codes import fits, fold
from oversight_agent.pipeline.profiling import ColumnProfile
from oversight_agent.proposing.dates import read
from oversight_agent.proposing.interview import ASKED_BELOW
from oversight_agent.proposing.proposal import FieldProposal, Proposal, TableProposal
from oversight_agent.sources import tidy

_DERIVED = ("first_of", "join_text", "working_days", "lookup")


@dataclass
class Marks:
    """What was right.

    Attributes:
        right, of: fields.
        wrong: each that was not, in words without a value.
        sure: for each field with a proposal, its confidence and whether it was right.
        values: of coded columns, how many distinct values got the right code, were left open, and
            got a wrong one.
    """

    right: int = 0
    of: int = 0
    wrong: list[str] = field(default_factory=list)
    sure: list[tuple[float, bool]] = field(default_factory=list)
    values: Counter[str] = field(default_factory=Counter)

    @property
    def share(self) -> float:
        """Of the fields, those that were right."""
        return self.right / self.of if self.of else 1.0

    def add(self, what: str, why: str, confidence: float | None = None) -> None:
        """Count a field; `why` it is wrong, or empty."""
        self.of += 1
        self.right += not why
        if why:
            self.wrong.append(f"{what}: {why}")
        if confidence is not None:
            self.sure.append((confidence, not why))


def marks(proposal: Proposal, truth: Mapping[str, Any], folder: Path) -> Marks:
    """Compare a proposal with a mapping as its file has it."""
    found = Marks()
    for each in truth.get("returns", ()):
        kinds = {kind for kind, _ in proposal.returns}
        found.add(f"return {each['kind']}", "" if each["kind"] in kinds else "not recognised")
    for name, table in truth.get("tables", {}).items():
        _mark_table(found, name, proposal.tables.get(name), table, folder)
    return found


def _mark_table(
    found: Marks, name: str, proposed: TableProposal | None, truth: Mapping[str, Any], folder: Path
) -> None:
    why = _source(proposed, truth, folder)
    for spec, settings in truth["fields"].items():
        one = proposed.of(spec) if proposed is not None else None
        reason = why or _field(proposed, one, settings, truth, found.values)
        found.add(f"{name}.{spec}", reason, one.confidence if one is not None else None)
    for one in proposed.fields if proposed is not None and not why else ():
        taken = one.filled and one.confidence >= ASKED_BELOW
        if one.spec.name not in truth["fields"] and taken:
            found.add(f"{name}.{one.spec.name}", f"filled from {one.column!r}", one.confidence)


def _source(proposed: TableProposal | None, truth: Mapping[str, Any], folder: Path) -> str:
    if proposed is None:
        return "no source"
    settings = proposed.source.settings
    if _files(settings.model_dump(), folder) != _files(truth, folder):
        return f"source {proposed.source.name}"
    for key in ("sheet", "table"):
        mine, true = getattr(settings, key), truth.get(key)
        if true is not None and mine is not None and tidy(mine).lower() != tidy(true).lower():
            return f"source {proposed.source.name}"
    return ""


def _files(source: Mapping[str, Any], folder: Path) -> set[str]:
    found: set[str] = set()
    for key in ("file", "files", "folder"):
        named = source.get(key) or []
        for one in [named] if isinstance(named, str) else named:
            pattern = f"{one}/*" if key == "folder" else one
            paths = [folder / one] if (folder / one).is_file() else folder.glob(pattern)
            found |= {path.relative_to(folder).as_posix() for path in paths}
    return found


def _field(
    table: TableProposal | None, one: FieldProposal | None, truth: Mapping[str, Any],
    settings: Mapping[str, Any], values: Counter[str],
) -> str:  # fmt: skip
    """Why a field is wrong, or nothing."""
    if table is None or one is None:
        return "nothing proposed"
    if any(key in truth for key in _DERIVED):
        return "" if one.column in _inputs(truth) else f"a derivation; {one.column!r}"
    if "constant" in truth:
        right = one.constant is not None and str(one.constant) == str(truth["constant"])
        return "" if right else f"constant; {one.column or one.constant!r}"
    column = table.source.column(one.column or "")
    if column is None or one.column != tidy(truth["column"]):
        return f"want {truth['column']!r}, got {one.column or one.constant!r} ({one.confidence})"
    if one.spec.type == "date":
        return _dates(column, one, truth.get("date_format") or settings.get("date_format"))
    return _codes(column, one, truth, settings, values) if one.spec.codes or one.codes else ""


def _inputs(truth: Mapping[str, Any]) -> Iterator[str]:
    yield from truth.get("first_of", ())
    if "lookup" in truth:
        yield truth["lookup"]["from"]


def _dates(column: ColumnProfile, one: FieldProposal, true: Any) -> str:
    forms = true if isinstance(true, list) else [true or "%Y-%m-%d"]
    mine = [one.date_format or "%Y-%m-%d", *one.date_also]
    for value in column.values:
        wanted = next((day for form in forms if (day := read(value, form))), None)
        if wanted is not None and wanted != next(
            filter(None, (read(value, f) for f in mine)), None
        ):
            return f"date formats {mine}, not {forms}"
    return ""


def _codes(
    column: ColumnProfile, one: FieldProposal, truth: Mapping[str, Any],
    settings: Mapping[str, Any], values: Counter[str],
) -> str:  # fmt: skip
    wrong = []
    for value in column.values:
        true = _true_code(value, one, truth, settings)
        if true is None:
            continue
        code = one.codes.get(value) if one.codes is not None else value
        verdict = "open" if code is None else "right" if str(code) == str(true) else "wrong"
        values[verdict] += 1
        wrong += [value] if verdict == "wrong" else []
    return f"{len(wrong)} of {len(column.values)} codes wrong: {wrong}" if wrong else ""


def _true_code(
    value: str, one: FieldProposal, truth: Mapping[str, Any], settings: Mapping[str, Any]
) -> Any:
    loose = (truth.get("match") or settings.get("match")) == "loose"
    as_compared = fold if loose else str.strip
    codes = truth.get("codes")
    if codes is None:
        codes = {str(code): code for code in one.spec.codes or ()}
    known = {as_compared(key): code for key, code in codes.items()}
    if as_compared(value) in known:
        return known[as_compared(value)]
    patterns = truth.get("patterns", {}).items()
    by_pattern = (code for key, code in patterns if fits(as_compared(key), as_compared(value)))
    return next(by_pattern, truth.get("else"))
