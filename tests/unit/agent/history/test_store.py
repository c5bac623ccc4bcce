"""The history's file: durable, found out when it is altered, read with its own secret only."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from oversight_agent.history import (
    OWN,
    History,
    HistoryError,
    HistoryMovedError,
    Memory,
    Sealing,
    content,
    sealing,
)
from oversight_agent.mapping.pseudonyms import DIGITS, MIN_SECRET, Pseudonymiser
from oversight_agent.tables import UnsafeRow
from oversight_protocol.study import BaseTable
from support.exact_tables import CHILD, NEXT_QUARTER, QUARTER, base_table, from_counts
from support.histories import (
    BEGUN,
    LATER,
    OTHER_SECRET,
    SECRET,
    children_table,
    history,
    memory,
    new,
    rows,
)

FIRST = new(children_table(), QUARTER, rows(range(60), range(100, 180)))
SECOND = new(children_table(), NEXT_QUARTER, rows(range(200, 260), range(300, 380)))
THIRD = new(children_table("other"), QUARTER, rows(range(400, 460), range(500, 580)))


def exact(told: History, number: int) -> tuple[BaseTable, tuple[UnsafeRow, ...]]:
    """The exact numbers of an entry."""
    read = content.read(told.store.open(number, "content"))
    return read.table, read.rows


MERGING = base_table(("a", "b", "c"), {}, subjects=(CHILD,), merges={"bc": ("b", "c")})


def test_what_is_behind_outcomes_together_is_kept_and_a_table_without_any_as_ever() -> None:
    one, plain = from_counts(MERGING, {(): (60, 20, 4)}), FIRST.unsafe

    read = content.read(content.write(one))

    assert (read.table, read.rows) == (one.table, one.rows)
    assert read.rows[0].merged["bc"].own.children == 24
    assert {len(row) for row in json.loads(content.write(plain))["rows"]} == {6}


def altered(folder: Path, *statements: str) -> Path:
    """A history of two tables, changed by hand."""
    history(folder, FIRST, SECOND).close()
    with closing(sqlite3.connect(folder / "history.db")) as database, database:
        for statement in statements:
            database.execute(statement)
    return folder / "history.db"


def test_what_was_added_is_there_when_it_is_opened_again(tmp_path: Path):
    made = history(tmp_path, FIRST, SECOND)
    head = made.head
    made.close()

    found = History.open(tmp_path / "history.db", SECRET, read_only=True)

    assert found.head == head
    assert [entry.about.table for entry in found.entries] == ["open_children"] * 2
    assert [entry.ticket for entry in found.entries] == ["t0", "t1"]
    assert exact(found, 2) == (SECOND.unsafe.table, SECOND.unsafe.rows)


def test_a_later_head_holds_an_earlier_one_and_no_other(tmp_path: Path):
    told = history(tmp_path, FIRST)
    before = told.head
    told.add([memory(SECOND)], "t1", LATER)

    assert told.store.holds(before)
    assert told.store.holds(told.head)
    assert not history(tmp_path / "other", FIRST).store.holds(told.head)


def test_the_same_question_is_kept_once_and_the_first_answer_holds(tmp_path: Path):
    told = history(tmp_path, FIRST)
    changed = new(FIRST.unsafe.table, QUARTER, rows(range(90), range(100, 180)))

    (kept,) = told.add([memory(changed)], "t9", LATER)

    assert told.head.size == 1
    assert (kept.number, kept.ticket) == (1, "t0")
    assert exact(told, 1) == (FIRST.unsafe.table, FIRST.unsafe.rows)


def test_a_correction_of_an_own_publication_is_kept_beside_it(tmp_path: Path):
    told = history(tmp_path)
    changed = new(FIRST.unsafe.table, QUARTER, rows(range(90), range(100, 180)))

    for one in (FIRST, changed, FIRST):
        told.add([memory(one, own=True)], OWN, LATER)

    assert told.head.size == 2


def test_all_tables_of_an_answer_are_kept_or_none(tmp_path: Path):
    told = history(tmp_path)
    broken = memory(SECOND).model_copy(update={"said": "{}"})

    with pytest.raises(ValueError, match="About"):
        told.add([memory(FIRST), broken], "t1", LATER)

    assert History.open(tmp_path / "history.db", SECRET).head.size == 0


def test_what_was_protected_by_an_older_history_is_not_added(tmp_path: Path):
    told = history(tmp_path)
    seen = told.head
    other = History.open(tmp_path / "history.db", SECRET)
    other.add([memory(FIRST)], "t1", LATER)

    with pytest.raises(HistoryMovedError):
        told.add([memory(SECOND)], "t2", LATER, seen)
    told.add([memory(FIRST)], "t1", LATER, seen)

    assert told.head.size == 1


def test_only_the_agents_account_can_read_it(tmp_path: Path):
    history(tmp_path, FIRST)

    assert stat.S_IMODE((tmp_path / "history.db").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["history.db"]


def test_no_number_and_nobody_stands_in_it_in_the_clear(tmp_path: Path):
    one = new(children_table(), QUARTER, rows(range(67), range(1000, 1083)))
    told = history(tmp_path, one)
    raw = (tmp_path / "history.db").read_bytes()
    clear = told.entries[0].said + told.entries[0].text

    assert b"open_children" in raw
    assert not re.search(r"\b(67|83)\b", clear)
    assert content.write(one.unsafe)[:20] not in raw
    for sets in one.sets:
        assert not any(raw.count(each.tobytes()) for each in sets.distinct)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM released WHERE number = 1",
        "DELETE FROM released WHERE number = 2",
        "UPDATE released SET ticket = 't7' WHERE number = 1",
        "UPDATE released SET recorded = '2026-05-05T09:00:00Z' WHERE number = 2",
        "UPDATE released SET said = replace(said, 'open', 'shut') WHERE number = 1",
        "UPDATE released SET answered = replace(answered, '60', '65') WHERE number = 1",
        "UPDATE released SET identity = 'x' WHERE number = 1",
        "UPDATE released SET number = 3 - number + 10",
        "UPDATE released SET number = number - 1 WHERE number = 1",
        "UPDATE released SET tags = (SELECT tags FROM released WHERE number = 2) WHERE number = 1",
        "UPDATE released SET mark = zeroblob(32) WHERE number = 2",
        "UPDATE history SET size = 1",
        "UPDATE history SET begun = '2020-01-01T00:00:00Z'",
        "UPDATE history SET identifier = 'another'",
        "DELETE FROM history",
    ],
)
def test_an_altered_history_does_not_open(statement: str, tmp_path: Path):
    path = altered(tmp_path, statement)

    with pytest.raises(HistoryError, match="nothing is answered"):
        History.open(path, SECRET)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE sealed SET content = zeroblob(length(content)) WHERE number = 1",
        "UPDATE sealed SET content = (SELECT content FROM sealed AS other WHERE other.number = 2"
        " AND other.part = sealed.part) WHERE number = 1",
        "DELETE FROM sealed WHERE number = 1 AND part = 'records'",
    ],
)
def test_an_altered_part_does_not_open(statement: str, tmp_path: Path):
    path = altered(tmp_path, statement)
    found = History.open(path, SECRET)

    with pytest.raises(HistoryError, match="entry 1 does not open"):
        found.store.verify()


def test_two_parts_that_changed_places_do_not_open(tmp_path: Path):
    path = altered(
        tmp_path,
        "UPDATE sealed SET part = 'aside' WHERE number = 1 AND part = 'content'",
        "UPDATE sealed SET part = 'content' WHERE number = 1 AND part = 'records'",
        "UPDATE sealed SET part = 'records' WHERE number = 1 AND part = 'aside'",
    )

    with pytest.raises(HistoryError, match="entry 1 does not open"):
        History.open(path, SECRET).store.open(1, "content")


def test_another_secret_opens_nothing_and_says_so(tmp_path: Path):
    history(tmp_path, FIRST).close()

    with pytest.raises(HistoryError, match="made with another secret"):
        History.open(tmp_path / "history.db", OTHER_SECRET)
    with pytest.raises(HistoryError, match="secret is missing or too short"):
        History.open(tmp_path / "history.db", b"")


def test_a_missing_history_is_not_made_anew_by_opening_it(tmp_path: Path):
    with pytest.raises(HistoryError, match="is missing"):
        History.open(tmp_path / "history.db", SECRET)

    assert not (tmp_path / "history.db").exists()


def test_beginning_takes_the_place_of_no_history(tmp_path: Path):
    history(tmp_path, FIRST).close()

    with pytest.raises(HistoryError, match="there is a history already"):
        History.begin(tmp_path / "history.db", SECRET, BEGUN)

    assert History.open(tmp_path / "history.db", SECRET).head.size == 1


def test_a_later_form_is_refused(tmp_path: Path):
    path = altered(tmp_path, "PRAGMA user_version = 2")

    with pytest.raises(HistoryError, match="later version"):
        History.open(path, SECRET)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path):
    (tmp_path / "history.db").write_bytes(b"something else" * 1000)

    with pytest.raises(HistoryError, match="cannot be used"):
        History.open(tmp_path / "history.db", SECRET)


def test_errors_and_representations_show_nothing_of_a_table(tmp_path: Path):
    told = history(tmp_path, FIRST)

    shown = repr((told, told.entries, memory(FIRST), Sealing(SECRET)))

    assert "sealed" not in shown
    assert SECRET.hex() not in shown
    assert "open_children" not in shown


def test_a_memory_travels_as_json():
    one = memory(FIRST)

    assert Memory.model_validate_json(one.model_dump_json()) == one


def test_ranked_and_plain_pseudonyms_of_a_person_have_one_key():
    pseudonyms, keys = Pseudonymiser(SECRET), Sealing(SECRET)
    plain = pseudonyms.pseudonym("worker", "W1")
    assert plain is not None
    ranked = pseudonyms.ranked("worker")[plain]

    assert keys.persons("workers", [ranked]) == keys.persons("workers", [plain])
    assert keys.persons("workers", [plain]) != keys.persons("children", [plain])
    assert keys.persons("workers", [plain]) != Sealing(OTHER_SECRET).persons("workers", [plain])
    assert (sealing.KEYED_DIGITS, sealing.MIN_SECRET) == (DIGITS, MIN_SECRET)


_ADDING = """
import sys
from pathlib import Path
from oversight_agent.history import History
from support.exact_tables import QUARTER
from support.histories import LATER, SECRET, children_table, memory, new, rows

told = History.open(Path(sys.argv[1]), SECRET)
memories = [
    memory(new(children_table(f"t{n}"), QUARTER, rows(range(60), range(100, 180))))
    for n in range(2)
]
print("ready", flush=True)
for number in range(10_000):
    pair = [
        one.model_copy(update={"said": one.said.replace(one.about.identity, name)})
        for one in memories
        for name in [f"{number:032x}" + one.about.identity[:32]]
    ]
    told.add(pair, f"t{number}", LATER)
    print(number, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
@pytest.mark.parametrize("after", [0, 1, 7, 30])
def test_a_process_that_is_killed_loses_nothing_it_had_added_and_leaves_no_half_answer(
    after: int, tmp_path: Path
):
    history(tmp_path).close()
    folders = os.pathsep.join(filter(None, sys.path))
    with subprocess.Popen(
        [sys.executable, "-c", _ADDING, str(tmp_path / "history.db")],
        stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": folders},
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        said = [int(process.stdout.readline()) for _ in range(after)]
        process.kill()
        said += [int(line) for line in process.stdout.read().split("\n")[:-1]]

    found = History.open(tmp_path / "history.db", SECRET)

    assert found.head.size >= 2 * len(said)
    assert found.head.size % 2 == 0
    assert {f"t{number}" for number in said} <= {entry.ticket for entry in found.entries}


def test_a_reader_without_the_right_to_write_a_file_can_read(tmp_path: Path):
    history(tmp_path, FIRST).close()
    script = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
        "from pathlib import Path\n"
        "from oversight_agent.history import History\n"
        f"secret = bytes.fromhex('{SECRET.hex()}')\n"
        "found = History.open(Path(sys.argv[1]), secret, read_only=True)\n"
        "found.store.verify(); print(len(found.known()))"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "history.db")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert done.stdout == "1\n"


def test_opening_needs_no_data_library(tmp_path: Path):
    history(tmp_path, FIRST).close()
    script = (
        "import sys\nfrom pathlib import Path\n"
        "from oversight_agent.history import History, against\n"
        f"History.open(Path(sys.argv[1]), bytes.fromhex('{SECRET.hex()}'))\n"
        "print(sorted({'numpy', 'pandas', 'duckdb', 'highspy'} & sys.modules.keys()))"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "history.db")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert done.stdout == "[]\n"
