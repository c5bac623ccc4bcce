"""The mapping that was decided, as a file for people: what, from where, how sure, what is open.

Rules kept here:

1. A table that cannot be used yet stands there as comments, with the place to fill in.
2. What is open says so in a line that starts with `# open:`.
3. Values of a source stand here only as keys of code lists (`showing`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from oversight_agent.proposing import toml
from oversight_agent.proposing.decision import Decision, TableDecision
from oversight_agent.proposing.filters import Filter
from oversight_agent.proposing.proposal import FieldProposal, Lookup
from oversight_agent.proposing.showing import is_code_list

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
    for kind, files in decision.proposal.returns:
        lines += ["", *_return(kind, files)]
    for table in decision.tables:
        written = list(_table(table))
        lines += ["", *(written if table.usable else toml.commented(written))]
    for name in decision.missing:
        lines += ["", f"{OPEN}no source was found for the table {name}"]
    return "\n".join(lines) + "\n"


def open_places(text: str) -> int:
    """How many places of a mapping wait for a person."""
    return sum(line.lstrip("# ").startswith("open:") for line in text.splitlines())


def _return(kind: str, files: tuple[str, ...]) -> Iterator[str]:
    yield "[[returns]]"
    yield f"kind = {toml.value(kind)}"
    if len(files) == 1:
        yield f"file = {toml.value(files[0])}"
    else:
        yield f"files = {toml.value(list(files))}"


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
        yield from ("", f"[tables.{name}.wide.question]")
        for column, question in proposal.wide.items():
            yield f"{toml.key(column)} = {toml.value(question)}"
    yield from ("", f"[tables.{name}.fields]", *_short_fields(decision, usual))
    for one in proposal.fields:
        if _is_long(one) and one.spec.name not in decision.unsure:
            yield from ("", *_long_field(decision, one, usual))


def _what_to_do(decision: TableDecision) -> str:
    steps = ["see whether this is its source"] if decision.source_in_doubt else []
    steps += [f"fill in {', '.join(decision.lacking)}"] if decision.lacking else []
    return "; ".join(steps)


def _is_long(one: FieldProposal) -> bool:
    return len(one.codes or ()) > _CODES_IN_A_LINE and not _stand_for_themselves(one)


def _rows(decision: TableDecision) -> Iterator[str]:
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
            yield f"{OPEN}is this right? {_line(one, usual)}; else {_nearest(one)}"
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
    return "said" if one.confidence == 1.0 else f"{one.confidence:.0%}"


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
    else:
        yield f"{OPEN}{one.spec.name} has no code for {len(one.open)} values of the column"


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
        settings["codes"] = dict(one.codes)
    if one.number_unit == "%":
        settings["number_format"] = {"unit": "%", "divide_by": 100}
    elif one.number_unit == "hours":
        settings["number_format"] = {"divide_by": _WEEK}
    return settings


def _lookup(column: str, lookup: Lookup) -> Mapping[str, Any]:
    source = lookup.source.settings.model_dump(exclude_defaults=True, exclude={"wide"})
    return {**source, "from": column, "key": lookup.key, "value": lookup.value}


def _stand_for_themselves(one: FieldProposal) -> bool:
    return not one.open and all(str(code) == text for text, code in (one.codes or {}).items())
