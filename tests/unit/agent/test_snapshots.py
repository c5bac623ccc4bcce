"""Snapshots: all answers of a wave are of one moment, which is kept without identifiers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb
import pytest

from oversight_agent import config, service
from oversight_agent.cli.main import main
from oversight_agent.limits import QueryLimits
from oversight_agent.pipeline.compute import compute
from oversight_agent.pipeline.descriptions import About, describe, described
from oversight_agent.pipeline.job import Job, JobResult
from oversight_agent.pipeline.snapshots import Shelf
from oversight_protocol.canonical import canonical_json
from oversight_protocol.envelope import Envelope
from oversight_protocol.errors import InputError
from oversight_protocol.release import Release, TableAnswer, unavailable
from oversight_protocol.study import DimensionNeeds, Wave
from support.commands import Ended, call
from support.protocol import quarter
from support.requests import (
    Agent,
    Asker,
    Home,
    kinds_table,
    posts_csv,
    posts_table,
    released,
    teams_csv,
)

WAVES = (
    Wave(id="wave-1", periods=(quarter(2024, 1),)),
    Wave(id="wave-2", periods=(quarter(2024, 2),)),
)
BROKEN = "team,service\nt0,no such service\n"


@dataclass
class Asking:
    """One study with two waves, and its questions for one table at a time."""

    agent: Agent
    asker: Asker
    study: Envelope
    asked: int = 0

    def ask(self, *tables: str, wave: str = "wave-1") -> Release:
        """The release for some tables of a wave."""
        self.asked += 1
        return released(self.agent.settle(self.asker.ask(
            self.study, id=f"ticket-{self.asked}", tables=tables, wave=wave
        )))  # fmt: skip


@pytest.fixture
def asking(agent: Agent, asker: Asker) -> Asking:
    tables = (posts_table(), kinds_table(), posts_table(name="again"))
    return Asking(agent, asker, asker.study(waves=WAVES, base_tables=tables))


def _shelf(home: Home) -> Shelf:
    return Shelf(config.load(home.folder).snapshots)


def _abouts(home: Home) -> list[About]:
    abouts = [about for _, about in described(_shelf(home)) if about is not None]
    return sorted(abouts, key=lambda about: about.made)


def _figures(table: TableAnswer) -> bytes:
    return canonical_json([row.model_dump(mode="json") for row in table.rows])


def _as_if_asked_at_once(home: Home, tmp_path: Path) -> dict[str, bytes]:
    """What the sources give as they are now, of an agent that was asked nothing before."""
    agent = Agent(home.copy(tmp_path / "other"))
    for snapshot in _shelf(agent.home).all():
        _shelf(agent.home).delete(snapshot)
    (agent.home.folder / "ledger.jsonl").unlink(missing_ok=True)
    asker = Asker(agent.clock)
    tables = (posts_table(), kinds_table(), posts_table(name="again"))
    study = asker.study(waves=WAVES, base_tables=tables)
    names = ("posts", "kinds", "again")
    release = released(agent.settle(asker.ask(study, tables=names)))
    return {table.table: _figures(table) for table in release.tables}


# ---------------------------------------------------------------------- one moment


def test_all_answers_of_a_wave_are_of_the_moment_of_its_first_question(
    home: Home, asking: Asking, tmp_path: Path
) -> None:
    before = _as_if_asked_at_once(home, tmp_path)
    asking.ask("posts")
    home.write("posts.csv", posts_csv(160, agency_every=4))
    after = _as_if_asked_at_once(home, tmp_path / "later")

    [later] = asking.ask("kinds").tables

    assert _figures(later) == before["kinds"]
    assert before["kinds"] != after["kinds"]
    assert len(_abouts(home)) == 1


def test_each_wave_has_a_moment_of_its_own(home: Home, asking: Asking) -> None:
    [first] = asking.ask("posts").tables
    home.write("posts.csv", posts_csv(160, agency_every=4))

    [second] = asking.ask("posts", wave="wave-2").tables

    assert _figures(first) != _figures(second)
    assert [about.wave.wave for about in _abouts(home) if about.wave] == ["wave-1", "wave-2"]


def test_another_version_of_a_study_has_a_moment_of_its_own(
    home: Home, asking: Asking, asker: Asker
) -> None:
    asking.ask("posts")
    asking.study = asker.study(
        waves=WAVES, version=2, base_tables=(posts_table(), kinds_table(title="Kinds of posts"))
    )

    asking.ask("kinds")

    assert [about.wave.version for about in _abouts(home) if about.wave] == [1, 2]


def test_a_snapshot_holds_every_table_that_is_mapped_and_says_what_it_is(
    home: Home, asking: Asking
) -> None:
    asking.ask("posts")

    [about] = _abouts(home)

    assert {one.table: (one.rows, one.usable) for one in about.tables} == {
        "worker": (80, True), "team": (8, True),
    }  # fmt: skip
    assert about.specification == "1.0"
    assert about.wave is not None
    assert about.wave.study == asking.study.digest
    assert len(about.mapping) == 64


def test_the_ledger_says_which_snapshot_a_wave_was_answered_from_before_the_answer(
    home: Home, asking: Asking
) -> None:
    asking.ask("posts")
    asking.ask("kinds")

    [snapshot] = _shelf(home).all()
    assert home.bodies("snapshot-made") == [
        {"snapshot": snapshot.id, "digest": snapshot.verify(), "of": asking.study.digest,
         "wave": "wave-1"},
    ]  # fmt: skip
    assert home.kinds().index("snapshot-made") < home.kinds().index("answered")


# ---------------------------------------------------------------------- no data for a dimension


def test_a_dimension_whose_field_no_mapping_fills_is_answered_as_unavailable_not_as_unknown(
    home: Home, agent: Agent, asker: Asker
) -> None:
    needs = (DimensionNeeds(dimension="service", fields=("worker.kss",)),)
    study = asker.study(
        waves=WAVES, base_tables=(posts_table(), kinds_table(dimension_needs=needs))
    )
    asking = Asking(agent, asker, study)

    [live] = asking.ask("kinds").tables  # this makes the snapshot
    [kept] = asking.ask("kinds").tables

    whole, *categories = live.rows
    assert unavailable(live) == {"service"}
    assert [cell.value for cell in (*whole.cells, whole.total)] == [40, 40, 80]
    assert all(cell.value is None for row in categories for cell in (*row.cells, row.total))
    assert _figures(kept) == _figures(live)
    assert len(_abouts(home)) == 1


def test_a_dimension_whose_field_is_filled_has_figures(
    home: Home, agent: Agent, asker: Asker
) -> None:
    needs = (DimensionNeeds(dimension="service", fields=("worker.role",)),)
    study = asker.study(
        waves=WAVES, base_tables=(posts_table(), kinds_table(dimension_needs=needs))
    )

    [table] = Asking(agent, asker, study).ask("kinds").tables

    assert unavailable(table) == frozenset()
    assert {row.category: row.total.value for row in table.rows}["cin_cp"] == 40


# ---------------------------------------------------------------------- tables that came later


def test_a_table_that_could_not_be_used_is_answered_from_a_second_snapshot_once_it_can(
    home: Home, asking: Asking, tmp_path: Path
) -> None:
    before = _as_if_asked_at_once(home, tmp_path)
    home.write("teams.csv", BROKEN)
    first = asking.ask("posts", "kinds")
    home.write("teams.csv", teams_csv())
    home.write("posts.csv", posts_csv(160, agency_every=4))
    after = _as_if_asked_at_once(home, tmp_path / "later")

    later = asking.ask("kinds", "again")

    assert [table.status for table in first.tables] == ["released", "refused"]
    assert _figures(first.tables[0]) == before["posts"]
    # What reads the repaired table is of the second moment; what never did, still of the first.
    assert [_figures(table) for table in later.tables] == [after["kinds"], before["again"]]
    assert [about.held for about in _abouts(home)] == [{"worker"}, {"worker", "team"}]
    assert len(home.bodies("snapshot-made")) == 2


def test_asking_again_for_what_still_cannot_be_used_makes_no_other_snapshot(
    home: Home, asking: Asking
) -> None:
    home.write("teams.csv", BROKEN)
    asking.ask("posts")

    [again] = asking.ask("kinds").tables

    assert again.status == "refused"
    assert len(_abouts(home)) == 1


def test_where_nothing_can_be_answered_no_snapshot_is_made(home: Home, asking: Asking) -> None:
    home.write("teams.csv", BROKEN)

    [answer] = asking.ask("kinds").tables
    home.write("teams.csv", teams_csv())
    [repaired] = asking.ask("kinds").tables

    assert (answer.status, repaired.status) == ("refused", "released")
    assert len(_abouts(home)) == 1


# ---------------------------------------------------------------------- altered, deleted


def _alter(path: Path) -> None:
    path.chmod(0o600)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))


def test_nothing_is_answered_from_an_altered_snapshot_until_a_person_has_seen_to_it(
    home: Home, agent: Agent, asker: Asker, asking: Asking
) -> None:
    asking.ask("posts")
    [snapshot] = _shelf(home).all()
    _alter(snapshot.path)
    ask = asker.ask(asking.study, id="ticket-9", tables=("kinds",))
    accepted = agent.handle(ask)

    with pytest.raises(InputError, match="was altered since it was made") as caught:
        agent.answering.work()
    _shelf(home).delete(snapshot)
    answered = released(agent.settle(ask))

    assert accepted.status == "accepted"
    assert snapshot.id in str(caught.value)
    assert answered.tables[0].status == "released"


def test_a_file_that_is_no_snapshot_stops_the_answers_because_nobody_can_say_whose_it_is(
    home: Home, agent: Agent, asker: Asker, asking: Asking
) -> None:
    asking.ask("posts")
    path = _shelf(home).all()[0].path
    path.chmod(0o600)
    path.write_bytes(b"")
    agent.handle(asker.ask(asking.study, id="ticket-9", tables=("kinds",)))

    with pytest.raises(InputError, match=path.name):
        agent.answering.work()


def test_after_a_snapshot_is_deleted_the_next_question_of_its_wave_makes_another(
    home: Home, asking: Asking
) -> None:
    asking.ask("posts")
    _shelf(home).delete(_shelf(home).all()[0])

    [answer] = asking.ask("kinds").tables

    assert answer.status == "released"
    assert len(_abouts(home)) == 1


# ---------------------------------------------------------------------- looking


def _preview(home: Home, study: Envelope) -> dict[str, bytes]:
    path = home.folder / "study.json"
    path.write_bytes(study.raw)
    answers = service.preview(config.load(home.folder), str(path), "wave-1")
    return {answer.table: _figures(answer) for answer in answers}


@pytest.mark.system
def test_a_preview_makes_no_snapshot(home: Home, asking: Asking) -> None:
    shown = _preview(home, asking.study)

    assert set(shown) == {"posts", "kinds", "again"}
    assert _shelf(home).all() == []


@pytest.mark.system
def test_a_preview_shows_what_the_waves_snapshot_would_give(
    home: Home, asking: Asking, tmp_path: Path
) -> None:
    before = _as_if_asked_at_once(home, tmp_path)
    asking.ask("posts")
    home.write("posts.csv", posts_csv(160, agency_every=4))

    shown = _preview(home, asking.study)

    assert shown["kinds"] == before["kinds"]


# ---------------------------------------------------------------------- nothing personal


def _with_names(rows: int) -> tuple[str, list[str]]:
    """Posts with identifiers and names that stand nowhere else, and all of those."""
    people = [(f"Staff-Ident-{n:05d}", f"Philippa Quackenbush {n:05d}") for n in range(rows)]
    lines = [
        f"{who},{name},{n % 2},2020-01-01,Team-Ident-{n % 8:05d},{4 + n // 8 % 2}"
        for n, (who, name) in enumerate(people)
    ]
    teams = [f"Team-Ident-{n:05d}" for n in range(8)]
    text = "\n".join(["worker,full name,agency,start,team,role", *lines, ""])
    return text, [*teams, *(word for person in people for word in person), "Quackenbush"]


@pytest.mark.system
def test_a_worker_writes_a_snapshot_without_any_identifier_or_name(
    home: Home, asker: Asker
) -> None:
    posts, secrets = _with_names(160)
    home.write("posts.csv", posts)
    home.write("teams.csv", teams_csv().replace("\nt", "\nTeam-Ident-0000"))
    settings = config.load(home.folder)
    agent = Agent(home, asker.clock, run_job=lambda job: service.run_job(settings, job))

    release = released(agent.settle(asker.ask(asker.study())))

    [snapshot] = _shelf(home).all()
    assert all(table.status == "released" for table in release.tables)
    assert "Philippa" in posts
    for content in (snapshot.path.read_bytes(), _all_values(snapshot.path)):
        assert [secret for secret in secrets if secret.encode() in content] == []
    about = describe(snapshot)
    assert about is not None
    assert about.rows == 168


def _all_values(path: Path) -> bytes:
    """Every value of every table, as text: the file itself is compressed."""
    with duckdb.connect(str(path), read_only=True) as connection:
        names = connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        rows = [connection.execute(f'FROM "{name}"').fetchall() for (name,) in names]
    return repr(rows).encode()


# ---------------------------------------------------------------------- commands


Command = Callable[..., Ended]


@pytest.fixture
def command(
    home: Home, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Command:
    """`oversight-agent snapshot` in this process."""
    monkeypatch.setenv(config.HOME_VARIABLE, str(home.folder))
    return partial(call, main, monkeypatch, capfd, "oversight-agent", "snapshot")


def test_without_snapshots_the_list_says_so(command: Command) -> None:
    assert command("list") == Ended(0, "No snapshot is kept.\n", "")
    assert json.loads(command("list", "--json").out) == []


def test_the_list_says_whose_moment_each_snapshot_is_and_until_when_it_is_kept(
    command: Command, home: Home, asking: Asking
) -> None:
    asking.ask("posts")
    made = command("make", "--json")

    listed = json.loads(command("list", "--json").out)

    assert made.status == 0
    assert {(one["study"], one["wave"], one["rows"]) for one in listed} == {
        ("posts-study", "wave-1", 88), (None, None, 88),
    }  # fmt: skip
    assert all(one["expires"] > one["made"] for one in listed)
    assert "posts-study version 1, wave-1" in command("list").out


def test_the_list_shows_one_with_the_last_day_of_all_in_its_name(
    command: Command, home: Home
) -> None:
    command("make")
    [snapshot] = _shelf(home).all()
    snapshot.path.rename(snapshot.path.with_name(f"99991231T000000Z-{'0' * 16}.duckdb"))

    listed = command("list")

    assert listed.status == 0
    assert "31 December 9999" in listed.out


def test_show_says_what_a_snapshot_holds_and_that_it_is_what_was_written(
    command: Command, home: Home, asking: Asking
) -> None:
    home.write("teams.csv", BROKEN)
    asking.ask("posts")
    [snapshot] = _shelf(home).all()

    for_programs = json.loads(command("show", snapshot.id, "--json").out)
    for_people = command("show", snapshot.id[:12])

    assert for_programs["verified"] is True
    assert for_programs["digest"] == snapshot.digest()
    assert for_programs["problems"] == 1
    assert [(one["table"], one["usable"]) for one in for_programs["tables"]] == [
        ("team", False), ("worker", True),
    ]  # fmt: skip
    assert "it is what was written" in for_people.out


def test_show_of_an_altered_snapshot_fails(command: Command, home: Home) -> None:
    command("make")
    [snapshot] = _shelf(home).all()
    _alter(snapshot.path)

    shown = command("show", snapshot.id)

    assert shown.status == 1
    assert "ALTERED" in shown.out


def test_show_of_a_snapshot_that_was_replaced_by_another_of_the_same_name_fails(
    command: Command, home: Home
) -> None:
    command("make")
    [snapshot] = _shelf(home).all()
    _alter(snapshot.path)
    forged = snapshot.path.with_name(
        f"{snapshot.id[:17]}{snapshot.digest()[:16]}{snapshot.path.suffix}"
    )
    snapshot.path.rename(forged)
    home_ledger = home.folder / "ledger.jsonl"
    told = home_ledger.read_bytes()

    shown = json.loads(command("show", "20", "--json").out)

    assert shown["id"].encode() not in told
    assert shown["recorded"] is False


def test_a_snapshot_is_made_for_a_wave_before_it_is_asked(
    command: Command, home: Home, asking: Asking, tmp_path: Path
) -> None:
    path = home.folder / "study.json"
    path.write_bytes(asking.study.raw)
    before = _as_if_asked_at_once(home, tmp_path)

    made = command("make", "--study", str(path), "--wave", "wave-1")
    home.write("posts.csv", posts_csv(160, agency_every=4))
    again = command("make", "--study", str(path), "--wave", "wave-1")
    [answer] = asking.ask("kinds").tables

    assert made.status == 0
    assert again.status == 2
    assert "has a snapshot already" in again.err
    assert _figures(answer) == before["kinds"]


def test_make_names_the_tables_that_are_left_out(command: Command, home: Home) -> None:
    home.write("teams.csv", BROKEN)

    made = command("make")

    assert made.status == 0
    assert "80 rows in 1 table." in made.out
    assert "Not in it, because they cannot be used: team." in made.out


def test_make_says_which_setting_is_too_small_for_the_tables(
    command: Command, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "query_limits", lambda _: QueryLimits(memory_mib=1))

    made = command("make")

    assert made.status == 2
    assert "Found: query_memory_mib = 1" in made.err
    assert "raise query_memory_mib in agent.toml" in made.err
    assert _shelf(home).all() == []
    assert home.kinds().count("snapshot-made") == 0


def test_a_question_waits_until_the_setting_is_large_enough_for_its_snapshot(
    home: Home, asker: Asker, asking: Asking
) -> None:
    little = Agent(home, asker.clock, run_job=_with_memory(1))
    ask = asker.ask(asking.study, id="ticket-9", tables=("kinds",))
    little.handle(ask)

    with pytest.raises(InputError, match="query_memory_mib = 1"):
        little.answering.work()
    answered = released(Agent(home, asker.clock).settle(ask))

    assert answered.tables[0].status == "released"
    assert len(_abouts(home)) == 1


def _with_memory(memory: int) -> Callable[[Job], JobResult]:
    def run(job: Job) -> JobResult:
        return compute(job.model_copy(update={"limits": QueryLimits(memory_mib=memory)}))

    return run


def test_make_without_any_usable_table_makes_nothing(command: Command, home: Home) -> None:
    for name in ("teams.csv", "posts.csv"):
        (home.data / name).unlink()

    made = command("make")

    assert made.status == 2
    assert "no table can be used" in made.err
    assert _shelf(home).all() == []


@pytest.mark.parametrize("arguments", [("--study", "posts-study"), ("--wave", "wave-1")])
def test_a_wave_is_named_whole(arguments: tuple[str, str], command: Command) -> None:
    made = command("make", *arguments)

    assert made.status == 2
    assert "--study and --wave, or neither" in made.err


def test_delete_asks_first_and_records_who_did_it(command: Command, home: Home) -> None:
    command("make")
    [snapshot] = _shelf(home).all()

    unanswered = command("delete", snapshot.id)
    kept = _shelf(home).all()
    deleted = command("delete", snapshot.id, "--yes")

    assert (unanswered.status, kept) == (1, [snapshot])
    assert (deleted.status, deleted.out) == (0, f"Deleted {snapshot.id}.\n")
    assert _shelf(home).all() == []
    [body] = home.bodies("snapshot-deleted")
    assert body["snapshot"] == snapshot.id
    assert body["by"].startswith("person:")


@pytest.mark.parametrize("words", [("show", "2031"), ("delete", "2031", "--yes")])
def test_a_snapshot_that_is_not_there_is_an_error_of_input(
    words: tuple[str, ...], command: Command
) -> None:
    ended = command(*words)

    assert (ended.status, ended.out) == (2, "")
    assert "no snapshots begin with '2031'" in ended.err
