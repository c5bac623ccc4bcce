from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from oversight_protocol.errors import Family, Reason, Refused
from oversight_protocol.policy import Rules
from oversight_protocol.release import (
    Cell,
    Refusal,
    Release,
    Row,
    TableAnswer,
    check_refusal,
    check_release,
    row_keys,
)
from oversight_protocol.release import (
    unavailable as unavailable_dimensions,
)
from oversight_protocol.study import Collapse, Merge, Outcome
from support.protocol import (
    KENT,
    MEDWAY,
    base_table,
    refusal,
    release,
    sealed_ticket,
    study,
    table_answer,
    ticket,
)

Check = Callable[..., Refused]
DIGEST = sealed_ticket().digest
OTHER_DIGEST = "0" * 64


def check(answer: Release, **study_changes: object) -> None:
    check_release(answer, ticket(), DIGEST, study(**study_changes))


def first_table(answer: Release, **changes: object) -> Release:
    table = answer.tables[0].model_copy(update=changes)
    return answer.model_copy(update={"tables": (table, *answer.tables[1:])})


def with_rows(edit: Callable[[Row], Row], position: int = 0) -> Release:
    rows = list(release().tables[0].rows)
    rows[position] = edit(rows[position])
    return first_table(release(), rows=tuple(rows))


def with_value(value: int | None, marker: str = "", **rules: object) -> Release:
    """A release with one cell of this value."""

    def edit(row: Row) -> Row:
        cell = Cell(outcome="on_file", value=value, marker=marker)  # type: ignore[arg-type]
        return row.model_copy(update={"cells": (cell, *row.cells[1:])})

    return with_rows(edit).model_copy(update={"rules": Rules(**rules)})


def test_a_release_that_answers_its_ticket_passes():
    check(release())


def test_a_release_reads_back_as_it_was_written():
    written = release().canonical()

    assert Release.parse(written) == release()


def test_a_table_may_be_refused_or_wholly_suppressed():
    refused_table = TableAnswer(
        table="recording", period="2026-Q1", status="refused", family=Family.DISCLOSURE
    )
    suppressed = table_answer(base_table(), "2026-Q2", None)

    check(release(tables=(refused_table, suppressed)))


@pytest.mark.parametrize(
    "changes",
    [
        {"ticket": "ticket-2"},
        {"ticket_digest": OTHER_DIGEST},
        {"study": OTHER_DIGEST},
        {"wave": "wave-2"},
        {"la": MEDWAY},
        {"tables": release().tables[:1]},
        {"tables": release().tables[::-1]},
        {"tables": (*release().tables, release().tables[0])},
        {"tables": (release().tables[0], release().tables[0])},
    ],
)
def test_an_answer_to_something_else_is_refused(changes: dict, refused: Check):
    refused(Reason.RELEASE_MISMATCH, check, release(**changes))


def test_another_table_than_the_one_asked_for_is_refused(refused: Check):
    refused(Reason.RELEASE_MISMATCH, check, first_table(release(), table="other"))


@pytest.mark.parametrize(
    "edit",
    [
        lambda row: row.model_copy(update={"dimension": "team"}),
        lambda row: row.model_copy(update={"category": "cin_cp"}),
        lambda row: row.model_copy(update={"cells": row.cells[:-1]}),
        lambda row: row.model_copy(update={"cells": row.cells[::-1]}),
        lambda row: row.model_copy(update={"cells": (*row.cells, row.cells[0])}),
        lambda row: row.model_copy(update={"cells": ()}),
        lambda row: row.model_copy(update={"total": row.cells[0]}),
    ],
)
@pytest.mark.parametrize("position", [0, 2])
def test_rows_and_outcomes_other_than_the_studys_are_refused(
    edit: Callable[[Row], Row], position: int, refused: Check
):
    failure = refused(Reason.RELEASE_MISMATCH, check, with_rows(edit, position))

    assert failure.place == "recording"


@pytest.mark.parametrize("value", [1, 2, 4, 5, 6, 9, 11, 12, 13, 14, 101])
def test_a_figure_below_the_floor_or_off_its_base_is_refused(value: int, refused: Check):
    failure = refused(Reason.FLOOR, check, with_value(value))

    assert str(value) not in failure.place


@given(st.integers(0, 200), st.sampled_from([5, 10, 15, 25]), st.integers(10, 60))
def test_figures_pass_exactly_from_the_rounded_minimum_on(value: int, base: int, minimum: int):
    minimum = max(minimum, base)
    rules = Rules(rounding_base=base, minimum_persons=minimum)
    least = max(10, minimum - minimum % base)

    try:
        check(release(value, rules=rules))
        passed = True
    except Refused:
        passed = False

    assert passed == (value >= least and value % base == 0)


@given(st.integers(10, 500), st.sampled_from([5, 10, 15, 25]))
def test_no_figure_that_was_rounded_from_an_allowed_count_is_refused(count: int, base: int):
    rules = Rules(rounding_base=base, minimum_persons=max(10, base))
    rounded = base * round(max(count, rules.minimum_persons) / base)

    check(release(rounded, rules=rules))


def test_a_zero_passes_only_where_study_and_release_both_show_zeros(refused: Check):
    shows = with_value(0, zeros_may_be_shown=True)

    check(shows, rules=Rules(zeros_may_be_shown=True))
    refused(Reason.FLOOR, check, shows)
    refused(Reason.FLOOR, check, with_value(0))


def test_a_total_keeps_the_floor_too(refused: Check):
    small = with_rows(lambda row: row.model_copy(update={"total": Cell(outcome="all", value=5)}))

    refused(Reason.FLOOR, check, small)


def test_a_release_made_under_looser_rules_than_the_studys_is_refused(refused: Check):
    refused(Reason.FLOOR, lambda: check(release(), rules=Rules(minimum_persons=20)))


def test_an_authority_may_be_stricter_than_the_study():
    check(release(rules=Rules(minimum_persons=20, rounding_base=10)))


def test_a_ticket_for_what_the_study_does_not_hold_is_refused(refused: Check):
    refused(Reason.WAVE, check_release, release(wave="w2"), ticket(wave="w2"), DIGEST, study())
    asked = ticket(tables=("other",))
    answers = tuple(answer.model_copy(update={"table": "other"}) for answer in release().tables)
    refused(Reason.TABLE_UNKNOWN, check_release, release(tables=answers), asked, DIGEST, study())


@pytest.mark.parametrize(
    ("value", "marker"),
    [(None, ""), (10, "[c]"), (None, "c"), (-5, ""), (10.0, ""), ("10", ""), (True, "")],
)
def test_a_cell_is_a_count_or_a_marker_and_nothing_else(value: object, marker: str):
    with pytest.raises(ValidationError):
        Cell(outcome="a", value=value, marker=marker)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"rows": ()},
        {"family": Family.DATA},
        {"status": "refused"},
        {"status": "refused", "rows": ()},
        {"status": "refused", "family": Family.DATA},
    ],
)
def test_a_table_is_released_with_rows_or_refused_with_a_family(changes: dict):
    fields = {**dict(release().tables[0]), **changes}

    with pytest.raises(ValidationError):
        TableAnswer(**fields)


@pytest.mark.parametrize("text", ["Because of Jane Doe.", "", refusal().text + " "])
def test_a_refusal_says_its_familys_sentence_and_nothing_else(text: str):
    with pytest.raises(ValidationError):
        refusal(text=text)


def test_a_refusal_that_answers_its_ticket_passes():
    check_refusal(refusal(), ticket(), DIGEST)

    assert Refusal.parse(refusal().canonical()) == refusal()


@pytest.mark.parametrize(
    "changes", [{"ticket": "ticket-2"}, {"ticket_digest": OTHER_DIGEST}, {"la": MEDWAY}]
)
def test_a_refusal_of_another_ticket_is_refused(changes: dict, refused: Check):
    refused(Reason.RELEASE_MISMATCH, check_refusal, refusal(**changes), ticket(), DIGEST)


@pytest.mark.parametrize(
    "changes", [{"tables": ("a", "a")}, {"cohort": (KENT, KENT)}, {"tables": ()}, {"cohort": ()}]
)
def test_a_ticket_names_each_table_and_authority_once(changes: dict):
    with pytest.raises(ValidationError):
        ticket(**changes)


def test_the_rows_of_a_table_are_the_whole_authority_and_then_each_category():
    assert row_keys(base_table()) == (
        ("", ""),
        ("service", "cin_cp"),
        ("service", "looked_after"),
    )


# ---------------------------------------------------------------------- a dimension without data


def unavailable(*positions: int) -> Release:
    """A release whose first table has these rows marked as unavailable."""
    answer = release()
    for position in positions:
        rows = list(answer.tables[0].rows)
        marked = {"value": None, "marker": "[x]"}
        rows[position] = rows[position].model_copy(update={
            "cells": tuple(one.model_copy(update=marked) for one in rows[position].cells),
            "total": rows[position].total.model_copy(update=marked),
        })  # fmt: skip
        answer = first_table(answer, rows=tuple(rows))
    return answer


def categories() -> tuple[int, ...]:
    """The positions of the rows of the first table's dimensions."""
    rows = release().tables[0].rows
    return tuple(number for number, row in enumerate(rows) if row.dimension)


def test_a_dimension_that_has_no_data_is_marked_as_a_whole():
    answer = unavailable(*categories())

    check(answer)
    assert unavailable_dimensions(answer.tables[0]) == {"service"}
    assert unavailable_dimensions(release().tables[0]) == frozenset()


@pytest.mark.parametrize("positions", [(0,), categories()[:1], (0, *categories())])
def test_what_is_no_whole_dimension_is_never_marked_as_unavailable(
    positions: tuple[int, ...], refused: Check
):
    failure = refused(Reason.RELEASE_MISMATCH, check, unavailable(*positions))

    assert failure.place == "recording"


def test_a_single_figure_is_never_marked_as_unavailable(refused: Check):
    refused(Reason.RELEASE_MISMATCH, check, with_value(None, "[x]"))


def marked(place: str, marker: str, position: int = 0, total: int | None = 200) -> Release:
    """A release with one marker in a row with this total."""

    def edit(row: Row) -> Row:
        cells = [cell.model_dump() for cell in row.cells]
        whole = {"outcome": "all", "value": total, "marker": "[c]" if total is None else ""}
        at = {"first cell": cells[0], "last cell": cells[-1], "total": whole}[place]
        at |= {"value": None, "marker": marker}
        return row.model_copy(
            update={"cells": tuple(Cell(**cell) for cell in cells), "total": Cell(**whole)}
        )

    return with_rows(edit, position).model_copy(update={"rules": Rules(low_high_below=10)})


@pytest.mark.parametrize("marker", ["[low]", "[high]"])
@pytest.mark.parametrize("place", ["first cell", "last cell"])
def test_a_cell_of_the_whole_authority_may_be_marked_low_or_high(marker: str, place: str):
    check(marked(place, marker), rules=Rules(low_high_below=10))


@pytest.mark.parametrize("marker", ["[low]", "[high]"])
@pytest.mark.parametrize(
    "answer",
    [
        lambda marker: marked("total", marker),
        lambda marker: marked("first cell", marker, position=1),
        lambda marker: marked("first cell", marker, total=95),
        lambda marker: marked("first cell", marker, total=None),
    ],
    ids=["total", "category", "small row", "hidden total"],
)
def test_such_a_marker_elsewhere_is_refused(
    marker: str, answer: Callable[[str], Release], refused: Check
):
    refused(Reason.FLOOR, lambda: check(answer(marker), rules=Rules(low_high_below=10)))


def test_such_a_marker_is_refused_where_the_release_has_no_number_for_it(refused: Check):
    without = marked("first cell", "[low]").model_copy(update={"rules": Rules()})

    refused(Reason.FLOOR, lambda: check(without, rules=Rules(low_high_below=10)))


def test_a_study_without_such_markers_refuses_a_release_that_has_a_number_for_them(refused: Check):
    refused(Reason.FLOOR, lambda: check(marked("first cell", "[low]")))


# ---------------------------------------------------------------------- merged figures

OUTSIDE = Collapse(
    merge=Merge(
        outcomes=("elsewhere", "unknown"), into=Outcome(code="off_file", label="Not on the file")
    )
)


def with_merged(*merged: Cell, hidden: tuple[str, ...] = ("elsewhere", "unknown")) -> Release:
    """A release whose first row hides some outcomes and has these merged figures."""

    def edit(row: Row) -> Row:
        cells = tuple(
            Cell(outcome=cell.outcome, value=None, marker="[c]")
            if cell.outcome in hidden else cell
            for cell in row.cells
        )  # fmt: skip
        return row.model_copy(update={"cells": cells, "merged": merged})

    return with_rows(edit)


def check_merging(answer: Release) -> None:
    check(answer, base_tables=(base_table(collapse=(OUTSIDE,)),))


def off_file(value: int | None = 20, marker: str = "") -> Cell:
    return Cell(outcome="off_file", value=value, marker=marker)  # type: ignore[arg-type]


def test_outcomes_that_are_hidden_may_be_counted_together_where_the_study_says_so():
    answer = with_merged(off_file())

    check_merging(answer)

    assert Release.parse(answer.canonical()) == answer
    assert answer.tables[0].rows[0].figures[-1] == off_file()


def test_a_row_without_merged_figures_is_written_as_it_ever_was():
    assert b"merged" not in release().canonical()
    assert b"merged" not in release().model_dump_json().encode()
    assert b"merged" in with_merged(off_file()).canonical()


@pytest.mark.parametrize(
    "answer",
    [
        with_merged(off_file(), off_file()),
        with_merged(off_file(None, "[c]")),
        with_merged(off_file(), hidden=("elsewhere",)),
        with_merged(off_file(), hidden=()),
        with_merged(Cell(outcome="unknown", value=20)),
        with_merged(Cell(outcome="all", value=20)),
        with_merged(off_file(), Cell(outcome="other", value=20)),
    ],
)
def test_a_merged_figure_out_of_its_place_is_refused(answer: Release, refused: Check):
    refused(Reason.RELEASE_MISMATCH, check_merging, answer)


def test_merged_figures_out_of_order_are_refused(refused: Check):
    known = Merge(outcomes=("on_file", "elsewhere"), into=Outcome(code="known", label="Known"))
    rest = Merge(outcomes=("unknown", "none"), into=Outcome(code="rest", label="The rest"))
    table = base_table(
        outcomes=(*base_table().outcomes, Outcome(code="none", label="None")),
        collapse=(Collapse(merge=known), Collapse(merge=rest)),
    )

    def answers(*codes: str) -> Release:
        merged = tuple(Cell(outcome=code, value=20) for code in codes)
        every = [table_answer(table, one.period, None) for one in release().tables]
        rows = [row.model_copy(update={"merged": merged}) for row in every[0].rows]
        return first_table(release(tables=tuple(every)), rows=tuple(rows))

    def check_these(answer: Release) -> None:
        check(answer, base_tables=(table,))

    check_these(answers("known", "rest"))
    refused(Reason.RELEASE_MISMATCH, check_these, answers("rest", "known"))


def test_a_merged_figure_that_no_study_declares_is_refused(refused: Check):
    refused(Reason.RELEASE_MISMATCH, check, with_merged(off_file()))


@pytest.mark.parametrize("value", [0, 5, 12])
def test_a_merged_figure_below_the_floor_is_refused(value: int, refused: Check):
    refused(Reason.FLOOR, check_merging, with_merged(off_file(value)))


def test_a_breakdown_without_data_has_no_merged_figure(refused: Check):
    answer = unavailable(*categories())
    rows = [
        row.model_copy(update={"merged": (off_file(),)}) if row.dimension else row
        for row in answer.tables[0].rows
    ]

    refused(Reason.RELEASE_MISMATCH, check_merging, first_table(answer, rows=tuple(rows)))
