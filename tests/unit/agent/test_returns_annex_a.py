"""Ofsted's Annex A fills what its lists say, in the wordings of its templates, and nothing else."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from oversight_protocol.errors import InputError
from support.returns import annex_a, cells_of, mapped_of, mapping_of, raw_of, rows_of

ANNEX = '[[returns]]\nkind = "annex-a"\nfile = "a.xlsx"\n'
ALLOCATING = ANNEX + 'tables = ["allocation"]\n'

REFERRAL = {
    "Child Unique ID": 17, "Date of Referral": date(2026, 3, 2), "Referral Source": "q) 6: Police",
    "Referral NFA?": "b) No",
}  # fmt: skip
IN_NEED = {
    "Child Unique ID": 17, "CIN Start Date": date(2026, 3, 2),
    "Primary Need Code": "N4 - Family in acute stress", "CIN Closure Date": date(2026, 4, 1),
    "Reason for Closure": "RC8 - Case closed after assessment, no further action",
    "Case Status": "e) Closed episode",
}  # fmt: skip
PROTECTED = {
    "Child Unique ID": 18, "Child Protection Plan Start Date": date(2026, 1, 5),
    "Latest Category of Abuse": "c) Sexual abuse", "Number of Previous Child Protection Plans": 2,
}  # fmt: skip
LOOKED_AFTER = {
    "Child Unique ID": 19, "Date Started to be Looked After": date(2024, 5, 6),
    "Date Ceased to be Looked After": date(2026, 2, 3),
}  # fmt: skip


def in_need(child: int, status: str, **more: Any) -> dict[str, Any]:
    return {
        "Child Unique ID": child,
        "CIN Start Date": date(2026, 1, 1),
        "Case Status": status,
    } | more


def test_a_referral_takes_what_the_list_of_children_in_need_says_of_it(tmp_path: Path) -> None:
    other = REFERRAL | {"Date of Referral": date(2026, 3, 3), "Referral NFA?": "a) Yes"}
    annex_a(tmp_path / "a.xlsx", {3: [REFERRAL, other], 6: [IN_NEED]})

    rows = rows_of(raw_of(tmp_path, ANNEX, "episode"))

    assert rows == [
        {"referral_id": "17|2026-03-02", "child_id": "17", "referral_date": "2026-03-02",
         "source": "6", "need": "N4", "nfa": "0", "close_date": "2026-04-01", "reason": "RC8"},
        {"referral_id": "17|2026-03-03", "child_id": "17", "referral_date": "2026-03-03",
         "source": "6", "need": "", "nfa": "1", "close_date": "", "reason": ""},
    ]  # fmt: skip


def test_two_rows_of_children_in_need_for_one_referral_say_nothing_of_it(tmp_path: Path) -> None:
    annex_a(
        tmp_path / "a.xlsx", {3: [REFERRAL], 6: [IN_NEED, IN_NEED | {"CIN Closure Date": None}]}
    )

    (row,) = rows_of(raw_of(tmp_path, ANNEX, "episode"))

    assert (row["need"], row["close_date"]) == ("", "")


def test_plans_come_of_three_lists(tmp_path: Path) -> None:
    statuses = (
        *("a) Looked after child", "b) Child Protection plan", "c) Child in need plan"),
        *("d) Open assessment", "e) Closed episode", "Child in Need Plan", "CIN plan"),
    )
    cases = [in_need(n, status) for n, status in enumerate(statuses)]
    annex_a(tmp_path / "a.xlsx", {6: cases, 7: [PROTECTED], 8: [LOOKED_AFTER]})

    rows = rows_of(raw_of(tmp_path, ANNEX, "plan"))

    told = [(row["child_id"], row["type"], row["start"], row["end"]) for row in rows]
    assert told == [
        *((n, "cin", "2026-01-01", "") for n in ("2", "5", "6")),
        ("18", "cp", "2026-01-05", ""),
        ("19", "cla", "2024-05-06", "2026-02-03"),
    ]
    assert (rows[3]["abuse_category"], rows[3]["previous_cpp"]) == ("SAB", "2")


@pytest.mark.parametrize(
    ("written", "code"),
    [("a) Neglect", "NEG"), ("Physical abuse", "PHY"), ("Emotional Abuse", "EMO"), ("EMO", "EMO"),
     ("e) Multiple/not recommended", "MUL")],
)  # fmt: skip
def test_a_category_of_abuse_is_read_in_every_wording(
    tmp_path: Path, written: str, code: str
) -> None:
    annex_a(tmp_path / "a.xlsx", {7: [PROTECTED | {"Latest Category of Abuse": written}]})

    raw = raw_of(tmp_path, ANNEX, "plan")

    assert raw.frame["abuse_category"].tolist()[0] == code


@pytest.mark.parametrize(
    ("written", "code"),
    [("1A", "1A"), ("a) 1A: Individual", "1A"), ("u) 10: Unknown", "10"), ("4: Housing", "4"),
     ("p1) 5D: LA services", "5D"), (8, "8")],
)  # fmt: skip
def test_a_source_of_referral_is_read_in_every_wording(
    tmp_path: Path, written: Any, code: str
) -> None:
    annex_a(tmp_path / "a.xlsx", {3: [REFERRAL | {"Referral Source": written}]})

    raw = raw_of(tmp_path, ANNEX, "episode")

    assert raw.frame["source"].tolist() == [code]


def test_a_value_in_words_of_its_own_is_told_by_its_row_or_gets_a_code(tmp_path: Path) -> None:
    annex_a(tmp_path / "a.xlsx", {3: [REFERRAL, REFERRAL | {"Referral Source": "Neighbour"}]})

    told = mapped_of(tmp_path, ANNEX, "episode")
    coded = mapped_of(
        tmp_path, ANNEX + '[returns.codes.episode.source]\nneighbour = "1B"\n', "episode"
    )

    assert [(one.file, one.row, one.unit, one.field) for one in told.problems] == [
        ("a.xlsx, sheet List 3", 3, "row", "source")
    ]
    assert coded.table is not None
    assert coded.table.frame["source"].tolist() == ["6", "1B"]


@pytest.mark.parametrize(
    "sheets", ["List_{}", "list {}", "List 0{}", "List {} - Returns", "AA_{}_x"]
)
def test_a_sheet_is_found_in_every_wording_of_its_number(tmp_path: Path, sheets: str) -> None:
    annex_a(tmp_path / "a.xlsx", {7: [PROTECTED]}, sheets=sheets)

    raw = raw_of(tmp_path, ANNEX, "plan")

    assert "18" in raw.frame["child_id"].tolist()


def test_a_sheet_is_found_by_its_words(tmp_path: Path) -> None:
    annex_a(tmp_path / "a.xlsx", {3: [REFERRAL], 6: [IN_NEED]})
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    book["List 3"].title, book["List 6"].title = "Referrals", "Children in Need"
    book.save(tmp_path / "a.xlsx")

    raw = raw_of(tmp_path, ANNEX, "episode")

    assert raw.parts[0].file == "a.xlsx, sheet Referrals"


def test_columns_are_found_in_other_wordings(tmp_path: Path) -> None:
    header = {
        "Child Unique ID": "ChildUniqueID", "Date of Referral": "ReferralDate",
        "Referral NFA?": " referral  NFA ", "CIN Start Date": "CINStartDate",
        "Date Started to be Looked After": "LoookedAfterStartDate",
        "Child Protection Plan Start Date": "CP Plan Start Date",
        "Number of Previous Child Protection Plans": "No. of previous child protection plans",
    }  # fmt: skip
    annex_a(tmp_path / "a.xlsx", {3: [REFERRAL], 7: [PROTECTED]}, header=header)

    episodes = raw_of(tmp_path, ANNEX, "episode")
    plans = raw_of(tmp_path, ANNEX, "plan")

    assert episodes.frame["referral_id"].tolist() == ["17|2026-03-02"]
    assert "2" in plans.frame["previous_cpp"].tolist()


def test_titles_above_a_header_do_no_harm_and_rows_keep_their_numbers(tmp_path: Path) -> None:
    annex_a(tmp_path / "a.xlsx", {3: [REFERRAL]}, titles=3)

    raw = raw_of(tmp_path, ANNEX, "episode")

    assert raw.frame.index.tolist() == [5]


def test_days_may_be_british_text(tmp_path: Path) -> None:
    written = REFERRAL | {"Date of Referral": "02/03/2026"}
    annex_a(
        tmp_path / "a.xlsx", {3: [written], 6: [IN_NEED | {"CIN Start Date": "2/3/2026 00:00"}]}
    )

    (row,) = rows_of(raw_of(tmp_path, ANNEX, "episode"))

    assert (row["referral_date"], row["need"]) == ("2026-03-02", "N4")


def test_a_missing_list_is_told(tmp_path: Path) -> None:
    annex_a(tmp_path / "a.xlsx", {})
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    del book["List 8"]
    book.save(tmp_path / "a.xlsx")

    with pytest.raises(InputError, match="no sheet for list 8"):
        raw_of(tmp_path, ANNEX, "plan")


def test_a_missing_column_is_told_by_the_templates_name(tmp_path: Path) -> None:
    annex_a(tmp_path / "a.xlsx", {}, header={"Case Status": "Whatever"})

    with pytest.raises(InputError, match="sheet List 6: the list has no column 'Case Status'"):
        raw_of(tmp_path, ANNEX, "plan")


def test_two_columns_that_may_be_one_are_told(tmp_path: Path) -> None:
    annex_a(tmp_path / "a.xlsx", {3: [REFERRAL | {"Referral Date": "x"}]})

    with pytest.raises(InputError, match="several columns that may be 'Date of Referral'"):
        raw_of(tmp_path, ANNEX, "episode")


def test_allocations_are_read_on_request_of_open_cases_that_are_dated(tmp_path: Path) -> None:
    dated = {"Allocated Team": "North", "Allocated Worker": "Ada\xa0 Vane",
             "Allocation Start Date": date(2026, 2, 9)}  # fmt: skip
    annex_a(tmp_path / "a.xlsx", {
        6: [in_need(1, "c) Child in need plan") | dated,
            in_need(2, "e) Closed episode") | {"CIN Closure Date": date(2026, 3, 1)} | dated],
        7: [PROTECTED | {"Child Unique ID": 1} | dated],
        8: [LOOKED_AFTER | dated],
        9: [{"Child Unique ID": 4} | dated],
    })  # fmt: skip

    rows = rows_of(raw_of(tmp_path, ALLOCATING, "allocation"))

    same = {"worker_id": "Ada Vane", "team_id": "North", "role": "case_holder",
            "start": "2026-02-09"}  # fmt: skip
    assert rows == [{"child_id": "1"} | same, {"child_id": "4"} | same]
    assert "allocation" not in mapping_of(tmp_path, ANNEX).tables


def test_allocations_without_a_day_are_refused_with_what_to_do(tmp_path: Path) -> None:
    annex_a(tmp_path / "a.xlsx", {6: [in_need(1, "c) Child in need plan")]})

    with pytest.raises(InputError, match="since when a worker is allocated") as caught:
        raw_of(tmp_path, ALLOCATING, "allocation")

    assert "Allocation Start Date" in caught.value.expected


def test_of_several_workbooks_the_last_alone_says_who_is_allocated(tmp_path: Path) -> None:
    for name, worker in (("old", "Ada"), ("new", "Bea")):
        case = in_need(1, "c) Child in need plan") | {
            "Allocated Team": "N", "Allocated Worker": worker,
            "Allocation Start Date": date(2026, 2, 9),
        }  # fmt: skip
        dated = {"Child Unique ID": 2, "Allocation Start Date": "x"} | {
            f"{name}": "x"
            for name in ("Child Protection Plan End Date", "Date Ceased to be Looked After")
        }
        annex_a(tmp_path / f"{name}.xlsx", {6: [case], 7: [dated], 8: [dated], 9: [dated]})
    both = ALLOCATING.replace('file = "a.xlsx"', 'files = ["old.xlsx", "new.xlsx"]')

    raw = raw_of(tmp_path, both, "allocation")

    of_child = raw.frame[raw.frame["child_id"] == "1"]
    assert of_child["worker_id"].tolist() == ["Bea"]


def test_the_day_of_an_allocation_is_not_taken_of_the_workers_column(tmp_path: Path) -> None:
    case = in_need(1, "c) Child in need plan") | {"Worker Allocated": "Ada Vane"}
    annex_a(tmp_path / "a.xlsx", {6: [case]})
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    (header,) = (cell for cell in book["List 6"][1] if cell.value == "Allocated Worker")
    header.value = "x"
    book.save(tmp_path / "a.xlsx")

    with pytest.raises(InputError, match="since when a worker is allocated"):
        raw_of(tmp_path, ALLOCATING, "allocation")


def test_teams_are_filled_once_the_mapping_knows_their_services(tmp_path: Path) -> None:
    annex_a(tmp_path / "a.xlsx", {
        3: [REFERRAL | {"Allocated Team": "Hub"}],
        7: [PROTECTED | {"Allocated Team": "North "}, PROTECTED | {"Allocated Team": "#N/A"}],
        9: [{"Child Unique ID": 5, "Allocated Team": "hub"}],
    })  # fmt: skip
    services = '[returns.codes.team.service]\nHub = "front_door"\nNorth = "cin_cp"\n'

    mapped = mapped_of(tmp_path, ANNEX + services, "team")

    assert mapped.table is not None
    assert mapped.table.frame["service"].tolist() == ["front_door", "cin_cp", "front_door"]
    assert "team" not in mapping_of(tmp_path, ANNEX).tables


def test_a_team_without_a_service_is_told_by_its_first_row(tmp_path: Path) -> None:
    annex_a(tmp_path / "a.xlsx", {7: [PROTECTED, PROTECTED | {"Allocated Team": "South"}]})

    mapped = mapped_of(
        tmp_path, ANNEX + '[returns.codes.team.service]\nHub = "front_door"\n', "team"
    )

    assert [(one.file, one.row) for one in mapped.problems] == [("a.xlsx, sheet List 7", 3)]


def test_the_last_workbook_that_is_named_has_the_last_word(tmp_path: Path) -> None:
    annex_a(tmp_path / "old.xlsx", {6: [in_need(1, "c) Child in need plan")], 7: [PROTECTED]})
    ended = PROTECTED | {"Child Protection Plan End Date": date(2026, 6, 1)}
    annex_a(tmp_path / "new.xlsx", {6: [in_need(1, "b) Child Protection plan")], 7: [ended]})
    both = '[[returns]]\nkind = "annex-a"\nfiles = ["old.xlsx", "new.xlsx"]\n'

    rows = rows_of(raw_of(tmp_path, both, "plan"))

    named = [row for row in rows if row["child_id"] in ("1", "18")]
    assert [(row["type"], row["end"]) for row in named] == [("cp", "2026-06-01")]


def test_no_cell_holds_what_a_list_says_of_a_person(tmp_path: Path) -> None:
    annex_a(tmp_path / "a.xlsx", {3: [REFERRAL], 6: [IN_NEED], 7: [PROTECTED], 8: [LOOKED_AFTER]})

    cells = [
        cell for table in ("episode", "plan") for cell in cells_of(raw_of(tmp_path, ANNEX, table))
    ]

    assert cells
    assert not [cell for cell in cells if "Ottoline" in cell or "2011-02-03" in cell]
