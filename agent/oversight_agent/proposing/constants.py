"""One value for all rows, where no column fills a field.

Rules kept here:

1. A source that is called by a code holds that code's rows: `cp_plans` holds child protection
   plans.
2. What is merely usual is proposed with little confidence, so that a person is asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from oversight_agent.pipeline.profiling import SourceProfile
from oversight_agent.proposing.codes import spelled_in
from oversight_agent.proposing.dates import read
from oversight_agent.proposing.evidence import dates_of
from oversight_agent.proposing.proposal import Constant, FieldProposal
from oversight_protocol.specification import SpecField, SpecTableSchema

NAMED = 0.75
USUAL = 0.4

_BY_NAME = {"oversight_event.type", "plan.type", "audit.type", "theme.kind", "team.service",
            "inspection.framework", "allocation.role"}  # fmt: skip
_USUAL: dict[str, Constant] = {
    "oversight_event.type": "case",
    "oversight_event.evidence": "structured",
    "allocation.role": "case_holder",
    "audit.type": "case_file",
    "theme.kind": "focus_group",
    "inspection.public": "Y",
    "worker.agency": 0,
}


def may_be_constant(table: SpecTableSchema, spec: SpecField) -> bool:
    """Whether one value for all rows is sensible for a field."""
    key = f"{table.name}.{spec.name}"
    return key in _USUAL or key in _BY_NAME or key == "survey_response.wave"


def with_constants(
    table: SpecTableSchema, source: SourceProfile, proposals: Iterable[FieldProposal]
) -> tuple[FieldProposal, ...]:
    """Proposals with a constant for the fields that have no column, where one is sensible."""
    return tuple(one if one.filled else _with_constant(table, source, one) for one in proposals)


def _with_constant(
    table: SpecTableSchema, source: SourceProfile, proposal: FieldProposal
) -> FieldProposal:
    spec = proposal.spec
    key = f"{table.name}.{spec.name}"
    if key == "survey_response.wave":
        opened = _first_day(source)
        return replace(proposal, constant=opened, confidence=0.35) if opened else proposal
    if key in _BY_NAME:
        for name in _names(source):
            code = spelled_in(table.name, spec, name)
            if code is not None:
                return replace(proposal, constant=code, confidence=NAMED)
    if key in _USUAL:
        sure = USUAL if spec.required or spec.name == "evidence" else 0.0
        return replace(proposal, constant=_USUAL[key], confidence=sure) if sure else proposal
    return proposal


def _names(source: SourceProfile) -> Iterable[str]:
    settings = source.settings
    for one in (settings.table, settings.sheet, source.name.rpartition("/")[2].rsplit(".", 1)[0]):
        if one is not None:
            yield one


def _first_day(source: SourceProfile) -> date | None:
    """The first day that the answers themselves name: the round was open then."""
    for column in source.columns:
        found = dates_of(column)
        if found is not None and found.share > 0.9:
            days = [day for value in column.values if (day := read(value, found.format))]
            return min(days, default=None)
    return None
