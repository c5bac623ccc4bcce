"""How well a column fits a field: what it is called and what it holds, weighed together.

Rules kept here:

1. A name without fitting values is worth nothing, but for coded fields: an authority's own codes
   may be in nobody's list, and then a person is asked for them.
2. Values without a fitting name are worth as much as they tell.
3. What identifies persons of one kind occurs in several tables: columns that share values with
   others of the kind gain, those that share none lose.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache

from oversight_agent.pipeline.profiling import ColumnProfile, SourceProfile
from oversight_agent.proposing.evidence import EMPTY, Evidence, evidence
from oversight_agent.proposing.words import Units, bare, data, ideas, ideas_in_full, nearness
from oversight_protocol.specification import SpecField, SpecTableSchema

Anchors = Mapping[str, tuple[frozenset[int], ...]]
"""By kind of pseudonym the hashes of columns that are surely of it."""

_CONTEXT = {
    "team": ("team",), "worker": ("worker",), "allocation": ("allocation", "oncase"),
    "oversight_event": ("supervise", "event", "oncase", "oversight", "management"),
    "episode": ("referral", "oncase"), "plan": ("plan",), "standard": ("standard", "supervise"),
    "audit": ("audit", "oncase"), "survey_response": (), "theme": (), "inspection": ("inspection",),
}  # fmt: skip
_WEAK = 0.72
_SHORT, _IN_BRACKETS = 2, 0.97
_ENOUGH = 5
_KIN = 0.6
_FEW = 0.32
_NOT_ITS_KIND = {
    "worker": {"child", "team", "name"}, "child": {"worker", "team", "supervisor", "name"},
    "team": {"child"},
}  # fmt: skip


@dataclass(frozen=True)
class Score:
    """How well a column fits a field.

    Attributes:
        worth: from 0 to 1.
        name: how well it is called, from 0 to 1.
    """

    worth: float
    name: float
    evidence: Evidence = field(repr=False)


@cache
def _phrases(table: str, spec: SpecField) -> tuple[tuple[Units, float], ...]:
    """What a field is called, and how strong a sign that is."""
    listed = data("fields").get(table, {}).get(spec.name, [])
    standard = spec.standard.field if spec.standard and spec.standard.field else ""
    named = [spec.name.replace("_", " "), spec.title, *filter(None, standard.split(", ")), *listed]
    return tuple(
        (ideas(one.rstrip("~")), _WEAK if one.endswith("~") else 1.0)
        for one in dict.fromkeys(named)
    )


@cache
def _standard_names(spec: SpecField) -> frozenset[tuple[str, ...]]:
    standard = spec.standard.field if spec.standard and spec.standard.field else ""
    return frozenset(bare(one) for one in standard.split(", ") if one)


def context(source: SourceProfile, table: SpecTableSchema) -> frozenset[str]:
    """The ideas that a whole source is about: its table's, and those in most of its headers."""
    around = set(_CONTEXT.get(table.name, ()))
    if len(source.columns) >= 4:
        heads = [ideas(one.name)[:1] for one in source.columns]
        for head in {unit for units in heads for unit in units}:
            if sum(head in units for units in heads) > 0.6 * len(heads):
                around |= head.ideas
    return frozenset(around)


def name_score(
    table: SpecTableSchema, spec: SpecField, header: str, around: frozenset[str]
) -> float:
    """How well a header names a field."""
    return _name_score(table.name, spec, header, around)


@cache
def _name_score(table: str, spec: SpecField, header: str, around: frozenset[str]) -> float:
    if bare(header) in _standard_names(spec):
        return 1.0
    readings = [(ideas(header), 1.0)]
    if len(readings[0][0]) <= _SHORT:
        readings.append((ideas_in_full(header), _IN_BRACKETS))
    return max(
        nearness(units, phrase, around) * strength * reading
        for units, reading in readings
        for phrase, strength in _phrases(table, spec)
    )


def score(
    table: SpecTableSchema, spec: SpecField, column: ColumnProfile, around: frozenset[str],
    anchors: Anchors,
) -> Score:  # fmt: skip
    """How well a column fits a field."""
    found = evidence(table, spec, column)
    name = name_score(table, spec, column.name, around)
    if spec.pseudonym is not None:
        is_key = table.table.primary_key == (spec.name,)
        found = _with_kin(spec, column, found, anchors, is_key=is_key)
    return Score(_worth(spec, name, found, column), name, found)


def _worth(spec: SpecField, name: float, found: Evidence, column: ColumnProfile) -> float:
    if found is EMPTY:
        return 0.75 * name
    if spec.codes is not None and found.coded is not None:
        gaps = max(0.0, 1 - 3 * column.empty) if spec.required else 1.0
        known = found.fit
        return gaps * name * (0.5 + 0.5 * known) + (1 - name) * found.telling * known * 0.9
    return found.fit * (name + (1 - name) * found.telling * 0.65)


def _with_kin(
    spec: SpecField, column: ColumnProfile, found: Evidence, anchors: Anchors, *, is_key: bool
) -> Evidence:
    kin = anchors.get(spec.pseudonym or "", ())
    if sum(map(len, kin)) < _ENOUGH or not column.hashes or not found.fit:
        return found
    shared = _covered(column.hashes, kin) if is_key else _shared(column.hashes, kin)
    if shared >= _KIN:
        # That there are few of them no longer speaks against it.
        fit = found.fit if is_key else max(found.fit, 0.9 * (found.fit > _FEW))
        return replace(found, fit=fit, telling=max(found.telling, shared))
    others = max(
        (_shared(column.hashes, one) for kind, one in anchors.items() if kind != spec.pseudonym),
        default=0.0,
    )
    if others >= _KIN:
        return replace(found, fit=found.fit * 0.3, telling=0.0)
    return replace(found, fit=found.fit * (0.75 + 0.25 * shared), telling=found.telling * 0.5)


def _shared(hashes: frozenset[int], kin: tuple[frozenset[int], ...]) -> float:
    """Of a column's values, the share that stands in a column of the kind."""
    known = _union(kin)
    return len(hashes & known) / len(hashes) if len(known) >= _ENOUGH else 0.0


@lru_cache(maxsize=256)
def _union(kin: tuple[frozenset[int], ...]) -> frozenset[int]:
    return frozenset[int]().union(*kin)


def _covered(hashes: frozenset[int], kin: tuple[frozenset[int], ...]) -> float:
    """Of the values of the columns that refer to a key, the share that stands in it."""
    return sum(len(hashes & one) / len(one) for one in kin) / len(kin)


def source_words(source: SourceProfile) -> Units:
    """What a source is called: its table or sheet, else its file."""
    settings = source.settings
    named = settings.table or settings.sheet
    if named is not None:
        return ideas(named)
    file = source.name.rpartition("/")[2]
    return ideas(file.rsplit(".", 1)[0])


@cache
def _rows_of(table: str) -> tuple[Units, ...]:
    return tuple(ideas(one) for one in data("fields").get(table, {}).get("rows_of", ()))


def source_name_score(source: SourceProfile, table: SpecTableSchema) -> float:
    """How well a source's name says that it holds a table's rows."""
    units = source_words(source)
    return max((nearness(units, phrase) for phrase in _rows_of(table.name)), default=0.0)


def unlikely(spec: SpecField, header: str) -> bool:
    """Whether a header names something else than an identifier of the field's kind."""
    wrong: Collection[str] = _NOT_ITS_KIND.get(spec.pseudonym or "", ())
    return any(unit.ideas <= set(wrong) for unit in ideas(header))
