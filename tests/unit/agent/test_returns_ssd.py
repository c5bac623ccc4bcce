"""The Standard Safeguarding Dataset's tables fill the specification's, wherever they are kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversight_agent.problems import Part
from oversight_agent.readers.returns.ssd_care import periods
from oversight_agent.readers.returns.ssd_dataset import Dataset, Record
from oversight_agent.sources import SourceSettings
from oversight_agent.tables import RawTable
from oversight_protocol.errors import InputError
from support.returns import PERSON, cells_of, dataset, mapped_of, mapping_of, raw_of, rows_of

SSD = '[[returns]]\nkind = "ssd"\nfiles = "*.csv"\n'

EPISODE = {
    "cine_referral_id": "r1", "cine_person_id": "c1", "cine_referral_date": "2026-01-05",
    "cine_cin_primary_need_code": "N1", "cine_referral_source_code": "6",
    "cine_referral_source_desc": PERSON, "cine_referral_nfa": "N",
    "cine_close_reason": "RC7", "cine_close_date": "2026-03-01 00:00:00.000",
}  # fmt: skip
IN_NEED = {"cinp_person_id": "c1", "cinp_cin_plan_start_date": "2026-01-06",
           "cinp_cin_plan_end_date": ""}  # fmt: skip
PROTECTION = {"cppl_person_id": "c2", "cppl_cp_plan_start_date": "2026-02-01",
              "cppl_cp_plan_end_date": "", "cppl_cp_plan_ola": "N",
              "cppl_cp_plan_latest_category": "Neglect"}  # fmt: skip
CARE = {"clae_person_id": "c3", "clae_cla_episode_start_date": "2025-01-01",
        "clae_cla_episode_ceased_date": "2025-03-01",
        "clae_entered_care_date": "2024-11-01"}  # fmt: skip
INVOLVEMENT = {
    "invo_person_id": "c1", "invo_referral_id": "r1", "invo_professional_id": "w1",
    "invo_professional_role_id": "CW", "invo_professional_team": "t1",
    "invo_involvement_start_date": "2026-01-07", "invo_involvement_end_date": "",
}  # fmt: skip
DEPARTMENT = {"dept_team_id": "t1", "dept_team_name": "North", "dept_team_parent_id": ""}

TABLES: dict[str, list[dict[str, Any]]] = {
    "ssd_cin_episodes": [EPISODE],
    "ssd_cin_plans": [IN_NEED],
    "ssd_cp_plans": [PROTECTION],
    "ssd_cla_episodes": [CARE],
    "ssd_involvements": [INVOLVEMENT],
    "ssd_department": [DEPARTMENT],
    "ssd_person": [{"pers_person_id": "c1", "pers_dob": "2011-02-03"}],
}


def test_a_referral_is_read_with_its_own_identifier(tmp_path: Path) -> None:
    dataset(tmp_path, TABLES)

    (row,) = rows_of(raw_of(tmp_path, SSD, "episode"))

    assert row == {
        "referral_id": "r1", "child_id": "c1", "referral_date": "2026-01-05", "source": "6",
        "need": "N1", "nfa": "0", "close_date": "2026-03-01", "reason": "RC7",
    }  # fmt: skip


def test_plans_come_of_three_tables(tmp_path: Path) -> None:
    other = PROTECTION | {"cppl_person_id": "c9", "cppl_cp_plan_ola": "Y"}
    next_one = CARE | {"clae_cla_episode_start_date": "2025-03-01",
                       "clae_cla_episode_ceased_date": ""}  # fmt: skip
    dataset(tmp_path, TABLES | {"ssd_cp_plans": [PROTECTION, other],
                                "ssd_cla_episodes": [next_one, CARE]})  # fmt: skip

    rows = rows_of(raw_of(tmp_path, SSD, "plan"))

    assert rows == [
        {"child_id": "c1", "type": "cin", "start": "2026-01-06", "end": "", "abuse_category": ""},
        {"child_id": "c2", "type": "cp", "start": "2026-02-01", "end": "", "abuse_category": "NEG"},
        {"child_id": "c3", "type": "cla", "start": "2024-11-01", "end": "", "abuse_category": ""},
    ]


def test_an_allocation_is_a_workers_involvement(tmp_path: Path) -> None:
    by_referral = INVOLVEMENT | {"invo_person_id": "", "invo_professional_id": "w2"}
    of_team = INVOLVEMENT | {"invo_professional_id": ""}
    dataset(tmp_path, TABLES | {"ssd_involvements": [INVOLVEMENT, by_referral, of_team]})

    rows = rows_of(raw_of(tmp_path, SSD, "allocation"))

    assert [(row["child_id"], row["worker_id"], row["role"]) for row in rows] == [
        ("c1", "w1", "case_holder"), ("c1", "w2", "case_holder"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "role"),
    [("Allocated Case Worker", "case_holder"), ("cw", "case_holder"), ("Co-Worker", "co_worker"),
     ("Family Support Worker", "family_support"), ("16PLUS", "other")],
)  # fmt: skip
def test_a_role_is_read_in_every_wording(tmp_path: Path, written: str, role: str) -> None:
    held = INVOLVEMENT | {"invo_professional_role_id": written}
    dataset(tmp_path, TABLES | {"ssd_involvements": [held]})

    mapped = mapped_of(tmp_path, SSD, "allocation")

    assert mapped.table is not None
    assert mapped.table.frame["role"].tolist() == [role]


def test_a_role_in_words_of_its_own_is_told_or_gets_a_code(tmp_path: Path) -> None:
    held = INVOLVEMENT | {"invo_professional_role_id": "REL.ALLWORKER"}
    dataset(tmp_path, TABLES | {"ssd_involvements": [held]})
    codes = '[returns.codes.allocation.role]\n"REL.ALLWORKER" = "case_holder"\n'

    told = mapped_of(tmp_path, SSD, "allocation")
    coded = mapped_of(tmp_path, SSD + codes, "allocation")

    assert [(one.file, one.row, one.field) for one in told.problems] == [
        ("ssd_involvements.csv", 2, "role")
    ]
    assert coded.table is not None


def test_teams_are_filled_once_the_mapping_knows_their_services(tmp_path: Path) -> None:
    dataset(tmp_path, TABLES)

    mapped = mapped_of(tmp_path, SSD + '[returns.codes.team.service]\nnorth = "cin_cp"\n', "team")

    assert mapped.table is not None
    assert mapped.table.frame["service"].tolist() == ["cin_cp"]
    assert "team" not in mapping_of(tmp_path, SSD).tables


def test_older_names_of_columns_and_capitals_are_read(tmp_path: Path) -> None:
    older = {"cine_cin_primary_need_code": "CINE_CIN_PRIMARY_NEED"}
    episode = {older.get(name, name.upper()): value for name, value in EPISODE.items()}
    care = {name: value for name, value in CARE.items() if name != "clae_entered_care_date"}
    plan = {"cinp_person_id": "c1", "cinp_cin_plan_start": "2026-01-06", "cinp_cin_plan_end": ""}
    dataset(tmp_path, TABLES | {"ssd_cin_episodes": [episode], "ssd_cla_episodes": [care],
                                "ssd_cin_plans": [plan]})  # fmt: skip

    episodes = raw_of(tmp_path, SSD, "episode")
    plans = raw_of(tmp_path, SSD, "plan")

    assert episodes.frame["need"].tolist() == ["N1"]
    assert plans.frame["start"].tolist() == ["2026-01-06", "2026-02-01", "2025-01-01"]


def test_the_tables_may_be_sheets_of_one_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in TABLES.items():
        sheet = book.create_sheet(name)
        sheet.append(list(rows[0]))
        sheet.append(list(rows[0].values()))
    book.save(tmp_path / "ssd.xlsx")

    raw = raw_of(tmp_path, '[[returns]]\nkind = "ssd"\nfile = "ssd.xlsx"\n', "episode")

    assert raw.parts[0].file == "ssd.xlsx, sheet ssd_cin_episodes"
    assert raw.frame.index.tolist() == [2]


def test_the_tables_may_be_those_of_one_database(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "ssd.db")) as database, database:
        for name, rows in TABLES.items():
            columns = list(rows[0])
            database.execute(f"CREATE TABLE {name} ({', '.join(columns)})")
            marks = ", ".join("?" * len(columns))
            database.execute(f"INSERT INTO {name} VALUES ({marks})", list(rows[0].values()))

    raw = raw_of(tmp_path, '[[returns]]\nkind = "ssd"\nfile = "ssd.db"\n', "allocation")

    assert raw.parts[0].file == "ssd.db, table ssd_involvements"
    assert raw.frame["worker_id"].tolist() == ["w1"]


def test_the_tables_may_be_parquet_files(tmp_path: Path) -> None:
    dataset(tmp_path / "text", TABLES)
    for name in TABLES:
        duckdb.sql(f"SELECT * FROM read_csv('{tmp_path}/text/{name}.csv', all_varchar = true)"
                   ).write_parquet(f"{tmp_path}/{name}.parquet")  # fmt: skip

    raw = raw_of(tmp_path, SSD.replace(".csv", ".parquet"), "plan")

    assert raw.frame["type"].tolist() == ["cin", "cp", "cla"]
    assert raw.parts[0].file.startswith("ssd_cin_plans.parquet")


def test_the_tables_may_be_those_of_a_database_on_a_server() -> None:
    asked: list[SourceSettings] = []

    def read(source: SourceSettings, *, columns: Collection[str]) -> RawTable:
        asked.append(source)
        frame = pd.DataFrame([{name: value for name, value in EPISODE.items() if name in columns}])
        return RawTable(frame, (Part("cms, table ssd_cin_episodes", 1, ()),))

    source = SourceSettings(database="cms", database_schema="ssd", format="ssd", table="episode")
    (record,) = Dataset(source, (), read).records("ssd_cin_episodes")

    assert record["child"] == "c1"
    assert asked == [SourceSettings(
        database="cms", database_schema="ssd", table="ssd_cin_episodes")]  # fmt: skip


def test_a_file_may_carry_a_day_and_a_schema_in_its_name(tmp_path: Path) -> None:
    dataset(tmp_path, {f"ssd_development.{name}": rows for name, rows in TABLES.items()},
            suffix="_20260331")  # fmt: skip

    raw = raw_of(tmp_path, SSD, "plan")

    assert len(raw.frame) == 3


def test_of_several_extracts_the_last_folder_has_the_last_word(tmp_path: Path) -> None:
    still_open = TABLES | {"ssd_cin_episodes": [EPISODE | {"cine_close_date": ""}]}
    dataset(tmp_path / "ssd" / "2026-02", still_open)
    dataset(tmp_path / "ssd" / "2026-03", TABLES)

    raw = raw_of(tmp_path, SSD.replace("*.csv", "ssd/*/*.csv"), "episode")

    assert raw.frame["close_date"].tolist() == ["2026-03-01"]


@pytest.mark.parametrize("missing", ["ssd_cin_plans", "ssd_cla_episodes"])
def test_a_missing_table_is_told(tmp_path: Path, missing: str) -> None:
    dataset(tmp_path, {name: rows for name, rows in TABLES.items() if name != missing})

    with pytest.raises(InputError, match=f"no file is the table {missing}"):
        raw_of(tmp_path, SSD, "plan")


def test_two_files_of_one_table_are_told(tmp_path: Path) -> None:
    dataset(tmp_path, TABLES)
    dataset(tmp_path, {"ssd_cin_episodes": [EPISODE]}, suffix="_2")

    with pytest.raises(InputError, match="several files are the table ssd_cin_episodes"):
        raw_of(tmp_path, SSD, "episode")


def test_a_missing_column_is_told(tmp_path: Path) -> None:
    episode = {name: value for name, value in EPISODE.items() if name != "cine_referral_nfa"}
    dataset(tmp_path, TABLES | {"ssd_cin_episodes": [episode]})

    with pytest.raises(InputError, match="no column 'cine_referral_nfa'"):
        raw_of(tmp_path, SSD, "episode")


def test_no_cell_holds_what_a_table_says_of_a_person(tmp_path: Path) -> None:
    dataset(tmp_path, TABLES)

    cells = [cell for table in ("episode", "plan", "allocation")
             for cell in cells_of(raw_of(tmp_path, SSD, table))]  # fmt: skip

    assert cells
    assert not [cell for cell in cells if PERSON in cell or "2011-02-03" in cell]


# ------------------------------------------------------------- periods of care

PART = Part("ssd_cla_episodes.csv", 1, ())
DAYS = st.integers(1, 25)


def care(start: int, end: int | None, child: str = "c") -> Record:
    values = {"child": child, "start": f"2025-01-{start:02}"}
    return Record(PART, 1, values | {"end": "" if end is None else f"2025-01-{end:02}"})


def days_in_care(spells: list[tuple[str, str]]) -> set[int]:
    return {
        day for start, end in spells for day in range(int(start[-2:]), int(end[-2:]) if end else 40)
    }


@given(st.lists(st.tuples(DAYS, st.none() | DAYS).filter(lambda s: s[1] is None or s[1] > s[0]),
                min_size=1, max_size=8))  # fmt: skip
def test_periods_cover_the_days_of_their_episodes_and_never_touch(
    spells: list[tuple[int, int | None]],
) -> None:
    episodes = [care(start, end) for start, end in spells]

    found = [(one.start, one.end) for one in periods(episodes)]

    assert days_in_care(found) == days_in_care([(e["start"], e["end"]) for e in episodes])
    assert all(earlier[1] and earlier[1] < later[0]
               for earlier, later in pairwise(found))  # fmt: skip
