"""The interview's questions, each with the answers to choose from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from oversight_agent.pipeline.profiling import SourceProfile
from oversight_agent.proposing.evidence import can_hold
from oversight_agent.proposing.filters import Filter
from oversight_agent.proposing.instruments import wordings
from oversight_agent.proposing.numbers import DAYS_IN
from oversight_agent.proposing.proposal import Code, FieldProposal, TableProposal
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
    table: SpecTableSchema, proposal: TableProposal | None, free: Sequence[SourceProfile], *,
    suggests: bool,
) -> Question:  # fmt: skip
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
        proposed=suggests,
    )


def rows_question(proposal: TableProposal, found: Sequence[Filter]) -> Question:
    """Whether rows that look like no records are left out."""
    words = "; ".join(
        f"'{one.column}' is {' or '.join(map(repr, one.values))}: {one.share:.1%} of the rows"
        for one in found
    )
    return Question(
        _about(proposal),
        f"Some rows look as if they were no records ({words}). Leave them out?",
        (Option("yes", "yes, leave them out"),),
        "no, keep all rows",
    )


def field_question(table: TableProposal, one: FieldProposal, *, suggests: bool) -> Question:
    """What fills a field; of its columns those that can."""
    spec = one.spec
    columns = table.source.columns
    fitting = {each.name: each for each in columns if can_hold(table.table, spec, each)}
    options = []
    if one.constant is not None:
        options.append(Option(CONSTANT, f"the same for all rows: {_label(spec, one)}"))
    for each in sorted(one.candidates, key=lambda each: each.column != one.column):
        if each.column in fitting:
            shown = examples(fitting.pop(each.column))
            some = f"; {one.misfits} rows do not fit" if one.misfits else ""
            sure = f"{each.worth:.0%}{some if each.column == one.column else ''}"
            label = f"column '{each.column}' ({sure}): {shown}"
            options.append(Option(each.column, label))
    options += [
        Option(name, f"column '{name}': {examples(column)}") for name, column in fitting.items()
    ]
    leave = "none: leave the table out" if spec.required else "none: leave the field out"
    return Question(
        _about(table),
        f"Which column is {spec.name}? {spec.title}: {spec.description}",
        tuple(options),
        leave,
        proposed=suggests and one.filled,
    )


def _about(table: TableProposal) -> str:
    return f"Table {table.table.name}, {table.source.name}"


def _label(spec: SpecField, one: FieldProposal) -> str:
    constant = one.constant
    return spec.label(constant) if isinstance(constant, str | int) else str(constant)


def date_question(table: TableProposal, one: FieldProposal) -> Question:
    """Whether day or month comes first."""
    forms = (one.date_format or "", *one.date_formats)
    spoken = {True: "the day comes first", False: "the month comes first"}
    return Question(
        _about(table),
        f"In column '{one.column}' ({one.spec.name}), day and month cannot be told apart.",
        tuple(
            Option(form, f"{spoken[form.find('%d') < form.find('%m')]} ({form})") for form in forms
        ),
        none="",
    )


def unit_question(table: TableProposal, one: FieldProposal) -> Question:
    """In which unit a column's numbers are."""
    fixed = {days: name for name, days in DAYS_IN.items()}
    what = (
        f"Column '{one.column}' ({one.spec.name}) is in months. How many days does the policy mean?"
        if one.unit.name == "months"
        else f"Column '{one.column}' ({one.spec.name}) holds small numbers. What are they?"
    )
    return Question(
        _about(table),
        what,
        tuple(
            Option(str(days), fixed.get(days, f"months of {days} days")) for days in one.unit.doubts
        ),
        none="",
        proposed=False,
    )


def end_question(table: TableProposal, one: FieldProposal, *, last_day_first: bool) -> Question:
    """Whether an end is still part of its spell; the specification's is not."""
    options = [
        Option("0", "the first day on which it no longer holds, as the specification means it"),
        Option("1", "the last day on which it holds: a day is added"),
    ]
    return Question(
        _about(table),
        f"Which day is in column '{one.column}' ({one.spec.name})?",
        tuple(reversed(options)) if last_day_first else tuple(options),
        none="",
    )


def likened_question(
    table: TableProposal, one: FieldProposal, likened: Mapping[str, Code | None]
) -> Question:
    """Whether values that no list has mean the codes that are nearest."""
    pairs = "; ".join(
        f"'{value}' is {one.spec.label(code)}" for value, code in likened.items()
        if code is not None
    )  # fmt: skip
    return Question(
        f"{_about(table)}, column '{one.column}'",
        f"Values that are no code of {one.spec.name} ({one.spec.title}) seem to mean: {pairs}."
        " Is all of it right?",
        (Option("yes", "yes, all of it"),),
        none="no: ask me about each",
        proposed=False,
    )


def wide_question(table: TableProposal, guessed: Mapping[str, str]) -> Question:
    """Whether columns are the questions of the study's survey."""
    texts = wordings()
    pairs = "".join(
        f"\n      '{column}' is {number}: {texts[number]}" for column, number in guessed.items()
    )
    return Question(
        _about(table),
        f"These columns look like questions of the study's survey, in other words:{pairs}\n"
        "Is all of it right?",
        (Option("yes", "yes, all of it"),),
        none="no: ask me about each",
        proposed=False,
    )


def guess_question(table: TableProposal, column: str, taken: Collection[str]) -> Question:
    """Which question of the survey a column is; those that other columns are do not count."""
    return Question(
        _about(table),
        f"Which question is column '{column}'?",
        tuple(
            Option(number, f"{number}: {text}")
            for number, text in wordings().items()
            if number not in taken
        ),
        none="none of them",
        proposed=False,
    )


def code_question(table: TableProposal, one: FieldProposal, value: str) -> Question:
    """What a value of a code list means."""
    spec = one.spec
    codes = spec.codes or ()
    return Question(
        f"{_about(table)}, column '{one.column}'",
        f"What does '{value}' mean as {spec.name} ({spec.title})?",
        tuple(Option(str(code), f"{code}: {spec.label(code)}") for code in codes),
        none="",
        proposed=False,
    )


def system_question(spec: SpecField, named: str | None) -> Question:
    """In which system children's cases are kept; first the one that names speak of."""
    codes = sorted(map(str, spec.codes or ()), key=lambda code: code != named)
    return Question(
        "The case-management system",
        "In which system are children's cases kept?"
        + " The names of your files or columns speak of the first." * (named is not None),
        tuple(Option(code, spec.label(code)) for code in codes),
        "not said",
        proposed=named is not None,
    )
