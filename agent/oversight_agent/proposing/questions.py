"""The interview's questions, each with the answers to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from oversight_agent.pipeline.profiling import SourceProfile
from oversight_agent.proposing.filters import Filter
from oversight_agent.proposing.proposal import FieldProposal, TableProposal
from oversight_agent.proposing.showing import examples
from oversight_protocol.specification import SpecField, SpecTableSchema

CONSTANT = "="
"""The answer that a field has the proposed value in all rows."""


@dataclass(frozen=True)
class Option:
    """One of the answers to choose from: what it means, and how it is shown."""

    value: str
    label: str


@dataclass(frozen=True)
class Question:
    """A question with the answers to choose from.

    Attributes:
        about: what it is about, as a heading.
        text: the question.
        options: the answers; the first is the one proposed, if `proposed`.
        none: what it is called to choose none of them; empty if that is no answer.
    """

    about: str
    text: str
    options: tuple[Option, ...]
    none: str
    proposed: bool = True


def source_question(
    table: SpecTableSchema, proposal: TableProposal | None, free: Sequence[SourceProfile]
) -> Question:
    """Which source holds a table: the one proposed, those like it, or one that is free."""
    first = [] if proposal is None else [proposal.source, *proposal.others]
    sources = list({one.name: one for one in (*first, *free)}.values())
    labels = [
        f"{one.name} ({proposal.confidence:.0%} sure)" if proposal and one is proposal.source
        else one.name
        for one in sources
    ]  # fmt: skip
    return Question(
        f"Table {table.name}: {table.description}",
        "Which source holds it?",
        tuple(map(Option, (one.name for one in sources), labels)),
        "none of them",
        proposed=proposal is not None,
    )


def rows_question(proposal: TableProposal, found: Sequence[Filter]) -> Question:
    """Whether rows that look like no records are left out."""
    words = "; ".join(
        f"'{one.column}' is {' or '.join(map(repr, one.values))}: {one.share:.1%} of the rows"
        for one in found
    )
    return Question(
        f"Table {proposal.table.name}, {proposal.source.name}",
        f"Some rows look as if they were no records ({words}). Leave them out?",
        (Option("yes", "yes, leave them out"),),
        "no, keep all rows",
    )


def field_question(table: TableProposal, one: FieldProposal) -> Question:
    """What fills a field."""
    spec = one.spec
    options = []
    if one.constant is not None:
        options.append(Option(CONSTANT, f"the same for all rows: {_label(spec, one)}"))
    for each in sorted(one.candidates, key=lambda each: each.column != one.column):
        column = table.source.column(each.column)
        shown = examples(column) if column is not None else ""
        options.append(Option(each.column, f"column '{each.column}' ({each.worth:.0%}): {shown}"))
    known = {each.column for each in one.candidates}
    options += [
        Option(column.name, f"column '{column.name}': {examples(column)}")
        for column in table.source.columns
        if column.name not in known
    ]
    leave = "none: leave the table out" if spec.required else "none: leave the field out"
    return Question(
        f"Table {table.table.name}, {table.source.name}",
        f"Which column is {spec.name}? {spec.title}: {spec.description}",
        tuple(options),
        leave,
        proposed=one.filled,
    )


def _label(spec: SpecField, one: FieldProposal) -> str:
    constant = one.constant
    return spec.label(constant) if isinstance(constant, str | int) else str(constant)


def date_question(table: TableProposal, one: FieldProposal) -> Question:
    """Whether day or month comes first."""
    forms = (one.date_format or "", *one.date_formats)
    spoken = {True: "the day comes first", False: "the month comes first"}
    return Question(
        f"Table {table.table.name}, {table.source.name}",
        f"In column '{one.column}' ({one.spec.name}), day and month cannot be told apart.",
        tuple(
            Option(form, f"{spoken[form.find('%d') < form.find('%m')]} ({form})") for form in forms
        ),
        none="",
    )


def code_question(table: TableProposal, one: FieldProposal, value: str) -> Question:
    """What a value of a code list means."""
    spec = one.spec
    codes = spec.codes or ()
    return Question(
        f"Table {table.table.name}, {table.source.name}, column '{one.column}'",
        f"What does '{value}' mean as {spec.name} ({spec.title})?",
        tuple(Option(str(code), f"{code}: {spec.label(code)}") for code in codes),
        none="",
        proposed=False,
    )


def system_question(spec: SpecField) -> Question:
    """In which system children's cases are kept."""
    return Question(
        "The case-management system",
        "In which system are children's cases kept?",
        tuple(Option(str(code), spec.label(code)) for code in spec.codes or ()),
        "not said",
        proposed=False,
    )
