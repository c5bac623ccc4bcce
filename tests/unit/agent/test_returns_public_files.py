"""The public samples of returns, which lie beside the project and not in it, are read whole."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from support.returns import cells_of, mapped_of, mapping_of, raw_of, rows_of

DATA = Path(__file__).parents[4] / "shared" / "data"


def sample(name: str, tmp_path: Path) -> None:
    """Have a public file in the data folder."""
    if not (DATA / name).exists():
        pytest.skip(f"the public file {name} is not beside the project")
    (tmp_path / name).write_bytes((DATA / name).read_bytes())


def returned(kind: str, *names: str) -> str:
    return f'[[returns]]\nkind = "{kind}"\nfiles = {list(names)}\n'.replace("'", '"')


def test_the_census_of_2026_is_read_past_its_stray_text(tmp_path: Path) -> None:
    sample("cin-2026.xml", tmp_path)
    text = returned("cin-census", "cin-2026.xml")

    episodes, plans = raw_of(tmp_path, text, "episode"), raw_of(tmp_path, text, "plan")

    assert rows_of(episodes)[0] == {
        "referral_id": "DfEX0000001|2022-10-06", "child_id": "DfEX0000001",
        "referral_date": "2022-10-06", "source": "1A", "need": "N4", "nfa": "0",
        "close_date": "2023-02-27", "reason": "RC1",
    }  # fmt: skip
    assert episodes.frame.index.tolist() == [34, 98]
    assert [row["type"] for row in rows_of(plans)] == ["cin", "cp"]
    assert rows_of(plans)[1]["previous_cpp"] == "10"
    assert mapped_of(tmp_path, text, "episode").table is not None
    assert mapped_of(tmp_path, text, "plan").table is not None


def test_censuses_of_two_years_are_read_as_one(tmp_path: Path) -> None:
    sample("cin-2022.xml", tmp_path)
    sample("cin-2026.xml", tmp_path)

    raw = raw_of(tmp_path, returned("cin-census", "cin-2026.xml", "cin-2022.xml"), "episode")

    assert [(part.file, part.rows) for part in raw.parts] == [
        ("cin-2022.xml", 1), ("cin-2026.xml", 2),
    ]  # fmt: skip


def test_the_workforce_census_is_read_and_what_it_lacks_is_told_by_line(tmp_path: Path) -> None:
    name = "social_work_workforce_2022.xml"
    sample(name, tmp_path)

    mapped = mapped_of(tmp_path, returned("workforce-census", name), "worker")
    raw = raw_of(tmp_path, returned("workforce-census", name), "worker")

    assert len(raw.frame) == 30
    assert rows_of(raw)[2] == {
        "worker_id": "iP8098309864", "role": "5", "agency": "1", "fte": "0.23246", "kss": "2",
        "role_start": "2014-01-26", "role_end": "2023-03-28",
    }  # fmt: skip
    assert Counter(one.field for one in mapped.problems) == {"role": 13, "role_start": 4}
    assert mapped.rows_rejected == 15
    assert mapped.problems[0].row == 20


def test_the_annex_a_workbook_is_read(tmp_path: Path) -> None:
    sample("Annex_A.xlsx", tmp_path)
    text = returned("annex-a", "Annex_A.xlsx")

    plans, episodes = raw_of(tmp_path, text, "plan"), raw_of(tmp_path, text, "episode")

    assert Counter(plans.frame["type"]) == {"cin": 5, "cp": 7, "cla": 5}
    assert rows_of(episodes)[1] == {
        "referral_id": "4653765|2020-09-16", "child_id": "4653765", "referral_date": "2020-09-16",
        "source": "3D", "need": "", "nfa": "0", "close_date": "", "reason": "",
    }  # fmt: skip
    assert mapped_of(tmp_path, text, "plan").table is not None
    assert mapped_of(tmp_path, text, "episode").table is not None
    assert set(mapping_of(tmp_path, text).tables) == {"episode", "plan"}


def test_no_name_and_no_birth_date_of_the_annex_a_workbook_is_read(tmp_path: Path) -> None:
    sample("Annex_A.xlsx", tmp_path)
    text = returned("annex-a", "Annex_A.xlsx")

    cells = {
        cell for table in ("episode", "plan") for cell in cells_of(raw_of(tmp_path, text, table))
    }

    assert not cells & {"2004-07-18", "2002-02-13", "Ezra Leigh", "Petra Wills", "a) Male"}
