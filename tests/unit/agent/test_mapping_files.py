"""Several versions of the specification side by side: which mapping answers which study."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from oversight_agent.mapping_files import choose, mapped_versions
from oversight_protocol.errors import Family, InputError
from oversight_protocol.study import Measure
from support.requests import MAPPING, POLICY, Agent, Asker, posts_csv, posts_table, released
from support.spec_tables import worker_table
from support.versions import Content, altered, field, installed, schema

MODES_SQL = "SELECT worker_id, team_id AS team, mode AS outcome FROM worker"
"""What version 1.1 has and 1.0 has not."""


def _with_modes(version: Content) -> None:
    """Adds an optional field `mode` to the workers, and retires one."""
    schema(version, "worker")["fields"].append({
        "name": "mode", "type": "string", "title": "Mode", "description": "Where they work.",
        "constraints": {"enum": ["office", "home"]},
    })  # fmt: skip
    field(version, "worker.kss")["retired"] = {"since": "1.1", "reason": "Nobody used it."}


def _without_supervisors(version: Content) -> None:
    """Drops a field that holds pseudonyms."""
    worker = schema(version, "worker")
    worker["fields"] = [one for one in worker["fields"] if one["name"] != "supervisor_id"]


MAPPING_1_1 = MAPPING.replace('"1.0"', '"1.1"').replace(
    'team_id = { column = "team" }\n',
    'team_id = { column = "team" }\nmode = { column = "role", codes = { "4" = "office", '
    '"5" = "home" } }\n',
    1,
)


@pytest.fixture
def three_versions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("specifications")
    with installed(folder, altered("1.1", _with_modes), altered("2.0", _without_supervisors)):
        yield


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mapping.toml"


def _write(path: Path, version: str) -> Path:
    path.write_text(f'specification = "{version}"\n', encoding="utf-8")
    return path


def test_the_mapping_that_names_the_version_is_taken(file: Path):
    _write(file, "1.0")
    beside = _write(file.with_name("mapping-1.1.toml"), "1.1")

    assert (choose(file, "1.0"), choose(file, "1.1")) == (file, beside)


def test_a_file_beside_it_is_not_read_where_the_mapping_fits(file: Path):
    _write(file, "1.0")
    file.with_name("mapping-1.0.toml").write_text("no TOML at all [", encoding="utf-8")

    assert choose(file, "1.0") == file


def test_a_file_beside_it_does_without_the_other(file: Path):
    beside = _write(file.with_name("mapping-1.1.toml"), "1.1")

    assert choose(file, "1.1") == beside


def test_a_copy_that_was_not_adapted_answers_nothing(file: Path):
    _write(file, "1.0")
    _write(file.with_name("mapping-1.1.toml"), "1.0")

    with pytest.raises(InputError, match=r"mapping-1\.1\.toml.*version 1\.0.*version 1\.1"):
        choose(file, "1.1")


def test_without_a_mapping_for_the_version_the_error_says_where_to_write_one(file: Path):
    _write(file, "1.0")

    with pytest.raises(InputError, match=r"mapping\.toml.*mapping-1\.1\.toml"):
        choose(file, "1.1")


def test_without_any_mapping_the_error_names_both_files(file: Path):
    with pytest.raises(InputError, match=r"mapping\.toml or mapping-1\.1\.toml"):
        choose(file, "1.1")


@pytest.mark.parametrize("text", ["", "specification = 1.1\n", "[specification]\n"])
def test_a_mapping_that_names_no_version_is_told_so(file: Path, text: str):
    file.write_text(text, encoding="utf-8")

    with pytest.raises(InputError, match="no version"):
        choose(file, "1.1")


def test_the_versions_that_are_mapped_are_listed_with_their_files(file: Path, three_versions: None):
    _write(file, "1.1")
    _write(file.with_name("mapping-1.0.toml"), "1.0")
    _write(file.with_name("mapping-2.0.toml"), "1.0")

    assert mapped_versions(file) == {"1.0": "mapping-1.0.toml", "1.1": "mapping.toml"}


@pytest.fixture
def two_studies(asker: Asker) -> dict[str, Any]:
    """A study of version 1.0 by agency, and one of version 1.1 by mode of work."""
    modes = worker_table(MODES_SQL, name="modes", outcomes=("office", "home"))
    measure = Measure(
        id="modes", number="1", title="At home", definition="Posts at home", table="modes",
        numerator=("home",), denominator=("office", "home"),
    )  # fmt: skip
    newer = {"spec_version": "1.1", "base_tables": (modes,), "measures": (measure,)}
    return {
        "1.0": asker.study(base_tables=(posts_table(),)),
        "1.1": asker.study(name="modes-study", **newer),
    }


def _ask_both(agent: Agent, asker: Asker, studies: dict[str, Any]) -> dict[str, Any]:
    """By version, the release that answers its study."""
    agent.home.policy(POLICY.replace('"]', '", "modes-study"]'))
    asked = {
        "1.0": asker.ticket(studies["1.0"], id="ticket-1", tables=("posts",)),
        "1.1": asker.ticket(studies["1.1"], id="ticket-2", tables=("modes",)),
    }
    return {
        version: released(agent.settle(asker.ask(studies[version], ticket)))
        for version, ticket in asked.items()
    }


def _rows(release: Any) -> list[list[int | None]]:
    return [[cell.value for cell in table.rows[0].cells] for table in release.tables]


def test_studies_of_two_versions_are_answered_side_by_side(
    three_versions: None, agent: Agent, asker: Asker, two_studies: dict[str, Any]
):
    (agent.home.folder / "mapping-1.1.toml").write_text(MAPPING_1_1, encoding="utf-8")

    answers = _ask_both(agent, asker, two_studies)

    assert _rows(answers["1.0"]) == [[40, 40], [40, 40]]
    assert _rows(answers["1.1"]) == [[40, 40], [40, 40]]
    assert [job.spec_version for job in agent.jobs] == ["1.0", "1.1"]


def test_a_study_of_a_version_without_a_mapping_is_refused_and_the_other_answered(
    three_versions: None, agent: Agent, asker: Asker, two_studies: dict[str, Any]
):
    agent.home.policy(POLICY.replace('"]', '", "modes-study"]'))
    newer = asker.ticket(two_studies["1.1"], id="ticket-2", tables=("modes",))

    refused = agent.settle(asker.ask(two_studies["1.1"], newer))
    answered = agent.settle(asker.ask(two_studies["1.0"], tables=("posts",)))

    assert {table.family for table in released(refused).tables} == {Family.DATA}
    assert _rows(released(answered)) == [[40, 40], [40, 40]]


def test_a_version_that_drops_a_field_leaves_the_persons_in_it_counted_for_the_others(
    three_versions: None, agent: Agent, asker: Asker
):
    start = 'role_start = { column = "start" }\n'
    mapping = MAPPING.replace(start, start + 'supervisor_id = { column = "boss" }\n')
    (agent.home.folder / "mapping.toml").write_text(mapping, encoding="utf-8")
    head, *rows = posts_csv().splitlines()
    bosses = [f"{row},boss{number % 40}" for number, row in enumerate(rows)]
    agent.home.write("posts.csv", "\n".join([f"{head},boss", *bosses, ""]))
    led = posts_table(
        sql="SELECT supervisor_id AS worker_id, min(team_id) AS team, min(agency) AS outcome"
        " FROM worker GROUP BY supervisor_id"
    )
    study = asker.study(base_tables=(led,))

    answer = released(agent.settle(asker.ask(study, tables=("posts",))))

    assert _rows(answer) == [[20, 20], [20, 20]]
