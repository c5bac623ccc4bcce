"""Which keys could not be looked at, and what has to be mended before they can.

Keys are looked at in tables without rejected rows: a row that was rejected may be the very one that
another row names or repeats. Nobody should take the silence about such a table's keys for a word
that they hold.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from oversight_protocol.specification import Specification, SpecTableSchema


@dataclass(frozen=True)
class UncheckedKey:
    """A key of a table that nobody has looked at yet.

    Attributes:
        fields: the fields of the table that it is made of.
        names: the table whose rows it names; empty for the key by which the table's own rows are
            told apart.
        mend_first: the tables whose problems stand in the way.
    """

    table: str
    fields: tuple[str, ...]
    names: str
    mend_first: tuple[str, ...]


def unchecked_keys(
    specification: Specification, whole: Collection[str], mapped: Collection[str]
) -> tuple[UncheckedKey, ...]:
    """The keys that were not looked at, in the specification's order of tables.

    A table that is not mapped is told of elsewhere.

    Args:
        specification: whose keys these are.
        whole: the tables whose sources were read without a rejected row.
        mapped: all tables of the mapping.
    """
    missing = frozenset(mapped) - frozenset(whole)
    return tuple(
        key
        for schema in specification.mapped
        if schema.name in mapped
        for key in _unchecked(schema, mapped, missing)
    )


def _unchecked(
    schema: SpecTableSchema, mapped: Collection[str], missing: Collection[str]
) -> Iterator[UncheckedKey]:
    if schema.name in missing:
        yield UncheckedKey(schema.name, tuple(schema.table.primary_key), "", (schema.name,))
    for key in schema.table.foreign_keys:
        names = key.reference.resource
        first = tuple(one for one in dict.fromkeys((schema.name, names)) if one in missing)
        if first and names in mapped:
            yield UncheckedKey(schema.name, tuple(key.fields), names, first)
