"""Do answers given beforehand fit what was found? An answer that fits nothing would be lost."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from oversight_agent.mapping.finding import suggestion
from oversight_agent.pipeline.profiling import SourceProfile
from oversight_agent.proposing.answers import Answers, FieldAnswers, TableAnswers
from oversight_agent.proposing.evidence import can_hold
from oversight_agent.proposing.instruments import wordings
from oversight_agent.proposing.proposal import Proposal
from oversight_agent.proposing.wide import guessed_in
from oversight_protocol.errors import InputError
from oversight_protocol.specification import SpecField, Specification, SpecTableSchema


def check_answers(
    answers: Answers, proposal: Proposal, specification: Specification, file: Path
) -> None:
    """Check a file of answers.

    Raises:
        InputError: an answer names a table, field, source, column or code that is not there.
    """
    tables = {table.name: table for table in specification.mapped}
    for name, given in answers.tables.items():
        where = f"{file}, tables.{name}"
        table = _known(name, tables, "table of the specification", where)
        _check_table(tables[table], given, proposal, where)
    submission = specification.table("submission")
    spec = submission.field("case_system") if submission is not None else None
    if answers.case_system is not None and spec is not None:
        _known(answers.case_system, map(str, spec.codes or ()), "case system",
               f"{file}, case_system")  # fmt: skip


def _check_table(
    table: SpecTableSchema, given: TableAnswers, proposal: Proposal, where: str
) -> None:
    source = _source(given, table, proposal, where)
    _check_questions(given, source, f"{where}.questions")
    names = [spec.name for spec in table.fields]
    for name, field in given.fields.items():
        place = f"{where}.fields.{name}"
        _known(name, names, f"field of {table.name}", place)
        spec = table.field(name)
        if spec is not None:
            _check_field(table, spec, field, source, place)


def _source(
    given: TableAnswers, table: SpecTableSchema, proposal: Proposal, where: str
) -> SourceProfile | None:
    sources = {one.name: one for one in proposal.sources}
    if isinstance(given.source, str):
        return sources[_known(given.source, sources, "source", f"{where}.source")]
    proposed = proposal.tables.get(table.name)
    return proposed.source if proposed is not None and given.source is None else None


def _check_questions(given: TableAnswers, source: SourceProfile | None, where: str) -> None:
    wide = source.settings.wide if source is not None else None
    if given.questions and wide is None:
        raise InputError(
            "no column of the source looks like a question of the survey",
            where=where,
            expected="a sheet with a column for each question",
            advice="leave 'questions' out; which columns are questions is said in mapping.toml,"
            " under 'wide' (docs/sources.md)",
        )
    columns = {} if wide is None else wide.question
    sure = {one: number for one, number in columns.items() if one not in guessed_in(wide)}
    named: dict[str, str] = {}
    for column, number in {**sure, **given.questions}.items():
        _known(column, columns, "question among the columns", where)
        if number:
            # Of numbers none is nearer to another.
            _known(number, wordings(), "question of the survey", where, suggests=False)
            other = named.setdefault(number, column)
            if other != column:
                raise _same_question(number, (other, column), where)


def _same_question(number: str, columns: tuple[str, str], where: str) -> InputError:
    first, second = columns
    return InputError(
        "two columns would be the same question",
        where=where,
        found=f"'{first}' and '{second}' as {number}",
        expected="one column for each question",
        advice='say of one of them which question it is, or "" if it is none',
    )


def _check_field(
    table: SpecTableSchema, spec: SpecField, given: FieldAnswers, source: SourceProfile | None,
    where: str,
) -> None:  # fmt: skip
    if sum((given.column is not None, given.constant is not None, bool(given.leave_out))) > 1:
        raise InputError(
            "a field is filled in one way",
            where=where,
            expected="one of column, constant and leave_out",
            advice="drop the others",
        )
    if given.column is not None and source is not None:
        columns = [one.name for one in source.columns]
        _known(given.column, columns, f"column of {source.name}", f"{where}.column")
        column = source.column(given.column)
        if column and given.date_format is None and not can_hold(table, spec, column):
            raise _cannot_hold(table, spec, source, where)
    codes = [*given.codes.values()]
    if isinstance(given.constant, str | int) and spec.codes is not None:
        codes.append(given.constant)
    for code in codes:
        if spec.codes is not None and code not in spec.codes:
            _known(str(code), map(str, spec.codes), f"code of {spec.name}", f"{where}.codes")


def _cannot_hold(
    table: SpecTableSchema, spec: SpecField, source: SourceProfile, where: str
) -> InputError:
    kind = "days" if spec.type == "date" else "numbers"
    fitting = [one.name for one in source.columns if one.filled and can_hold(table, spec, one)]
    return InputError(
        f"the column holds no {kind}, as {spec.name} does",
        where=f"{where}.column",
        found="text",
        expected=f"one of {', '.join(fitting)}" if fitting else f"a column of {kind}",
        advice="name another column" + " or the date_format" * (spec.type == "date"),
    )


def _known(name: str, names: Iterable[str], kind: str, where: str, *, suggests: bool = True) -> str:
    known = list(names)
    if name in known:
        return name
    raise InputError(
        f"there is no such {kind}",
        where=where,
        expected=f"one of {', '.join(known)}" if len(known) <= 40 else f"a {kind}",
        advice=(suggestion(name, known) if suggests else "") or "correct the answer",
    )
