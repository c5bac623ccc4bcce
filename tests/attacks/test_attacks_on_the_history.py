"""Attacks on all that an authority's agent does: its history, its record sets, its audit.

Tables are asked one after the other, as a coordinator would ask them over months, waves and
studies. Each attack first succeeds against an agent that forgets what it released, then must fail
against one that looks back, asked in that order, in the other, or all at once in one wave.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import NamedTuple

import pytest

from oversight_agent.history import History, HistoryError, against
from oversight_agent.history.stage import New
from oversight_agent.ledger import LedgerFile
from oversight_protocol.release import TableAnswer
from oversight_protocol.study import AnyPeriod, BaseTable, Link
from support.attacker import exact
from support.exact_tables import CHILD, QUARTER, base_table
from support.histories import RULES, SECRET, VERSION, Row, days, history, new
from support.joint_attacker import (
    Fact,
    JointAttacker,
    Place,
    at_least,
    equal,
    learned,
    small_differences,
    small_quantities,
    sum_of,
)
from support.looking_back import answer, forgetful, in_one_wave, looking_back
from support.one_by_one import common
from support.protocol import signing_key

YEAR = days("2026", "2026-01-01", "2026-12-31")
QUARTERS = [
    days("2026Q1", "2026-01-01", "2026-03-31"),
    days("2026Q2", "2026-04-01", "2026-06-30"),
    days("2026Q3", "2026-07-01", "2026-09-30"),
    days("2026Q4", "2026-10-01", "2026-12-31"),
]
WITHIN = (Link(kind="contained", tables=("under_25", "under_20"), reason="Younger still."),)
SAME = (Link(kind="same_population", tables=("by_20", "by_25"), reason="The same."),)


class Attack(NamedTuple):
    """What is asked, one after another; what the study says; what the attacker knows and wants."""

    tables: Sequence[New]
    facts: Sequence[Fact]
    pairs: Sequence[tuple[Place, Place]] = ()
    links: Sequence[Link] = ()

    def found(self, answers: Sequence[TableAnswer]) -> list:
        """What the attacker learns of small counts and differences."""
        unsafe = [one.unsafe for one in self.tables]
        attacker = JointAttacker.on(unsafe, answers, RULES, self.facts)
        secrets = [
            *small_quantities(unsafe, RULES), *small_differences(unsafe, self.pairs, RULES)
        ]  # fmt: skip
        return list(learned(attacker, secrets, RULES))


def cases(outcomes: Sequence[str] = ("yes", "no"), name: str = "open") -> BaseTable:
    return base_table(outcomes, {}, name=name, subjects=(CHILD,))


def counted(table: BaseTable, period: AnyPeriod, counts: Sequence[int], first: int = 0) -> New:
    """A table of so many children for each outcome, numbered through from `first`."""
    numbers = count(first)
    return new(
        table, period,
        [Row(next(numbers), code) for code, n in zip(table.outcome_codes, counts, strict=True)
         for _ in range(n)],
    )  # fmt: skip


def among(table: BaseTable, period: AnyPeriod, outcomes: Sequence[str]) -> New:
    """A table of children numbered from 0, each with their outcome; empty for who is not in it."""
    return new(table, period, [Row(child, code) for child, code in enumerate(outcomes) if code])


def isolating_pair() -> Attack:
    """All children; then, in the same days, all but one to whom a condition does not apply."""
    everybody = ["yes"] * 40 + ["no"] * 41
    tables = [
        among(cases(), QUARTER, everybody),
        among(cases(name="padded"), QUARTER, [*everybody[:-1], ""]),
    ]
    pairs = common([one.unsafe for one in tables], 0, 1)
    return Attack(tables, [at_least(*each) for each in pairs], pairs)


def grown(first: AnyPeriod, second: AnyPeriod, name: str = "open") -> Attack:
    """n children in one period, n + 1 in another, whose table may have another name."""
    everybody = ["yes"] * 40 + ["no"] * 41
    tables = [
        among(cases(), first, [*everybody[:-1], ""]),
        among(cases(name=name), second, everybody),
    ]
    pairs = [(more, less) for less, more in common([one.unsafe for one in tables], 0, 1)]
    return Attack(tables, [at_least(*each) for each in pairs], pairs)


def month_on_month() -> Attack:
    """All who were open up to the end of a month: n, and a month later n + 1."""
    return grown(
        days("to_May", "2026-01-01", "2026-05-31"), days("to_June", "2026-01-01", "2026-06-30")
    )


FIRST, SECOND = days("Q1", "2026-01-01", "2026-03-31"), days("Q2", "2026-04-01", "2026-06-30")


def a_quarter_and_the_next() -> Attack:
    """Who is there on a quarter's last day: n; a quarter later, when nobody has left, n + 1."""
    return grown(FIRST, SECOND)


def two_tables_a_quarter_apart() -> Attack:
    """The same of two tables that nothing links."""
    return grown(FIRST, SECOND, name="present")


def nested_recodes() -> Attack:
    """One population by age: under 20, then under 25."""
    ages = [10] * 40 + [22] * 4 + [30] * 50
    tables = [
        among(
            cases(("under", "over"), "by_20"),
            QUARTER,
            ["under" if a < 20 else "over" for a in ages],
        ),
        among(
            cases(("under", "over"), "by_25"),
            QUARTER,
            ["under" if a < 25 else "over" for a in ages],
        ),
    ]
    pairs: list = [((1, ("", "", "under")), (0, ("", "", "under")))]
    return Attack(tables, [at_least(*each) for each in pairs], pairs)


def nested_recodes_of_a_linked_population() -> Attack:
    """The same, where the study says that both tables are about the same children."""
    plain = nested_recodes()
    return plain._replace(links=SAME)


def nested_populations_that_a_study_links() -> Attack:
    """Those under 25 by outcome; then those under 20, whom the study says are among them."""
    outcomes = ["yes"] * 40 + ["no"] * 60
    young = [*["yes"] * 36, *[""] * 4, *["no"] * 50, *[""] * 10]
    tables = [
        among(cases(name="under_25"), QUARTER, outcomes),
        among(cases(name="under_20"), QUARTER, young),
    ]
    pairs = common([one.unsafe for one in tables], 0, 1)
    return Attack(tables, [at_least(*each) for each in pairs], pairs, WITHIN)


def a_cloned_predicate() -> Attack:
    """The same question under another name, with other codes in another order."""
    codes = {"p": "z", "q": "y", "r": "x"}
    outcomes = ["p"] * 20 + ["q"] * 20 + ["r"] * 2
    tables = [
        among(cases(tuple("pqr")), QUARTER, outcomes),
        among(cases(tuple("zyx"), "clone"), QUARTER, [codes[one] for one in outcomes]),
    ]
    keys = {**codes, "all": "all"}
    facts = [equal((0, ("", "", one)), (1, ("", "", other))) for one, other in keys.items()]
    return Attack(tables, facts)


def a_correction_that_leaves_the_rest_alone() -> Attack:
    """The same days once more; all but a few of one outcome were no cases, as everybody hears."""
    tables = [
        among(cases(tuple("pqr")), QUARTER, ["p"] * 20 + ["q"] * 20 + ["r"] * 2),
        among(cases(tuple("pqr")), QUARTER, [""] * 15 + ["p"] * 5 + ["q"] * 20 + ["r"] * 2),
    ]
    return Attack(tables, [equal((0, ("", "", one)), (1, ("", "", one))) for one in "qr"])


def a_year_with_a_withheld_quarter() -> Attack:
    """Four quarters, of which one has too few children to be shown; then the year."""
    shares = [(40, 41), (5, 4), (42, 43), (44, 45)]
    tables = [
        counted(cases(), period, counts, first=1000 * number)
        for number, (period, counts) in enumerate(zip(QUARTERS, shares, strict=True))
    ]
    year = [
        Row(1000 * number + child, "yes" if child < yes else "no")
        for number, (yes, no) in enumerate(shares) for child in range(yes + no)
    ]  # fmt: skip
    tables.append(new(cases(), YEAR, year))
    keys = exact(tables[4].unsafe)
    return Attack(tables, [sum_of((4, key), [(n, key) for n in range(4)]) for key in keys])


def a_quantile_sweep() -> Attack:
    """How many waited up to 20, 21, 22 … days: bins that are chosen by what was answered."""
    waits = [day for day, n in enumerate((30, 4, 3, 5, 2, 40), start=20) for _ in range(n)]
    tables = [
        among(
            cases(("up_to", "longer"), f"by_{limit}"), QUARTER,
            ["up_to" if wait <= limit else "longer" for wait in waits],
        )
        for limit in range(20, 25)
    ]  # fmt: skip
    pairs: list[tuple[Place, Place]] = [
        ((number, ("", "", "up_to")), (number - 1, ("", "", "up_to"))) for number in range(1, 5)
    ]
    return Attack(tables, [at_least(*each) for each in pairs], pairs)


def a_clone_that_a_study_links() -> Attack:
    """The cloned question, where the study says that both are about the same children."""
    links = (Link(kind="same_population", tables=("open", "clone"), reason="The same."),)
    return a_cloned_predicate()._replace(links=links)


Make = Callable[[], Attack]
DEFENDED: list[Make] = [
    isolating_pair,
    month_on_month,
    a_quarter_and_the_next,
    two_tables_a_quarter_apart,
    nested_recodes,
    a_quantile_sweep,
    a_cloned_predicate,
    a_correction_that_leaves_the_rest_alone,
    a_year_with_a_withheld_quarter,
    nested_recodes_of_a_linked_population,
    nested_populations_that_a_study_links,
    a_clone_that_a_study_links,
]


@pytest.mark.parametrize("make", DEFENDED, ids=lambda make: make.__name__)
def test_an_agent_that_forgets_gives_itself_away(make: Make):
    attack = make()

    assert attack.found(forgetful(attack.tables))


@pytest.mark.parametrize("make", DEFENDED, ids=lambda make: make.__name__)
def test_an_agent_that_looks_back_does_not(make: Make, tmp_path: Path):
    attack = make()

    answers = looking_back(tmp_path, attack.tables, attack.links)

    assert attack.found(answers) == []


@pytest.mark.parametrize("make", DEFENDED, ids=lambda make: make.__name__)
def test_in_another_order_neither(make: Make, tmp_path: Path):
    attack = make()

    answers = looking_back(tmp_path, attack.tables[::-1], attack.links)

    assert attack.found(answers[::-1]) == []


@pytest.mark.parametrize(
    "make",
    [make for make in DEFENDED if make is not a_correction_that_leaves_the_rest_alone],
    ids=lambda make: make.__name__,
)
def test_all_at_once_in_one_wave_neither(make: Make, tmp_path: Path):
    attack = make()

    answers = in_one_wave(tmp_path, attack.tables, attack.links)

    assert attack.found(answers) == []


def test_a_wave_is_not_lost_by_what_its_tables_have_in_common(tmp_path: Path):
    attack = nested_recodes()

    answers = in_one_wave(tmp_path, attack.tables)

    assert [each.status for each in answers] == ["released", "released"]


def test_a_table_that_the_history_withholds_looks_like_one_that_is_too_small(tmp_path: Path):
    attack = isolating_pair()
    too_small = counted(cases(name="padded"), QUARTER, (2, 3))

    _, by_history = looking_back(tmp_path, attack.tables)
    [by_rule] = forgetful([too_small])

    assert by_history.canonical() == by_rule.canonical()


def test_a_restored_history_would_answer_the_second_of_an_isolating_pair_and_is_not_used(
    tmp_path: Path,
):
    attack = isolating_pair()
    first, second = attack.tables
    told = history(tmp_path)
    with LedgerFile(
        tmp_path / "ledger.jsonl", "agent/E06000035", signing_key("agent")
    ).locked() as book:
        book.append(against.BEGUN, {"history": told.store.identifier})
        backup = shutil.copy(tmp_path / "history.db", tmp_path / "backup.db")
        answered = answer(told, first, (), "ticket-1")
        question = first.unsafe.table.question(first.unsafe.period, VERSION)
        book.append(
            "answered", {"questions": {"open": question}, "history_head": against.noted(told.head)}
        )
        told.close()

        shutil.copy(backup, tmp_path / "history.db")
        restored = History.open(tmp_path / "history.db", SECRET)
        with pytest.raises(HistoryError):
            against.check_against(restored, book, "history.db")

    unchecked = answer(restored, second, (), "ticket-2")
    restored.close()
    assert attack.found([answered, unchecked])
