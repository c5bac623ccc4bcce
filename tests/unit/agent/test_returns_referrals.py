"""Referrals of one child on one day are told apart, in one return and over several years'."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.returns import annex_a, child, cin_census, details, mapped_of, raw_of, rows_of

CIN = '[[returns]]\nkind = "cin-census"\nfiles = "cin-*.xml"\n'
ANNEX = '[[returns]]\nkind = "annex-a"\nfiles = ["a-1.xlsx", "a-2.xlsx"]\n'
DAY = "2025-03-10"


@dataclass(frozen=True)
class Referral:
    """A referral of the child on the day, as a year's census has it."""

    source: str = "1A"
    need: str = "N4"
    nfa: str = "0"
    closed: str = ""

    def closing(self, day: str) -> Referral:
        return replace(self, closed=day)

    @property
    def element(self) -> str:
        end = {"CINclosureDate": self.closed, "ReasonForClosure": "RC1"} if self.closed else {}
        held = {"ReferralSource": self.source, "PrimaryNeedCode": self.need}
        return details(2025, DAY, ReferralNFA=self.nfa, **held, **end)


NO_ACTION = Referral(nfa="1", closed=DAY)
TAKEN_UP = Referral()


def read(folder: Path, **years: list[Referral]) -> list[tuple[str, str, str]]:
    """Source, no further action, and end of each referral that is read of several years."""
    for year, referrals in years.items():
        number = int(year.removeprefix("of_"))
        text = cin_census(number, child(2025, "a1", *(one.element for one in referrals)))
        (folder / f"cin-{number}.xml").write_text(text, encoding="utf-8")
    raw = raw_of(folder, CIN, "episode")
    assert raw.frame["referral_id"].is_unique
    return sorted((row["source"], row["nfa"], row["close_date"]) for row in rows_of(raw))


def test_of_two_referrals_on_one_day_the_one_that_comes_back_is_the_same(tmp_path: Path) -> None:
    found = read(tmp_path, of_2025=[NO_ACTION, TAKEN_UP], of_2026=[TAKEN_UP.closing("2025-06-01")])

    assert found == [("1A", "0", "2025-06-01"), ("1A", "1", DAY)]


def test_the_order_in_which_a_year_writes_them_does_not_matter(tmp_path: Path) -> None:
    police, school = Referral(source="6"), Referral(source="2A")

    found = read(
        tmp_path, of_2025=[police, school],
        of_2026=[school.closing("2025-08-01"), police.closing("2025-07-01")],
    )  # fmt: skip

    assert found == [("2A", "0", "2025-08-01"), ("6", "0", "2025-07-01")]


def test_two_that_stand_in_one_year_each_are_two(tmp_path: Path) -> None:
    found = read(tmp_path, of_2025=[NO_ACTION], of_2026=[TAKEN_UP])

    assert found == [("1A", "0", ""), ("1A", "1", DAY)]


def test_one_of_which_a_later_year_corrects_a_word_stays_one(tmp_path: Path) -> None:
    found = read(tmp_path, of_2025=[TAKEN_UP], of_2026=[Referral(source="6")])

    assert found == [("6", "0", "")]


def test_one_that_comes_back_after_a_year_without_it_is_the_same(tmp_path: Path) -> None:
    found = read(
        tmp_path, of_2024=[NO_ACTION, TAKEN_UP], of_2025=[NO_ACTION],
        of_2026=[TAKEN_UP.closing("2025-06-01")],
    )  # fmt: skip

    assert found == [("1A", "0", "2025-06-01"), ("1A", "1", DAY)]


def test_alike_referrals_of_one_return_are_as_many_as_it_says(tmp_path: Path) -> None:
    found = read(tmp_path, of_2025=[TAKEN_UP, TAKEN_UP], of_2026=[TAKEN_UP.closing("2025-06-01")])

    assert found == [("1A", "0", ""), ("1A", "0", "2025-06-01")]


def test_both_become_rows_of_the_table(tmp_path: Path) -> None:
    read(tmp_path, of_2025=[NO_ACTION, TAKEN_UP], of_2026=[TAKEN_UP.closing("2025-06-01")])

    mapped = mapped_of(tmp_path, CIN, "episode")

    assert mapped.problems == ()
    assert mapped.table is not None
    assert mapped.table.frame["referral_id"].nunique() == 2


REFERRALS = st.builds(
    Referral, st.sampled_from(["1A", "6", "9"]), st.sampled_from(["N1", "N4"]),
    st.sampled_from(["0", "1"]), st.sampled_from(["", "2025-04-01"]),
)  # fmt: skip
CHANGES = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@CHANGES
@given(whole=st.lists(REFERRALS, min_size=1, max_size=4), data=st.data())
def test_a_return_of_some_of_the_same_referrals_in_another_order_adds_none_and_loses_none(
    tmp_path: Path, whole: list[Referral], data: st.DataObject
) -> None:
    again = data.draw(st.permutations(whole))[: data.draw(st.integers(1, len(whole)))]

    found = read(tmp_path, of_2025=whole, of_2026=list(again))

    assert found == sorted((one.source, one.nfa, one.closed) for one in whole)


def test_lists_of_annex_a_tell_two_referrals_of_one_day_apart_too(tmp_path: Path) -> None:
    no_action = {"Child Unique ID": 17, "Date of Referral": DAY, "Referral Source": "6",
                 "Referral NFA?": "Yes"}  # fmt: skip
    taken_up = no_action | {"Referral Source": "1A", "Referral NFA?": "No"}
    ended = {"Child Unique ID": 17, "CIN Start Date": DAY, "Primary Need Code": "N4",
             "CIN Closure Date": "2025-06-01", "Reason for Closure": "RC1"}  # fmt: skip
    annex_a(tmp_path / "a-1.xlsx", {3: [no_action, taken_up]})
    annex_a(tmp_path / "a-2.xlsx", {3: [taken_up], 6: [ended]})

    rows = rows_of(raw_of(tmp_path, ANNEX, "episode"))

    assert sorted((row["source"], row["close_date"]) for row in rows) == [
        ("1A", "2025-06-01"), ("6", ""),
    ]  # fmt: skip


def test_a_row_of_children_in_need_is_of_the_referral_that_led_to_work(tmp_path: Path) -> None:
    no_action = {"Child Unique ID": 17, "Date of Referral": DAY, "Referral Source": "6",
                 "Referral NFA?": "a) Yes"}  # fmt: skip
    taken_up = no_action | {"Referral Source": "1A", "Referral NFA?": "b) No"}
    need = {"Child Unique ID": 17, "CIN Start Date": DAY, "Primary Need Code": "N4"}
    annex_a(tmp_path / "a-1.xlsx", {3: [no_action, taken_up], 6: [need]})
    annex_a(tmp_path / "a-2.xlsx", {3: [taken_up, taken_up | {"Referral Source": "9"}], 6: [need]})

    apart = rows_of(raw_of(tmp_path, ANNEX.replace(', "a-2.xlsx"', ""), "episode"))
    unclear = rows_of(raw_of(tmp_path, ANNEX.replace('"a-1.xlsx", ', ""), "episode"))

    assert [(row["source"], row["need"]) for row in apart] == [("6", ""), ("1A", "N4")]
    assert [(row["source"], row["need"]) for row in unclear] == [("1A", ""), ("9", "")]
