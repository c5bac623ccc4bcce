"""The mapping that was decided, as a file for people: what, from where, how sure, what is open.

Rules kept here:

1. A table that cannot be used yet stands there as comments, with the place to fill in.
2. What is open says so in a line that starts with `# open:`.
3. Values of a source stand here only as keys of code lists (`showing`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Set
from dataclasses import replace
from typing import Any

from oversight_agent.proposing import toml
from oversight_agent.proposing.decision import Decision, TableDecision
from oversight_agent.proposing.ends import is_end
from oversight_agent.proposing.filters import Filter
from oversight_agent.proposing.numbers import DAYS_IN
from oversight_agent.proposing.proposal import FieldProposal, Lookup
from oversight_agent.proposing.returns import not_filled
from oversight_agent.proposing.showing import is_code_list
from oversight_agent.sources import ReturnKind

OPEN = "# open: "

_HEAD = """\
# How this authority's own files become the tables of the common specification.
# Written by 'oversight-agent init'. The figure behind a field says how sure the proposal was;
# "said" means that a person said so. Lines that begin with "# open:" wait for a person.
# 'oversight-agent check' says whether it works.
"""
_ISO = "%Y-%m-%d"
_WEEK = 37
_CODES_IN_A_LINE = 3


def mapping_text(decision: Decision) -> str:
    """The mapping's file."""
    version = decision.proposal.version
    lines = [_HEAD, f"specification = {toml.value(version)}"]
    if decision.case_system is not None:
        lines.append(f"case_system = {toml.value(decision.case_system)}")
    elif decision.proposal.case_system is not None:
        named = toml.value(decision.proposal.case_system)
        lines.append(f"{OPEN}names speak of it; is it right? case_system = {named}")
    by_hand = {one.proposal.table.name for one in decision.tables}
    for kind, files in decision.proposal.returns:
        lines += ["", *_return(kind, files, by_hand)]
    for table in decision.tables:
        written = list(_table(table))
        lines += ["", *(written if table.usable else toml.commented(written))]
    for name in decision.missing:
        lines += ["", f"{OPEN}no source was found for the table {name}"]
    return "\n".join(lines) + "\n"


def open_places(text: str) -> int:
    """How many places of a mapping wait for a person."""
    return sum(line.lstrip("# ").startswith("open:") for line in text.splitlines())


def _return(kind: ReturnKind, files: tuple[str, ...], by_hand: Set[str]) -> Iterator[str]:
    yield "[[returns]]"
    yield f"kind = {toml.value(kind)}"
    if len(files) == 1:
        yield f"file = {toml.value(files[0])}"
    else:
        yield f"files = {toml.value(list(files))}"
    more = not_filled(kind, by_hand)
    if more:
        yield toml.comment(f"It fills {', '.join(more)} only where this says more: see"
                           " docs/statutory-returns.md")  # fmt: skip


def _table(decision: TableDecision) -> Iterator[str]:
    proposal = decision.proposal
    name = proposal.table.name
    yield f"[tables.{name}]  # {proposal.table.title}: {proposal.confidence:.0%}"
    if not decision.usable:
        yield f"{OPEN}{_what_to_do(decision)}, then delete the marks before these lines"
    settings = proposal.source.settings.model_dump(exclude_defaults=True, exclude={"wide"})
    for setting, given in settings.items():
        yield f"{setting} = {toml.value(given)}"
    usual = _usual_date_format(proposal.fields)
    if usual != _ISO:
        yield f"date_format = {toml.value(usual)}"
    if proposal.others:
        others = ", ".join(one.name for one in proposal.others)
        yield toml.comment(f"Other sources look like this table too: {others}")
    yield from _rows(decision)
    if proposal.wide:
        yield from ("", f"[tables.{name}.wide.question]", *_questions(decision, proposal.wide))
    yield from ("", f"[tables.{name}.fields]", *_short_fields(decision, usual))
    for one in proposal.fields:
        if _is_long(one) and one.spec.name not in decision.unsure:
            yield from ("", *_long_field(decision, one, usual))


def _questions(decision: TableDecision, wide: Mapping[str, str]) -> Iterator[str]:
    for column, question in wide.items():
        line = f"{toml.key(column)} = {toml.value(question)}"
        asked = "is this the question?" if question else "which question is it?"
        guessed = column in decision.proposal.guessed
        yield f"{OPEN}{asked} {line}" if guessed else line


def _what_to_do(decision: TableDecision) -> str:
    steps = ["see whether this is its source"] if decision.source_in_doubt else []
    steps += ["say which columns are questions of the survey"] * decision.lacks_questions
    steps += [f"fill in {', '.join(decision.lacking)}"] if decision.lacking else []
    return "; ".join(steps)


def _is_long(one: FieldProposal) -> bool:
    many = len(one.sure_codes) > _CODES_IN_A_LINE or bool(one.likened)
    return many and not _stand_for_themselves(one)


def _rows(decision: TableDecision) -> Iterator[str]:
    for each in decision.proposal.fields:
        if (
            each.column
            and each.add_days is None
            and is_end(decision.proposal.table.name, each.spec.name)
        ):
            yield (f"{OPEN}does '{each.column}' hold the last day? Then add_days = 1 for"
                   f" {each.spec.name}")  # fmt: skip
    for one in decision.rows_left_out:
        yield from ("", *_where(decision, one))
    for one in decision.rows_in_doubt:
        values = " or ".join(one.values)
        yield f"{OPEN}are rows in which '{one.column}' is {values} no records? Then:"
        yield from toml.commented(_where(decision, one))


def _where(decision: TableDecision, one: Filter) -> Iterator[str]:
    place = f"tables.{decision.proposal.table.name}.where"
    yield f"[[{place}]]  # {one.share:.1%} of the rows are left out"
    yield f"column = {toml.value(one.column)}"
    yield f"is_not = {toml.value(list(one.values))}"


def _usual_date_format(fields: tuple[FieldProposal, ...]) -> str:
    forms = Counter(one.date_format for one in fields if one.date_format and not one.date_also)
    return forms.most_common(1)[0][0] if forms else _ISO


def _short_fields(decision: TableDecision, usual: str) -> Iterator[str]:
    empty = []
    for one in decision.proposal.fields:
        name = one.spec.name
        if name in decision.unsure and one.filled:
            yield f"{OPEN}{_doubt(one)} {_line(one, usual)}{_else(one)}"
        elif one.filled and not _is_long(one):
            yield _line(one, usual)
            yield from _uncoded(decision, one)
        elif not one.filled and one.spec.required:
            yield f'{OPEN}{name} = {{ column = "" }}; {_nearest(one)}'
        elif not one.filled:
            empty.append(name)
    if empty:
        yield toml.comment(f"Not filled: {', '.join(empty)}")


def _line(one: FieldProposal, usual: str) -> str:
    return f"{one.spec.name} = {toml.inline(_settings(one, usual))}  # {_sure(one)}"


def _sure(one: FieldProposal) -> str:
    sure = "said" if one.confidence == 1.0 else f"{one.confidence:.0%}"
    return f"{sure}; in {one.misfits} rows no number" if one.misfits else sure


def _doubt(one: FieldProposal) -> str:
    if one.date_formats:
        return f"does it write the day first, or is its date_format {one.date_formats[0]}?"
    if not one.unit.doubts:
        return "is this right?"
    return (
        "are these days? If weeks, number_format = { multiply_by = 7 }, if months 28, 30 or 31;"
        " then:"
    )


def _long_field(decision: TableDecision, one: FieldProposal, usual: str) -> Iterator[str]:
    place = f"tables.{decision.proposal.table.name}.fields.{one.spec.name}"
    settings = dict(_settings(one, usual))
    codes = settings.pop("codes")
    yield f"[{place}]  # {_sure(one)}"
    for setting, given in settings.items():
        yield f"{setting} = {toml.value(given)}"
    yield from ("", f"[{place}.codes]")
    for text, code in codes.items():
        yield f"{toml.key(text)} = {toml.value(code)}"
    yield from _uncoded(decision, one)


def _else(one: FieldProposal) -> str:
    """What else it may be, if the column itself is in doubt."""
    if one.unit.doubts or one.date_formats:
        return ""
    others = tuple(each for each in one.candidates if each.column != one.column)
    return f"; else {_nearest(replace(one, candidates=others))}"


def _nearest(one: FieldProposal) -> str:
    names = ", ".join(f"'{each.column}'" for each in one.candidates)
    return f"nearest: {names}" if names else "no column fits"


def _uncoded(decision: TableDecision, one: FieldProposal) -> Iterator[str]:
    if one.spec.name not in decision.uncoded:
        return
    column = decision.proposal.source.column(one.column or "")
    known = 1 - len(one.open) / max(1, len(column.values)) if column is not None else 0.0
    if column is not None and is_code_list(column, known):
        for value in one.open:
            yield f"{OPEN}{toml.key(value)} = a code of {one.spec.name}"
        for value in one.likened:
            code = toml.value((one.codes or {})[value])
            yield f"{OPEN}is it the nearest code? {toml.key(value)} = {code}"
    else:
        values = len(one.open) + len(one.likened)
        yield f"{OPEN}{one.spec.name} has no code for {values} values of the column"


def _settings(one: FieldProposal, usual: str) -> Mapping[str, Any]:
    if one.column is None:
        return {"constant": one.constant}
    if one.lookup is not None:
        return {"lookup": _lookup(one.column, one.lookup)}
    settings: dict[str, Any] = {"column": one.column}
    if one.date_format is not None and (one.date_format != usual or one.date_also):
        forms = [one.date_format, *one.date_also]
        settings["date_format"] = forms if one.date_also else forms[0]
    if one.codes is not None and not _stand_for_themselves(one):
        settings["codes"] = one.sure_codes
    if one.add_days:
        settings["add_days"] = one.add_days
    if form := _number_format(one):
        settings["number_format"] = form
    return settings


def _number_format(one: FieldProposal) -> dict[str, Any]:
    unit = one.unit
    form: dict[str, Any] = {"unit": unit.mark} if unit.mark else {}
    if unit.name == "%":
        return {**form, "divide_by": 100}
    if unit.name == "hours":
        return {"divide_by": _WEEK}
    factor = one.multiply_by or DAYS_IN.get(unit.name, 1)
    return {**form, "multiply_by": factor} if factor != 1 else form


def _lookup(column: str, lookup: Lookup) -> Mapping[str, Any]:
    source = lookup.source.settings.model_dump(exclude_defaults=True, exclude={"wide"})
    return {**source, "from": column, "key": lookup.key, "value": lookup.value}


def _stand_for_themselves(one: FieldProposal) -> bool:
    unlisted = one.open or one.likened
    return not unlisted and all(str(code) == text for text, code in one.sure_codes.items())
