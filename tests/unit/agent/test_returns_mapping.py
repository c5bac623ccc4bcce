"""Returns in a mapping: what each fills, which comes first, and what is wrong with one."""

from __future__ import annotations

from pathlib import Path

import pytest

from oversight_agent.mapping.return_words import CALLED
from oversight_agent.mapping.returns import FILLS
from oversight_agent.readers.returns import KEYED
from oversight_protocol import specification
from oversight_protocol.errors import InputError
from support.returns import mapping_of

CIN = '[[returns]]\nkind = "cin-census"\nfile = "cin.xml"\n'
ANNEX = '[[returns]]\nkind = "annex-a"\nfile = "a.xlsx"\n'
STAFF = '[[returns]]\nkind = "workforce-census"\nfile = "csww.xml"\n'
SSD = '[[returns]]\nkind = "ssd"\nfolder = "ssd"\n'
BY_HAND = """[tables.plan]
file = "plans.csv"
[tables.plan.fields]
child_id = { column = "a" }
type = { column = "b" }
start = { column = "c" }
"""


@pytest.mark.parametrize(
    ("text", "tables"),
    [(CIN, {"episode", "plan"}), (ANNEX, {"episode", "plan"}), (STAFF, {"worker"}),
     (SSD, {"allocation", "episode", "plan"}), (CIN + STAFF, {"episode", "plan", "worker"})],
)  # fmt: skip
def test_a_return_alone_is_a_mapping(tmp_path: Path, text: str, tables: set[str]) -> None:
    mapping = mapping_of(tmp_path, text)

    assert set(mapping.tables) == tables


@pytest.mark.parametrize("kind", FILLS)
def test_every_required_field_of_a_table_is_filled(kind: str) -> None:
    loaded = specification.load("1.0")

    for name, fields in FILLS[kind].items():  # type: ignore[index]
        table = loaded.table(name)
        assert table is not None
        assert set(fields) <= {field.name for field in table.fields}
        assert {field.name for field in table.fields if field.required} <= set(fields)


@pytest.mark.parametrize("kind", CALLED)
def test_every_field_of_a_census_but_what_it_only_implies_has_its_elements_name(kind: str) -> None:
    fills = {name: set(fields) for name, fields in FILLS[kind].items()}  # type: ignore[index]

    named = {name: set(fields) for name, fields in CALLED[kind].items()}  # type: ignore[index]

    implied = {"plan": {"type"}}
    assert named == {name: fields - implied.get(name, set()) for name, fields in fills.items()}


def test_rows_are_told_apart_by_the_primary_keys_of_the_specification() -> None:
    loaded = specification.load("1.0")

    keys = {name: loaded.table(name).table.primary_key for name in KEYED}  # type: ignore[union-attr]

    assert {name: table.key for name, table in KEYED.items()} == keys
    assert {name for fills in FILLS.values() for name in fills} == set(KEYED)


def test_what_is_mapped_by_hand_is_taken_from_there_alone(tmp_path: Path) -> None:
    mapping = mapping_of(tmp_path, CIN + BY_HAND)

    assert mapping.tables["plan"].source.file == "plans.csv"
    assert mapping.tables["episode"].source.format == "cin-census"


@pytest.mark.parametrize(("text", "kind"), [(CIN + ANNEX, "cin-census"), (ANNEX + CIN, "annex-a")])
def test_the_first_of_two_returns_fills_a_table(tmp_path: Path, text: str, kind: str) -> None:
    mapping = mapping_of(tmp_path, text)

    assert {table.source.format for table in mapping.tables.values()} == {kind}


def test_a_return_can_be_kept_to_some_of_its_tables(tmp_path: Path) -> None:
    mapping = mapping_of(tmp_path, CIN + 'tables = ["episode"]\n' + ANNEX)

    assert {name: table.source.format for name, table in mapping.tables.items()} == {
        "episode": "cin-census", "plan": "annex-a",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('[[returns]]\nkind = "cin"\nfile = "a"\n', 3, "does not fit"),
        ('[[returns]]\nfile = "a"\n', 2, "'kind' is missing"),
        ('[[returns]]\nkind = "cin-census"\n', 2, "'file' is missing"),
        (CIN + 'files = "b"\n', 5, "'file' and 'files' exclude each other"),
        (CIN + 'sheet = "b"\n', 5, "'sheet' does not go with a return"),
        (CIN + 'database = "b"\n', 5, "'database' does not go with a return"),
        (CIN + 'fiel = "b"\n', 5, "no such setting"),
        (CIN.replace("cin.xml", "../cin.xml"), 4, "does not fit"),
        (CIN + 'tables = ["worker"]\n', 5, "does not fill the table 'worker'"),
        (ANNEX + 'tables = ["team"]\n', 5, "which service a team belongs to"),
        (CIN + '[returns.codes.plan.type]\nx = "y"\n', 6, "not a code of type"),
        (CIN + '[returns.codes.worker.role]\nx = 1\n', 5, "does not fill the table 'worker'"),
        (CIN + '[returns.codes.plan.start]\nx = 1\n', 5, "does not fill 'start' of plan by codes"),
        ('[[returns]]\nkind = "cin-census"\nfiles = ["a", "a"]\n', 4, "a file is named twice"),
        (BY_HAND.replace("plans.csv", 'p.xml"\nformat = "cin-census'), 4,
         "a statutory return does not stand under a table"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_return_is_told_by_its_line(
    tmp_path: Path, text: str, line: int, said: str
) -> None:
    with pytest.raises(InputError) as caught:
        mapping_of(tmp_path, text)

    assert said in caught.value.what
    assert caught.value.where == f"mapping.toml, line {line}"
    assert caught.value.advice or caught.value.expected
