"""Which case-management system the names of files, sheets, tables and columns speak of."""

from __future__ import annotations

from collections.abc import Iterator

from oversight_agent.pipeline.profiling import Found
from oversight_agent.proposing.words import bare, data
from oversight_protocol.specification import SpecField


def named_system(spec: SpecField, found: Found) -> str | None:
    """The system that names speak of, a code of `submission.case_system`; None of none or several.

    Args:
        spec: that field.
        found: what lies in the data folder.
    """
    spellings = {
        code: [bare(one) for one in words]
        for code, words in data("codes")["systems"].items()
        if code in map(str, spec.codes or ())
    }
    names = [f" {' '.join(bare(name))} " for name in _names(found)]
    named = {
        code for code, words in spellings.items()
        if any(f" {' '.join(one)} " in name for one in words for name in names)
    }  # fmt: skip
    return named.pop() if len(named) == 1 else None


def _names(found: Found) -> Iterator[str]:
    for source in found.sources:
        yield source.name
        yield from (column.name for column in source.columns)
    for _, files in found.returns:
        yield from files
    yield from found.databases
