"""The Department's census returns fill their tables in every year's layout."""

from __future__ import annotations

from pathlib import Path

import pytest

from oversight_agent.mapping import Pseudonymiser
from oversight_agent.pipeline.sourcing import sourced
from oversight_protocol.errors import InputError
from support.returns import (
    CIN_YEARS,
    SECRET,
    WORKFORCE_YEARS,
    child,
    cin_census,
    cin_plan,
    cp_plan,
    details,
    mapped_of,
    mapping_of,
    raw_of,
    rows_of,
    worker,
    workforce_census,
)

CIN = '[[returns]]\nkind = "cin-census"\nfiles = "cin*.xml"\n'
WORKFORCE = '[[returns]]\nkind = "workforce-census"\nfiles = "csww*.xml"\n'


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("year", CIN_YEARS)
def test_a_referral_is_read_whole_in_every_layout(tmp_path: Path, year: int) -> None:
    date = f"{year - 1}-10-06"
    held = details(year, date, CINclosureDate=f"{year}-02-27", ReasonForClosure="RC7")
    write(tmp_path, "cin.xml", cin_census(year, child(year, "a1", held)))

    (row,) = rows_of(raw_of(tmp_path, CIN, "episode"))

    assert row == {
        "referral_id": f"a1|{date}", "child_id": "a1", "referral_date": date,
        "source": "1A" if year >= 2014 else "", "need": "N4", "nfa": "0",
        "close_date": f"{year}-02-27", "reason": "RC7",
    }  # fmt: skip


@pytest.mark.parametrize("year", CIN_YEARS)
def test_plans_of_both_types_are_read_in_every_layout(tmp_path: Path, year: int) -> None:
    plans = [cp_plan("2008-02-17", "2009-03-14", "SAB", 2)]
    if year >= 2018:
        plans.append(cin_plan("2008-01-24"))
    write(
        tmp_path,
        "cin.xml",
        cin_census(year, child(year, "a1", details(year, "2008-01-01", *plans))),
    )

    rows = rows_of(raw_of(tmp_path, CIN, "plan"))

    protection = {"child_id": "a1", "type": "cp", "start": "2008-02-17", "end": "2009-03-14",
                  "abuse_category": "SAB", "previous_cpp": "2"}  # fmt: skip
    in_need = {"child_id": "a1", "type": "cin", "start": "2008-01-24", "end": "",
               "abuse_category": "", "previous_cpp": ""}  # fmt: skip
    assert rows == ([in_need] if year >= 2018 else []) + [protection]


def test_referrals_of_a_child_on_one_day_have_identifiers_of_their_own(tmp_path: Path) -> None:
    text = cin_census(
        2026,
        child(2026, "a1", details(2026, "2025-05-01"), details(2026, "2025-05-01")),
        child(2026, "a2", details(2026, "2025-05-01")),
        child(2026, "a1", details(2026, "2025-05-01")),
    )
    write(tmp_path, "cin.xml", text)

    raw = raw_of(tmp_path, CIN, "episode")

    found = raw.frame["referral_id"].tolist()
    assert found == ["a1|2025-05-01", "a1|2025-05-01|2", "a2|2025-05-01", "a1|2025-05-01|3"]


def test_what_is_wrong_is_told_by_the_line_of_its_element(tmp_path: Path) -> None:
    good = details(2026, "2025-05-01")
    bad = details(2026, "2025-13-01", ReferralSource="9Z", ReferralNFA="perhaps")
    text = cin_census(2026, child(2026, "a1", good, bad))
    write(tmp_path, "cin.xml", text)

    mapped = mapped_of(tmp_path, CIN, "episode")

    line = [n for n, one in enumerate(text.split("\n"), 1) if one == "<CINdetails>"][1]
    assert mapped.table is None
    told = {(one.file, one.row, one.unit, one.field) for one in mapped.problems}
    assert told == {("cin.xml", line, "line", name) for name in ("referral_date", "source", "nfa")}


@pytest.mark.parametrize(
    "written", ["2025-05-01", "2025-05-01T00:00:00", "2025-05-01Z", "2025-05-01+01:00"]
)
def test_a_day_may_carry_a_time_or_a_zone(tmp_path: Path, written: str) -> None:
    write(tmp_path, "cin.xml", cin_census(2026, child(2026, "a1", details(2026, written))))

    mapped = mapped_of(tmp_path, CIN, "episode")

    assert mapped.table is not None
    assert mapped.table.frame["referral_date"].dt.strftime("%d.%m.%Y").tolist() == ["01.05.2025"]


@pytest.mark.parametrize(("written", "nfa"), [("1", 1), ("true", 1), ("0", 0), ("FALSE", 0)])
def test_both_ways_to_write_yes_and_no_are_read(tmp_path: Path, written: str, nfa: int) -> None:
    held = details(2026, "2025-05-01", ReferralNFA=written)
    write(tmp_path, "cin.xml", cin_census(2026, child(2026, "a1", held)))

    mapped = mapped_of(tmp_path, CIN, "episode")

    assert mapped.table is not None
    assert mapped.table.frame["nfa"].tolist() == [nfa]


def test_of_several_years_the_latest_word_on_a_referral_counts(tmp_path: Path) -> None:
    open_then = cin_census(2024, child(2024, "a1", details(2024, "2024-02-01")))
    closed = details(2025, "2024-02-01", CINclosureDate="2024-08-01", ReasonForClosure="RC8")
    write(tmp_path, "cin-b.xml", open_then)
    write(tmp_path, "cin-a.xml", cin_census(2025, child(2025, "a1", closed)))

    raw = raw_of(tmp_path, CIN, "episode")

    assert raw.frame["close_date"].tolist() == ["2024-08-01"]
    assert [(part.file, part.rows) for part in raw.parts] == [("cin-b.xml", 0), ("cin-a.xml", 1)]
    assert raw.origin.part(0).file == "cin-a.xml"


def test_what_ended_in_an_earlier_year_stays_and_what_was_open_and_is_gone_does_not(
    tmp_path: Path,
) -> None:
    ended, gone, kept = cin_plan("2023-05-01", "2023-09-01"), cin_plan("2023-06-01"), "2023-07-01"
    write(tmp_path, "cin-1.xml", cin_census(2024, child(
        2024, "a1", details(2024, "2023-04-01", ended, gone, cin_plan(kept)))))  # fmt: skip
    write(tmp_path, "cin-2.xml", cin_census(2025, child(
        2025, "a1", details(2025, "2023-04-01", cin_plan(kept)))))  # fmt: skip

    raw = raw_of(tmp_path, CIN, "plan")

    assert raw.frame["start"].tolist() == ["2023-05-01", kept]


def test_returns_without_a_date_count_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name, closed in (("cin-1.xml", "2025-01-01"), ("cin-2.xml", "2025-02-02")):
        text = cin_census(
            2025, child(2025, "a1", details(2025, "2024-12-01", CINclosureDate=closed))
        )
        head, tail = text.index("<Header>"), text.index("</Header>") + len("</Header>")
        write(tmp_path, name, text[:head] + text[tail:])

    raw = raw_of(tmp_path, CIN, "episode")

    assert raw.frame["close_date"].tolist() == ["2025-02-02"]


def test_a_plan_told_twice_the_same_is_one_and_told_differently_is_two(tmp_path: Path) -> None:
    same = [details(2026, f"2025-0{n}-01", cp_plan("2025-04-01")) for n in (1, 2)]
    other = details(2026, "2025-03-01", cp_plan("2025-04-01", category="PHY"))
    write(tmp_path, "cin.xml", cin_census(2026, child(2026, "a1", *same, other)))

    raw = raw_of(tmp_path, CIN, "plan")

    assert raw.frame["abuse_category"].tolist() == ["NEG", "PHY"]


def test_rows_without_a_whole_key_stay_to_be_told(tmp_path: Path) -> None:
    for year in (2024, 2025):
        nobody = child(year, "", details(year, "2023-05-01"))
        write(tmp_path, f"cin-{year}.xml", cin_census(year, nobody))

    mapped = mapped_of(tmp_path, CIN, "episode")

    places = [(one.file, one.field) for one in mapped.problems]
    assert places == [(f"cin-{year}.xml", name)
                      for name in ("referral_id", "child_id") for year in (2024, 2025)]  # fmt: skip


@pytest.mark.parametrize("year", WORKFORCE_YEARS)
def test_a_worker_is_read_whole_in_every_layout(tmp_path: Path, year: int) -> None:
    write(tmp_path, "csww.xml", workforce_census(year, worker("SW1", RoleEndDate="2024-05-01")))

    mapped = mapped_of(tmp_path, WORKFORCE, "worker")

    assert mapped.table is not None
    (row,) = mapped.table.frame.to_dict("records")
    assert (row["role"], row["agency"], row["fte"], row["kss"]) == (5, 0, 0.8, 2)
    assert f"{row['role_start']:%F} {row['role_end']:%F}" == "2020-01-06 2024-05-01"


def test_percentages_of_a_full_post_become_shares(tmp_path: Path) -> None:
    values = ("100", "60", "5.5", "0", "")
    workers = [worker(f"SW{n}", FTE30=value) for n, value in enumerate(values)]
    write(tmp_path, "csww.xml", workforce_census(2018, *workers))

    raw = raw_of(tmp_path, WORKFORCE, "worker")

    assert raw.frame["fte"].tolist() == ["1", "0.6", "0.055", "0", ""]


def _lines_of(text: str, *numbers: str) -> str:
    """The lines on which workers of these numbers start."""
    starts, lines = [], text.split("\n")
    for number in numbers:
        at = lines.index(f"<SWENo>{number}</SWENo>")
        starts.append(max(n for n in range(at) if lines[n] == "<CSWWWorker>") + 1)
    return ", ".join(map(str, starts))


@pytest.mark.parametrize(
    ("values", "large", "small"),
    [
        (("0.6", "1", "37", "0"), ("SW2",), ("SW0", "SW1")),
        (("100", "60", "1.2", "0"), ("SW0", "SW1"), ("SW2",)),
    ],
)
def test_shares_of_a_post_and_larger_numbers_in_one_return_are_refused_by_their_rows(
    tmp_path: Path, values: tuple[str, ...], large: tuple[str, ...], small: tuple[str, ...]
) -> None:
    workers = [worker(f"SW{n}", FTE30=value) for n, value in enumerate(values)]
    text = workforce_census(2024, *workers)
    write(tmp_path, "csww.xml", text)

    with pytest.raises(InputError, match="mixes shares of a post with larger numbers") as caught:
        raw_of(tmp_path, WORKFORCE, "worker")

    assert str(caught.value).startswith("csww.xml: ")
    assert caught.value.found == (
        f"10 or more on line{'s' * (len(large) > 1)} {_lines_of(text, *large)};"
        f" below 2 on line{'s' * (len(small) > 1)} {_lines_of(text, *small)}"
    )


def test_of_many_rows_in_a_mix_the_first_are_named_and_all_are_counted(tmp_path: Path) -> None:
    workers = [worker(f"SW{n}", FTE30="0.5") for n in range(40)]
    text = workforce_census(2024, *workers, worker("SW40", FTE30="18.5"))
    write(tmp_path, "csww.xml", text)

    with pytest.raises(InputError) as caught:
        raw_of(tmp_path, WORKFORCE, "worker")

    first = _lines_of(text, *(f"SW{n}" for n in range(5)))
    assert f"below 2 on lines {first} and others (40 rows)" in caught.value.found


def test_every_row_of_a_return_on_one_line_counts(tmp_path: Path) -> None:
    workers = [worker(f"SW{n}", FTE30=value) for n, value in enumerate(("37", "0.6"))]
    write(tmp_path, "csww.xml", workforce_census(2024, *workers).replace("\n", ""))

    with pytest.raises(InputError, match="mixes shares") as caught:
        raw_of(tmp_path, WORKFORCE, "worker")

    assert caught.value.found == "10 or more on line 1; below 2 on line 1"


def test_numbers_that_may_be_hours_a_week_are_refused(tmp_path: Path) -> None:
    workers = [worker(f"SW{n}", FTE30=value) for n, value in enumerate(("37", "18.5", "22"))]
    write(tmp_path, "csww.xml", workforce_census(2024, *workers))

    with pytest.raises(InputError, match="may be hours a week") as caught:
        raw_of(tmp_path, WORKFORCE, "worker")

    assert "FTE30" in caught.value.advice


def test_a_mix_makes_the_table_of_workers_unavailable_and_no_other(tmp_path: Path) -> None:
    workers = [worker(f"SW{n}", FTE30=value) for n, value in enumerate(("0.6", "37"))]
    write(tmp_path, "csww.xml", workforce_census(2024, *workers))
    write(tmp_path, "cin.xml", cin_census(2026, child(2026, "a1", details(2026, "2025-05-01"))))

    found = sourced(mapping_of(tmp_path, CIN + WORKFORCE), tmp_path, Pseudonymiser(SECRET),
                    ["episode", "worker"])  # fmt: skip

    assert set(found.tables) == {"episode"}
    assert [one.file for one in found.problems] == ["csww.xml"]


def test_a_share_above_one_post_is_told_and_not_divided(tmp_path: Path) -> None:
    write(tmp_path, "csww.xml", workforce_census(2024, worker("SW1"), worker("SW2", FTE30="1.2")))

    mapped = mapped_of(tmp_path, WORKFORCE, "worker")

    assert [one.field for one in mapped.problems] == ["fte"]


def test_each_return_says_for_itself_whether_it_writes_percentages(tmp_path: Path) -> None:
    left = worker("SW1", FTE30="50", RoleEndDate="2017-05-01")
    write(tmp_path, "csww-1.xml", workforce_census(2017, left))
    write(tmp_path, "csww-2.xml", workforce_census(2024, worker("SW2", FTE30="0.5")))

    mapped = mapped_of(tmp_path, WORKFORCE, "worker")

    assert mapped.table is not None
    assert mapped.table.frame["fte"].tolist() == [0.5, 0.5]


def test_a_worker_without_a_role_is_told_by_the_element_and_its_codes(tmp_path: Path) -> None:
    text = workforce_census(2024, worker("SW1"), worker("SW2", OrgRole=""))
    write(tmp_path, "csww.xml", text)

    (problem,) = mapped_of(tmp_path, WORKFORCE, "worker").problems

    assert f"{problem.row}" == _lines_of(text, "SW2")
    assert problem.found == "nothing in OrgRole"
    assert problem.expected == "a value in every row, one of 1, 2, 3, 4, 5, 6"
    assert problem.advice.startswith("fill in OrgRole in the system that the return comes from")


def test_a_role_that_the_census_does_not_know_is_told_by_the_element_and_its_codes(
    tmp_path: Path,
) -> None:
    write(tmp_path, "csww.xml", workforce_census(2024, worker("SW1"), worker("SW2", OrgRole="7")))

    (problem,) = mapped_of(tmp_path, WORKFORCE, "worker").problems

    assert problem.found == "9 in OrgRole"
    assert problem.expected == "one of 1, 2, 3, 4, 5, 6, or a value that the mapping gives a code"


@pytest.mark.parametrize(
    ("given", "element"),
    [({"OrgRole": None}, "OrgRole"), ({"RoleStartDate": ""}, "RoleStartDate")],
)
def test_a_return_that_says_something_required_of_nobody_is_refused_once(
    tmp_path: Path, given: dict[str, str | None], element: str
) -> None:
    workers = [worker(f"SW{n}", **given) for n in range(3)]
    write(tmp_path, "csww.xml", workforce_census(2024, *workers))

    with pytest.raises(InputError, match=f"the return has {element} of no worker") as caught:
        raw_of(tmp_path, WORKFORCE, "worker")

    assert caught.value.found == "3 workers, none with it"
    assert f"{element} of every worker" in caught.value.expected


def test_a_return_without_workers_says_so(tmp_path: Path) -> None:
    write(tmp_path, "csww.xml", workforce_census(2024))

    with pytest.raises(InputError, match="nothing in this return fills worker"):
        raw_of(tmp_path, WORKFORCE, "worker")


def test_another_number_serves_where_there_is_no_registration(tmp_path: Path) -> None:
    workers = [worker("", WorkerID="w7"), worker("SW2", WorkerID="w8")]
    write(tmp_path, "csww.xml", workforce_census(2024, *workers))

    raw = raw_of(tmp_path, WORKFORCE, "worker")

    assert raw.frame["worker_id"].tolist() == ["w7", "SW2"]


def test_the_share_of_another_element_serves_where_the_first_is_not_there(tmp_path: Path) -> None:
    workers = [worker("SW1", FTE30=None, FTE="0.4"), worker("SW2", FTE="0.4")]
    write(tmp_path, "csww.xml", workforce_census(2024, *workers))

    raw = raw_of(tmp_path, WORKFORCE, "worker")

    assert raw.frame["fte"].tolist() == ["0.4", "0.8"]


@pytest.mark.parametrize(
    ("text", "mapping", "table"),
    [
        (workforce_census(2024, worker("SW1")), CIN.replace("cin*", "x"), "episode"),
        (cin_census(2024, child(2024, "a", details(2024, "2023-05-01"))),
         WORKFORCE.replace("csww*", "x"), "worker"),
    ],
)  # fmt: skip
def test_a_return_of_another_collection_is_refused(
    tmp_path: Path, text: str, mapping: str, table: str
) -> None:
    write(tmp_path, "x.xml", text)

    with pytest.raises(InputError, match="another return than the mapping says"):
        raw_of(tmp_path, mapping, table)


def test_a_return_that_holds_nothing_for_a_table_says_so(tmp_path: Path) -> None:
    write(tmp_path, "cin.xml", cin_census(2026, child(2026, "a1", details(2026, "2025-05-01"))))

    with pytest.raises(InputError, match="nothing in this return fills plan"):
        raw_of(tmp_path, CIN, "plan")


def test_prefixes_and_case_of_elements_do_not_matter(tmp_path: Path) -> None:
    text = cin_census(2026, child(2026, "a1", details(2026, "2025-05-01")))
    text = text.replace("LAchildID", "LAChildID").replace("<Child>", '<d:Child xmlns:d="urn:x">')
    write(tmp_path, "cin.xml", text.replace("</Child>", "</d:Child>"))

    raw = raw_of(tmp_path, CIN, "episode")

    assert raw.frame["child_id"].tolist() == ["a1"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "cp1252"])
def test_a_return_may_be_in_any_encoding_that_it_names(tmp_path: Path, encoding: str) -> None:
    text = cin_census(2026, child(2026, "é1", details(2026, "2025-05-01")))
    named = "windows-1252" if encoding == "cp1252" else encoding.removesuffix("-sig")
    data = text.replace('encoding="utf-8"', f'encoding="{named}"').encode(encoding)
    (tmp_path / "cin.xml").write_bytes(data)

    raw = raw_of(tmp_path, CIN, "episode")

    assert raw.frame["child_id"].tolist() == ["é1"]
