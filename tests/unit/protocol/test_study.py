from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from oversight_protocol.errors import Reason, Refused
from oversight_protocol.study import (
    BaseTable,
    Cohort,
    Dimension,
    Outcome,
    Period,
    Study,
    Subject,
    Wave,
)
from support.protocol import LAS, LATER, NOW, base_table, measure, quarter, study

PERIOD = quarter(2026, 1)


def test_a_study_reads_back_as_it_was_written():
    written = study().canonical()

    assert Study.parse(written) == study()
    assert Study.parse(written).canonical() == written


@given(st.integers(1900, 2200), st.integers(1, 4))
def test_every_calendar_quarter_is_a_period(year: int, number: int):
    period = quarter(year, number)

    assert period.start.month == 3 * number - 2
    assert (period.end + timedelta(days=1)).day == 1
    assert 90 <= (period.end - period.start).days + 1 <= 92


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2024, 1, 1), date(2024, 3, 31)),
        (date(2000, 1, 1), date(2000, 3, 31)),
        (date(2026, 10, 1), date(2026, 12, 31)),
        (date(9998, 10, 1), date(9998, 12, 31)),
    ],
)
def test_the_fourth_quarter_and_leap_years_are_quarters(start: date, end: date):
    period = Period(id="q", label="Q", start=start, end=end)

    assert period.end == end


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2026, 1, 1), date(2026, 3, 30)),
        (date(2026, 1, 1), date(2026, 4, 1)),
        (date(2026, 1, 2), date(2026, 3, 31)),
        (date(2026, 2, 1), date(2026, 4, 30)),
        (date(2026, 1, 1), date(2026, 6, 30)),
        (date(2026, 10, 1), date(2027, 12, 31)),
        (date(2026, 10, 1), date(2026, 12, 30)),
        (date(2026, 4, 1), date(2026, 3, 31)),
        (date(9999, 10, 1), date(9999, 12, 31)),
    ],
)
def test_anything_but_a_whole_quarter_is_no_period(start: date, end: date):
    with pytest.raises(ValidationError):
        Period(id="q", label="Q", start=start, end=end)


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(80, 100))
def test_a_period_loads_only_from_the_first_day_of_a_quarter_to_its_last(start: date, days: int):
    end = start + timedelta(days=days)
    whole = [(quarter(start.year, n).start, quarter(start.year, n).end) for n in (1, 2, 3, 4)]

    try:
        Period(id="q", label="Q", start=start, end=end)
    except ValidationError:
        assert (start, end) not in whole
    else:
        assert (start, end) in whole


# What a question is.

REWORDED = {
    "title": "Another title",
    "population": "The same in other words",
    "outcomes": tuple(
        Outcome(code=outcome.code, label=f"{outcome.label}, reworded")
        for outcome in base_table().outcomes
    ),
    "dimensions": tuple(
        Dimension(name=d.name, label="Other words", categories=d.categories)
        for d in base_table().dimensions
    ),
    "sql": base_table().sql.replace(" ", "\n    ") + "\n-- a note",
}


@pytest.mark.parametrize("name", REWORDED)
def test_rewording_does_not_make_a_new_question(name: str):
    reworded = base_table(**{name: REWORDED[name]})

    assert reworded != base_table()
    assert reworded.question(PERIOD, "1.0") == base_table().question(PERIOD, "1.0")


def test_another_name_for_the_same_quarter_does_not_make_a_new_question():
    renamed = Period(id="Q1", label="First", start=PERIOD.start, end=PERIOD.end)

    assert base_table().question(renamed, "1.0") == base_table().question(PERIOD, "1.0")


CHANGED = {
    "name": "recording2",
    "unit": "children",
    "about_staff": True,
    "subjects": (Subject(kind="workers", column="worker"),),
    "outcomes": base_table().outcomes[:2],
    "dimensions": (),
    "reads": ("oversight_event", "team"),
    "sql": base_table().sql.replace("$q1", "$q0"),
}


@pytest.mark.parametrize("name", CHANGED)
def test_whatever_matters_makes_a_new_question(name: str):
    changed = base_table(**{name: CHANGED[name]})

    assert changed.question(PERIOD, "1.0") != base_table().question(PERIOD, "1.0")


def test_a_literal_in_the_sql_matters_to_its_last_space():
    one = base_table(sql="SELECT 'Part 1  held'")
    other = base_table(sql="SELECT 'Part 1 held'")

    assert one.question(PERIOD, "1.0") != other.question(PERIOD, "1.0")


def test_period_and_specification_matter():
    questions = {
        base_table().question(PERIOD, "1.0"),
        base_table().question(quarter(2026, 2), "1.0"),
        base_table().question(PERIOD, "1.1"),
    }

    assert len(questions) == 3


# What a study checks of itself.


def _outcomes(*codes: str) -> tuple[Outcome, ...]:
    return tuple(Outcome(code=code, label=code) for code in codes)


def _dimension(name: str, *codes: str) -> Dimension:
    return Dimension(name=name, label=name, categories=_outcomes(*codes))


@pytest.mark.parametrize(
    "changes",
    [
        {"outcomes": _outcomes("a", "a")},
        {"outcomes": _outcomes("a")},
        {"outcomes": _outcomes("a", "all")},
        {"dimensions": (_dimension("service", "x"), _dimension("service", "y"))},
        {"dimensions": (_dimension("service", "x", "x"),)},
        {"dimensions": (_dimension("team", "x"),)},
        {"dimensions": (_dimension("outcome", "x"),)},
        {"dimensions": (_dimension("worker", "x"),)},
        {"subjects": ()},
        {
            "subjects": (
                Subject(kind="workers", column="one"),
                Subject(kind="workers", column="two"),
            )
        },
        {
            "subjects": (
                Subject(kind="workers", column="one"),
                Subject(kind="children", column="one"),
            )
        },
        {"sql": ""},
        {"sql": "SELECT 1 \u202e"},
        {"sql": "SELECT 1 \x1b[2J"},
        {"sql": "SELECT 1\r-- hidden"},
        {"sql": "x" * 20_001},
        {"reads": ()},
        {"unit": "persons"},
    ],
)
def test_an_inconsistent_base_table_does_not_load(changes: dict):
    with pytest.raises(ValidationError):
        base_table(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"numerator": ("on_file", "elsewhere")},
        {"numerator": ("unknown",)},
        {"numerator": ("on_file", "on_file"), "denominator": ("on_file", "elsewhere", "unknown")},
        {"denominator": ("on_file", "elsewhere", "elsewhere")},
        {"numerator": ()},
        {"denominator": ("on_file",)},
        {"unit": "mean"},
    ],
)
def test_a_measure_that_is_no_proportion_does_not_load(changes: dict):
    with pytest.raises(ValidationError):
        measure(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"waves": (Wave(id="w", periods=(PERIOD,)), Wave(id="w", periods=(PERIOD,)))},
        {
            "waves": (
                Wave(id="w1", periods=(PERIOD,)),
                Wave(
                    id="w2",
                    periods=(quarter(2026, 2).model_copy(update={"id": PERIOD.id}),),
                ),
            )
        },
        {"base_tables": (base_table(), base_table())},
        {"measures": (measure(), measure())},
        {"measures": (measure(table="other"),)},
        {"measures": (measure(denominator=("on_file", "elsewhere", "nowhere")),)},
        {"expires": NOW},
        {"version": 0},
        {"waves": ()},
        {"base_tables": ()},
        {"measures": ()},
        {"type": "ticket"},
        {"title": ""},
    ],
)
def test_an_inconsistent_study_does_not_load(changes: dict):
    with pytest.raises(ValidationError):
        study(**changes)


def test_two_waves_may_ask_the_same_quarter():
    waves = (Wave(id="w1", periods=(PERIOD,)), Wave(id="w2", periods=(PERIOD, quarter(2026, 2))))

    assert len(study(waves=waves).waves) == 2


@pytest.mark.parametrize("periods", [(PERIOD, PERIOD), (PERIOD, None)])
def test_a_wave_asks_each_quarter_once(periods: tuple):
    renamed = PERIOD.model_copy(update={"id": "other"})

    with pytest.raises(ValidationError):
        Wave(id="w", periods=tuple(period or renamed for period in periods))


@pytest.mark.parametrize(
    ("las", "minimum"), [(LAS, 1), (LAS, 4), ((*LAS, LAS[0]), 2), (("K",) * 2, 2), ((), 2)]
)
def test_a_cohort_that_could_single_out_or_never_be_met_does_not_load(las: tuple, minimum: int):
    with pytest.raises(ValidationError):
        Cohort(las=las, minimum=minimum)


def test_tables_and_waves_are_found_by_name(study: Study):
    assert isinstance(study.table("recording"), BaseTable)
    assert study.wave("wave-1").periods[0] == PERIOD


def test_what_the_study_does_not_hold_is_refused(study: Study, refused: Callable[..., Refused]):
    refused(Reason.TABLE_UNKNOWN, study.table, "other")
    refused(Reason.WAVE, study.wave, "wave-2")


def test_a_study_is_in_force_until_the_second_of_its_expiry(
    study: Study, refused: Callable[..., Refused]
):
    study.check_time(LATER - timedelta(seconds=1))
    refused(Reason.STUDY_EXPIRED, study.check_time, LATER)
