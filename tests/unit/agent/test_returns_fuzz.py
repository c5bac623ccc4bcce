"""Returns that were changed in any way are read or refused; nothing of a person is ever read."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oversight_agent.mapping import Mapped, Pseudonymiser, TableMapping, map_table
from oversight_agent.readers import read
from oversight_agent.tables import RawTable
from oversight_protocol.errors import InputError
from support.returns import (
    BIRTH,
    PERSON,
    SECRET,
    annex_a,
    cells_of,
    child,
    cin_census,
    cin_plan,
    cp_plan,
    details,
    mapping_of,
    raw_of,
    worker,
    workforce_census,
)

fuzzed = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
fewest = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
few = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

CIN = '[[returns]]\nkind = "cin-census"\nfile = "x.xml"\n'
WORKFORCE = '[[returns]]\nkind = "workforce-census"\nfile = "x.xml"\n'
ANNEX = '[[returns]]\nkind = "annex-a"\nfile = "x.xlsx"\n'

CENSUS = cin_census(
    2026,
    child(2026, "a1", details(2026, "2025-05-01", cin_plan("2025-06-01"), cp_plan("2025-07-01"))),
    child(2026, "a2", details(2026, "2025-05-02"), details(2026, "2025-05-02")),
).encode()
STAFF = workforce_census(2025, worker("SW1"), worker("SW2", FTE30="0.5")).encode()
TAGS = [
    b"<Child>", b"</Child>", b"<CINdetails>", b"</CINdetails>", b"<LAchildID>", b"<!--", b"-->",
    b"<![CDATA[", b"]]>", b"&amp;", b"&#0;", b"&x;", b"<!DOCTYPE a>", b"\0", b"\xff", b"<a b='c'>",
]  # fmt: skip


@st.composite
def edits(draw: st.DrawFn, whole: bytes) -> bytes:
    """A file with some of its bytes cut out, doubled, or replaced."""
    data = whole
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 60)))
        piece = draw(st.sampled_from(TAGS) | st.binary(max_size=8) | st.just(data[start:end] * 2))
        data = data[:start] + piece + data[end:]
    return data[: draw(st.integers(0, len(data)) | st.just(len(data)))]


def read_all(folder: Path, text: str) -> None:
    """Read and map every table; only the documented error may be raised."""
    for mapping in mapping_of(folder, text).tables.values():
        try:
            raw = read(mapping.source, folder, mapping.columns)
        except InputError as refusal:
            said = str(refusal)
        else:
            said = str(_mapped(mapping, raw).problems)
        assert PERSON not in said


def _mapped(mapping: TableMapping, raw: RawTable) -> Mapped:
    mapped = map_table(mapping, raw, Pseudonymiser(SECRET))
    assert sum(part.rows for part in raw.parts) == len(raw.frame) == mapped.rows_read
    return mapped


@fuzzed
@given(data=edits(CENSUS))
def test_a_changed_census_raises_nothing_undocumented(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.xml").write_bytes(data)

    read_all(tmp_path, CIN)


@fuzzed
@given(data=edits(STAFF))
def test_a_changed_workforce_census_raises_nothing_undocumented(
    tmp_path: Path, data: bytes
) -> None:
    (tmp_path / "x.xml").write_bytes(data)

    read_all(tmp_path, WORKFORCE)


@pytest.mark.parametrize("text", [CENSUS, STAFF])
@few
@given(share=st.floats(0, 0.999))
def test_a_census_that_is_cut_off_is_always_refused(
    tmp_path: Path, text: bytes, share: float
) -> None:
    (tmp_path / "x.xml").write_bytes(text[: int(share * len(text.rstrip()))])
    mapping = CIN if text is CENSUS else WORKFORCE
    table = "episode" if text is CENSUS else "worker"

    with pytest.raises(InputError, match=r"x\.xml"):
        raw_of(tmp_path, mapping, table)


CELLS = st.none() | st.integers() | st.booleans() | st.dates() | st.sampled_from(
    ["", " ", "#N/A", "6: Police", "q) 6: Police", "31/02/2026", "2026-02-31", "c) CIN plan"]
) | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12)  # fmt: skip
COLUMNS = (
    "Child Unique ID", "Date of Referral", "Referral Source", "Referral NFA?", "CIN Start Date",
    "CIN Closure Date", "Case Status", "Child Protection Plan Start Date", "Allocated Team",
    "Date Started to be Looked After", "Allocation Start Date", "Allocated Worker",
)  # fmt: skip
ROWS = st.lists(st.dictionaries(st.sampled_from(COLUMNS), CELLS), min_size=1, max_size=3)


@fewest
@given(lists=st.dictionaries(st.integers(3, 9), ROWS), titles=st.integers(0, 2))
def test_a_workbook_of_any_cells_raises_nothing_undocumented(
    tmp_path: Path, lists: dict[int, list[dict[str, Any]]], titles: int
) -> None:
    annex_a(tmp_path / "x.xlsx", lists, titles=titles)

    read_all(tmp_path, ANNEX)
    read_all(tmp_path, ANNEX + 'tables = ["allocation"]\n')
    read_all(tmp_path, ANNEX + '[returns.codes.team.service]\nA = "other"\n')


@few
@given(data=st.data())
def test_a_workbook_with_a_changed_part_raises_nothing_undocumented(
    tmp_path: Path, data: st.DataObject
) -> None:
    annex_a(
        tmp_path / "x.xlsx", {3: [{"Child Unique ID": 1, "Date of Referral": date(2026, 1, 1)}]}
    )
    with ZipFile(tmp_path / "x.xlsx") as package:
        parts = {name: package.read(name) for name in package.namelist()}
    name = data.draw(st.sampled_from(sorted(parts)))
    parts[name] = data.draw(edits(parts[name]))
    changed = BytesIO()
    with ZipFile(changed, "w", ZIP_DEFLATED) as package:
        for one, content in parts.items():
            package.writestr(one, content)
    (tmp_path / "x.xlsx").write_bytes(changed.getvalue())

    read_all(tmp_path, ANNEX)


NUMBERS = st.text("abc123", min_size=1, max_size=4)


@few
@given(
    year=st.integers(2009, 2026),
    numbers=st.lists(NUMBERS, min_size=1, max_size=5),
    stray=st.booleans(),
)
def test_no_cell_of_a_census_holds_what_it_says_of_a_person(
    tmp_path: Path, year: int, numbers: list[str], stray: bool
) -> None:
    children = [child(year, n, details(year, f"{year}-01-01", cp_plan(f"{year}-01-02")))
                for n in numbers]  # fmt: skip
    text = cin_census(year, *children)
    if stray:
        for tag in ("<UPN>", "</ChildIdentifiers>", "<CINreferralDate>", "</CINdetails>"):
            text = text.replace(tag, f"{PERSON}{tag}{BIRTH if tag == '<UPN>' else ''}")
    (tmp_path / "x.xml").write_text(text, encoding="utf-8")

    raws = [raw_of(tmp_path, CIN, table) for table in ("episode", "plan")]

    assert len(raws[0].frame) == len(numbers)
    assert not [cell for raw in raws for cell in cells_of(raw) if PERSON in cell or BIRTH in cell]


@few
@given(numbers=st.lists(NUMBERS, min_size=1, max_size=5))
def test_no_cell_of_a_workforce_census_holds_what_it_says_of_a_person(
    tmp_path: Path, numbers: list[str]
) -> None:
    text = workforce_census(2025, *(worker(n) for n in numbers))
    (tmp_path / "x.xml").write_text(text, encoding="utf-8")

    raw = raw_of(tmp_path, WORKFORCE, "worker")

    assert not [cell for cell in cells_of(raw) if PERSON in cell or BIRTH in cell]
    assert set(raw.frame["worker_id"]) == set(numbers)
