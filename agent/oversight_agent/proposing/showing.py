"""What may be shown of a column: five values by their shape, and the values of a code list.

Rules kept here:

1. Identifiers, names, dates and free text are shown by their shape only.
2. The values of a code list are shown as they are, for nobody could say otherwise what they mean.
   A column is a code list if it holds few values, each in many rows, and neither its header nor
   its values look like persons.
"""

from __future__ import annotations

import re
from typing import Any

from oversight_agent.pipeline.profiling import ColumnProfile, Found
from oversight_agent.proposing.evidence import dates_of, looks_like_people, looks_like_text
from oversight_agent.proposing.proposal import FieldProposal, Proposal, TableProposal
from oversight_agent.proposing.words import ideas

_MOST = 40
_ROWS_FOR_EACH = 2.0
_LONGEST = 60
_PERSONAL = frozenset(("name", "auditor", "note", "birth", "sex", "child", "worker", "supervisor"))
_LONG_NUMBER = re.compile(r"\d{5,}")


def is_code_list(column: ColumnProfile, known: float = 0.0) -> bool:
    """Whether a column's values may be shown.

    Args:
        column: the column.
        known: of its rows, the share whose value is a known code of the field.
    """
    values = column.values
    if not values or len(values) > _MOST or max(map(len, values)) > _LONGEST:
        return False
    if known < 0.5 and (_names_a_person(column.name) or looks_like_people(column)):
        return False
    if looks_like_text(column) or _holds_dates(column):
        return False
    numbered = any(_LONG_NUMBER.search(one) for one in values)
    return column.filled / len(values) >= (5 if numbered else _ROWS_FOR_EACH) or known >= 0.5


def examples(column: ColumnProfile) -> str:
    """Up to five values by their shape."""
    return " · ".join(column.examples()) or "no values"


def _names_a_person(header: str) -> bool:
    units = ideas(header)
    return bool(units) and any(unit.ideas <= _PERSONAL for unit in units)


def _holds_dates(column: ColumnProfile) -> bool:
    found = dates_of(column)
    return found is not None and found.share > 0.7


def as_data(found: Found, proposal: Proposal) -> dict[str, Any]:
    """What was found and is proposed, for programs; values by their shape but for code lists."""
    return {
        "sources": [
            {"name": one.name, "rows": one.rows, "whole": one.whole,
             "columns": [column.name for column in one.columns]}
            for one in proposal.sources
        ],
        "returns": [{"kind": kind, "files": list(files)} for kind, files in found.returns],
        "not_read": [{"file": one.file, "found": one.found} for one in found.problems],
        "by_return": dict(proposal.by_return),
        "tables": {name: _table(one) for name, one in proposal.tables.items()},
    }  # fmt: skip


def _table(table: TableProposal) -> dict[str, Any]:
    return {
        "source": table.source.name,
        "confidence": table.confidence,
        "fields": {one.spec.name: _field(table, one) for one in table.fields},
    }


def _field(table: TableProposal, one: FieldProposal) -> dict[str, Any]:
    column = table.source.column(one.column or "")
    shown: dict[str, Any] = {
        "column": one.column, "constant": one.constant, "confidence": one.confidence,
        "date_formats": list(filter(None, (one.date_format, *one.date_also, *one.date_formats))),
        "candidates": [{"column": each.column, "worth": each.worth} for each in one.candidates],
    }  # fmt: skip
    if column is not None:
        shown["examples"] = list(column.examples())
        shown["rows_that_do_not_fit"] = one.misfits
    if column is not None and one.codes is not None:
        known = sum(column.values.get(value, 0) for value in one.codes) / max(1, column.filled)
        listed = is_code_list(column, known)
        shown["codes"] = one.sure_codes if listed else {}
        shown["nearest"] = {value: one.codes[value] for value in one.likened if listed}
        shown["without_code"] = list(one.open) if listed else len(one.open)
    return shown
