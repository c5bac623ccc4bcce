"""The Department for Education's children's social work workforce census: workers and their posts.

Full-time equivalents are shares in most years' layouts and percentages in others.

Rule kept here: percentages are taken only if all values of a return can be. Nobody holds ten posts:
where a value is 10 or more, either all are percentages or the return is refused. Nobody's post is
below two per cent of a full one, and somebody's percentage is beyond the hours of any week.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from oversight_agent.problems import FIRST_ROWS, SourceError
from oversight_agent.readers.request import Request
from oversight_agent.readers.returns.census import check_collection, reference_date
from oversight_agent.readers.returns.rows import Extract, Rows
from oversight_agent.readers.returns.texts import day, yes_no
from oversight_agent.readers.returns.xml import Element, Layout, Return

_IDENTIFIERS = ("sweno", "hcpcno", "hcpcnumber", "laworkerid", "workerid", "staffid")
"""The worker's registration, or the authority's own number, which some systems write instead."""

_LAYOUT = Layout(
    record="cswwworker",
    groups=frozenset(),
    values=frozenset({
        *_IDENTIFIERS,
        "agencyworker", "orgrole", "fte30", "fte", "cfkssstatus", "rolestartdate", "roleenddate",
    }),
)  # fmt: skip

_REQUIRED = {
    "role": ("OrgRole", "1 to 6"),
    "agency": ("AgencyWorker", "1 or 0"),
    "role_start": ("RoleStartDate", "a day"),
}
"""By field, the element that every worker must have, and what stands in it."""

_LARGE = Decimal(10)
"""What is no share of a post."""
_SMALL = Decimal(2)
"""What is no percentage of a post, but 0."""
_HOURS = Decimal(48)
"""The most hours that a week may have, by law."""
_Numbered = tuple[int, Decimal]
"""A worker's line and full-time equivalent."""

_NUMBER = re.compile(r"[0-9]{1,6}(\.[0-9]{1,12})?")


def read_workforce_census(request: Request, _: str, names: tuple[str, ...]) -> Extract:
    """Read one return for `worker`.

    Raises:
        InputError: see `oversight_agent.readers.read`.
    """
    found = Return(request, _LAYOUT)
    rows = Rows(request.name, "line", names, request.limits)
    for worker in found.records():
        _add(rows, worker)
    check_collection(found.header, ("csww",), request)
    _check_required(rows)
    if "fte" in rows.columns:
        rows.columns["fte"] = _shares(rows)
    return Extract((rows,), reference_date(found.header))


def _add(rows: Rows, worker: Element) -> None:
    rows.add(
        worker.line,
        worker_id=worker.value(*_IDENTIFIERS),
        role=worker.value("orgrole"),
        agency=yes_no(worker.value("agencyworker")),
        fte=worker.value("fte30", "fte").removesuffix("%").strip(),
        kss=worker.value("cfkssstatus"),
        role_start=day(worker.value("rolestartdate")),
        role_end=day(worker.value("roleenddate")),
    )


def _check_required(rows: Rows) -> None:
    """Refuse a return that says something required of nobody; of one worker, mapping tells it."""
    for name, (element, holds) in _REQUIRED.items():
        if rows.numbers and name in rows.columns and not any(rows.columns[name]):
            raise SourceError(
                f"the return has {element} of no worker",
                file=rows.file,
                field=name,
                found=f"{len(rows.numbers):,} workers, none with it",
                expected=f"{element} of every worker, agency workers too: {holds}",
                advice="fill it in in the system that the return comes from, and export it again;"
                " or map worker by hand",
            )


def _shares(rows: Rows) -> list[str]:
    texts = rows.columns["fte"]
    numbers = [
        (line, Decimal(text))
        for line, text in zip(rows.numbers, texts, strict=True) if _NUMBER.fullmatch(text)
    ]  # fmt: skip
    most = max((number for _, number in numbers), default=Decimal(0))
    if most < _LARGE:
        return texts
    if any(0 < number < _SMALL for _, number in numbers):
        raise _mixed(numbers, rows.file)
    if most <= _HOURS:
        raise _unclear(rows.file)
    return [format(Decimal(text) / 100, "f") if _NUMBER.fullmatch(text) else text for text in texts]


def _mixed(numbers: list[_Numbered], file: str) -> SourceError:
    large = _lines(numbers, lambda number: number >= _LARGE)
    small = _lines(numbers, lambda number: 0 < number < _SMALL)
    return SourceError(
        "the return mixes shares of a post with larger numbers, as percentages or hours a week",
        file=file,
        field="fte",
        found=f"{_LARGE} or more on {large}; below {_SMALL} on {small}",
        expected="full-time equivalents of one kind: shares from 0 to 1, or percentages up to 100",
        advice="correct FTE30 of the workers on whichever of these lines are the exception, in the"
        " system that the return comes from, then export it again",
    )


def _unclear(file: str) -> SourceError:
    return SourceError(
        "the full-time equivalents may be hours a week or percentages",
        file=file,
        field="fte",
        found=f"no value above {_HOURS}, and values of {_LARGE} or more",
        expected="shares from 0 to 1; or percentages, of which 100 is a full post",
        advice="have the system that the return comes from write FTE30 as a share of a full post,"
        " as 0.6 for three days of five",
    )


def _lines(numbers: list[_Numbered], fits: Callable[[Decimal], bool]) -> str:
    """Lines as "line 9" or "lines 9, 12 and others (40 rows)"."""
    rows = [line for line, number in numbers if fits(number)]
    lines = list(dict.fromkeys(rows))  # a return without line ends has all its workers on one
    shown = ", ".join(map(str, lines[:FIRST_ROWS]))
    more = f" and others ({len(rows):,} rows)" if len(lines) > FIRST_ROWS else ""
    return f"line{'s' * (len(lines) > 1)} {shown}{more}"
