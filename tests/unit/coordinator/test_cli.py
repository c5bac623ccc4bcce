"""The command line: statuses, messages without tracebacks, pure JSON, and help that is instant."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import typer

from oversight_coordinator import config
from oversight_coordinator.cli import app, main
from oversight_coordinator.ledger import LedgerFile
from oversight_coordinator.store import Store
from oversight_protocol.envelope import Envelope, private_key_from_pem
from oversight_protocol.release import Ticket
from oversight_protocol.study import Study
from support.commands import Ended, call
from support.protocol import KENT
from support.simulator import enrolment_request


@pytest.fixture
def oversight(capsys, monkeypatch, tmp_path) -> Callable[..., Ended]:
    """Call the command as a shell would, in this process."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(config.HOME_VARIABLE, raising=False)

    return partial(call, main, monkeypatch, capsys, "oversight")


@pytest.fixture
def home(oversight, tmp_path) -> Path:
    """A coordinator's folder with keys and files of trust, made by the commands."""
    folder = tmp_path / "kent"
    assert oversight("init", folder).status == 0
    people = ("root-1", "root-2", "root-3", "analyst", "approver", "registrar")
    for name in people:
        made = oversight("key", "new", name, "--holder", name, "--organisation", "Kent")
        assert made.status == 0
    members = [part for n in (1, 2, 3) for part in ("--member", f"root-{n}.pub")]
    signed = ("--key", "root-1.key", "--key", "root-2.key", "--home", folder)
    roles = ("--analyst", "analyst.pub", "--approver", "approver.pub", "--registrar",
             "registrar.pub")  # fmt: skip
    for command in (
        ("trust", "root", *members, *signed),
        ("trust", "roles", *roles, *signed),
        ("trust", "roster", "--key", "registrar.key", "--home", folder),
    ):
        assert oversight(*command).status == 0
    return folder


@pytest.fixture
def study(oversight, home) -> Path:
    """A published study."""
    path = Path("study.json").resolve()
    assert oversight("study", "new", path).status == 0
    assert oversight("study", "sign", path, "--key", "analyst.key").status == 0
    assert oversight("study", "approve", path, "--key", "approver.key").status == 0
    assert oversight("study", "publish", path, "--home", home).status == 0
    return path


# ---------------------------------------------------------------------- help


def commands(group: typer.Typer, *words: str) -> list[tuple[str, ...]]:
    found = [(*words, one.name) for one in group.registered_commands]
    for one in group.registered_groups:
        found += commands(one.typer_instance, *words, one.name)
    return found


@pytest.mark.parametrize("command", commands(app), ids=" ".join)
def test_every_commands_help_holds_an_example_that_begins_with_it(command, oversight):
    done = oversight(*command, "--help")

    assert done.status == 0
    assert f"Example: oversight {' '.join(command)}" in " ".join(done.out.split())


def test_help_lists_every_group(oversight):
    done = oversight("--help")

    assert done.status == 0
    groups = ("init", "serve", "demo", "key", "trust", "study", "agents", "run", "runs", "results",
              "report", "ledger")  # fmt: skip
    assert all(f" {group} " in done.out for group in groups)


HEAVY = ("flwr", "sqlalchemy", "alembic", "pandas", "numpy", "pydantic", "httpx", "starlette",
         "cryptography", "jinja2", "structlog")  # fmt: skip
LOADED = """
import sys
from oversight_coordinator.cli import main
sys.argv = ["oversight", *sys.argv[1:]]
try:
    main()
finally:
    sys.stderr.write("LOADED " + " ".join(sys.modules))
"""


def loaded_by(*arguments: object) -> set[str]:
    """The top-level modules that a command has imported when it is done."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *map(str, arguments)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return {name.split(".")[0] for name in done.stderr.split("LOADED ")[1].split()}


@pytest.mark.parametrize("arguments", [("--help",), ("run", "--help"), ("demo", "--help")])
def test_help_imports_nothing_heavy(arguments):
    assert loaded_by(*arguments).isdisjoint(HEAVY)


@pytest.mark.parametrize("arguments", [("agents", "list"), ("runs", "list"), ("trust", "show")])
def test_commands_that_only_look_import_neither_flower_nor_data_libraries(arguments, home):
    loaded = loaded_by(*arguments, "--home", home)

    assert loaded.isdisjoint({"flwr", "pandas", "numpy", "scipy", "starlette", "uvicorn"})


# ---------------------------------------------------------------------- statuses and messages


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",), ("run",), ("run", "x"), ("demo", "--las", "many"), ("agents", "approve"),
        ("init", "x", "--gateway-port", "0"), ("init", "x", "--superlink-port", "65536"),
        ("run", "x", "--wave", "w", "--within", "0"),
        ("run", "x", "--wave", "w", "--within", "9e9"),
        ("run", "x", "--wave", "w", "--within", "nan"),
        ("trust", "root"), ("--nonsense",),
    ],
)  # fmt: skip
def test_wrong_usage_is_status_2_and_says_how(arguments, oversight):
    done = oversight(*arguments)

    assert done.status == 2
    assert "Usage:" in done.err


NEEDS_HOME = [
    ("agents", "list"), ("agents", "invite", "kent"), ("agents", "revoke", "kent", "--key", "k"),
    ("runs", "list"), ("runs", "show", "x"), ("runs", "watch", "x"), ("runs", "close", "x"),
    ("results", "x"),
    ("report", "x", "--out", "o"), ("study", "list"), ("study", "show", "x"), ("trust", "show"),
    ("trust", "roster", "--key", "k"), ("ledger", "verify"), ("serve",),
    ("run", "x", "--wave", "w"),
]  # fmt: skip


@pytest.mark.parametrize("command", NEEDS_HOME, ids=" ".join)
def test_a_command_without_a_home_says_which_options_name_one(command, oversight):
    done = oversight(*command)

    assert done.status == 2
    assert done.out == ""
    assert "--home DIR" in done.err


@pytest.mark.parametrize("command", NEEDS_HOME, ids=" ".join)
def test_a_home_that_is_not_there_is_named(command, oversight, tmp_path):
    done = oversight(*command, "--home", tmp_path / "nowhere")

    assert done.status == 2
    assert str(tmp_path / "nowhere") in done.err
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("runs", "show", "abc"), "no run begins with 'abc'"),
        (("results", "abc"), "no run begins with 'abc'"),
        (("runs", "close", "abc"), "no run begins with 'abc'"),
        (("study", "show", "abc"), "no study 'abc'"),
        (("study", "publish", "missing.json"), "missing.json"),
        (("run", "abc", "--wave", "w"), "no study 'abc'"),
        (("agents", "invite", "atlantis"), "atlantis"),
        (("agents", "revoke", "kent", "--key", "registrar.key"), KENT),
        (("agents", "revoke", "kent", "--key", "registrar.pub"), "registrar.pub"),
        (("agents", "approve", "kent", "--key", "registrar.key", "--fingerprint", "x"), "pending"),
        (("trust", "roster", "--key", "missing.key"), "missing.key"),
        (("study", "publish", "registrar.pub"), "form"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(command, said, oversight, home):
    done = oversight(*command, "--home", home)

    assert done.status in (2, 3)
    assert done.out == ""
    assert done.err.startswith("oversight: ")
    assert said in done.err


def test_the_home_comes_from_the_environment_too(oversight, home, monkeypatch):
    monkeypatch.setenv(config.HOME_VARIABLE, str(home))

    assert oversight("trust", "show").status == 0


def test_a_file_that_cannot_be_written_is_named_without_a_traceback(oversight, home):
    in_a_file = oversight("study", "new", home / "coordinator.toml" / "study.json")
    over_a_folder = oversight("study", "new", home)

    assert (in_a_file.status, over_a_folder.status) == (2, 1)
    assert "coordinator.toml" in in_a_file.err
    assert str(home) in over_a_folder.err


def test_settings_that_cannot_be_used_are_named(oversight, home):
    toml = home / "coordinator.toml"
    toml.write_text(toml.read_text().replace("gateway_port = 8443", "gateway_port = 99999"))

    done = oversight("runs", "list", "--home", home)

    assert (done.status, "gateway_port" in done.err) == (2, True)


# ---------------------------------------------------------------------- init, key, trust


@pytest.mark.parametrize(
    "url",
    ["http://kent.example", "kent.example", "https://", "https://kent.example/path",
     "https://kent.example:port", "https://kent.example:99999", "https://u:p@kent.example",
     "https://" + "a" * 70, "https://k\u00e9nt.example", "https://[::1"],
)  # fmt: skip
def test_an_address_that_no_agent_could_use_makes_nothing(url, oversight, tmp_path):
    done = oversight("init", tmp_path / "new", "--gateway-url", url)

    assert done.status == 2
    assert "https://HOST:PORT" in done.err
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("host", ["0.0.0.0", 'a"b', "::"])
def test_what_init_writes_can_be_read_whatever_was_given(host, oversight, tmp_path):
    oversight("init", tmp_path / "new", "--gateway-host", host, "--gateway-url", "https://[::1]:1")

    settings = config.load(tmp_path / "new")

    assert (settings.gateway_host, settings.gateway_url) == (host, "https://[::1]:1")


def test_a_coordinator_is_never_made_over_another(oversight, home):
    before = (home / "keys" / "service.key").read_bytes()

    done = oversight("init", home)

    assert done.status == 2
    assert (home / "keys" / "service.key").read_bytes() == before


def test_private_files_are_for_their_owner_only(home):
    private = [home / "keys" / "service.key", home / "tls" / "gateway.key", Path("analyst.key")]

    assert {stat.S_IMODE(path.stat().st_mode) for path in private} == {0o600}


def test_a_key_is_never_overwritten(oversight, home):
    before = Path("analyst.key").read_bytes()

    done = oversight("key", "new", "analyst", "--holder", "Another", "--organisation", "Kent")

    assert done.status == 2
    assert Path("analyst.key").read_bytes() == before


@pytest.mark.parametrize("holder", ["", "A\u202eB", "A\x07", "x" * 5000])
def test_a_holder_who_cannot_be_shown_gets_no_key(holder, oversight):
    done = oversight("key", "new", "someone", "--holder", holder, "--organisation", "Kent")

    assert done.status == 2
    assert not Path("someone.key").exists()


def test_a_root_cannot_be_replaced_in_passing(oversight, home):
    members = [part for n in (1, 2, 3) for part in ("--member", f"root-{n}.pub")]

    done = oversight("trust", "root", *members, "--key", "root-1.key", "--key", "root-2.key",
                     "--home", home)  # fmt: skip

    assert done.status == 2
    assert "a root is here already" in done.err


def test_trust_show_names_every_holder_with_role_and_versions(oversight, home):
    text = oversight("trust", "show", "--home", home)
    document = json.loads(oversight("trust", "show", "--home", home, "--json").out)

    for name in ("root-1", "root-2", "root-3", "analyst", "approver", "registrar"):
        assert name in text.out
    assert "Roles version 1" in text.out
    assert [one["holder"] for one in document["roles"]["registrars"]] == ["registrar"]


def test_roles_signed_by_strangers_are_refused(oversight, home):
    done = oversight("trust", "roles", "--analyst", "analyst.pub", "--approver", "approver.pub",
                     "--registrar", "registrar.pub", "--key", "analyst.key", "--key",
                     "approver.key", "--home", home)  # fmt: skip

    assert done.status == 2
    assert "Roles version 1" in oversight("trust", "show", "--home", home).out


# ---------------------------------------------------------------------- agents


def enrol(home: Path, invitation: Path) -> str:
    """Enrol an agent by its invitation, as the gateway would; its fingerprint."""
    from oversight_coordinator import enrolment, times

    token = json.loads(invitation.read_bytes())["token"]
    store = Store(config.load(home).database)
    status, reply = enrolment.enrol(store, enrolment_request(token), times.now())
    store.close()
    assert status == 202
    return json.loads(reply)["fingerprint"]


def agents(oversight, home) -> list[dict]:
    return json.loads(oversight("agents", "list", "--home", home, "--json").out)


def test_an_agent_is_invited_approved_listed_and_revoked(oversight, home):
    invited = json.loads(
        oversight("agents", "invite", "kent", "--out", "k.json", "--home", home, "--json").out
    )
    states = [agents(oversight, home)[0]["state"]]
    fingerprint = enrol(home, Path("k.json"))
    states.append(agents(oversight, home)[0]["state"])
    approved = oversight("agents", "approve", "kent", "--fingerprint", fingerprint, "--key",
                         "registrar.key", "--home", home)  # fmt: skip
    states.append(agents(oversight, home)[0]["state"])
    revoked = oversight("agents", "revoke", "E10000016", "--key", "registrar.key", "--home", home)
    states.append(agents(oversight, home)[0]["state"])

    assert states == ["invited", "pending", "active", "revoked"]
    assert (approved.status, revoked.status, invited["la"]) == (0, 0, KENT)
    assert fingerprint in oversight("agents", "list", "--home", home).out


@pytest.mark.parametrize(
    "arguments",
    [
        ("agents", "invite", "kent", "--out"), ("study", "new"), ("study", "survey", "--out"),
        ("study", "themes", "--out"), ("coverage", "show", "--csv"),
    ],
    ids=["invitation", "study", "survey", "themes", "coverage"],
)  # fmt: skip
def test_no_folder_is_made_for_a_file_that_a_command_is_to_write(
    arguments, oversight, home, tmp_path
):
    before = agents(oversight, home)
    at_home = () if arguments == ("study", "new") else ("--home", home)

    refused = oversight(*arguments, tmp_path / "new" / "file.xlsx", *at_home)

    assert (refused.status, refused.out) == (2, "")
    assert f"{tmp_path / 'new'}: there is no such folder" in refused.err
    assert not (tmp_path / "new").exists()
    assert agents(oversight, home) == before


def test_an_invitation_is_never_overwritten_and_says_what_it_ends(oversight, home):
    oversight("agents", "invite", "kent", "--out", "k.json", "--home", home)
    fingerprint = enrol(home, Path("k.json"))

    same = oversight("agents", "invite", "kent", "--out", "k.json", "--home", home)
    other = oversight("agents", "invite", "kent", "--out", "k2.json", "--home", home)
    late = oversight("agents", "approve", "kent", "--fingerprint", fingerprint, "--key",
                     "registrar.key", "--home", home)  # fmt: skip

    assert same.status == 2
    assert "waited for approval" in other.out
    assert late.status == 2
    assert "must be repeated" in late.err


def test_another_fingerprint_is_refused_and_the_agent_stays_pending(oversight, home):
    oversight("agents", "invite", "kent", "--out", "k.json", "--home", home)
    enrol(home, Path("k.json"))

    done = oversight("agents", "approve", "kent", "--fingerprint", "0000", "--key",
                     "registrar.key", "--home", home)  # fmt: skip

    assert done.status == 2
    assert "do not approve" in done.err
    assert agents(oversight, home)[0]["state"] == "pending"


def test_a_key_that_is_no_registrars_is_status_3(oversight, home):
    oversight("agents", "invite", "kent", "--out", "k.json", "--home", home)
    fingerprint = enrol(home, Path("k.json"))

    done = oversight("agents", "approve", "kent", "--fingerprint", fingerprint, "--key",
                     "analyst.key", "--home", home)  # fmt: skip

    assert done.status == 3
    assert agents(oversight, home)[0]["state"] == "pending"


def test_an_invitation_is_for_its_reader_only(oversight, home):
    oversight("agents", "invite", "kent", "--out", "k.json", "--home", home)

    assert stat.S_IMODE(Path("k.json").stat().st_mode) == 0o600


# ---------------------------------------------------------------------- studies and runs


def test_a_study_with_one_signature_is_status_3(oversight, home):
    oversight("study", "new", "one.json")
    oversight("study", "sign", "one.json", "--key", "analyst.key")

    done = oversight("study", "publish", "one.json", "--home", home)

    assert done.status == 3
    assert "analyst" in done.err
    assert json.loads(oversight("study", "list", "--home", home, "--json").out) == []


def test_a_published_study_is_listed_and_shown_in_words(oversight, home, study):
    listed = json.loads(oversight("study", "list", "--home", home, "--json").out)
    shown = oversight("study", "show", listed[0]["name"], "--home", home)

    assert listed[0]["version"] == 1
    assert listed[0]["digest"] in shown.out
    assert "Base table 'recording'" in shown.out


def wave(study: Path) -> str:
    return Study.parse(Envelope.from_bytes(study.read_bytes().strip()).payload).waves[0].id


def test_a_run_is_queued_listed_and_shown(oversight, home, study):
    made = oversight("run", "management-oversight-2026", "--wave", wave(study), "--within", "0.001",
                     "--home", home, "--json")  # fmt: skip
    run = json.loads(made.out)["run"]

    listed = json.loads(oversight("runs", "list", "--home", home, "--json").out)
    shown = json.loads(oversight("runs", "show", run[:8], "--home", home, "--json").out)
    results = json.loads(oversight("results", run, "--home", home, "--json").out)
    table = oversight("results", run, "--home", home)

    assert [one["id"] for one in listed] == [run]
    assert shown["finished"] is False
    assert {one["outcome"] for one in shown["las"]} == {"unreachable"}
    assert len(results["las"]) == 19
    assert table.out.startswith("study,wave,table,measure")


def test_a_table_or_authority_that_is_named_twice_is_asked_once(oversight, home, study):
    made = oversight("run", "management-oversight-2026", "--wave", wave(study), "--table",
                     "recording", "--table", "recording", "--la", "kent", "--la", KENT, "--la",
                     "medway", "--home", home, "--json")  # fmt: skip

    store = Store(config.load(home).database)
    asks = store.asks(json.loads(made.out)["run"])
    store.close()
    assert [Ticket.parse(Envelope.from_bytes(ask.envelope).payload).tables for ask in asks] == [
        ("recording",), ("recording",),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "wrong", [("--wave", "wave-0"), ("--wave", None, "--table", "nothing"),
              ("--wave", None, "--la", "kent")]
)  # fmt: skip
def test_what_a_study_does_not_allow_is_status_3_and_queues_nothing(wrong, oversight, home, study):
    arguments = [wave(study) if one is None else one for one in wrong]

    done = oversight("run", "management-oversight-2026", *arguments, "--home", home)

    assert done.status == 3
    assert json.loads(oversight("runs", "list", "--home", home, "--json").out) == []


def test_nothing_is_asked_once_the_files_of_trust_have_expired(oversight, home, study, monkeypatch):
    from datetime import timedelta

    from oversight_coordinator import times

    later = times.now() + timedelta(days=91)
    monkeypatch.setattr(times, "now", lambda: later)

    done = oversight("run", "management-oversight-2026", "--wave", wave(study), "--home", home)

    assert done.status == 3
    assert "expired" in done.err


def test_nothing_is_asked_of_a_study_whose_approver_lost_the_role(oversight, home, study):
    assert oversight("key", "new", "other", "--holder", "other", "--organisation", "K").status == 0
    assert oversight("trust", "roles", "--analyst", "analyst.pub", "--approver", "other.pub",
                     "--registrar", "registrar.pub", "--key", "root-1.key", "--key", "root-3.key",
                     "--home", home).status == 0  # fmt: skip

    done = oversight("run", "management-oversight-2026", "--wave", wave(study), "--home", home)

    assert done.status == 3
    assert "approver" in done.err


# ---------------------------------------------------------------------- the ledger

SAMPLES = 120


@pytest.fixture
def ledger_home(oversight, home) -> Path:
    """A home whose ledger has five entries."""
    key = private_key_from_pem((home / "keys" / "service.key").read_bytes(), "service.key")
    with LedgerFile(home / "ledger.jsonl", config.ORIGIN, key).locked() as book:
        for number in range(5):
            book.append("something", {"number": number})
    return home


def test_an_unaltered_ledger_verifies(oversight, ledger_home):
    words = oversight("ledger", "verify", ledger_home)
    document = json.loads(oversight("ledger", "verify", "--home", ledger_home, "--json").out)

    assert (words.status, "5 entries verify" in words.out) == (0, True)
    assert (document["entries"], document["valid"]) == (5, True)


def test_a_byte_that_is_changed_anywhere_names_its_entry(oversight, ledger_home):
    path = ledger_home / "ledger.jsonl"
    content = path.read_bytes()
    for sample in range(SAMPLES):
        position = sample * (len(content) - 1) // (SAMPLES - 1)
        changed = bytearray(content)
        changed[position] ^= 1 + sample % 255
        path.write_bytes(changed)

        done = oversight("ledger", "verify", ledger_home)

        entry = content[:position].count(b"\n")
        assert done.status == 1, position
        assert f"entry {entry}:" in done.err, position


@pytest.mark.parametrize(
    ("alter", "entry"),
    [
        (lambda lines: lines[1:], 0), (lambda lines: lines[:2] + lines[3:], 2),
        (lambda lines: [lines[1], lines[0], *lines[2:]], 0),
        (lambda lines: [*lines[:3], lines[4], lines[3]], 3),
        (lambda lines: [lines[0], *lines], 1), (lambda lines: [*lines, lines[-1]], 5),
        (lambda lines: [*lines, b"{}\n"], 5), (lambda lines: [*lines, b"\n"], 5),
        (lambda lines: [*lines[:-1], lines[-1][:-1]], 4),
        (lambda lines: [*lines[:-1], lines[-1][: len(lines[-1]) // 2]], 4),
    ],
)  # fmt: skip
def test_a_line_dropped_swapped_doubled_added_or_cut_names_its_entry(
    alter, entry, oversight, ledger_home
):
    path = ledger_home / "ledger.jsonl"
    path.write_bytes(b"".join(alter(path.read_bytes().splitlines(keepends=True))))

    done = oversight("ledger", "verify", ledger_home, "--json")

    assert (done.status, done.out) == (1, "")
    assert f"entry {entry}:" in done.err


def test_a_ledger_that_is_not_there_is_named(oversight, home):
    (home / "ledger.jsonl").unlink(missing_ok=True)

    done = oversight("ledger", "verify", home)

    assert done.status == 2
    assert "ledger.jsonl" in done.err


# ---------------------------------------------------------------------- serve


def test_serve_without_files_of_trust_says_what_to_make(oversight, tmp_path):
    oversight("init", tmp_path / "new")

    done = oversight("serve", "--home", tmp_path / "new")

    assert done.status == 2
    assert "oversight trust root" in done.err


@pytest.mark.parametrize("setting", ["gateway_port", "superlink_port"])
def test_serve_with_a_taken_port_names_the_port_and_its_setting(
    setting, oversight, home, monkeypatch
):
    from oversight_coordinator import serve

    monkeypatch.setattr(serve, "PORT_SECONDS", 0.0)
    with socket.socket() as taken, socket.socket() as free:
        for one in (taken, free):
            one.bind(("127.0.0.1", 0))
        taken.listen()
        port, other = taken.getsockname()[1], free.getsockname()[1]
        free.close()
        ports = {"gateway_port": other, "superlink_port": other, setting: port}
        (home / "coordinator.toml").write_text(
            "".join(f"{name} = {value}\n" for name, value in ports.items())
        )

        done = oversight("serve", "--home", home)

    assert done.status == 2
    assert f"port {port} of 127.0.0.1" in done.err
    assert setting in done.err


def test_serve_on_an_address_of_another_machine_says_so(oversight, home):
    (home / "coordinator.toml").write_text('gateway_host = "192.0.2.1"\n')

    done = oversight("serve", "--home", home)

    assert done.status == 2
    assert "192.0.2.1" in done.err


def test_a_reader_that_goes_away_is_no_error_with_a_traceback(home):
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-c", "from oversight_coordinator.cli import main; main()",
               "trust", "show", "--home", home]  # fmt: skip

    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, check=False)

    os.close(write)
    assert b"Traceback" not in done.stderr


def test_a_study_is_not_signed_by_a_key_that_the_roles_name_otherwise(oversight, home, study):
    before = study.read_bytes()

    done = oversight("study", "approve", study, "--key", "analyst.key", "--home", home)

    assert done.status == 2
    assert "name this key as no approver's; nothing was signed" in done.err
    assert "a key of approver (Kent)" in done.err
    assert study.read_bytes() == before
