"""What surrounds the SuperLink: its environment and bundle, our side of its grid, its supervisor.

That it all works with a real SuperLink is for the system tests.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import httpx
import psutil
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from flwr.app import ConfigRecord, RecordDict

from oversight_coordinator import config, processes, serve, trust_files
from oversight_coordinator.dispatcher import app as dispatcher_app
from oversight_coordinator.dispatcher import superlink
from oversight_coordinator.dispatcher.app import FIELD, RECORD, FlowerFleet
from oversight_coordinator.processes import RunningFile
from oversight_coordinator.restarts import LONGEST_SECONDS, SOON_SECONDS, Restarts
from oversight_coordinator.store import Store, StoreError
from oversight_protocol.errors import InputError
from support import protocol
from support.protocol import KENT, MEDWAY, NOW
from support.simulator import install_trust, node_public_key

REGISTRAR = protocol.signing_key("Rea Registrar")


@pytest.fixture
def settings(tmp_path):
    made = config.load(tmp_path)
    agents = tuple(
        protocol.agent(la, node_key=node_public_key(ec.derive_private_key(n, ec.SECP384R1())))
        for n, la in enumerate((KENT, MEDWAY), start=1)
    )
    install_trust(made.trust, protocol.network(roster=protocol.roster_document(agents=agents)))
    made.superlink.mkdir()
    made.logs.mkdir()
    return made


@pytest.fixture
def store(settings):
    made = Store(settings.database)
    yield made
    made.close()


# ---------------------------------------------------------------------- environment and bundle


def test_flower_calls_nobody_keeps_its_files_in_the_home_and_inherits_no_setting(
    settings, monkeypatch
):
    monkeypatch.setenv("FLWR_TELEMETRY_ENABLED", "1")
    monkeypatch.setenv("FLWR_HOME", "/elsewhere")
    monkeypatch.setenv("FLWR_ANYTHING", "1")

    made = superlink.environment(settings)

    flower = {name: value for name, value in made.items() if name.startswith("FLWR_")}
    assert flower == {
        "FLWR_TELEMETRY_ENABLED": "0", "FLWR_DISABLE_UPDATE_CHECK": "1",
        "FLWR_HOME": str(settings.superlink.resolve()),
    }  # fmt: skip
    assert made[config.HOME_VARIABLE] == str(settings.home.resolve())
    assert made["PATH"].split(os.pathsep)[0] == str(Path(sys.executable).parent)


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "All_Proxy", "http_proxy"])
def test_nothing_goes_by_a_proxy(name, settings, monkeypatch):
    monkeypatch.setenv(name, "http://proxy.example:3128")

    superlink.forget_proxies()

    assert name not in os.environ
    assert name not in superlink.environment(settings)


def test_the_bundle_holds_no_code_and_names_our_installed_module():
    code = [name for name, content in superlink.SHIM.items() if name.endswith(".py") and content]

    assert code == []
    assert b"oversight_coordinator.dispatcher.app:app" in superlink.SHIM["pyproject.toml"]
    assert dispatcher_app.app is not None


def test_the_superlink_listens_on_loopback_with_tls_and_demands_keys_of_nodes(
    settings, monkeypatch
):
    started = {}

    def popen(command, **options):
        started.update(command=command, **options)
        return SimpleNamespace(pid=1)

    monkeypatch.setattr(superlink.subprocess, "Popen", popen)

    superlink.start(settings, settings.logs / "superlink.log")

    command = started["command"]
    assert command[command.index("--host") + 1] == "127.0.0.1"
    assert set(command) > {
        "--ssl-certfile", "--ssl-keyfile", "--ssl-ca-certfile", "--enable-supernode-auth",
        "--disable-runtime-dependency-installation",
    }  # fmt: skip
    assert "--insecure" not in command
    assert (settings.superlink / "server.key").stat().st_mode & 0o077 == 0


# ---------------------------------------------------------------------- our side of the grid


class Grid:
    """Flower's grid, as far as we use it."""

    def __init__(self) -> None:
        self.nodes = [1]
        self.pushed = []

    def get_node_ids(self):
        return self.nodes

    def push_messages(self, messages):
        self.pushed += messages
        return [f"m{message.metadata.dst_node_id}" for message in messages]


@pytest.fixture
def grid() -> Grid:
    return Grid()


@pytest.fixture
def fleet(grid, tmp_path) -> FlowerFleet:
    nodes = tmp_path / "nodes.json"
    nodes.write_text(json.dumps({KENT: 1, MEDWAY: 2}))
    return FlowerFleet(grid, nodes)


def reply(content=None, error=None):
    return SimpleNamespace(
        content=content, error=error, has_error=lambda: error is not None,
    )  # fmt: skip


def test_an_authority_is_online_if_its_node_is(fleet, grid):
    assert set(fleet.online()) == {KENT}

    grid.nodes = [1, 2, 3]

    assert set(fleet.online()) == {KENT, MEDWAY}


def test_nobody_is_online_before_the_nodes_are_registered(grid, tmp_path):
    assert FlowerFleet(grid, tmp_path / "missing.json").online() == set()


def test_each_message_goes_to_its_authoritys_node_and_none_to_a_stranger(fleet, grid, monkeypatch):
    # Flower makes messages inside a run only.
    monkeypatch.setattr(
        dispatcher_app, "Message",
        lambda content, dst_node_id, **_: SimpleNamespace(
            content=content, metadata=SimpleNamespace(dst_node_id=dst_node_id)
        ),
    )  # fmt: skip

    sent = fleet.push({MEDWAY: b"two", KENT: b"one", "E10000014": b"three"})

    assert sent == {MEDWAY: "m2", KENT: "m1"}
    content = {m.metadata.dst_node_id: m.content.config_records[RECORD][FIELD]
               for m in grid.pushed}  # fmt: skip
    assert content == {1: b"one", 2: b"two"}


@pytest.mark.parametrize(
    ("came", "body"),
    [
        (reply(RecordDict({RECORD: ConfigRecord({FIELD: b"body"})})), b"body"),
        (reply(RecordDict({RECORD: ConfigRecord({FIELD: "text"})})), None),
        (reply(RecordDict({RECORD: ConfigRecord({FIELD: [b"a", b"b"]})})), None),
        (reply(RecordDict({RECORD: ConfigRecord({"other": b"body"})})), None),
        (reply(RecordDict({"other": ConfigRecord({FIELD: b"body"})})), None),
        (reply(RecordDict({})), None),
        (reply(error=SimpleNamespace(code=3)), None),
        (None, None),
    ],
)
def test_a_reply_is_its_bytes_and_anything_else_is_a_failure(came, body):
    assert dispatcher_app._body(came) == body


def test_a_dispatcher_without_the_lease_does_nothing_and_a_failing_store_does_not_end_it(
    settings, monkeypatch
):
    answers = iter([False, True, StoreError("away"), True])
    ticks, pauses = [], []

    def take_lease(*_arguments):
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def sleep(seconds):
        pauses.append(seconds)
        if len(pauses) == 4:
            raise KeyboardInterrupt

    monkeypatch.setattr(dispatcher_app.time, "sleep", sleep)
    dispatch = SimpleNamespace(tick=lambda: ticks.append(1) or False)
    with pytest.raises(KeyboardInterrupt):
        dispatcher_app.run(dispatch, SimpleNamespace(take_lease=take_lease), settings)

    assert len(ticks) == 2
    assert pauses == [settings.tick_seconds, settings.idle_seconds] * 2


# ---------------------------------------------------------------------- the supervisor's nodes


class Control:
    """The SuperLink's Control interface, as far as we use it."""

    def __init__(self) -> None:
        self.nodes: dict[int, bytes] = {}
        self.calls = 0
        self.away = False

    def register(self, node_key: bytes) -> int:
        if self.away:
            raise httpx.ConnectError("away")
        self.calls += 1
        self.nodes[self.calls] = node_key
        return self.calls

    def unregister(self, node: int) -> None:
        del self.nodes[node]


@pytest.fixture
def supervisor(settings, store):
    made = serve.Supervisor(settings, store)
    made._control = Control()
    return made


def known(settings) -> dict[str, int]:
    return json.loads((settings.superlink / "nodes.json").read_bytes())


def test_the_rosters_active_agents_are_registered_once(supervisor, settings):
    for _ in range(3):
        supervisor._register_nodes(supervisor._control)

    assert set(known(settings)) == {KENT, MEDWAY}
    assert supervisor._control.calls == 2


def test_a_revoked_agents_node_is_forgotten_by_the_superlink_and_the_dispatcher(
    supervisor, settings
):
    supervisor._register_nodes(supervisor._control)

    trust_files.revoke_agent(settings.trust, KENT, REGISTRAR, NOW)
    supervisor._register_nodes(supervisor._control)

    assert set(known(settings)) == {MEDWAY}
    assert len(supervisor._control.nodes) == 1


def test_a_new_agent_of_an_authority_takes_the_place_of_its_old_node(supervisor, settings):
    supervisor._register_nodes(supervisor._control)
    before = known(settings)

    key = node_public_key(ec.derive_private_key(9, ec.SECP384R1()))
    new = protocol.agent(KENT, node_key=key, signing_key=protocol.public_hex(
        protocol.signing_key("new")))  # fmt: skip
    trust_files.add_agent(settings.trust, new, REGISTRAR, NOW)
    supervisor._register_nodes(supervisor._control)

    after = known(settings)
    assert after[MEDWAY] == before[MEDWAY]
    assert after[KENT] != before[KENT]
    assert set(supervisor._control.nodes) == set(after.values())


def test_what_hinders_is_said_once(supervisor, monkeypatch):
    said = []
    monkeypatch.setattr(serve._log, "warning", lambda *_a, **values: said.append(values))

    for problem in ("a", "a", "", "a", "b", "b"):
        supervisor._report(problem)

    assert [one["problem"] for one in said] == ["a", "a", "b"]


# ---------------------------------------------------------------------- processes and restarts


@pytest.fixture
def sleeper():
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.wait()
    process.stdin.close()


def test_a_leftover_is_stopped_and_its_file_removed(supervisor, settings, sleeper):
    RunningFile(settings.home / serve.STATE).note({"gateway": sleeper.pid}, {})

    supervisor._stop_leftovers()

    sleeper.wait(20)
    assert not (settings.home / serve.STATE).exists()


def test_a_process_that_got_a_leftovers_number_since_is_left_alone(supervisor, settings, sleeper):
    path = settings.home / serve.STATE
    RunningFile(path).note({"gateway": sleeper.pid}, {})
    noted = json.loads(path.read_bytes())
    noted["started"]["gateway"] -= 3600
    path.write_text(json.dumps(noted))

    supervisor._stop_leftovers()

    assert sleeper.poll() is None


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", "null", '{"started": 1}', '{"started": {"gateway": 1}}',
     '{"started": {"gateway": "x"}, "gateway": "y"}',
     '{"started": {"gateway": null}, "gateway": 1}'],
)  # fmt: skip
def test_a_file_of_what_runs_that_makes_no_sense_stops_nobody(content, tmp_path):
    path = tmp_path / "serve.json"
    path.write_text(content)

    assert RunningFile(path).left() == {}


def test_a_second_serve_for_a_home_is_refused_and_leaves_the_first_alone(settings, store, sleeper):
    RunningFile(settings.home / serve.STATE).note({"gateway": sleeper.pid}, {})

    with (
        processes.alone(settings.home / "serve.lock", "'oversight serve'"),
        pytest.raises(InputError, match="running for this folder already"),
    ):
        serve.Supervisor(settings, store).run(threading.Event())

    assert sleeper.poll() is None
    assert (settings.home / serve.STATE).exists()


def test_the_place_is_free_again_after_an_end_by_error(tmp_path):
    with pytest.raises(ZeroDivisionError), processes.alone(tmp_path / "lock", "it"):
        _ = 1 / 0

    with processes.alone(tmp_path / "lock", "it"):
        held = True
    assert held


def test_a_tree_is_killed_whole(sleeper):
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()'])"
    parent = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE)
    while len(found := processes.tree(parent.pid)) < 2 and parent.poll() is None:
        pass

    processes.kill_tree(parent.pid)

    parent.wait(20)
    parent.stdin.close()
    gone, alive = psutil.wait_procs(found[1:], timeout=20)
    assert (len(gone), alive) == (1, [])
    processes.kill_tree(parent.pid)


def test_a_part_that_ran_for_a_while_is_started_again_at_once():
    now = [0.0]
    restarts = Restarts(lambda: now[0])

    for _ in range(10):
        restarts.started()
        now[0] += SOON_SECONDS
        assert restarts.is_due()


def test_a_part_that_never_comes_up_is_tried_ever_more_rarely_and_never_given_up():
    now, starts = [0.0], []
    restarts = Restarts(lambda: now[0])

    while now[0] < 300:
        if restarts.is_due():
            restarts.started()
            starts.append(now[0])
        now[0] += 0.5

    pauses = [b - a for a, b in pairwise(starts)]
    assert pauses[:5] == [0.5, 1.5, 2.5, 4.5, 8.5]
    assert set(pauses[7:]) == {LONGEST_SECONDS + 0.5}


def test_a_part_that_came_up_once_is_forgiven():
    now = [0.0]
    restarts = Restarts(lambda: now[0])
    for _ in range(6):
        restarts.started()
        restarts.is_due()

    now[0] += 100
    restarts.started()
    now[0] += SOON_SECONDS

    assert restarts.is_due()
    assert restarts.failures == 0
