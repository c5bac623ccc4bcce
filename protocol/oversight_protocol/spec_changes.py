"""What changed between two versions of the specification, and whether a version may say so.

A change is one of three weights:

- *wording*: titles, descriptions, labels, named standards. Nothing else follows.
- *minor*: a mapping for the older version becomes one for the newer by its version's line alone,
  and what the older version's tables hold, the newer one's hold too. Studies name one version and
  need no more than that.
- *major*: anything else. A mapping must be looked at, or old figures could come out otherwise.

Rules kept here:

1. A version is never altered once it is published: even a change of wording is a new version.
2. A newer version has a greater number; the first part grows with a major change.
3. A field is retired in a minor version before a major one drops it.
4. What cannot be compared (two patterns) counts as major.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from oversight_protocol.specification import (
    Constraints,
    SpecField,
    Specification,
    SpecTableSchema,
    numbers,
)

Weight = Literal["wording", "minor", "major"]


@dataclass(frozen=True)
class Change:
    """A change.

    Attributes:
        place: the table, or the table and field as `table.field`; "package" for all of it.
        what: what changed, as a phrase ("the code MUL was removed").
        consequence: what follows for mappings and studies; empty for a change of wording.
    """

    weight: Weight
    place: str
    what: str
    consequence: str = ""


def compare(old: Specification, new: Specification) -> tuple[Change, ...]:
    """The changes from one version to another, table by table in the order of the new one."""
    found = list(_package(old, new))
    for table in new.resources:
        before = old.table(table.name)
        if before is None:
            found.append(Change("minor", table.name, "the table was added", _OPTIONAL))
        else:
            found.extend(_table(before, table))
    found.extend(
        Change("major", table.name, "the table was removed", _REMOVED)
        for table in old.resources
        if new.table(table.name) is None
    )
    return tuple(found)


def weight(changes: tuple[Change, ...]) -> Weight | None:
    """The weight of the heaviest change; None if there is none."""
    found = {change.weight for change in changes}
    order: tuple[Weight, ...] = ("major", "minor", "wording")
    return next((one for one in order if one in found), None)


def breaches(old: Specification, new: Specification) -> tuple[str, ...]:
    """What keeps the newer of two versions from being published after the older; sentences."""
    return tuple(_breaches(old, new, compare(old, new)))


_OPTIONAL = "Mappings stay valid; whoever has the data may map it."
_REMOVED = "Mappings that fill it must drop it; studies that need it cannot name this version."
_REQUIRED = "Every mapping of this table must fill it, or leave the table out."
_NARROWER = "Rows that were accepted may be rejected; look at the mapping."
_WIDER = "Mappings stay valid."
_NEW_CODE = "Mappings stay valid; a study that counts this field must say what it does with it."
_EMPTY = "Mappings stay valid; a study for this version must say what an empty value counts as."
_MEANING = "Values mean something else; every mapping must be looked at."
_RETIRED = "Mappings stay valid; new studies no longer ask for it."
_FIGURES = "Figures that count working days of these years could come out otherwise."
_KEYS = "Rows that were accepted may be rejected; look at the data's keys."


def _breaches(old: Specification, new: Specification, changes: tuple[Change, ...]) -> Iterator[str]:
    before, after = numbers(old.version), numbers(new.version)
    heaviest = weight(changes)
    if after <= before:
        yield f"version {new.version} does not come after {old.version}"
    if heaviest == "major" and after[0] == before[0]:
        yield f"a major change needs version {before[0] + 1}.0, not {new.version}"
    if heaviest != "major" and after[0] != before[0]:
        yield f"without a major change, version {new.version} would ask for work in vain"
    for table in old.resources:
        for field in table.fields:
            if field.retired is None and _dropped(field, table.name, new):
                yield f"{table.name}.{field.name} is dropped without having been retired"


def _dropped(field: SpecField, table: str, new: Specification) -> bool:
    there = new.table(table)
    return there is None or there.field(field.name) is None


def _package(old: Specification, new: Specification) -> Iterator[Change]:
    yield from _wording("package", old, new, ("title", "description"))
    before, after = old.bank_holidays.years, new.bank_holidays.years
    added = sorted(after.keys() - before.keys())
    changed = sorted(year for year, days in before.items() if after.get(year) != days)
    if added:
        what = f"bank holidays of {', '.join(added)} were added"
        yield Change("minor", "package", what, _WIDER)
    if changed:
        what = f"bank holidays of {', '.join(changed)} were changed"
        yield Change("major", "package", what, _FIGURES)


def _table(old: SpecTableSchema, new: SpecTableSchema) -> Iterator[Change]:
    yield from _wording(new.name, old, new, ("title", "description"))
    if old.table.primary_key != new.table.primary_key:
        yield Change("major", new.name, "the key was changed", _KEYS)
    if set(new.table.foreign_keys) - set(old.table.foreign_keys):
        yield Change("major", new.name, "a reference to another table was added", _KEYS)
    if set(old.table.foreign_keys) - set(new.table.foreign_keys):
        yield Change("minor", new.name, "a reference to another table was removed", _WIDER)
    if old.made_by != new.made_by:
        yield Change("major", new.name, "it is filled by somebody else", _MEANING)
    for field in new.fields:
        before = old.field(field.name)
        place = f"{new.name}.{field.name}"
        yield from _added(place, field) if before is None else _field(place, before, field)
    for field in old.fields:
        if new.field(field.name) is None:
            yield Change("major", f"{new.name}.{field.name}", "the field was removed", _REMOVED)


def _added(place: str, field: SpecField) -> Iterator[Change]:
    if field.required:
        yield Change("major", place, "a required field was added", _REQUIRED)
    else:
        yield Change("minor", place, "an optional field was added", _OPTIONAL)


def _field(place: str, old: SpecField, new: SpecField) -> Iterator[Change]:
    yield from _wording(place, old, new, ("title", "description", "standard"))
    labels = {one.value: one.label for one in old.categories or ()}
    if any(labels.get(one.value, one.label) != one.label for one in new.categories or ()):
        yield Change("wording", place, "the label of a code was changed")
    yield from _meaning(place, old, new)
    yield from _retired(place, old, new)
    yield from _codes(place, old, new)
    yield from _limits(place, old.constraints, new.constraints)


def _wording(place: str, old: Any, new: Any, names: tuple[str, ...]) -> Iterator[Change]:
    for name in names:
        if getattr(old, name) != getattr(new, name):
            yield Change("wording", place, f"the {name} was reworded")


def _meaning(place: str, old: SpecField, new: SpecField) -> Iterator[Change]:
    for name, words in (
        ("type", "the type"),
        ("unit", "the unit"),
        ("pseudonym", "whose identifier it is"),
    ):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            what = f"{words} was changed from {before or 'none'} to {after or 'none'}"
            yield Change("major", place, what, _MEANING)
    if old.dimension and not new.dimension:
        what = "it may no longer break a figure down"
        yield Change(
            "major", place, what, "Studies that break down by it cannot name this version."
        )
    if new.dimension and not old.dimension:
        yield Change("minor", place, "it may break a figure down", _WIDER)


def _retired(place: str, old: SpecField, new: SpecField) -> Iterator[Change]:
    if new.retired and not old.retired:
        yield Change("minor", place, "the field was retired", _RETIRED)
    elif old.retired and not new.retired:
        yield Change("minor", place, "the field is asked for again", _OPTIONAL)
    elif old.retired != new.retired:
        yield Change("wording", place, "why it was retired was reworded")


def _codes(place: str, old: SpecField, new: SpecField) -> Iterator[Change]:
    if (old.codes is None) != (new.codes is None):
        listed = "a list of codes was added" if new.codes else "its list of codes was removed"
        yield Change("major", place, listed, _MEANING)
        return
    before, after = old.codes or (), new.codes or ()
    for code in after:
        if code not in before:
            yield Change("minor", place, f"the code {code} was added", _NEW_CODE)
    for code in before:
        if code not in after:
            yield Change("major", place, f"the code {code} was removed", _NARROWER)


def _limits(place: str, old: Constraints, new: Constraints) -> Iterator[Change]:
    if new.required and not old.required:
        yield Change("major", place, "it became required", _REQUIRED)
    if old.required and not new.required:
        yield Change("minor", place, "it may be empty now", _EMPTY)
    if old.pattern != new.pattern:
        yield Change("major", place, "the form of its values was changed", _NARROWER)
    yield from _bound(place, "least value", old.minimum, new.minimum, lower=True)
    yield from _bound(place, "greatest value", old.maximum, new.maximum, lower=False)
    yield from _bound(place, "greatest length", old.max_length, new.max_length, lower=False)


def _bound(
    place: str, name: str, old: float | None, new: float | None, *, lower: bool
) -> Iterator[Change]:
    """A changed bound: wider is minor, narrower major."""
    if old == new:
        return
    wider = new is None or (old is not None and (new < old if lower else new > old))
    words = [("none" if bound is None else f"{bound:g}") for bound in (old, new)]
    what = f"the {name} was changed from {words[0]} to {words[1]}"
    yield Change("minor" if wider else "major", place, what, _WIDER if wider else _NARROWER)
