"""What a study says beyond counts: parts, differences, needs, steps, links, a survey, themes."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from oversight_protocol.study import (
    BaseTable,
    Collapse,
    Dimension,
    DimensionNeeds,
    Link,
    Magnitude,
    Merge,
    Outcome,
    Place,
    Study,
    Subject,
    Survey,
    Theme,
)
from support.protocol import base_table, measure, quarter, study

PERIOD = quarter(2026, 1)


def codes(*names: str) -> tuple[Outcome, ...]:
    return tuple(Outcome(code=name, label=name) for name in names)


AGENCY = Dimension(name="agency", label="Agency", categories=codes("agency", "employed"))
AUDITS = base_table(
    name="audits", reads=("audit", "team"), dimensions=(AGENCY,), outcomes=codes("a", "b", "c", "d")
)
STAFF = base_table(
    name="staff", reads=("worker",), dimensions=(AGENCY,), outcomes=(),
    subjects=(Subject(kind="workers", column="worker"),),
    magnitudes=(Magnitude(name="fte", label="Time", unit="workers", maximum=1, decimals=2),),
)  # fmt: skip
HERE = Place(dimension="agency", code="agency")


def changed(table: BaseTable, **changes: object) -> BaseTable:
    return BaseTable.model_validate({**dict(table), **changes})


# ---------------------------------------------------------------------- measures


def difference(**changes: object):
    given = {
        "kind": "difference", "unit": "percentage points", "table": "audits", "numerator": ("a",),
        "denominator": ("a", "b"), "less": ("c",), "less_of": ("c", "d"),
    }  # fmt: skip
    return measure(**{**given, **changes})


def part(**changes: object):
    given = {
        "kind": "part", "table": "staff", "numerator": ("fte",), "denominator": ("fte",),
        "place": HERE,
    }  # fmt: skip
    return measure(**{**given, **changes})


def test_a_part_and_a_difference_are_measures_of_their_tables():
    found = study(
        base_tables=(AUDITS, STAFF),
        measures=(difference(id="one"), part(id="two"), difference(id="three", place=HERE)),
    )

    assert Study.parse(found.canonical()) == found
    assert found.measures[0].outcomes == ("a", "b", "c", "d")


@pytest.mark.parametrize(
    "make",
    [
        lambda: difference(less=()),
        lambda: difference(less_of=()),
        lambda: difference(less_of=("b", "c")),
        lambda: difference(less=("c", "d")),
        lambda: difference(unit="percent"),
        lambda: measure(table="audits", numerator=("a",), denominator=("a", "b"), less=("c",)),
        lambda: part(place=None),
        lambda: part(denominator=("all",)),
        lambda: part(unit="workers"),
        lambda: measure(kind="ratio", unit="percent", numerator=("fte",), denominator=("all",)),
    ],
)
def test_a_measure_that_is_neither_a_part_nor_a_difference_does_not_load(make):
    with pytest.raises(ValidationError):
        make()


@pytest.mark.parametrize(
    "wrong",
    [
        difference(less_of=("c", "e")),
        difference(place=Place(dimension="agency", code="other")),
        difference(place=Place(dimension="service", code="agency")),
        part(numerator=("cases",), denominator=("cases",)),
        part(place=Place(dimension="agency", code="nobody")),
    ],
)
def test_a_measure_of_what_its_table_does_not_have_makes_no_study(wrong):
    with pytest.raises(ValidationError, match="measure"):
        study(base_tables=(AUDITS, STAFF), measures=(wrong,))


# ---------------------------------------------------------------------- needs


def test_a_table_says_what_it_needs_and_what_its_dimensions_do():
    needs = (DimensionNeeds(dimension="agency", fields=("team.service",)),)

    found = changed(AUDITS, needs=("audit.audit_date",), dimension_needs=needs)

    assert found.needs == ("audit.audit_date",)
    assert found.question(PERIOD, "1.0") == AUDITS.question(PERIOD, "1.0")


@pytest.mark.parametrize(
    "changes",
    [
        {"needs": ("worker.role",)},
        {"needs": ("audit.audit_date", "audit.audit_date")},
        {"needs": ("audit",)},
        {"dimension_needs": (DimensionNeeds(dimension="service", fields=("team.service",)),)},
        {"dimension_needs": (DimensionNeeds(dimension="agency", fields=("plan.type",)),)},
    ],
)
def test_a_table_does_not_need_what_it_does_not_read(changes: dict):
    with pytest.raises(ValidationError):
        changed(AUDITS, **changes)


# ---------------------------------------------------------------------- steps


def merge(outcomes: tuple[str, ...], into: str) -> Collapse:
    return Collapse(merge=Merge(outcomes=outcomes, into=Outcome(code=into, label=into)))


def test_a_table_may_be_made_coarser_step_by_step_and_that_makes_a_new_question():
    steps = (Collapse(drop="agency"), merge(("c", "d"), "cd"), merge(("b", "cd"), "bcd"))

    found = changed(AUDITS, collapse=steps)

    assert found.collapse == steps
    assert found.merges == {"cd": ("c", "d"), "bcd": ("b", "c", "d")}
    assert found.question(PERIOD, "1.0") != AUDITS.question(PERIOD, "1.0")


@pytest.mark.parametrize(
    "steps",
    [
        (Collapse(drop="service"),),
        (Collapse(drop="agency"), Collapse(drop="agency")),
        (merge(("c", "e"), "ce"),),
        (merge(("c", "d"), "a"),),
        (merge(("c", "d"), "all"),),
        (merge(("c", "d"), "cd"), merge(("c", "b"), "bc")),
        (merge(("a", "b", "c", "d"), "any"),),
        (merge(("c", "d"), "c"),),
        (merge(("c", "d"), "cd"), merge(("b", "cd"), "cd")),
    ],
)
def test_a_step_takes_only_what_the_one_before_has_left(steps: tuple):
    with pytest.raises(ValidationError):
        changed(AUDITS, collapse=steps)


def test_a_step_does_one_thing():
    with pytest.raises(ValidationError):
        Collapse()
    with pytest.raises(ValidationError):
        merge(("a", "b"), "ab").model_validate({"drop": "agency", "merge": {
            "outcomes": ("a", "b"), "into": Outcome(code="ab", label="ab")}})  # fmt: skip


# ---------------------------------------------------------------------- links, survey, themes


def test_a_link_names_tables_of_the_study():
    link = Link(kind="contained", tables=("audits", "nothing"), reason="Because.")

    with pytest.raises(ValidationError, match="link"):
        study(base_tables=(AUDITS,), measures=(difference(),), links=(link,))


QUESTION = {"id": "S01", "text": "Is it?", "topic": "Time", "source": "This study"}


def test_a_survey_asks_each_question_once_and_a_code_frame_has_each_code_once():
    given = {"title": "T", "introduction": "I", "scale": ("No", "Yes")}
    theme = Theme(code="T01", label="Time", belongs="Talk of time.")

    assert Survey.model_validate({**given, "questions": (QUESTION,)}).questions[0].id == "S01"
    with pytest.raises(ValidationError, match="question"):
        Survey.model_validate({**given, "questions": (QUESTION, QUESTION)})
    with pytest.raises(ValidationError, match="theme"):
        study(base_tables=(AUDITS,), measures=(difference(),), themes=(theme, theme))
