"""The Department for Education's children's social work workforce census: workers and their posts.

Full-time equivalents are shares in most years' layouts and percentages in others. Nobody holds ten
posts: a return in which one is 10 or more writes percentages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

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

_PERCENT = 10
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
    if "fte" in rows.columns:
        rows.columns["fte"] = _shares(rows.columns["fte"])
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


def _shares(texts: list[str]) -> list[str]:
    if not _are_percentages(texts):
        return texts
    return [format(Decimal(text) / 100, "f") if _NUMBER.fullmatch(text) else text for text in texts]


def _are_percentages(texts: Iterable[str]) -> bool:
    numbers = (Decimal(text) for text in texts if _NUMBER.fullmatch(text))
    return max(numbers, default=Decimal(0)) >= _PERCENT
