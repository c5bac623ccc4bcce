"""The doctor finds what is wrong, one thing at a time, and changes and tells nothing."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import ClassVar

import pytest
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st

from oversight_agent import keys
from oversight_agent.cli.ledger import read_ledger
from oversight_agent.config import load
from oversight_agent.doctor import Finding, State, data, examine, folder, network, versions
from oversight_coordinator import tls
from oversight_protocol.trust import Agent as RosterAgent
from support import protocol
from support.fleet import serve
from support.requests import POLICY, Agent, Asker, Home, posts_csv, run
from support.versions import altered, installed

NOWHERE = "https://127.0.0.1:9"
posix = pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")


@dataclass
class Patient:
    """An enrolled agent's folder, and the gateway that it enrolled with."""

    home: Home
    now: datetime = protocol.NOW

    def findings(self) -> dict[str, Finding]:
        """What the doctor says of each thing."""
        return {one.check: one for one in examine(self.home.folder, self.now, read_ledger)}

    def states(self) -> dict[str, State]:
        """How each thing is."""
        return {check: one.state for check, one in self.findings().items()}

    def others_than(self, *checks: str) -> set[State]:
        """How all else is."""
        return {state for check, state in self.states().items() if check not in checks}


class _Gateway(BaseHTTPRequestHandler):
    status: ClassVar[int] = 404
    ahead: ClassVar[timedelta] = timedelta()

    def do_GET(self) -> None:
        self.send_response_only(self.status)
        time = datetime.now(UTC) - self.ahead
        self.send_header("date", f"{time:%a, %d %b %Y %H:%M:%S} GMT")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Be silent."""


@pytest.fixture(scope="module")
def certificates() -> tls.ServerTls:
    return tls.make(["127.0.0.1"], days=3650)


@pytest.fixture
def gateway(tmp_path: Path, certificates: tls.ServerTls) -> Iterator[tuple[str, type[_Gateway]]]:
    handler = type("Handler", (_Gateway,), {})
    with serve(tmp_path, certificates, handler) as (url, _):
        yield url, handler


def on_roster(*agents: RosterAgent) -> protocol.Network:
    """A network of these agents."""
    return protocol.network(roster=protocol.roster_document(agents=agents))


def enrolled(agent: Agent, asker: Asker, url: str, ca: bytes) -> Patient:
    """An agent that enrolled at a URL, was approved, and was offered a study."""
    home = agent.home
    node, signing = keys.node_key(home.folder), keys.signing_public_hex(home.folder)
    ours = protocol.agent(
        protocol.KENT, signing_key=signing, node_key=keys.node_public(node)
    )  # fmt: skip
    asker.network = on_roster(ours)
    home.set(coordinator_url=url)
    (home.folder / "trust").mkdir(exist_ok=True)
    (home.folder / "trust" / "ca.pem").write_bytes(ca)
    root = asker.network.root_envelope
    (home.folder / "trust" / "root.json").write_bytes(root.raw)
    text = (home.folder / "agent.toml").read_text("utf-8")
    text = re.sub(r'root_digest = ".*"', f'root_digest = "{root.digest}"', text)
    (home.folder / "agent.toml").write_text(text, "utf-8")
    agent.start()
    agent.handle(asker.offer(asker.study()))
    return Patient(home)


@pytest.fixture
def well(
    agent: Agent, asker: Asker, gateway: tuple[str, type[_Gateway]], certificates: tls.ServerTls
) -> Iterator[Patient]:
    """A patient who lacks nothing."""
    patient = enrolled(agent, asker, gateway[0], certificates.ca)
    state = patient.home.folder / "state"
    state.mkdir(exist_ok=True)
    note = {"state": "connected", "advice": "", "since": "2026-11-02T09:00:00+00:00"}
    (state / "connection.json").write_text(json.dumps(note), "utf-8")
    with FileLock(state / "run.lock"):
        yield patient


@pytest.fixture
def offline(agent: Agent, asker: Asker, certificates: tls.ServerTls) -> Patient:
    """The same agent, not running, with nothing where its gateway was."""
    return enrolled(agent, asker, NOWHERE, certificates.ca)


# ---------------------------------------------------------------------- well


def test_nothing_is_found_where_nothing_is_wrong(well: Patient) -> None:
    findings = well.findings()

    assert {one.state for one in findings.values()} == {State.OK}, findings
    assert {"home folder", "settings", "keys", "enrolment", "pinned CA", "trust: root",
            "trust: roles", "trust: roster", "on the roster", "gateway", "gateway's certificate",
            "clock", "agent", "policy", "mapping", "source: team", "source: worker", "ledger",
            "disk", "versions"} == set(findings)  # fmt: skip


def test_looking_changes_nothing(offline: Patient) -> None:
    before = {path: path.read_bytes() for path in offline.home.folder.rglob("*") if path.is_file()}

    offline.findings()

    after = {path: path.read_bytes() for path in offline.home.folder.rglob("*") if path.is_file()}
    assert after == before


def test_every_failure_and_warning_says_what_to_do(offline: Patient) -> None:
    (offline.home.folder / "mapping.toml").unlink()
    offline.now += timedelta(days=4000)

    unwell = [one for one in offline.findings().values() if one.state is not State.OK]

    assert len(unwell) >= 6
    assert all(one.advice for one in unwell)


# ---------------------------------------------------------------------- folder


@posix
def test_a_folder_that_others_may_look_into_is_a_warning(well: Patient) -> None:
    well.home.folder.chmod(0o755)

    assert well.states()["home folder"] is State.WARNING
    assert well.others_than("home folder") == {State.OK}


@posix
@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="needs to be root")
def test_a_command_from_another_account_is_told_so(well: Patient) -> None:
    os.chown(well.home.folder, 12345, 12345)

    found = well.findings()["home folder"]

    assert found.state is State.WARNING
    assert "another account" in found.found


@posix
@pytest.mark.parametrize("name", folder.SECRETS)
def test_a_secret_that_others_may_read_has_failed(name: str, well: Patient) -> None:
    (well.home.folder / "keys" / name).chmod(0o640)

    found = well.findings()["keys"]

    assert found.state is State.FAILED
    assert name in found.found


@pytest.mark.parametrize("name", ["signing.key", "signing.pub", "node.key", "pseudonym.secret"])
@pytest.mark.parametrize("content", [None, b"", b"ZZSECRET"])
def test_a_key_that_is_missing_or_damaged_has_failed(
    name: str, content: bytes | None, well: Patient
) -> None:
    path = well.home.folder / "keys" / name
    path.unlink()
    if content is not None:
        path.write_bytes(content)
        path.chmod(0o600)

    findings = well.findings()

    assert findings["keys"].state is State.FAILED
    assert "ZZSECRET" not in str(findings)


def test_a_public_key_of_another_agent_has_failed(well: Patient) -> None:
    (well.home.folder / "keys" / "signing.pub").write_text("ab" * 32, "ascii")

    assert well.states()["keys"] is State.FAILED


@pytest.mark.parametrize(
    ("free", "state"), [(99, State.FAILED), (500, State.WARNING), (5000, State.OK)]
)
def test_a_full_disk_is_found_before_it_is_full(
    free: int, state: State, well: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("Usage", (), {"free": free * 1024 * 1024})
    monkeypatch.setattr(folder.shutil, "disk_usage", lambda _path: usage)

    assert well.states()["disk"] is state


def test_settings_that_do_not_load_fail_and_the_rest_is_left_out(well: Patient) -> None:
    well.home.set(worker_seconds=-1)

    states = well.states()

    assert states == {"home folder": State.OK, "versions": State.OK, "disk": State.OK,
                      "settings": State.FAILED}  # fmt: skip


def test_a_missing_folder_of_sources_has_failed(well: Patient) -> None:
    well.home.data.rename(well.home.folder / "moved")

    findings = well.findings()

    assert findings["settings"].state is State.FAILED
    assert findings["source: team"].state is State.FAILED


def test_a_ledger_that_was_altered_names_its_entry(well: Patient) -> None:
    path = well.home.folder / "ledger.jsonl"
    path.write_bytes(path.read_bytes().replace(b"posts-study", b"other-study", 1))

    found = well.findings()["ledger"]

    assert found.state is State.FAILED
    assert re.match(r"entry \d", found.found)
    assert well.others_than("ledger") == {State.OK}


def test_a_ledger_that_is_gone_has_failed(well: Patient) -> None:
    (well.home.folder / "ledger.jsonl").unlink()

    assert well.states()["ledger"] is State.FAILED


def test_the_last_receipt_is_named(agent: Agent, asker: Asker, well: Patient) -> None:
    assert "no receipt from Kent yet" in well.findings()["ledger"].found

    agent.settle(asker.ask(asker.study()))
    [answer] = agent.home.bodies("answered")
    from oversight_protocol.envelope import Envelope

    agent.handle(asker.receipt(Envelope.from_json(answer["answer"]).digest))

    assert "last receipt from Kent" in well.findings()["ledger"].found


@pytest.mark.parametrize(("state", "how"), [
    ("connected", State.OK), ("coordinator-away", State.WARNING), ("not-registered", State.FAILED),
    ("other-version", State.FAILED), ("wrong-address", State.FAILED),
])  # fmt: skip
def test_the_running_agents_connection_is_told(state: str, how: State, well: Patient) -> None:
    note = {"state": state, "advice": "an advice", "since": "2026-11-02T09:00:00+00:00"}
    (well.home.folder / "state" / "connection.json").write_text(json.dumps(note), "utf-8")

    found = well.findings()["agent"]

    assert (found.state, state in found.found) == (how, True)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"state": 1}', b'{"since": 7}'])
def test_a_damaged_note_of_the_connection_stops_nothing(content: bytes, well: Patient) -> None:
    (well.home.folder / "state" / "connection.json").write_bytes(content)

    assert well.states()["agent"] is State.WARNING


# ---------------------------------------------------------------------- programme


def test_an_agent_that_has_not_enrolled_is_told_to(home: Home) -> None:
    findings = Patient(home).findings()

    assert findings["enrolment"].state is State.FAILED
    assert "enrol" in findings["enrolment"].advice
    assert findings["ledger"].state is State.OK
    assert "gateway" not in findings


def test_a_root_that_is_not_the_pinned_one_has_failed(well: Patient) -> None:
    path = well.home.folder / "trust" / "root.json"
    path.write_text(protocol.network().bundle.roles, "utf-8")

    assert well.states()["enrolment"] is State.FAILED


@pytest.mark.parametrize("content", [b"", b"no certificate"])
def test_a_damaged_ca_has_failed(content: bytes, well: Patient) -> None:
    (well.home.folder / "trust" / "ca.pem").write_bytes(content)

    states = well.states()

    assert (states["pinned CA"], states["gateway"]) == (State.FAILED, State.FAILED)


def test_files_of_trust_are_told_to_expire_in_time(well: Patient) -> None:
    expires = protocol.LATER
    seen = {}
    for days in (20, 10, -1):
        well.now = expires - timedelta(days=days)
        seen[days] = {state for check, state in well.states().items() if check == "trust: roster"}

    assert seen == {20: {State.OK}, 10: {State.WARNING}, -1: {State.FAILED}}


def test_before_the_first_exchange_trust_is_a_warning(well: Patient) -> None:
    (well.home.folder / "trust" / "bundle.json").unlink()

    states = well.states()

    assert states["trust"] is State.WARNING
    assert "on the roster" not in states


def test_altered_files_of_trust_have_failed(well: Patient) -> None:
    path = well.home.folder / "trust" / "bundle.json"
    path.write_bytes(path.read_bytes().replace(b"roster", b"rosteR"))

    assert well.states()["trust"] is State.FAILED


@pytest.mark.parametrize(("change", "words"), [
    ({"status": "revoked"}, "revoked"),
    ({"la": "E06000035"}, "is not on the roster"),
    ({"node_key": "AAAA"}, "other keys"),
])  # fmt: skip
def test_another_entry_on_the_roster_than_this_agents_has_failed(
    change: dict[str, str], words: str, well: Patient, asker: Asker
) -> None:
    [ours] = asker.network.roster.agents
    other = on_roster(ours.model_copy(update=change))
    (well.home.folder / "trust" / "bundle.json").write_bytes(other.bundle.canonical())

    found = well.findings()["on the roster"]

    assert found.state is State.FAILED
    assert words in found.found


# ---------------------------------------------------------------------- network


def test_without_a_network_that_check_fails_and_the_rest_goes_on(offline: Patient) -> None:
    findings = offline.findings()

    assert findings["gateway"].state is State.FAILED
    assert "nothing listens there" in findings["gateway"].found
    assert "clock" not in findings
    assert offline.others_than("gateway", "agent") == {State.OK}


def test_a_gateway_under_another_ca_is_not_believed(well: Patient) -> None:
    other = tls.make(["127.0.0.1"], days=1).ca
    (well.home.folder / "trust" / "ca.pem").write_bytes(other)

    found = well.findings()["gateway"]

    assert found.state is State.FAILED
    assert "does not prove" in found.found


def test_a_gateway_that_answers_oddly_is_a_warning(
    well: Patient, gateway: tuple[str, type[_Gateway]]
) -> None:
    gateway[1].status = 503

    found = well.findings()["gateway"]

    assert found.state is State.WARNING
    assert "503" in found.found


@pytest.mark.parametrize(("seconds", "state"), [
    (0, State.OK), (3, State.OK), (8, State.WARNING), (400, State.FAILED),
    (-60, State.OK), (-200, State.WARNING), (-400, State.FAILED),
])  # fmt: skip
def test_a_wrong_clock_is_told(
    seconds: int, state: State, well: Patient, gateway: tuple[str, type[_Gateway]]
) -> None:
    gateway[1].ahead = timedelta(seconds=seconds)

    assert well.states()["clock"] is state


def test_a_proxy_is_named_without_its_password(
    offline: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://user:ZZPASS@127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)

    found = offline.findings()["gateway"]

    assert "through the proxy http://127.0.0.1:9" in found.found
    assert "ZZPASS" not in str(found)


def test_a_host_that_is_excepted_is_reached_without_the_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("https_proxy", "proxy.example:3128")
    monkeypatch.setenv("no_proxy", "kent.example")

    assert network.proxy("https://oversight.kent.example:8443") == ""
    assert network.proxy("https://elsewhere.example") == "http://proxy.example:3128"


@given(st.floats(min_value=-1e6, max_value=1e6))
def test_the_further_a_clock_is_off_the_worse(ahead: float) -> None:
    order = list(State)

    near, far = network.clock(ahead), network.clock(ahead * 1.5)

    assert order.index(far.state) >= order.index(near.state)


# ---------------------------------------------------------------------- data and versions


def test_a_policy_below_a_floor_has_failed(well: Patient) -> None:
    well.home.policy("[rules]\nminimum_persons = 3\n")

    found = well.findings()["policy"]

    assert found.state is State.FAILED
    assert "at least 10" in found.found
    assert well.others_than("policy") == {State.OK}


def test_no_policy_is_a_warning(well: Patient) -> None:
    (well.home.folder / "policy.toml").unlink()

    assert well.states()["policy"] is State.WARNING


@posix
def test_a_policy_that_others_may_write_is_a_warning(well: Patient) -> None:
    well.home.policy(POLICY)
    (well.home.folder / "policy.toml").chmod(0o666)

    states = [one.state for one in data.check_policy(load(well.home.folder))]

    assert states == [State.WARNING, State.OK]


def test_without_a_mapping_no_source_is_looked_at(well: Patient) -> None:
    (well.home.folder / "mapping.toml").unlink()

    findings = well.findings()

    assert findings["mapping"].state is State.FAILED
    assert str(well.home.folder) in findings["mapping"].found
    assert not any(check.startswith("source") for check in findings)


def test_a_mapping_that_does_not_load_names_its_line(well: Patient) -> None:
    with (well.home.folder / "mapping.toml").open("a", encoding="utf-8") as file:
        file.write('\n[tables.nothing]\nfile = "x.csv"\nfields = {}\n')

    found = well.findings()["mapping"]

    assert found.state is State.FAILED
    assert "mapping.toml, line" in found.found


def test_a_mapping_beside_the_other_is_looked_at_for_its_version(
    well: Patient, tmp_path_factory: pytest.TempPathFactory
) -> None:
    mapping = well.home.folder / "mapping.toml"
    beside = mapping.rename(mapping.with_name("mapping-1.0.toml"))
    alone = well.states()
    text = beside.read_text("utf-8")
    bad = text.replace('"1.0"', '"1.1"').replace("posts.csv", "nowhere.csv")
    mapping.write_text(bad, encoding="utf-8")
    with installed(tmp_path_factory.mktemp("specifications"), altered("1.1")):
        both = well.states()

    ours = {f"{one} (mapping-1.0.toml)" for one in ("mapping", "source: team", "source: worker")}
    assert ours <= set(alone)
    assert set(alone.values()) == {State.OK}
    assert {one for one in both if both[one] is not State.OK} == {"source: worker"}
    assert ours | {"mapping", "source: team"} <= set(both)


def test_a_mapping_that_does_not_load_stops_no_other(
    well: Patient, tmp_path_factory: pytest.TempPathFactory
) -> None:
    mapping = well.home.folder / "mapping.toml"
    text = mapping.read_text("utf-8").replace('"1.0"', '"1.1"')
    mapping.with_name("mapping-1.1.toml").write_text(f"{text}\n[tables.nothing]\n", "utf-8")
    with installed(tmp_path_factory.mktemp("specifications"), altered("1.1")):
        states = well.states()

    assert states["mapping (mapping-1.1.toml)"] is State.FAILED
    assert states["mapping"] is states["source: worker"] is State.OK


def test_a_source_with_bad_rows_fails_and_the_others_do_not(well: Patient) -> None:
    well.home.write("posts.csv", posts_csv().replace("w7,0,2020-01-01", "ZZ7,0,ZZNAME"))

    findings = well.findings()

    assert findings["source: worker"].state is State.FAILED
    assert "80 rows, 1 rejected" in findings["source: worker"].found
    assert findings["source: team"].state is State.OK
    assert "ZZ" not in str(findings)


def test_another_flower_than_the_pinned_one_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    real = versions.metadata.version
    monkeypatch.setattr(
        versions.metadata, "version", lambda name: "1.42.0" if name == "flwr" else real(name)
    )

    [found] = versions.check()

    assert found.state is State.FAILED
    assert "flwr 1.42.0" in found.found


def test_the_version_of_flower_is_the_one_that_the_agent_pins() -> None:
    [pin] = [one for one in versions.metadata.requires("oversight-agent") or []
             if one.startswith("flwr")]  # fmt: skip

    assert f">={versions.FLOWER}" in pin


def test_a_missing_library_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions.metadata, "requires", lambda _name: ["no-such-library>=2"])

    [found] = versions.check()

    assert (found.state, "no-such-library" in found.found) == (State.FAILED, True)


# ---------------------------------------------------------------------- the command


def test_the_command_ends_with_1_if_something_failed(home: Home) -> None:
    done = run("doctor", home=home.folder)

    assert done.returncode == 1
    assert "FAILED   enrolment" in done.stdout
    assert "What to do: run 'oversight-agent enrol'" in done.stdout
    assert re.search(r"\d+ ok, 1 warning, 1 failed\.", done.stdout)
    assert done.stderr == ""


def test_the_command_prints_json_for_programs(home: Home) -> None:
    done = run("doctor", "--json", home=home.folder)

    said = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (1, "")
    assert set(said) == {"checks", "ok", "warning", "failed"}
    assert len(said["checks"]) == said["ok"] + said["warning"] + said["failed"]
    assert set(said["checks"][0]) == {"check", "state", "found", "advice"}
