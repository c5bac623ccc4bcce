"""The node against a scripted Fleet server: states, back-off, clock, faults; it does not end."""

from __future__ import annotations

import json
import logging
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import structlog
from cryptography.hazmat.primitives.asymmetric import ec
from flwr.supercore.error import ApiErrorCode, FlowerError
from flwr.supercore.inflatable.inflatable_utils import ObjectPullError, ObjectPushError
from flwr.supercore.primitives.asymmetric import bytes_to_public_key, verify_signature
from google.protobuf.message import DecodeError

from oversight_agent.node import FleetNode, NodeSettings, make_app, states
from oversight_agent.node import fleet as fleet_module
from oversight_agent.node.headers import Identity
from oversight_protocol.errors import InputError
from support.fleet import IDENTITY_HEADERS, Fleet, fleet

KEY = ec.generate_private_key(ec.SECP384R1())


@dataclass
class Run:
    """A node with everything around it.

    Attributes:
        delays: how long it meant to wait after each round, in seconds.
        before: what happens before a round, by its number from 1.
    """

    server: Fleet
    remember: Path
    delays: list[float] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    before: dict[int, Callable[[], object]] = field(default_factory=dict)
    bodies: list[bytes] = field(default_factory=list)
    rounds: int = 1

    def wait(self, seconds: float) -> bool:
        self.delays.append(seconds)
        self.before.get(len(self.delays) + 1, lambda: None)()
        return len(self.delays) >= self.rounds

    def handle(self, body: bytes) -> bytes:
        self.bodies.append(body)
        return b"reply to " + body

    def node(self, **changes: object) -> FleetNode:
        settings = NodeSettings(
            **{
                "url": self.server.url, "ca": self.server.ca, "remember": self.remember,
                "timeout": 5.0, **changes,
            }
        )  # fmt: skip
        return FleetNode(
            settings,
            KEY,
            make_app(self.handle),
            self.wait,
            lambda state, _: self.states.append(state),
        )

    def play(self, rounds: int = 1, **changes: object) -> None:
        self.rounds = len(self.delays) + rounds
        self.node(**changes).run()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Fleet]:
    with fleet(tmp_path) as running:
        yield running


@pytest.fixture
def run(server: Fleet, tmp_path: Path) -> Run:
    return Run(server, tmp_path / "state" / "node.json")


# ---------------------------------------------------------------------- what it does


def test_a_message_is_answered_by_the_installed_app(run: Run) -> None:
    run.server.send(b"hello")

    run.play()

    assert run.bodies == [b"hello"]
    assert run.server.told(b"reply to hello")
    assert run.states == ["connected"]


def test_it_makes_only_the_calls_that_it_needs_and_never_asks_for_code(run: Run) -> None:
    run.server.send(b"hello")

    run.play(3)

    assert set(run.server.names) == {
        "activate-node", "pull-messages", "pull-object", "confirm-message-received",
        "push-messages", "push-object", "deactivate-node",
    }  # fmt: skip


def test_it_polls_fast_for_a_while_after_work_and_slowly_when_idle(run: Run) -> None:
    run.play(2, poll_fast=0.1, poll_idle=9.0, fast_for=0.0)
    run.server.send(b"hello")
    run.play(1, poll_fast=0.1, poll_idle=9.0, fast_for=100.0)

    assert run.delays == [9.0, 9.0, 0.1]


def test_at_its_end_it_takes_itself_off_the_list(run: Run) -> None:
    run.play()

    assert run.server.names[-1] == "deactivate-node"


def test_a_node_that_was_killed_deactivates_the_remembered_one_first(run: Run) -> None:
    run.play()
    run.server.calls.clear()

    run.play()

    assert run.server.names[:2] == ["deactivate-node", "activate-node"]
    assert json.loads(run.remember.read_bytes()) == {"node_id": 7}


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"node_id": "x"}', '{"node_id": null}'])
def test_a_damaged_memory_is_no_memory(content: str, run: Run) -> None:
    run.remember.parent.mkdir()
    run.remember.write_text(content, encoding="utf-8")

    run.play()

    assert run.states == ["connected"]
    assert run.server.names[0] == "activate-node"


def test_each_request_is_signed_by_the_node_key(run: Run) -> None:
    run.play()

    for call in run.server.calls:
        public, timestamp, signature = (call.headers[name.lower()] for name in IDENTITY_HEADERS)
        key = bytes_to_public_key(b64decode(public))
        assert verify_signature(key, timestamp.encode(), b64decode(signature))


# ---------------------------------------------------------------------- states


@pytest.mark.parametrize(("status", "state"), [
    (401, "not-registered"), (404, "wrong-address"), (412, "other-version"),
    (503, "coordinator-away"), (500, "http-500"), (307, "http-307"),
])  # fmt: skip
def test_a_refusal_is_a_state_and_it_comes_back_by_itself(
    status: int, state: str, run: Run
) -> None:
    run.server.refusals = [status]

    run.play(2)

    assert run.states == [state, "connected"]


def test_a_redirection_is_not_followed(run: Run) -> None:
    run.server.refusals = [307, 308, 302]

    run.play(3)

    assert set(run.server.names) == {"activate-node"}


def test_without_a_coordinator_it_waits_longer_each_time_up_to_a_bound(run: Run) -> None:
    run.play(8, url="https://127.0.0.1:9", backoff_first=1.0, backoff_most=10.0)

    bounds = [1, 2, 4, 8, 10, 10, 10, 10]
    assert all(most / 2 <= delay <= most for delay, most in zip(run.delays, bounds, strict=True))
    assert run.states == ["not-connected"]


def test_success_ends_the_back_off(run: Run) -> None:
    run.server.refusals = [503, 503, 503]

    run.play(4, backoff_first=1.0, poll_fast=0.125)

    assert run.delays[2] >= 2.0
    assert run.delays[3] == 0.125


def test_another_ca_is_not_connected(run: Run, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with fleet(tmp_path / "other") as other:
        run.play(ca=other.ca)

    assert run.states == ["not-connected"]
    assert run.server.calls == []


def test_a_ca_that_is_none_is_an_input_error(run: Run) -> None:
    with pytest.raises(InputError, match="enrol again"):
        run.node(ca=b"no certificate")


def test_a_node_taken_off_the_list_comes_back(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleet_module, "HEARTBEAT_DEFAULT_INTERVAL", 0)
    run.server.listed = False
    run.before[2] = lambda: setattr(run.server, "listed", True)

    run.play(2)

    assert run.states == ["connected", "off-the-list", "connected"]


# ---------------------------------------------------------------------- the clock


@pytest.mark.parametrize("ahead", [timedelta(minutes=10), timedelta(hours=-3)])
def test_a_wrong_clock_is_corrected_by_the_gateways_date(ahead: timedelta, run: Run) -> None:
    run.server.ahead = ahead

    run.play(2)

    assert run.states == ["not-registered", "connected"]


@pytest.mark.parametrize("date", [None, "yesterday", "Mon, 23 Nov 2026 20:00:00 -0000", ""])
def test_any_date_can_be_learned_from(date: str | None) -> None:
    headers = {} if date is None else {"date": date}

    Identity(KEY, b"").learn(httpx.Response(401, headers=headers))


# ---------------------------------------------------------------------- faults


@pytest.mark.parametrize("message", [
    {"kind": "train"}, {"kind": "query.other"}, {"record": "unknown"}, {"body": "a text"},
])  # fmt: skip
def test_a_message_that_cannot_be_served_does_not_keep_back_the_next(
    message: dict[str, str], run: Run
) -> None:
    run.server.send(**{"body": b"first", **message})
    run.server.send(b"second")

    run.play()

    assert run.server.told(b"reply to second")
    assert run.states == ["connected"]


def test_a_message_whose_parts_are_lost_does_not_keep_back_the_next(run: Run) -> None:
    run.server.missing.add(run.server.send(b"first").object_id)
    run.server.send(b"second")

    run.play()

    assert run.server.told(b"reply to second")


def test_a_handler_that_fails_is_logged_by_the_kind_of_its_error_only(run: Run) -> None:
    def fail(body: bytes) -> bytes:
        raise LookupError(f"ZZCHILD {body!r}")

    run.handle = fail
    run.server.send(b"first")

    with structlog.testing.capture_logs() as logs:
        run.play(2)

    assert {"event": "message-not-served", "error": "LookupError", "log_level": "error"} in logs
    assert "ZZCHILD" not in str(logs)
    assert run.states == ["connected"]


@pytest.mark.parametrize("error", [
    DecodeError("x"), ObjectPullError("x", "y"), ObjectPushError("x", 1, "y"), KeyError("x"),
    RuntimeError("x"), MemoryError("x"), OSError(28, "x"), AttributeError("x"),
], ids=lambda error: type(error).__name__)  # fmt: skip
def test_no_kind_of_error_ends_it(
    error: Exception, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        run.server.send(b"afterwards")
        monkeypatch.undo()
        raise error

    monkeypatch.setattr(FleetNode, "_serve", fail)
    run.server.send(b"first")

    run.play(2)

    assert run.states == ["connected", "fault", "connected"]
    assert run.server.told(b"reply to afterwards")


@pytest.mark.parametrize("call", ["activate-node", "pull-messages"])
def test_an_answer_that_is_no_protobuf_is_a_fault_and_not_the_end(call: str, run: Run) -> None:
    run.server.raw[call] = b"<html>Sign in to the network</html>"
    run.before[2] = run.server.raw.clear

    run.play(2)

    assert run.states[-2:] == ["fault", "connected"]


def test_a_reply_that_cannot_be_sent_is_asked_for_again_later(run: Run) -> None:
    run.server.send(b"first")
    run.before[2] = lambda: run.server.send(b"first again")
    run.server.raw["push-messages"] = b"\xff"
    run.before[3] = run.server.raw.clear

    run.play(3)

    assert run.bodies == [b"first", b"first again"]


def test_flower_logs_nothing_of_what_messages_hold(
    run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    run.server.send(b"ZZCHILD")

    run.play()

    assert "ZZCHILD" not in caplog.text


def _refusal(status: int, code: int | None) -> httpx.Response:
    body = "" if code is None else json.dumps(FlowerError(code, "x").to_json("message"))
    return httpx.Response(status, text=body)


@pytest.mark.parametrize(("status", "code", "state"), [
    (412, ApiErrorCode.RUNTIME_VERSION_INCOMPATIBLE, "other-version"),
    (412, ApiErrorCode.FORBIDDEN_ACTION, "not-registered"),
    (404, ApiErrorCode.NODE_NOT_FOUND, "not-registered"),
    (404, None, "wrong-address"),
])  # fmt: skip
def test_flowers_own_error_decides_where_the_status_does_not_tell(
    status: int, code: int | None, state: str
) -> None:
    assert states.of_response(_refusal(status, code))[0] == state
