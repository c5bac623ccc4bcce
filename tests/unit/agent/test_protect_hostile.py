"""Files of true counts that are wrong or hostile: a clear error, and nothing released."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oversight_agent.cli import main
from support.commands import Ended, call
from support.exact_tables import (
    CHILD,
    WORKER,
    base_table,
    magnitude_table,
    random_sums,
    random_table,
)
from support.own_counts import Json, file_of, table_of, write

Protect = Callable[..., Ended]
CROSSED = base_table(
    ("yes", "no"), {"service": ("a", "b", "c"), "sex": ("f", "m")}, subjects=(CHILD,),
    crossings={"both": ("sex", "service")},
)  # fmt: skip


@pytest.fixture
def protect(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Protect:
    """The command, run in this process."""
    return partial(call, main, monkeypatch, capfd, "oversight-agent", "protect")


def good() -> Json:
    return file_of([random_table(CROSSED, 1, 300)])


def sums() -> Json:
    return file_of([random_sums(magnitude_table(), 1, 60)[0]])


def refused(protect: Protect, path: Path) -> str:
    """What is said of a file that cannot be used."""
    for more in ((), ("--json",)):
        result = protect(path, *more)
        assert result.status == 2, (result.out, result.err)
        assert result.out == ""
        assert len(result.err) < 1200
        assert result.err.count("\n") <= 2
        assert str(path) in result.err
    return result.err


def cell(content: Json, number: int = 1) -> Json:
    return content["tables"][0]["cells"][number]


def changed(content: Json, change: Callable[[Json], object]) -> Json:
    change(content)
    return content


NUMBERS = ["-1", "1.5", "true", "null", '"12"', "1e3", "[1]", "100000001", "1" + "0" * 400]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1" + "0" * 5000, *NUMBERS])
def test_a_count_is_a_whole_number_not_negative(
    number: str, protect: Protect, tmp_path: Path
) -> None:
    text = json.dumps(changed(good(), lambda one: cell(one).update(count="HERE")))
    path = tmp_path / "counts.json"
    path.write_text(text.replace('"HERE"', number))

    said = refused(protect, path)

    assert "table 1 (recording), cell 2, count: " in said
    assert "Found: " in said
    assert "Expected: " in said


@pytest.mark.parametrize("number", ["-0.01", '"NaN"', '"Infinity"', "1e400", "0.001", "true",
                                    "1e-400", "1e99999999999999999999", "1e-99999999999999999999",
                                    "0.1000000000000000000000001"])  # fmt: skip
def test_a_sum_is_a_number_of_its_decimal_places(
    number: str, protect: Protect, tmp_path: Path
) -> None:
    def change(one: Json) -> None:
        cell(one, 0)["sums"]["fte"]["sum"] = "HERE"

    path = tmp_path / "counts.json"
    path.write_text(json.dumps(changed(sums(), change)).replace('"HERE"', number))

    said = refused(protect, path)

    assert re.search(r"cell 1, sums, fte, sum: |the whole authority, outcome 'fte': ", said)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda one: cell(one).update(count=cell(one)["count"] + 1), "not the sum of its parts"),
        (lambda one: cell(one, 0).update(count=cell(one, 0)["count"] + 5), "not the sum"),
        (lambda one: cell(one)["rest"].update(count=1), "rest of the row"),
        (lambda one: cell(one).update(persons=cell(one)["count"] + 1), "cannot be true"),
        (lambda one: cell(one).update(outcome="maybe"), "outcome is none of the table's"),
        (lambda one: cell(one).update(at={"service": "z"}), "category is none"),
        (lambda one: cell(one).update(at={"colour": "red"}), "in no row of the table"),
        (lambda one: cell(one).update(at={"service": "a", "sex": "f"}), "listed twice"),
        (lambda one: cell(one).update(shoe_size=7), "there is no such setting"),
        (lambda one: cell(one).pop("count"), "'count'"),
        (lambda one: one["tables"][0].update(outcomes=["yes", "yes"]), "named twice"),
        (lambda one: one["tables"][0].update(outcomes=["yes"]), "two outcomes or more"),
        (lambda one: one["tables"][0]["dimensions"].pop(), "not there"),
        (lambda one: one["tables"][0].update(subjects=[]), "at least one"),
        (lambda one: one["tables"].append(one["tables"][0]), "named twice"),
        (lambda one: one.update(version=2), "version"),
        (lambda one: one.update(rules={"minimum_persons": 5}), "floor"),
        (lambda one: one.update(links=[{"kind": "contained", "tables": ["a", "b"]}]), "link 1"),
        (lambda one: one.update(public=[{"table": "recording", "outcome": "x"}]), "public figure"),
        (lambda one: one["tables"][0]["period"].update(end="2025-01-01"), "ends before"),
        (lambda one: one["tables"][0]["period"].update(end="31/03/2026"), "period"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_with_its_place(
    change: Callable[[Json], object], says: str, protect: Protect, tmp_path: Path
) -> None:
    assert says in refused(protect, write(tmp_path, changed(good(), change)))


FIRST = next(
    number for number, one in enumerate(good()["tables"][0]["cells"])
    if one["at"] == {"service": "a"} and one.get("outcome") == "yes"
)  # fmt: skip


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda one: cell(one, 0).update(count=cell(one, 0)["count"] + 1),
         "the whole authority, total: the figure is not the sum of its parts. Found: one number "
         "listed here, and another from the outcomes of its row, added up: 'yes', 'no'. Expected: "
         "the same from both. What to do: correct it or one of its parts"),
        (lambda one: cell(one).update(count=cell(one)["count"] + 1),
         "the whole authority, outcome 'yes': the figure is not the sum of its parts. Found: one "
         "number listed here, and another from sex 'f', 'm', outcome 'yes', added up."),
        (lambda one: cell(one)["rest"].update(count=1),
         "outcome 'yes': the rest of the row is not the sum of its cells. Found: one number under "
         "'rest', and another from the outcomes of its row, added up: 'no'."),
        (lambda one: cell(one, FIRST).update(persons=cell(one, FIRST)["count"] + 1),
         "service 'a', outcome 'yes': the figure cannot be true. Found: more under 'persons' than "
         "under 'count'."),
        (lambda one: cell(one)["rest"].update(persons=cell(one)["rest"]["count"] + 1),
         "outcome 'yes': the rest of the row cannot be true. Found: more under 'persons'"),
        (lambda one: cell(one).update(shoe_size=7),
         "table 1 (recording), cell 2: there is no such setting. Found: 'shoe_size'. Expected: one "
         "of count, persons, workers, teams, largest_worker, at, outcome, rest, sums."),
        (lambda one: one["tables"][0].update(unitt=one["tables"][0].pop("unit")),
         "table 1 (recording): there is no such setting. Found: 'unitt'. Expected: one of name, "
         "period, unit,"),
        (lambda one: one.update(rules={"minimum": 20}),
         "rules: there is no such setting. Found: 'minimum'. Expected: one of minimum_persons,"),
        (lambda one: one["tables"][0]["period"].update(label="x"), "one of id, start, end."),
        (lambda one: cell(one)["rest"].update(at={}),
         "one of count, persons, workers, teams, largest_worker."),
        (lambda one: cell(one).update(count="7"),
         "cell 2, count: a value does not fit. Found: text. Expected: a whole number."),
        (lambda one: cell(one).update(count=-7), "Found: a negative number. Expected: 0 or more."),
    ],
)  # fmt: skip
def test_it_is_said_what_was_found_and_what_was_expected(
    change: Callable[[Json], object], says: str, protect: Protect, tmp_path: Path
) -> None:
    said = refused(protect, write(tmp_path, changed(good(), change)))

    assert says in said
    if "the schema" in said:
        [schema] = re.findall(r"installed as (\S+)\.\n", said)
        assert json.loads(Path(schema).read_text("utf-8"))["title"] == "True counts"
    # Of what stands in the file a message has names and places, and no number.
    numbers = {str(value) for one in good()["tables"][0]["cells"] for value in one.values()
               if type(value) is int and value > 9}  # fmt: skip
    assert not numbers & set(re.findall(r"\d+", said.replace(str(tmp_path), "")))


def test_a_part_that_has_more_than_its_total_is_told_with_both(
    protect: Protect, tmp_path: Path
) -> None:
    behind = {"persons": 40, "workers": 9}
    table = good()["tables"][0] | {
        "unit": "events", "dimensions": [], "crossings": [], "cells": [
            {"outcome": "yes", "count": 60, "largest_worker": 9, **behind},
            {"outcome": "no", "count": 50, "largest_worker": 7, **behind},
            {"count": 110, "largest_worker": 8, **behind},
        ],
    }  # fmt: skip

    said = refused(protect, write(tmp_path, file_of([]) | {"tables": [table]}))

    assert "the whole authority, outcome 'yes': the figure, or its 'rest', cannot be true" in said
    assert ("Found: more under 'largest_worker' here than in the whole authority, total. "
            "Expected: at most as many under 'largest_worker' as there.") in said  # fmt: skip


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"second": 90, "largest": 10}, "more under 'second' than under 'largest'"),
        ({"largest": 100_000}, "the magnitude's 'maximum'"),
        ({"sum": 5, "largest": 6, "second": 0}, "less under 'sum'"),
        ({"sum": 900_000}, "more under 'sum' than its persons can have"),
    ],
)
def test_a_sum_that_cannot_be_is_told(
    change: Json, says: str, protect: Protect, tmp_path: Path
) -> None:
    content = sums()
    name, one = next(iter(cell(content, 0)["sums"].items()))
    one.update(change)

    said = refused(protect, write(tmp_path, content))

    assert f"the whole authority, outcome '{name}': the sum cannot be true." in said
    assert says in said


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            '"service"',
            '"team"',
            "a dimension has a name that is taken. Found: 'team'. Expected: "
            "another name than child_id, team, outcome.",
        ),
        ('"service"', '"outcome"', "Found: 'outcome'."),
        ('"service"', '"child_id"', "Found: 'child_id'."),
        ('"both"', '"sex"', "a crossing has a name that is taken. Found: 'sex'."),
        ('"yes"', '"all"', "an outcome has a name that is taken. Found: 'all'."),
        ('"yes"', '"no"', "an outcome is named twice. Found: 'no' twice."),
        ('"b"', '"a"', "a category or group of service is named twice. Found: 'a' twice."),
    ],
)
def test_a_name_that_is_taken_is_told_with_those_that_are(
    old: str, new: str, says: str, protect: Protect, tmp_path: Path
) -> None:
    path = tmp_path / "counts.json"
    path.write_text(json.dumps(good()).replace(old, new))

    said = refused(protect, path)

    assert "table recording, period 2026Q1: " in said
    assert says in said
    assert "give it another name" in said


@pytest.mark.parametrize("name", ["period", "count", "worker_id", "all"])
def test_a_name_that_only_looks_taken_is_none(name: str, protect: Protect, tmp_path: Path) -> None:
    path = tmp_path / "counts.json"
    path.write_text(json.dumps(good()).replace('"service"', f'"{name}"'))

    assert protect(path, "--json").status == 0


def test_a_key_that_comes_twice_is_told_with_its_place(protect: Protect, tmp_path: Path) -> None:
    path = tmp_path / "counts.json"
    path.write_text(json.dumps(good()).replace('"count": ', '"count": 1, "count": ', 2))

    said = refused(protect, path)

    assert "table 1 (recording), cell 1: an object of the file has a key twice." in said
    assert "Found: 'count' twice." in said


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda one: cell(one).update(largest_worker=1, workers=1), "so many rows"),
        (lambda one: cell(one)["rest"].update(largest_worker=1, workers=1), "so many rows"),
        (lambda one: one["tables"][0].update(unit="children"), "each row is a person"),
        (lambda one: cell(one).update(persons=0), "nobody is under 'persons'"),
    ],
)
def test_persons_and_workers_fit_the_rows_that_they_have(
    change: Callable[[Json], object], says: str, protect: Protect, tmp_path: Path
) -> None:
    table = base_table(("yes", "no"), {"service": ("a", "b", "c")}, subjects=(CHILD, WORKER))
    content = file_of([random_table(table, 1, 300)])

    said = refused(protect, write(tmp_path, changed(content, change)))

    assert says in said
    assert "table recording" in said


def test_sums_that_a_link_calls_equal_are_in_all_its_tables(
    protect: Protect, tmp_path: Path
) -> None:
    content = good()
    content["tables"].append(content["tables"][0] | {"name": "other"})
    names = [one["name"] for one in content["tables"]]
    content["links"] = [{"kind": "contained", "tables": names, "equal_sums": ["hours"]}]

    said = refused(protect, write(tmp_path, content))

    assert "link 1" in said
    assert "no such magnitude in recording, other" in said


def test_rows_without_a_worker_need_not_be_somebodys(protect: Protect, tmp_path: Path) -> None:
    table = base_table(("yes", "no"), {"service": ("a", "b", "c")}, subjects=(CHILD, WORKER))
    content = file_of([random_table(table, 1, 300)])
    content["tables"][0]["optional"] = ["workers"]
    for each in content["tables"][0]["cells"]:
        for one in (each, each.get("rest")):
            if one and one["count"]:
                one.update(workers=1, largest_worker=1)

    assert protect(write(tmp_path, content), "--json").status == 0


@pytest.mark.parametrize("name", ["a\u0000b", "a\u001b[31mb", "a\u202eb", "a\nb", "x" * 100_000])
@pytest.mark.parametrize("place", ["name", "outcome", "key", "code"])
def test_names_that_are_none_are_never_repeated(
    name: str, place: str, protect: Protect, tmp_path: Path
) -> None:
    content = good()
    if place == "name":
        content["tables"][0]["name"] = name
    elif place == "outcome":
        cell(content)["outcome"] = name
    elif place == "key":
        cell(content)[name] = 1
    else:
        content["tables"][0]["dimensions"][0]["codes"][0] = name

    said = refused(protect, write(tmp_path, content))

    assert name not in said
    assert "\x1b" not in said
    assert "\u202e" not in said


def test_a_million_cells_are_refused_at_once(protect: Protect, tmp_path: Path) -> None:
    content = good()
    content["tables"][0]["cells"] = [
        {"at": {}, "outcome": "yes", "count": number} for number in range(1_000_000)
    ]

    said = refused(protect, write(tmp_path, content))

    assert "file" in said or "cells" in said


def test_a_million_cells_are_refused_before_they_are_read(protect: Protect, tmp_path: Path) -> None:
    # Small ones, and spread over tables of which each alone would pass.
    start = time.monotonic()
    table = good()["tables"][0] | {"cells": ["HERE"]}
    tables = [table | {"name": f"t{number}"} for number in range(66)]
    text = json.dumps(file_of([]) | {"tables": tables})
    path = tmp_path / "counts.json"
    path.write_text(text.replace('"HERE"', ",".join(['{"count":1}'] * 15_000)))

    said = refused(protect, path)

    assert "at most 60,000 figures in all tables together" in said
    assert time.monotonic() - start < 30


def test_more_figures_than_a_wave_may_have_are_refused(protect: Protect, tmp_path: Path) -> None:
    table = good()["tables"][0]
    table["dimensions"] = [
        {"name": name, "codes": [f"c{number}" for number in range(60)]} for name in ("p", "q")
    ]
    table["crossings"] = [{"name": "both", "dimensions": ["p", "q"]}]
    table["cells"] = [{"at": {"p": "c1", "q": "c2"}, "outcome": "yes", "count": 20}]
    tables = [table | {"name": f"t{number}"} for number in range(6)]

    assert "60000 figures together" in refused(
        protect, write(tmp_path, file_of([]) | {"tables": tables})
    )


def test_more_cells_than_a_table_may_have_are_refused(protect: Protect, tmp_path: Path) -> None:
    content = good()
    content["tables"][0]["cells"] = [{"count": 1}] * 20_001

    assert "fewer of them" in refused(protect, write(tmp_path, content))


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"null", b"[]", b"[" * 100_000, b'{"form": "true-counts", "form": "x"}',
        b"\xff\xfe{}", b'{"a": 1}', b"\x00" * 10,
        '{"form": "\ud800"}'.encode(errors="surrogatepass"),
    ],
)  # fmt: skip
def test_what_is_no_such_file_is_told(content: bytes, protect: Protect, tmp_path: Path) -> None:
    path = tmp_path / "counts.json"
    path.write_bytes(content)

    refused(protect, path)


def test_a_byte_order_mark_does_not_matter(protect: Protect, tmp_path: Path) -> None:
    path = tmp_path / "counts.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(good()).encode())

    assert protect(path, "--json").status == 0


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names on this system")
def test_a_pipe_is_no_file_and_is_not_waited_for(protect: Protect, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    assert "something else than a plain file" in refused(protect, tmp_path / "pipe")


def test_a_single_outcome_is_refused_with_what_to_do_instead(
    protect: Protect, tmp_path: Path
) -> None:
    file = good()
    [table] = file["tables"]
    table["outcomes"] = table["outcomes"][:1]
    table["cells"] = [
        cell for cell in table["cells"] if cell.get("outcome") in (None, *table["outcomes"])
    ]

    message = refused(protect, write(tmp_path, file))

    assert "a single outcome" in message
    assert "make the categories the outcomes" in message


def test_a_folder_or_nothing_is_no_file(protect: Protect, tmp_path: Path) -> None:
    assert "a folder" in refused(protect, tmp_path)
    assert "cannot be read" in refused(protect, tmp_path / "nowhere.json")


def test_missing_numbers_of_persons_are_asked_for(protect: Protect, tmp_path: Path) -> None:
    content = file_of([random_table(base_table(), 1, 300)])
    table = content["tables"][0]
    one = next(number for number, each in enumerate(table["cells"]) if each["count"] > 9)
    for name, says in (("persons", "'persons' is missing"), ("workers", "'workers' is missing"),
                       ("largest_worker", "'largest_worker' is missing")):  # fmt: skip
        less = json.loads(json.dumps(content))
        less["tables"][0]["cells"][one].pop(name)

        assert says in refused(protect, write(tmp_path, less))


PLACES = st.lists(st.integers(0, 10**6), min_size=1, max_size=4)
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 10**9), st.floats(allow_nan=False),
    st.text(max_size=5), st.lists(st.integers(0, 3), max_size=2), st.just({}),
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None,
          max_examples=120)  # fmt: skip
@given(places=PLACES, value=VALUES)
def test_whatever_is_changed_in_a_file_it_is_protected_or_refused(
    places: list[int], value: object, protect: Protect, tmp_path: Path
) -> None:
    content: object = {"all": good()}
    at = content
    for place in [0, *places]:
        if not isinstance(at, dict | list) or not at:
            break
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        parent, key = at, keys[place % len(keys)]
        at = at[key]
    parent[key] = value

    result = protect(write(tmp_path, content["all"]), "--json")

    assert result.status in {0, 2}
    assert (result.status == 0) == bool(result.out)


def test_a_whole_table_of_the_largest_size_is_answered_in_time(
    protect: Protect, tmp_path: Path
) -> None:
    table = base_table(
        tuple(f"o{n}" for n in range(10)), {"service": tuple(f"s{n}" for n in range(40))},
        subjects=(CHILD,),
    )  # fmt: skip
    unsafe = random_table(table, 5, 9000)

    result = protect(write(tmp_path, {**file_of([]), "tables": [table_of(unsafe)]}), "--json")

    assert result.status == 0
