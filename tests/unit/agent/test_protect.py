"""`oversight-agent protect`: an authority's own tables, through the code that releases run."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from oversight_agent import disclosure
from oversight_agent.cli import main, progress
from oversight_agent.tables import UnsafeTable
from oversight_protocol.policy import Rules
from oversight_protocol.schema_export import schemas
from support.attacker import published
from support.commands import Ended, call
from support.exact_tables import (
    CHILD,
    CHILD_IF_ANY,
    NEXT_QUARTER,
    WORKER,
    base_table,
    from_counts,
    magnitude_table,
    random_sums,
    random_table,
    sum_up,
)
from support.own_counts import Json, file_of, table_of, write

Protect = Callable[..., Ended]
TABLES = {
    "events": base_table(),
    "children": base_table(("yes", "no"), {"service": ("a", "b", "c")}, subjects=(CHILD,)),
    "staff": base_table(("yes", "no"), {"role": ("x", "y")}, about_staff=True, subjects=(WORKER,)),
    "no breakdown": base_table(("yes", "no", "unknown"), {}, subjects=(CHILD,)),
    "hierarchy": base_table(
        ("yes", "no"), {"service": ("a", "b", "c", "d")}, subjects=(CHILD_IF_ANY, WORKER),
        groups={"service": {"north": ("a", "b"), "south": ("c", "d")}},
    ),
    "crossed": base_table(
        ("yes", "no"), {"service": ("a", "b", "c"), "sex": ("f", "m")}, subjects=(CHILD,),
        crossings={"both": ("sex", "service")},
    ),
}  # fmt: skip


@pytest.fixture
def protect(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Protect:
    """The command, run in this process."""
    return partial(call, main, monkeypatch, capfd, "oversight-agent", "protect")


def exact_of(name: str, seed: int, events: int) -> UnsafeTable:
    return random_table(TABLES[name], seed, events, workers=120)


def shown(document: Json, number: int = 0) -> dict[tuple[Any, ...], int | None]:
    """The published figures by the categories of their rows and their outcome."""
    return {
        (*sorted(one["at"].values()), one["outcome"]): one["value"]
        for one in document["tables"][number]["figures"]
    }


def as_released(unsafe: UnsafeTable, answer: Any) -> dict[tuple[Any, ...], int | None]:
    """The same of an answer; a withheld table hides everything."""
    found = published(answer)
    keys = [
        (row.dimension, row.category, outcome)
        for row in unsafe.rows
        for outcome in ("all", *unsafe.table.outcome_codes, *unsafe.table.magnitude_names)
    ]
    return {
        (*sorted(each for each in category.split(" / ") if each), outcome): found.get(
            (dimension, category, outcome)
        )
        for dimension, category, outcome in keys
    }


# -------------------------------------------------------------------- what comes of it


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None,
          max_examples=40)  # fmt: skip
@given(
    name=st.sampled_from(sorted(TABLES)),
    seed=st.integers(0, 10_000),
    events=st.sampled_from((0, 1, 12, 60, 300, 1500)),
)
def test_it_hides_and_shows_what_a_release_would(
    name: str, seed: int, events: int, protect: Protect, tmp_path: Path
) -> None:
    unsafe = exact_of(name, seed, events)

    result = protect(write(tmp_path, file_of([unsafe])), "--json")

    [safe] = disclosure.protect([unsafe], Rules(), "1.0").tables
    document = json.loads(result.out)
    assert result.status == 0
    assert shown(document) == as_released(unsafe, safe.answer)
    status = document["tables"][0]["status"]
    assert (status == "withheld") == (safe.answer.status == "refused")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None,
          max_examples=15)  # fmt: skip
@given(seed=st.integers(0, 10_000), persons=st.sampled_from((0, 5, 40, 200)))
def test_it_does_so_with_sums(seed: int, persons: int, protect: Protect, tmp_path: Path) -> None:
    unsafe, _ = random_sums(magnitude_table(), seed, persons)

    result = protect(write(tmp_path, file_of([unsafe])), "--json")

    [safe] = disclosure.protect([unsafe], Rules(), "1.0").tables
    assert shown(json.loads(result.out)) == as_released(unsafe, safe.answer)


@pytest.mark.parametrize("seed", range(5))
def test_the_whole_of_sums_in_two_dimensions_follows_from_either(
    seed: int, protect: Protect, tmp_path: Path
) -> None:
    two = magnitude_table(dimensions={"service": ("a", "b", "c"), "sex": ("f", "m")})
    unsafe, _ = random_sums(two, seed, 200)
    content = file_of([unsafe])
    cells = content["tables"][0]["cells"]
    content["tables"][0]["cells"] = [one for one in cells if one["at"]]

    result = protect(write(tmp_path, content), "--json")

    [safe] = disclosure.protect([unsafe], Rules(), "1.0").tables
    assert (result.status, result.err) == (0, "")
    assert shown(json.loads(result.out)) == as_released(unsafe, safe.answer)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None,
          max_examples=25)  # fmt: skip
@given(
    name=st.sampled_from(sorted(TABLES)),
    seed=st.integers(0, 10_000),
    events=st.sampled_from((12, 60, 300)),
)
def test_every_interval_holds_the_truth_and_twice_gives_the_same_bytes(
    name: str, seed: int, events: int, protect: Protect, tmp_path: Path
) -> None:
    content = file_of([exact_of(name, seed, events)])
    path = write(tmp_path, content)

    one, other = protect(path, "--json"), protect(path, "--json")

    truths = {
        (*sorted(cell["at"].values()), cell.get("outcome", "all")): cell["count"]
        for cell in content["tables"][0]["cells"]
    }
    for figure in json.loads(one.out)["tables"][0]["figures"]:
        truth = truths[*sorted(figure["at"].values()), figure["outcome"]]
        low, high = figure["interval"]
        assert low <= truth
        assert high is None or truth <= high
        assert (figure["value"] is None) == (figure["marker"] == "[c]")
    assert one.out == other.out


@pytest.mark.parametrize("name", sorted(TABLES))
def test_forms_keep_to_their_schemas(name: str, protect: Protect, tmp_path: Path) -> None:
    content = file_of([exact_of(name, 3, 200)])

    result = protect(write(tmp_path, content), "--json")

    known = schemas()
    Draft202012Validator(known["true-counts"]).validate(content)
    document = json.loads(result.out)
    assert len(document["report"]) == 1
    Draft202012Validator(known["protected-tables"]).validate(document)


# -------------------------------------------------------------------- what need not be listed


@pytest.mark.parametrize("name", ["children", "crossed", "no breakdown"])
@pytest.mark.parametrize("seed", range(6))
def test_margins_and_empty_cells_follow_from_the_finest_cells(
    name: str, seed: int, protect: Protect, tmp_path: Path
) -> None:
    # Each row of the data is a child of its own, so that nothing is lost by adding up.
    unsafe = random_table(TABLES[name], seed, 300, workers=120)
    whole = table_of(unsafe) | {"unit": "children"}
    depth = max(len(cell["at"]) for cell in whole["cells"])
    finest = [
        {"at": cell["at"], "outcome": cell["outcome"], "count": cell["count"]}
        for cell in whole["cells"]
        if len(cell["at"]) == depth and "outcome" in cell and cell["count"]
    ]
    alone = [
        {key: cell[key] for key in ("at", "outcome", "count") if key in cell}
        for cell in whole["cells"]
    ]

    documents = [
        json.loads(protect(write(tmp_path, file_of([]) | {"tables": [whole | {"cells": cells}]}),
                           "--json").out)
        for cells in (finest, alone)
    ]  # fmt: skip

    assert shown(documents[0]) == shown(documents[1])
    assert any(value is not None for value in shown(documents[0]).values())


@pytest.mark.parametrize("seed", range(12))
def test_what_is_not_listed_of_persons_hides_more_and_never_less(
    seed: int, protect: Protect, tmp_path: Path
) -> None:
    whole = table_of(exact_of("events", seed, 300))
    cells = [
        {key: value for key, value in cell.items() if key != "rest"}
        for cell in whole["cells"]
        if cell["at"] and "outcome" in cell
    ]
    fewer = whole | {"cells": cells}

    listed, added_up = (
        json.loads(protect(write(tmp_path, file_of([]) | {"tables": [one]}), "--json").out)
        for one in (whole, fewer)
    )

    rules = [
        {rule["rule"]: {json.dumps(one, sort_keys=True) for one in rule["hidden"]}
         for rule in document["report"][0]["rules"]}
        for document in (listed, added_up)
    ]  # fmt: skip
    assert rules[0]["minimum_persons"] <= rules[1]["minimum_persons"]
    assert rules[0]["complement"] <= rules[1]["complement"]


def test_the_rest_of_what_was_added_up_is_not_taken_for_more_persons_than_it_may_be(
    protect: Protect, tmp_path: Path
) -> None:
    def cell(outcome: str | None, count: int, persons: int, **at: str) -> Json:
        behind = {"at": at, "count": count, "persons": persons, "workers": 12, "teams": 4}
        return behind | {"largest_worker": 5} | ({"outcome": outcome} if outcome else {})

    # 60 children have "late" and 5 "in_time" in the whole; of either only services are listed.
    table: Json = {
        "name": "reviews", "unit": "events", "subjects": ["children"],
        "period": {"id": "2026-Q1", "start": "2026-01-01", "end": "2026-03-31"},
        "outcomes": ["in_time", "late"],
        "dimensions": [{"name": "service", "codes": ["a", "b"]}],
        "cells": [
            cell("late", 40, 30, service="a"), cell("late", 40, 30, service="b"),
            cell("in_time", 20, 3, service="a"), cell("in_time", 20, 2, service="b"),
            cell(None, 120, 65) | {"largest_worker": 20},
        ],
    }  # fmt: skip

    done = json.loads(protect(write(tmp_path, file_of([]) | {"tables": [table]}), "--json").out)

    [complement] = [r for r in done["report"][0]["rules"] if r["rule"] == "complement"]
    assert {"dimension": "", "category": "", "outcome": "late"} in [
        {name: one[name] for name in ("dimension", "category", "outcome")}
        for one in complement["hidden"]
    ]


# -------------------------------------------------------------------- several tables


def year_and_quarters(seed: int) -> list[Json]:
    table = TABLES["children"]
    one = random_table(table, seed, 80)
    two = random_table(table, seed + 1000, 80, NEXT_QUARTER)
    parts = [table_of(each) | {"unit": "children"} for each in (one, two)]
    for part in parts:
        part["cells"] = [
            {key: cell[key] for key in ("at", "outcome", "count")}
            for cell in part["cells"]
            if cell["at"] and "outcome" in cell
        ]
    summed = [
        {**first, "count": first["count"] + second["count"]}
        for first, second in zip(parts[0]["cells"], parts[1]["cells"], strict=True)
    ]
    half = {"id": "2026H1", "start": "2026-01-01", "end": "2026-06-30"}
    return [*parts, parts[0] | {"period": half, "cells": summed}]


def found_out(documents: list[Json], files: list[Json]) -> int:
    """Small counts of a quarter that the half-year's figure, less the other's, gives away."""
    found = 0
    truths = [
        {(*cell["at"].values(), cell["outcome"]): cell["count"] for cell in one["cells"]}
        for one in files
    ]
    intervals = [
        {
            (*one["at"].values(), one["outcome"]): (
                (one["value"] - 2, one["value"] + 2) if one["value"] is not None else (0, 10**6)
            )
            for one in document["figures"]
        }
        for document in documents
    ]
    for mine, other in ((0, 1), (1, 0)):
        for place, truth in truths[mine].items():
            low = intervals[2][place][0] - intervals[other][place][1]
            high = intervals[2][place][1] - intervals[other][place][0]
            low, high = (max(low, intervals[mine][place][0]), min(high, intervals[mine][place][1]))
            found += 0 < truth < 10 and (low > 0 or high < 9)
    return found


def test_a_half_year_does_not_give_its_quarters_away(protect: Protect, tmp_path: Path) -> None:
    apart, together = 0, 0
    for seed in range(25):
        files = year_and_quarters(seed)
        done = json.loads(
            protect(write(tmp_path, file_of([]) | {"tables": files}), "--json").out
        )["tables"]  # fmt: skip
        each = [
            json.loads(protect(write(tmp_path, file_of([]) | {"tables": [one]}), "--json").out)
            for one in files
        ]
        apart += found_out([one["tables"][0] for one in each], files)
        together += found_out(done, files)

    assert apart
    assert not together


def test_links_and_public_figures_name_tables_by_their_period(
    protect: Protect, tmp_path: Path
) -> None:
    content = file_of([]) | {
        "tables": year_and_quarters(1),
        "links": [{"kind": "contained", "tables": ["recording@2026H1", "recording@2026Q1"]}],
        "public": [{"table": "recording@2026H1", "outcome": "yes"}],
    }

    assert protect(write(tmp_path, content), "--json").status == 0
    content["links"][0]["tables"][1] = "recording"
    refused = protect(write(tmp_path, content), "--json")

    assert refused.status == 2
    assert "link 1" in refused.err
    assert "'@'" in refused.err


SMALL = base_table(("yes", "no"), {"service": ("a", "b")}, subjects=(CHILD,))


def small(name: str, *counts: tuple[int, int]) -> UnsafeTable:
    table = base_table(("yes", "no"), {"service": ("a", "b")}, subjects=(CHILD,), name=name)
    return from_counts(table, {(at,): line for at, line in enumerate(counts)})


def test_each_contained_table_is_tied_to_the_first(protect: Protect, tmp_path: Path) -> None:
    tables = [
        small("everybody", (90, 60), (70, 50)),
        small("some", (40, 20), (30, 20)),
        small("nearly_all", (89, 60), (68, 50)),
    ]
    together = [{"kind": "contained", "tables": ["everybody", "some", "nearly_all"]}]
    apart = [
        {"kind": "contained", "tables": ["everybody", "some"]},
        {"kind": "contained", "tables": ["everybody", "nearly_all"]},
    ]

    said = [
        json.loads(protect(write(tmp_path, file_of(tables, links=links)), "--json").out)
        for links in (together, apart)
    ]

    assert said[0]["tables"] == said[1]["tables"]
    assert None in [*shown(said[0]).values(), *shown(said[0], 2).values()]


def test_a_link_that_the_numbers_do_not_keep_is_told(protect: Protect, tmp_path: Path) -> None:
    tables = [small("everybody", (90, 60), (70, 50)), small("some", (40, 20), (79, 50))]
    links = [{"kind": "contained", "tables": ["everybody", "some"]}]

    near = protect(write(tmp_path, file_of(tables, links=links)), "--json")
    assert near.err == ""

    tables[1] = small("some", (40, 20), (100, 50))
    far = protect(write(tmp_path, file_of(tables, links=links)), "--json")
    assert far.status == 0
    assert "link 1 (contained: everybody, some) is missed by 10 rows or more" in far.err
    assert "service 'b'" in far.err


@pytest.mark.parametrize("off", [-2, -1, 0, 1, 2])
def test_a_whole_that_nearly_is_its_parts_does_not_give_a_small_part_away(
    off: int, protect: Protect, tmp_path: Path
) -> None:
    # Who believes that they add up subtracts; that is wrong by as much as they do not.
    tables = [
        small("everybody", (43 + off, 50), (90, 60)),
        small("first", (40, 30), (50, 35)),
        small("second", (3, 20), (40, 25)),
    ]
    links = [{"kind": "partition", "tables": ["everybody", "first", "second"]}]

    document = json.loads(protect(write(tmp_path, file_of(tables, links=links)), "--json").out)

    whole, first = (shown(document, number)["a", "yes"] for number in (0, 1))
    if whole is not None and first is not None:
        assert whole - first - 4 <= abs(off)
        assert whole - first + 4 >= 9 - abs(off)
    assert {one["status"] for one in document["tables"]} == {"released"}


def test_a_public_figure_that_is_small_hides_nothing_but_itself_and_its_rest(
    protect: Protect, tmp_path: Path
) -> None:
    counts = from_counts(SMALL, {(0,): (140, 60), (1,): (40, 4)})
    public = [{"table": SMALL.name, "at": {"service": "b"}, "outcome": "no"}]

    document = json.loads(protect(write(tmp_path, file_of([counts], public=public)), "--json").out)

    hidden = {key for key, value in shown(document).items() if value is None}
    assert hidden == {("b", "yes"), ("b", "no")}


def test_what_follows_from_public_figures_alone_withholds_no_table(
    protect: Protect, tmp_path: Path
) -> None:
    counts = from_counts(SMALL, {(0,): (140, 60), (1,): (40, 4)})
    public = [{"table": SMALL.name, "at": at, "outcome": "no"} for at in ({}, {"service": "a"})]

    document = json.loads(protect(write(tmp_path, file_of([counts], public=public)), "--json").out)

    assert document["tables"][0]["status"] == "released"


@pytest.mark.parametrize("zeros", [False, True])
def test_zeros_that_may_be_shown_hide_no_more(
    zeros: bool, protect: Protect, tmp_path: Path
) -> None:
    counts = from_counts(SMALL, {(0,): (140, 0), (1,): (4, 1)})
    content = file_of([counts], rules={"zeros_may_be_shown": zeros})

    document = json.loads(protect(write(tmp_path, content), "--json").out)

    assert document["tables"][0]["status"] == "released"
    assert shown(document)["all",] == 145
    assert shown(document)["a", "no"] == (0 if zeros else None)


def test_a_policy_tightens_the_rules_and_one_below_a_floor_does_not_load(
    protect: Protect, tmp_path: Path
) -> None:
    path = write(tmp_path, file_of([exact_of("children", 1, 300)]))
    (tmp_path / "policy.toml").write_text("[rules]\nminimum_persons = 40\n")
    (tmp_path / "loose.toml").write_text("[rules]\nminimum_persons = 5\n")

    usual, strict = (
        json.loads(protect(path, "--json", *more).out)
        for more in ((), ("--policy", tmp_path / "policy.toml"))
    )
    refused = protect(path, "--json", "--policy", tmp_path / "loose.toml")

    assert strict["rules"]["minimum_persons"] == 40
    assert sum(v is None for v in shown(usual).values()) < sum(
        v is None for v in shown(strict).values()
    )
    assert (refused.status, refused.out) == (2, "")
    assert "floor" in refused.err


def test_a_setting_that_a_policy_does_not_have_is_told_with_those_that_it_has(
    protect: Protect, tmp_path: Path
) -> None:
    path, policy = write(tmp_path, file_of([exact_of("children", 1, 300)])), tmp_path / "p.toml"
    policy.write_text("[rules]\nminimum = 40\n")
    in_rules = protect(path, "--policy", policy)
    policy.write_text("[rule]\nminimum_persons = 40\n")
    on_top = protect(path, "--policy", policy)

    assert (in_rules.status, on_top.status) == (2, 2)
    assert (f"{policy}: there is no setting 'rules.minimum'. Expected: one of minimum_persons, "
            "rounding_base,") in in_rules.err  # fmt: skip
    assert "'rule'. Expected: one of studies, tables, release, coverage, rules." in on_top.err


def test_a_file_or_a_policy_may_hide_sums_of_which_two_people_have_nearly_all(
    protect: Protect, tmp_path: Path
) -> None:
    """Two of 42 have 600 of 660 children."""
    sums = [(n % 5, (), (300 if n < 2 else n % 2 * 3, 80)) for n in range(42)]
    unsafe = sum_up(magnitude_table(dimensions={}), sums)
    usual = write(tmp_path, file_of([unsafe]), "usual.json")
    strict = write(tmp_path, file_of([unsafe], rules={"two_largest_percent": 90}))
    (tmp_path / "policy.toml").write_text("[rules]\ntwo_largest_percent = 90\n")

    shows = protect(usual, "--json")
    hides = [protect(strict, "--json"),
             protect(usual, "--json", "--policy", tmp_path / "policy.toml")]  # fmt: skip

    assert shown(json.loads(shows.out))["children",] == 660
    for each in hides:
        document = json.loads(each.out)
        assert document["rules"]["two_largest_percent"] == 90
        assert shown(document)["children",] is None
        assert shown(document)["all",] == 40
    assert "two_largest_percent (90)" in protect(strict).out


def test_the_file_says_its_rules_and_people_read_what_its_markers_mean(
    protect: Protect, tmp_path: Path
) -> None:
    table = table_of(exact_of("no breakdown", 1, 300)) | {
        "unit": "children",
        "cells": [{"outcome": "yes", "count": 300}, {"outcome": "no", "count": 80},
                  {"outcome": "unknown", "count": 3}],
    }  # fmt: skip
    usual = write(tmp_path, file_of([]) | {"tables": [table]}, "usual.json")
    marked = write(tmp_path, file_of([], rules={"low_high_below": 10}) | {"tables": [table]})

    assert "[low]" not in protect(usual).out
    assert "[low] 0–9" in protect(marked).out
    assert "[low] is confidential too" in protect(marked).out


def merging_table(**more: Any) -> Json:
    """A row of five outcomes, of which three small ones may be put together."""
    counts = {"a": 60, "b": 50, "c": 4, "d": 6, "e": 7}
    return {
        "name": "gaps", "period": {"id": "2026-Q1", "start": "2026-01-01", "end": "2026-03-31"},
        "unit": "children", "subjects": ["children"], "outcomes": list(counts),
        "merges": [{"code": "de", "of": ["d", "e"]}, {"code": "cde", "of": ["c", "de"]}],
        "cells": [{"outcome": code, "count": count} for code, count in counts.items()],
    } | more  # fmt: skip


def test_outcomes_that_are_hidden_are_shown_together_where_the_file_says_so(
    protect: Protect, tmp_path: Path
) -> None:
    path = write(tmp_path, file_of([]) | {"tables": [merging_table()]})
    plain = write(tmp_path, file_of([]) | {"tables": [merging_table(merges=[])]}, "plain.json")

    document, without = (json.loads(protect(one, "--json").out) for one in (path, plain))

    Draft202012Validator(schemas()["protected-tables"]).validate(document)
    (*figures, last) = document["tables"][0]["figures"]
    assert last == {"at": {}, "outcome": "cde", "value": 15, "marker": "", "interval": [13, 17]}
    assert [one["outcome"] for one in figures] == ["all", "a", "b", "c", "d", "e"]
    assert [one["value"] for one in figures] == [125, 60, 50, None, None, None]
    assert [one["interval"] for one in figures[3:]] == [[0, 17]] * 3
    assert document["report"][0]["merged"] == 1
    assert without["report"][0]["merged"] == 0
    assert shown(without) == {key: value for key, value in shown(document).items()
                              if key != ("cde",)}  # fmt: skip


def test_people_see_what_is_shown_together_in_its_rows_alone(
    protect: Protect, tmp_path: Path
) -> None:
    cells = [
        {"at": {"service": service}, "outcome": code, "count": count}
        for service, counts in (("north", (60, 50, 4, 6, 7)), ("south", (70, 60, 50, 40, 30)))
        for code, count in zip("abcde", counts, strict=True)
    ]
    table = merging_table(dimensions=[{"name": "service", "codes": ["north", "south"]}],
                          cells=cells)  # fmt: skip

    lines = protect(write(tmp_path, file_of([]) | {"tables": [table]})).out.splitlines()

    heading = next(line for line in lines if line.split()[-1:] == ["all"])
    assert heading.split() == ["a", "b", "c", "d", "e", "cde", "all"]
    north = next(line for line in lines if line.startswith("service north"))
    assert north[heading.index("cde") :].split() == ["15", "125"]


@pytest.mark.parametrize(
    "merges",
    [
        [{"code": "de", "of": ["d", "x"]}],
        [{"code": "e", "of": ["d", "e"]}],
        [{"code": "every", "of": ["a", "b", "c", "d", "e"]}],
    ],
)
def test_outcomes_are_put_together_once_and_under_a_code_of_their_own(
    merges: list[Json], protect: Protect, tmp_path: Path
) -> None:
    result = protect(write(tmp_path, file_of([]) | {"tables": [merging_table(merges=merges)]}))

    assert (result.status, result.out) == (2, "")
    assert "contradicts itself" in result.err


def test_persons_who_are_not_known_to_differ_are_taken_for_the_same(
    protect: Protect, tmp_path: Path
) -> None:
    """Of events nobody says how many children are behind two outcomes together."""
    events = merging_table(unit="events")
    cells = [one | {"persons": one["count"]} for one in events["cells"]]

    result = protect(
        write(tmp_path, file_of([]) | {"tables": [events | {"cells": cells}]}), "--json"
    )

    assert ("cde",) not in shown(json.loads(result.out))


def test_people_see_values_markers_intervals_and_why(protect: Protect, tmp_path: Path) -> None:
    result = protect(write(tmp_path, file_of([exact_of("children", 2, 120)])))

    assert result.status == 0
    assert "recording, 2026Q1: released" in result.out
    assert "whole authority" in result.out
    assert "[c] 0–" in result.out
    assert "minimum_persons (10): Fewer distinct persons stand behind the figure." in result.out


def test_where_nothing_is_hidden_nothing_is_announced(protect: Protect, tmp_path: Path) -> None:
    cells = [{"outcome": code, "count": 100} for code in "abcde"]

    every = protect(write(tmp_path, file_of([]) | {"tables": [merging_table(cells=cells)]}))
    some = protect(write(tmp_path, file_of([]) | {"tables": [merging_table()]}))

    assert "6 of 6 figures may be published.\n" in every.out
    assert "For you alone" not in every.out
    assert re.search(r"may be published\. For you alone:\n +\d+  minimum_persons", some.out)


def test_long_work_shows_its_steps_on_standard_error_and_short_work_nothing(
    protect: Protect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, file_of([exact_of("crossed", 1, 300)]))
    short = protect(path, "--json")
    monkeypatch.setattr(progress, "QUIET_SECONDS", 0.0)
    monkeypatch.setattr(progress, "EVERY_SECONDS", 0.001)

    long = protect(path, "--json")

    # The first run also loads the solver, which may take long on a busy machine.
    assert short.out == long.out
    first, *others = long.err.splitlines()
    assert re.fullmatch(
        r"\[ +\d+\.\d s\] Protecting 1 table of 36 figures \(docs/protect\.md says how long .*\)",
        first,
    )
    assert any("still at work" in line for line in others)
    assert any(line.endswith("each hidden figure to be") for line in others)


def test_the_documents_example_is_protected(protect: Protect, tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "protect.md").read_text("utf-8")
    [example] = re.findall(r"^```json\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    (tmp_path / "counts.json").write_text(example)

    result = protect(tmp_path / "counts.json", "--json")

    figures = json.loads(result.out)["tables"][0]["figures"]
    assert result.status == 0
    assert {"at": {}, "outcome": "in_time", "value": 270} in [
        {name: one[name] for name in ("at", "outcome", "value")} for one in figures
    ]
    assert any(one["marker"] == "[c]" for one in figures)
