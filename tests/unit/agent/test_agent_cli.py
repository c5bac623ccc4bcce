"""The agent's commands as people and programs use them: statuses, sentences, JSON, quick help."""

from __future__ import annotations

import json
import logging
import re
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import click
import pytest
import typer
from filelock import FileLock

from oversight_agent import config, logs, service
from oversight_agent.cli import app, main
from oversight_agent.cli.ledger import read_ledger
from oversight_agent.cli.releases import say_table_answer, what_markers_mean
from oversight_protocol.envelope import Envelope
from oversight_protocol.errors import LedgerError
from oversight_protocol.release import Cell, Row, TableAnswer
from support import plain_sources
from support.commands import Ended, call
from support.protocol import KENT
from support.requests import (
    MAPPING,
    POLICY,
    POSTS_SQL,
    PROGRAM,
    Agent,
    Asker,
    Home,
    kinds_table,
    posts_csv,
    posts_table,
    real_time,
    run,
)

Command = Callable[..., Ended]


@pytest.fixture
def command(
    home: Home, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Command:
    """A command of this agent, run in this process."""
    monkeypatch.setenv(config.HOME_VARIABLE, str(home.folder))
    return partial(call, main, monkeypatch, capfd, "oversight-agent")


@pytest.fixture
def answered(agent: Agent, asker: Asker) -> Agent:
    """An agent that answered one ticket and refused another."""
    agent.settle(asker.ask(asker.study()))
    agent.settle(asker.ask(asker.study(), id="ticket-2", wave="wave-9"))
    return agent


# ---------------------------------------------------------------------- help

NOT_FOR_HELP = {"flwr", "pandas", "numpy", "duckdb", "sqlglot", "scipy", "pydantic", "structlog",
                "cryptography", "httpx"}  # fmt: skip
NOT_FOR_STAYING = {"pandas", "duckdb", "sqlglot", "scipy"}


def _loaded(code: str) -> set[str]:
    script = f"{code}\nimport json, sys\nprint('\\n' + json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return {name.split(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}


def test_help_imports_neither_flower_nor_data_libraries() -> None:
    loaded = _loaded(
        "import sys\nfrom oversight_agent.cli import main\n"
        "sys.argv = ['oversight-agent', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass"
    )

    assert loaded & NOT_FOR_HELP == set()


def test_the_doctor_imports_data_and_network_libraries_only_when_it_looks_there() -> None:
    loaded = _loaded("import oversight_agent.doctor")

    assert loaded & (NOT_FOR_STAYING | {"httpx", "flwr"}) == set()


def test_the_lasting_process_imports_no_data_library() -> None:
    loaded = _loaded("import oversight_agent.service, oversight_agent.node")

    assert loaded & NOT_FOR_STAYING == set()


def test_protecting_own_tables_imports_no_database() -> None:
    loaded = _loaded("import oversight_agent.pipeline.protecting")

    assert loaded & NOT_FOR_STAYING == set()


def _leaves(one: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    if isinstance(one, click.Group):
        for child, sub in one.commands.items():
            yield from _leaves(sub, f"{name} {child}")
    else:
        yield name, one


LEAVES = dict(_leaves(typer.main.get_command(app), "oversight-agent"))


@pytest.mark.parametrize("name", sorted(LEAVES))
def test_every_command_has_an_example_of_itself(name: str) -> None:
    assert f"Example: {name}" in str(LEAVES[name].help)


# ---------------------------------------------------------------------- JSON


@pytest.mark.parametrize("arguments", [
    ("status",), ("check",), ("study", "list"), ("study", "show", "posts-study"),
    ("release", "list"), ("release", "show", "ticket-1"), ("ledger", "show"),
    ("ledger", "verify"), ("preview", "posts-study", "--wave", "wave-1"),
])  # fmt: skip
def test_a_command_prints_json_and_nothing_else_if_asked_to(
    arguments: tuple[str, ...], answered: Agent, command: Command
) -> None:
    result = command(*arguments, "--json")

    assert (result.status, result.err) == (0, "")
    assert json.loads(result.out)


def test_status_counts_what_was_answered_and_refused(answered: Agent, command: Command) -> None:
    shown = json.loads(command("status", "--json").out)

    assert (shown["answered"], shown["refused"], shown["held"], shown["unfinished"]) == (1, 1, 0, 0)
    assert shown["connection"]["state"] == "never started"


# ---------------------------------------------------------------------- for people


def test_a_study_is_shown_with_the_sql_that_would_run(answered: Agent, command: Command) -> None:
    shown = command("study", "show", "posts-study")

    assert POSTS_SQL in shown.out
    assert "at least 10 persons" in shown.out


def test_a_release_is_shown_with_the_reasons_that_do_not_leave(
    agent: Agent, asker: Asker, command: Command
) -> None:
    agent.home.policy(POLICY + '[tables]\nblock = ["kinds"]\n')
    agent.settle(asker.ask(asker.study()))

    shown = command("release", "show", "ticket-1").out

    assert "kinds, 2024-Q1: refused (policy, here known as table-blocked)" in shown
    assert "whole authority  40  40  80" in shown


def test_sums_are_shown_beside_the_counts(capsys: pytest.CaptureFixture[str]) -> None:
    cells = [Cell(outcome="children", value=165), Cell(outcome="fte", value=None, marker="[c]")]
    row = Row(dimension="", category="", cells=(), total=Cell(outcome="all", value=10),
              sums=tuple(cells))  # fmt: skip
    answer = TableAnswer(table="caseload", period="2024-Q1", status="released", rows=(row,))

    say_table_answer(answer.model_dump(mode="json"))

    heading, figures = capsys.readouterr().out.splitlines()[-2:]
    assert heading.strip() == "all  sum of children  sum of fte"
    assert figures.split() == ["whole", "authority", "10", "165", "[c]"]


def test_what_hidden_outcomes_are_together_stands_in_its_rows(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def row(category: str, *merged: Cell) -> Row:
        cells = tuple(Cell(outcome=code, value=None, marker="[c]") for code in ("late", "never"))
        return Row(dimension="service", category=category, cells=cells,
                   total=Cell(outcome="all", value=90), merged=merged)  # fmt: skip

    rows = (row("a", Cell(outcome="not in time", value=1015)), row("b"))
    answer = TableAnswer(table="gaps", period="2024-Q1", status="released", rows=rows)

    say_table_answer(answer.model_dump(mode="json"))

    heading, first, second = capsys.readouterr().out.splitlines()[-3:]
    assert heading.split("  ")[-1] == "together: not in time"
    assert first.split() == ["service", "a", "[c]", "[c]", "90", "1,015"]
    assert second.split() == ["service", "b", "[c]", "[c]", "90"]


def test_the_markers_of_small_counts_are_explained_where_they_stand() -> None:
    def table(marker: str) -> dict[str, Any]:
        cells = (Cell(outcome="a", value=290), Cell(outcome="b", value=None, marker=marker))  # type: ignore[arg-type]
        row = Row(dimension="", category="", cells=cells, total=Cell(outcome="all", value=295))
        answer = TableAnswer(table="kinds", period="2024-Q1", status="released", rows=(row,))
        return answer.model_dump(mode="json")

    plain, marked = what_markers_mean([table("[c]")]), what_markers_mean([table("[low]")])

    assert "[c] is confidential" in plain
    assert "[low]" not in plain
    assert marked.startswith(plain)
    assert "low_high_below" in marked


def test_refusals_are_listed_with_their_reasons(answered: Agent, command: Command) -> None:
    listed = command("release", "list").out

    assert "refused (wave)" in listed
    assert "released" in listed


def test_a_person_accepts_and_withdraws_by_name(
    agent: Agent, asker: Asker, command: Command
) -> None:
    agent.handle(asker.offer(asker.study(name="another-study", version=1)))
    agent.handle(asker.offer(asker.study(name="another-study", version=2)))

    statuses = [command("study", verb, "another-study").status for verb in ("accept", "withdraw")]

    states = {row["version"]: row["state"] for row in
              json.loads(command("study", "list", "--json").out)}  # fmt: skip
    assert statuses == [0, 0]
    assert states == {2: "withdrawn", 1: "offered"}
    assert agent.home.bodies("study-accepted")[0]["by"].startswith("person:")


def test_before_anything_happened_the_commands_say_so(home: Home, command: Command) -> None:
    said = [command(*words).out for words in (
        ("status",), ("study", "list"), ("release", "list"), ("release", "list", "--held"),
        ("ledger", "show"), ("ledger", "verify"),
    )]  # fmt: skip

    assert "Connection: never started.\n" in said[0]
    assert said[1] == "No study was offered to this agent yet.\n"
    assert said[2] == "Nothing was asked of this agent yet.\n"
    assert said[3] == "Nothing waits for a person.\n"
    assert all("o ledger yet; it begins with the enrolment." in one for one in said[4:])


def test_status_says_in_words_since_when_and_what_to_do(home: Home, command: Command) -> None:
    note = {"state": "not-connected", "advice": "check the proxy",
            "since": "2026-11-24T00:09:07+00:00"}  # fmt: skip
    (home.folder / "state").mkdir()
    (home.folder / "state" / "connection.json").write_text(json.dumps(note), encoding="utf-8")

    said = command("status").out

    assert "not-connected since 24 November 2026, 00:09 UTC. What to do: check the proxy." in said


def test_held_tickets_are_printed_alone_for_a_shell(
    agent: Agent, asker: Asker, command: Command
) -> None:
    agent.settle(asker.ask(asker.study()))
    agent.home.policy(POLICY.replace("automatic", "hold"))
    agent.settle(asker.ask(asker.study(version=2), id="held-1"))
    command("status")  # what was logged so far is not this command's

    everything = command("release", "list", "--quiet").out.split()
    held = command("release", "list", "--held", "--quiet").out.split()

    assert (everything, held) == (["ticket-1", "held-1"], ["held-1"])


def test_a_ticket_is_found_by_its_beginning_if_only_one_begins_so(
    agent: Agent, asker: Asker, command: Command
) -> None:
    agent.home.policy(POLICY.replace("automatic", "hold"))
    agent.settle(asker.ask(asker.study()))
    agent.settle(asker.ask(asker.study(version=2), id="ticket-2"))
    agent.settle(asker.ask(asker.study(version=3), id="other-1"))

    several = command("release", "approve", "tick")
    one = command("release", "approve", "oth")
    whole = command("release", "refuse", "ticket-1")

    assert (several.status, "several tickets begin" in several.err) == (2, True)
    assert (one.status, whole.status) == (0, 0)
    assert "The release for other-1 leaves" in one.out
    assert agent.home.bodies("answered")[0]["ticket"] == "other-1"
    assert agent.home.bodies("refused")[0]["ticket"] == "ticket-1"


# ---------------------------------------------------------------------- statuses


@pytest.mark.parametrize(("arguments", "status", "sentence"), [
    (("study", "show", "nothing"), 2, "there is no study 'nothing'"),
    (("study", "show", ""), 2, "there is no study ''"),
    (("study", "accept", "nothing"), 2, "study list"),
    (("release", "show", "nothing"), 2, "release list"),
    (("release", "approve", "nothing"), 2, "there is no release for ticket"),
    (("preview", "posts-study", "--wave", "wave-9"), 2, "no such wave"),
    (("answer", "nothing.json"), 2, "nothing.json"),
    (("run",), 2, "not enrolled"),
    (("no-such-command",), 2, "No such command"),
    (("check", "--unknown"), 2, "No such option"),
])  # fmt: skip
def test_a_failure_is_a_sentence_and_a_status(
    arguments: tuple[str, ...], status: int, sentence: str, answered: Agent, command: Command
) -> None:
    result = command(*arguments)

    assert (result.status, result.out) == (status, "")
    assert sentence in result.err
    assert "Traceback" not in result.err


def test_a_second_run_of_the_same_folder_is_refused(agent: Agent, command: Command) -> None:
    settings = agent.home.folder / "agent.toml"
    pinned = f'coordinator_url = "https://127.0.0.1:9"\nroot_digest = "{"0" * 64}"\n'
    kept = [line for line in settings.read_text(encoding="utf-8").splitlines()
            if not line.startswith(("coordinator_url", "root_digest"))]  # fmt: skip
    settings.write_text(pinned + "\n".join(kept) + "\n", encoding="utf-8")
    (agent.home.folder / "state").mkdir(exist_ok=True)

    with FileLock(agent.home.folder / "state" / "run.lock"):
        result = command("run")

    assert (result.status, result.out) == (2, "")
    assert "running already" in result.err


def test_a_digest_that_fits_two_studies_is_not_guessed(
    agent: Agent, asker: Asker, command: Command
) -> None:
    by_first_digit: dict[str, int] = {}
    for version in range(1, 18):
        study = asker.study(version=version)
        agent.handle(asker.offer(study))
        by_first_digit[study.digest[0]] = by_first_digit.get(study.digest[0], 0) + 1
    digit = max(by_first_digit, key=lambda one: by_first_digit[one])

    result = command("study", "withdraw", digit)

    assert result.status == 2
    assert "several studies" in result.err


def test_without_keys_of_trust_no_study_is_accepted(
    asker: Asker, command: Command, tmp_path: Path
) -> None:
    path = tmp_path / "study.json"
    path.write_bytes(asker.study().raw)

    result = command("study", "accept", str(path))

    assert result.status == 3
    assert "no exchange with the coordinator yet" in result.err


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
def test_a_folder_that_cannot_be_written_is_no_traceback(home: Home) -> None:
    blocked = home.folder.parent / "file"
    blocked.write_text("", encoding="utf-8")

    result = run("init", str(blocked / "agent"), "--la", KENT, "--name", "Kent")

    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert str(blocked) in result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of POSIX")
def test_a_reader_who_goes_away_is_no_traceback(answered: Agent) -> None:
    script = f"{PROGRAM} ledger show --json | true"
    environment = {config.HOME_VARIABLE: str(answered.home.folder), "PATH": "/usr/bin:/bin"}

    done = subprocess.run(
        ["/bin/sh", "-c", script], capture_output=True, text=True, check=False, env=environment
    )

    assert done.stderr == ""


# ---------------------------------------------------------------------- init


def test_init_makes_a_folder_for_its_owner_only(tmp_path: Path) -> None:
    made = run("init", str(tmp_path / "agent"), "--la", KENT, "--name", "Kent")

    assert made.returncode == 0
    assert stat.S_IMODE((tmp_path / "agent").stat().st_mode) == 0o700
    keys = (tmp_path / "agent" / "keys").iterdir()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in keys}
    assert modes.pop("signing.pub") == 0o644
    assert set(modes.values()) == {0o600}


def test_init_changes_nothing_where_an_agent_is(home: Home, command: Command) -> None:
    before = (home.folder / "keys" / "signing.key").read_bytes()

    result = command("init", str(home.folder), "--la", KENT, "--name", "Kent")

    assert result.status == 2
    assert (home.folder / "keys" / "signing.key").read_bytes() == before


@pytest.mark.parametrize("la", ["Kent", "E1", ""])
def test_init_with_a_wrong_code_leaves_no_half_agent(
    la: str, command: Command, tmp_path: Path
) -> None:
    result = command("init", str(tmp_path / "agent"), "--la", la, "--name", "Kent")

    assert result.status == 2
    assert not (tmp_path / "agent").exists()


# ---------------------------------------------------------------------- check and preview


def test_check_passes_good_sources(command: Command) -> None:
    result = command("check")

    assert result.status == 0
    assert "worker  80    0         yes" in result.out


def test_check_without_a_mapping_names_the_folder_and_the_runbook(
    home: Home, command: Command
) -> None:
    (home.folder / "mapping.toml").unlink()

    result = command("check")

    assert (result.status, result.out) == (2, "")
    assert f"{home.folder}: there is no mapping.toml" in result.err
    assert "docs/runbooks/agent.md" in result.err


def test_check_names_file_row_field_and_what_to_do(home: Home, command: Command) -> None:
    home.write("posts.csv", posts_csv().replace("w7,0,2020-01-01", "w7,0,tomorrow"))

    result = command("check")

    assert result.status == 1
    assert "posts.csv, field 'role_start': 1 row" in result.out
    assert re.search(r"^  Found +aaaaaaaa \(line 9\)$", result.out, re.MULTILINE)
    assert re.search(r"^  Expected +a date", result.out, re.MULTILINE)
    assert re.search(r"^  What to do +correct the date", result.out, re.MULTILINE)
    assert "worker  80    1         no" in result.out


@pytest.mark.parametrize("content", ["", "other\n1\n", "team,service\nt0,none\n"])
def test_check_ends_with_status_1_if_a_table_cannot_be_used(
    content: str, home: Home, command: Command
) -> None:
    home.write("teams.csv", content)

    result = command("check", "--json")

    usable = {one["table"]: one["usable"] for one in json.loads(result.out)["tables"]}
    assert (result.status, usable["team"]) == (1, False)


def test_preview_shows_what_would_leave_and_records_nothing(
    answered: Agent, asker: Asker, command: Command, tmp_path: Path
) -> None:
    ledger = (answered.home.folder / "ledger.jsonl").read_bytes()
    path = tmp_path / "study.json"
    path.write_bytes(asker.study(name="another-study").raw)

    by_name = command("preview", "posts-study", "--wave", "wave-1")
    by_file = command("preview", str(path), "--wave", "wave-1")

    assert by_name.out == by_file.out
    assert "whole authority  40  40  80" in by_name.out
    assert (answered.home.folder / "ledger.jsonl").read_bytes() == ledger


def test_preview_knows_the_installed_study_before_the_agent_has_met_the_coordinator(
    home: Home, command: Command
) -> None:
    plain_sources.write(home, plain_sources.records())
    before = sorted(path.name for path in home.folder.iterdir())

    shown = command("preview", "management-oversight-2026")

    assert (shown.status, shown.err) == (0, "")
    assert "Kent has not offered it to this agent yet" in shown.out
    assert "Nothing was recorded or sent." in shown.out
    assert "recording" in shown.out
    assert sorted(path.name for path in home.folder.iterdir()) == before


# ---------------------------------------------------------------------- ledger


def test_the_ledger_verifies_and_is_exported_as_it_is(
    answered: Agent, command: Command, tmp_path: Path
) -> None:
    verified = command("ledger", "verify", str(answered.home.folder))
    exported = command("ledger", "export", str(tmp_path / "out.jsonl"))

    assert (verified.status, exported.status) == (0, 0)
    assert "10 entries verify" in verified.out
    original = (answered.home.folder / "ledger.jsonl").read_bytes()
    assert (tmp_path / "out.jsonl").read_bytes() == original


def test_any_byte_changed_is_found_in_its_entry(answered: Agent) -> None:
    path = answered.home.folder / "ledger.jsonl"
    content = path.read_bytes()

    for place in range(0, len(content), len(content) // 80):
        changed = bytearray(content)
        changed[place] ^= 1
        path.write_bytes(bytes(changed))
        with pytest.raises(LedgerError) as caught:
            read_ledger(answered.home.folder)
        assert caught.value.index == content[:place].count(b"\n")


def test_the_command_names_the_entry_that_was_changed(answered: Agent, command: Command) -> None:
    path = answered.home.folder / "ledger.jsonl"
    lines = path.read_bytes().split(b"\n")
    lines[3] = lines[3].replace(b"ticket-1", b"ticket-3")
    path.write_bytes(b"\n".join(lines))

    result = command("ledger", "verify", str(answered.home.folder))

    assert (result.status, result.out) == (1, "")
    assert "entry 3" in result.err


@pytest.mark.parametrize("words", [("verify",), ("show",), ("export", "out.jsonl")])
def test_a_ledger_that_is_gone_is_no_empty_one(
    words: tuple[str, ...], answered: Agent, command: Command
) -> None:
    answered.home.set(coordinator_url="https://127.0.0.1:9")
    (answered.home.folder / "ledger.jsonl").unlink()

    result = command("ledger", *words)

    assert (result.status, result.out) == (2, "")
    assert "the ledger is missing, though this agent has enrolled" in result.err


@pytest.mark.parametrize("cut", [1, 200])
def test_a_ledger_whose_end_was_cut_off_in_a_line_does_not_verify(
    cut: int, answered: Agent, command: Command
) -> None:
    path = answered.home.folder / "ledger.jsonl"
    path.write_bytes(path.read_bytes()[:-cut])

    result = command("ledger", "verify", str(answered.home.folder))

    assert result.status == 1
    assert "entry 9" in result.err


# ---------------------------------------------------------------------- nothing personal

PERSON, NOTE, WORKER = "ZZCHILD", "ZZNOTE", "ZZWORKER"


def _marked_csv(agency: str = "") -> str:
    header, *rows = posts_csv().splitlines()
    marked = [f"{row.replace('w', WORKER, 1)},{PERSON} Smith,{NOTE} text" for row in rows]
    if agency:
        marked[5] = marked[5].replace(",0,", f",{agency},").replace(",1,", f",{agency},")
    return "\n".join([f"{header},name,notes", *marked, ""])


@pytest.mark.system
@pytest.mark.parametrize(("content", "sql"), [
    (_marked_csv(), POSTS_SQL),
    (_marked_csv(agency=f"{PERSON} Jones"), POSTS_SQL),
    (_marked_csv().replace("2020-01-01", NOTE), POSTS_SQL),
    (_marked_csv().replace("start", PERSON), POSTS_SQL),
    (_marked_csv(), POSTS_SQL.replace("agency AS", "worker_id AS")),
    (_marked_csv(), POSTS_SQL.replace("agency AS", "CAST(worker_id AS INTEGER) AS")),
    (_marked_csv() + f'"{PERSON}, an open quote\n', POSTS_SQL),
], ids=["good", "a-code", "dates", "a-heading", "outcomes", "a-cast", "a-quote"])  # fmt: skip
def test_nothing_personal_stands_in_any_file_or_output(
    content: str, sql: str, home: Home, command: Command, capfd: pytest.CaptureFixture[str]
) -> None:
    home.write("posts.csv", content)
    asker = Asker(real_time)
    study = asker.study(base_tables=(posts_table(sql=sql), kinds_table()))
    logs.to_stream(logging.DEBUG)

    reply = service.answer_now(config.load(home.folder), asker.ask(study))
    sent = Envelope.from_bytes(str(reply.answer).encode()).payload.decode()
    outputs = [sent, reply.canonical().decode(), *capfd.readouterr()]
    for arguments in (("check",), ("check", "--json"), ("release", "show", "ticket-1"),
                      ("preview", "posts-study", "--wave", "wave-1"), ("ledger", "show", "--json"),
                      ("status",)):  # fmt: skip
        result = command(*arguments)
        outputs += [result.out, result.err]

    files = [path for path in home.folder.rglob("*")
             if path.is_file() and not path.is_relative_to(home.data)]  # fmt: skip
    everything = "\n".join([*outputs, *(path.read_text("utf-8", "replace") for path in files)])
    assert WORKER in content
    assert "ticket-1" in sent
    assert [marker for marker in (PERSON, NOTE, WORKER) if marker in everything] == []


def test_the_mapping_used_here_names_no_column_with_free_text() -> None:
    assert "notes" not in MAPPING


# ---------------------------------------------------------------------- what became of a release


@pytest.mark.parametrize(
    ("verb", "said"),
    [("approve", "released at .* let through by person:"), ("refuse", "refused at .* by person:")],
)
def test_what_became_of_a_release_is_said_and_stays_decided(
    agent: Agent, asker: Asker, command: Command, verb: str, said: str
) -> None:
    agent.home.policy(POLICY.replace("automatic", "hold"))
    agent.settle(asker.ask(asker.study()))
    before = command("release", "show", "ticket-1").out

    assert command("release", verb, "ticket-1").status == 0
    after = command("release", "show", "ticket-1").out
    again = command("release", "approve", "ticket-1")

    assert re.search(r"Status: waits for a person since .*; nothing has left\.", before)
    assert re.search(f"Status: {said}", after)
    assert ("nothing has left" in after) == (verb == "refuse")
    assert again.status == 2
    assert "does not wait for a person" in again.err
    assert "what was decided stays decided" in again.err


@pytest.mark.parametrize("verb", ["show", "approve", "refuse"])
def test_a_ticket_that_is_not_there_is_told_where_to_look(
    answered: Agent, command: Command, verb: str
) -> None:
    done = command("release", verb, "deadbeef")

    assert done.status == 2
    assert "there is no release for ticket 'deadbeef'" in done.err
    assert "release list" in done.err
