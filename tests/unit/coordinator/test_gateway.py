"""The one door to the network: what passes, what does not, and what strangers can do to it."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import pytest
import uvicorn

from oversight_coordinator import config, files, gateway, gateway_process, tls
from oversight_coordinator.gateway import ENROL, FLEET, make_gateway
from oversight_coordinator.store import StoreError

PULL = b"/v1/fleet/pull-messages"


@dataclass
class SuperLink:
    """A tiny SuperLink: notes what reaches it, and answers or is away."""

    seen: list[tuple[bytes, dict[str, str], bytes]] = field(default_factory=list)
    away: bool = False
    status: int = 200
    headers: tuple[tuple[bytes, bytes], ...] = ((b"content-type", b"application/x-protobuf"),)

    async def __call__(self, scope, receive, send) -> None:
        if self.away:
            raise httpx.ConnectError("away")
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.seen.append((scope["raw_path"], headers, body))
        await send({"type": "http.response.start", "status": self.status,
                    "headers": list(self.headers)})  # fmt: skip
        await send({"type": "http.response.body", "body": b"reply"})


@pytest.fixture
def superlink(monkeypatch) -> SuperLink:
    fake = SuperLink()
    monkeypatch.setattr(
        gateway.Upstream, "_connect",
        lambda _self, _context: httpx.AsyncClient(
            transport=httpx.ASGITransport(fake), base_url="https://127.0.0.1:1"),
    )  # fmt: skip
    return fake


@pytest.fixture
def settings(tmp_path):
    made = config.load(tmp_path)
    files.write(made.superlink / "ca.pem", tls.make(["localhost"], 1).ca)
    return made


@pytest.fixture
def enrolments() -> list[bytes]:
    return []


@pytest.fixture
def app(settings, superlink, enrolments):
    def enrol(body: bytes) -> tuple[int, bytes]:
        enrolments.append(body)
        return 202, b'{"state": "pending"}'

    return make_gateway(settings, enrol)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


def call(
    app, path: bytes, *, method: str = "POST", query: bytes = b"", headers=(), chunks=(b"body",)
) -> Answer:
    """One request, with its path exactly as it would stand on the wire."""
    return asyncio.run(calling(app, path, method, query, headers, chunks))


async def calling(app, path, method="POST", query=b"", headers=(), chunks=(b"body",)) -> Answer:
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
        "scheme": "https", "path": httpx.URL("http://x" + path.decode("latin-1")).path,
        "raw_path": path, "query_string": query, "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
        "server": ("127.0.0.1", 8443), "client": ("192.0.2.1", 1),
    }  # fmt: skip
    parts, sent = list(chunks), []

    async def receive():
        if not parts:
            await asyncio.Event().wait()
        part = parts.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(parts)}

    async def send(message):
        sent.append(message)

    await app(scope, receive, send)
    head = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], head, b"".join(one.get("body", b"") for one in sent[1:]))


# ---------------------------------------------------------------------- what passes


@pytest.mark.parametrize("path", sorted(FLEET))
def test_a_fleet_call_of_the_agent_is_forwarded_and_its_reply_comes_back(path, app, superlink):
    answer = call(app, path, chunks=(b"first ", b"second"))

    assert (answer.status, answer.body) == (200, b"reply")
    assert [(to, body) for to, _, body in superlink.seen] == [(path, b"first second")]


def test_no_call_that_brings_code_or_registers_is_among_those_of_the_agent():
    calls = {path.rsplit(b"/", 1)[1] for path in FLEET}

    assert calls.isdisjoint({b"get-fab", b"get-run", b"register-node", b"unregister-node"})


def test_an_enrolment_goes_to_the_coordinator_and_not_to_the_superlink(app, superlink, enrolments):
    answer = call(app, ENROL, chunks=(b"{}",))

    assert (answer.status, json.loads(answer.body)) == (202, {"state": "pending"})
    assert enrolments == [b"{}"]
    assert superlink.seen == []


def test_an_enrolment_that_waits_for_the_store_holds_no_other_call_up(settings, superlink):
    release = threading.Event()

    def enrol(_body: bytes) -> tuple[int, bytes]:
        release.wait(20)
        return 202, b"{}"

    app = make_gateway(settings, enrol)

    async def both() -> tuple[Answer, bool]:
        enrolling = asyncio.create_task(calling(app, ENROL))
        answer = await calling(app, PULL)
        waiting = not enrolling.done()
        release.set()
        await enrolling
        return answer, waiting

    answer, waiting = asyncio.run(both())

    assert (answer.status, waiting) == (200, True)


# ---------------------------------------------------------------------- what does not

OTHER_PATHS = [
    b"/", b"", b"*", b"/docs", b"/redoc", b"/openapi.json", b"/health", b"/v1", b"/v1/fleet",
    b"/v1/fleet/", b"/v1/fleet/get-fab", b"/v1/fleet/get-run", b"/v1/fleet/register-node",
    b"/v1/fleet/unregister-node", b"/v1/fleet/anything", b"/v1/control/start-run",
    b"/v1/control/list-nodes", b"/v1/control/register-node", b"/v1/control/stop-run",
    b"/v1/runtime/pull-task", b"/v1/runtime/get-run",
    # the allowed ones, written in other ways
    PULL + b"/", PULL + b"//", b"/" + PULL, b"/v1//fleet/pull-messages",
    b"/v1/fleet//pull-messages", b"/V1/fleet/pull-messages", b"/v1/FLEET/pull-messages",
    b"/v1/fleet/Pull-Messages", b"/v1/fleet/pull%2dmessages", b"/v1/fleet/pull%2Dmessages",
    b"/%761/fleet/pull-messages", b"/v1%2ffleet%2fpull-messages", b"/v1/fleet/pull-messages%00",
    b"/v1/fleet/pull-messages%20", b"/v1/fleet/pull-messages ", b"/v1/fleet/pull-messages;x=1",
    b"/v1/fleet/pull-messages#x", b"/v1/fleet/./pull-messages", b"/v1/./fleet/pull-messages",
    b"/v1/fleet/pull-messages/.", b"\\v1\\fleet\\pull-messages", b"v1/fleet/pull-messages",
    # from an allowed one to another
    b"/v1/fleet/../control/start-run", b"/v1/fleet/%2e%2e/control/start-run",
    b"/v1/fleet/%2E%2E/control/start-run", b"/v1/fleet/pull-messages/../get-fab",
    b"/v1/fleet/pull-messages/%2e%2e/get-fab", b"/v1/fleet/..%2fcontrol%2fstart-run",
    b"/v1/fleet/..%5ccontrol", b"/v1/fleet/%252e%252e/control/start-run",
    b"http://127.0.0.1:9091/v1/control/start-run", b"https://elsewhere.example/v1/fleet/pull-messages",
    b"//elsewhere.example/v1/fleet/pull-messages", b"/v1/fleet/pull-messages@elsewhere.example",
    # enrolment
    b"/v1/enrol/", b"/v1/Enrol", b"/v1/enrol%20", b"/v1/enrolment", b"/v1/fleet/enrol", b"/enrol",
]  # fmt: skip


@pytest.fixture
def nothing_here(app) -> Answer:
    """The answer to a path that nobody ever heard of."""
    return call(app, b"/nobody/ever/heard/of/this", method="GET", chunks=(b"",))


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("path", OTHER_PATHS)
def test_every_other_path_gets_the_same_empty_404(
    path, method, app, superlink, enrolments, nothing_here
):
    answer = call(app, path, method=method)

    assert answer == nothing_here == Answer(404, {"content-length": "0"}, b"")
    assert (superlink.seen, enrolments) == ([], [])


@pytest.mark.parametrize("path", [PULL, ENROL])
@pytest.mark.parametrize(
    "method",
    ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "post", "POSTS"],
)
def test_every_other_method_gets_it_too(method, path, app, superlink, enrolments, nothing_here):
    assert call(app, path, method=method) == nothing_here
    assert (superlink.seen, enrolments) == ([], [])


@pytest.mark.parametrize("query", [b"x", b"x=1", b"a=/../", b"%00"])
def test_a_query_gets_it_too(query, app, superlink, nothing_here):
    assert call(app, PULL, query=query) == nothing_here
    assert superlink.seen == []


@pytest.mark.parametrize(
    "name", ["x-http-method-override", "x-original-url", "x-rewrite-url", "x-forwarded-prefix"]
)
def test_no_header_makes_another_request_of_it(name, app, superlink, nothing_here):
    other = call(app, b"/v1/x", headers=[(name, "/v1/fleet/pull-messages")])
    allowed = call(app, PULL, headers=[(name, "/v1/control/start-run")])

    assert other == nothing_here
    assert allowed.status == 200
    assert [path for path, _, _ in superlink.seen] == [PULL]


def test_a_websocket_is_closed_before_it_is_open(app):
    sent = []

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message)

    scope = {"type": "websocket", "path": PULL.decode(), "raw_path": PULL, "headers": [],
             "query_string": b"", "root_path": "", "scheme": "wss"}  # fmt: skip
    asyncio.run(app(scope, receive, send))

    assert [message["type"] for message in sent] == ["websocket.close"]


# ---------------------------------------------------------------------- headers


def test_only_flowers_headers_go_on(app, superlink):
    hop = [
        ("connection", "keep-alive, flwr-x"), ("transfer-encoding", "chunked"), ("te", "trailers"),
        ("upgrade", "h2c"), ("expect", "100-continue"), ("proxy-authorization", "secret"),
        ("cookie", "secret"), ("authorization", "secret"), ("host", "elsewhere.example"),
        ("content-length", "4"), ("x-forwarded-for", "127.0.0.1"), ("forwarded", "for=127.0.0.1"),
        ("accept-encoding", "br"), ("content-encoding", "gzip"), ("content-type-x", "1"),
    ]  # fmt: skip
    kept = [("content-type", "application/x-protobuf"), ("flwr-public-key", "k"),
            ("x-flwr-version", "1.41")]  # fmt: skip

    call(app, PULL, headers=[*hop, *kept])

    _, seen, body = superlink.seen[0]
    own = {"host", "accept", "accept-encoding", "connection", "user-agent", "content-length"}
    assert {name: value for name, value in seen.items() if name not in own} == dict(kept)
    assert "secret" not in str(seen)
    assert (seen["host"], seen["content-length"], body) == ("127.0.0.1:1", "4", b"body")


def test_of_the_reply_only_flowers_headers_come_back(app, superlink):
    superlink.headers = (
        (b"content-type", b"application/x-protobuf"), (b"flwr-version", b"1.41"),
        (b"set-cookie", b"a=b"), (b"server", b"uvicorn"), (b"x-powered-by", b"something"),
        (b"connection", b"close"), (b"location", b"https://127.0.0.1:9091/"),
    )  # fmt: skip

    answer = call(app, PULL)

    assert answer.headers == {
        "content-type": "application/x-protobuf", "flwr-version": "1.41", "content-length": "5",
    }  # fmt: skip


@pytest.mark.parametrize("status", [302, 400, 401, 412, 500])
def test_the_superlinks_own_status_comes_back_and_no_redirect_is_followed(status, app, superlink):
    superlink.status = status
    superlink.headers = ((b"location", b"/v1/control/start-run"),)

    assert call(app, PULL).status == status
    assert len(superlink.seen) == 1


# ---------------------------------------------------------------------- away, too much, too slow


def test_while_the_superlink_is_away_agents_are_told_to_wait(app, superlink):
    superlink.away = True

    answer = call(app, PULL)

    assert (answer.status, answer.body, answer.headers["retry-after"]) == (503, b"", "1")


def test_before_the_first_superlink_agents_are_told_to_wait(settings, app):
    (settings.superlink / "ca.pem").unlink()

    assert call(app, PULL).status == 503


def test_a_new_superlink_is_reached_with_its_own_new_ca(settings, superlink, monkeypatch):
    made = []
    connect = gateway.Upstream._connect

    def counting(self, context):
        made.append(connect(self, context))
        return made[-1]

    monkeypatch.setattr(gateway.Upstream, "_connect", counting)
    app = make_gateway(settings, lambda _body: (202, b""))

    async def calls() -> None:
        await calling(app, PULL)
        files.write(settings.superlink / "ca.pem", tls.make(["localhost"], 1).ca)
        await asyncio.gather(*(calling(app, PULL) for _ in range(5)))

    asyncio.run(calls())

    assert [client.is_closed for client in made] == [True, False]


@pytest.mark.parametrize(
    ("path", "most"),
    [(PULL, gateway.MAX_BODY_BYTES), (ENROL, gateway.MAX_ENROLMENT_BYTES)],
)
def test_a_body_over_the_limit_is_refused_whether_announced_or_not(
    path, most, app, superlink, enrolments
):
    half = bytes(most // 2)

    largest = call(app, path, chunks=(half, half))
    unannounced = call(app, path, chunks=(half, half, b"x"))
    announced = call(app, path, headers=[("content-length", str(most + 1))], chunks=())

    assert largest.status in (200, 202)
    for answer in (unannounced, announced):
        assert (answer.status, answer.headers["connection"]) == (413, "close")
    assert len(superlink.seen) + len(enrolments) == 1


def test_all_bodies_together_are_bounded_and_their_room_is_given_back(
    app, superlink, monkeypatch, settings
):
    monkeypatch.setattr(gateway, "MAX_HELD_BYTES", 100)
    narrow = make_gateway(settings, lambda _body: (202, b""))

    too_much = [call(narrow, PULL, chunks=(bytes(60), bytes(60))).status for _ in range(3)]
    enough = [call(narrow, PULL, chunks=(bytes(60), bytes(40))).status for _ in range(3)]

    assert too_much == [503] * 3
    assert enough == [200] * 3


def test_a_body_that_does_not_come_is_waited_for_no_longer_than_its_time(
    app, superlink, monkeypatch
):
    monkeypatch.setattr(gateway, "BODY_SECONDS", 0.05)

    async def slow() -> Answer:
        sent = []

        async def receive():
            await asyncio.Event().wait()

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": PULL.decode(), "raw_path": PULL,
                 "query_string": b"", "headers": [], "root_path": "", "scheme": "https",
                 "server": ("x", 1), "client": ("x", 1)}  # fmt: skip
        await app(scope, receive, send)
        return Answer(sent[0]["status"], dict(sent[0]["headers"]), b"")

    answer = asyncio.run(slow())

    assert (answer.status, answer.headers[b"connection"]) == (408, b"close")
    assert superlink.seen == []


def test_a_store_that_is_away_makes_an_enrolment_wait(monkeypatch):
    def away(*_arguments):
        raise StoreError("the store did not answer (database is locked)")

    monkeypatch.setattr(gateway_process.enrolment, "enrol", away)

    status, body = gateway_process._enrol(None, b"{}")

    assert status == 503
    assert b"locked" not in body


# ---------------------------------------------------------------------- on a real socket


@contextmanager
def listening(app) -> Iterator[int]:
    """The gateway behind its real HTTP server, without TLS; the port."""
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        chosen.listen(64)
        server = uvicorn.Server(gateway_process.server_config(app, "127.0.0.1", 0))
        server.install_signal_handlers = lambda: None
        thread = threading.Thread(target=server.run, args=([chosen],), daemon=True)
        thread.start()
        try:
            yield chosen.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(20)


def exchange(port: int, *parts: bytes) -> bytes:
    """All that comes back until the server closes, which these requests ask for or earn."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        for part in parts:
            connection.sendall(part)
        received = b""
        try:
            while chunk := connection.recv(65536):
                received += chunk
        except ConnectionResetError:
            pass
        return received


def statuses(received: bytes) -> list[int]:
    heads = received.split(b"HTTP/1.1 ")[1:]
    return [int(head[:3]) for head in heads]


CHUNKED = b"Transfer-Encoding: chunked\r\n"
CLOSE = b"Host: x\r\nConnection: close\r\n"
INNER = b"POST /v1/control/start-run HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
SMUGGLED = {
    "two lengths": b"Content-Length: 4\r\nContent-Length: 90\r\n\r\nbody" + INNER,
    "a length and chunks": b"Content-Length: 4\r\n" + CHUNKED + b"\r\n0\r\n\r\n" + INNER,
    "chunks and a length": CHUNKED + b"Content-Length: 4\r\n\r\n0\r\n\r\n" + INNER,
    "an odd encoding": b"Transfer-Encoding: xchunked\r\nContent-Length: 4\r\n\r\nbody" + INNER,
    "two encodings": b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + INNER,
    "a signed length": b"Content-Length: +4\r\n\r\nbody" + INNER,
    "a space before the colon": b"Content-Length : 4\r\n\r\nbody" + INNER,
    "a folded header": b"X: y\r\n Content-Length: 90\r\nContent-Length: 4\r\n\r\nbody" + INNER,
    "a bad chunk size": b"Transfer-Encoding: chunked\r\n\r\n-4\r\nbody\r\n0\r\n\r\n" + INNER,
}  # fmt: skip


@pytest.fixture
def port(app) -> Iterator[int]:
    with listening(app) as chosen:
        yield chosen


def test_no_ambiguous_request_reaches_the_superlink_as_two(port, superlink):
    for form in SMUGGLED.values():
        exchange(port, b"POST " + PULL + b" HTTP/1.1\r\n" + CLOSE + form)

    assert {path for path, _, _ in superlink.seen} <= {PULL}
    assert all(body in (b"", b"body") for _, _, body in superlink.seen)


def test_absolute_and_odd_targets_are_not_found(port, superlink):
    targets = [
        b"http://127.0.0.1/v1/fleet/pull-messages", b"//x/v1/fleet/pull-messages",
        b"/v1/fleet/%2e%2e/control/start-run", b"/v1/fleet/../control/start-run", b"*",
    ]  # fmt: skip

    answers = [
        exchange(port, b"POST " + target + b" HTTP/1.1\r\n" + CLOSE + b"Content-Length: 0\r\n\r\n")
        for target in targets
    ]

    assert [statuses(answer) for answer in answers] == [[404]] * len(targets)
    assert superlink.seen == []


def test_an_offer_to_change_the_protocol_is_not_taken(port):
    upgrade = (
        b"Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    )

    answer = exchange(
        port, b"GET " + PULL + b" HTTP/1.1\r\n" + upgrade + b"\r\n",
        b"GET / HTTP/1.1\r\n" + CLOSE + b"\r\n",
    )  # fmt: skip

    assert statuses(answer)[0] == 404


def test_the_server_does_not_say_what_it_is(port):
    answer = exchange(port, b"GET / HTTP/1.1\r\n" + CLOSE + b"\r\n")

    assert b"server:" not in answer.lower()
    assert b"uvicorn" not in answer.lower()
    assert b"date:" in answer.lower()


def test_a_head_that_is_too_long_is_refused(port):
    head = b"POST " + PULL + b" HTTP/1.1\r\nHost: x\r\nX: " + b"a" * gateway_process.HEAD_BYTES * 3

    answer = exchange(port, head, b"\r\n\r\n")

    assert statuses(answer) in ([400], [])


@pytest.mark.parametrize(
    "begun", [b"", b"POST /v1/fl", b"POST /v1/fleet/pull-messages HTTP/1.1\r\nHost: x\r\n"]
)
def test_a_connection_that_sends_no_whole_head_is_closed(begun, app, monkeypatch):
    monkeypatch.setattr(gateway_process, "HEAD_SECONDS", 0.2)

    with listening(app) as chosen:
        received = exchange(chosen, begun)

    assert received == b""


def test_a_connection_may_be_used_again_after_a_pause_longer_than_a_heads_time(
    app, superlink, monkeypatch
):
    monkeypatch.setattr(gateway_process, "HEAD_SECONDS", 0.2)

    with listening(app) as chosen, httpx.Client(base_url=f"http://127.0.0.1:{chosen}") as client:
        first = client.post(PULL.decode())
        threading.Event().wait(0.4)  # the pause is what is tested
        second = client.post(PULL.decode())

    assert (first.status_code, second.status_code) == (200, 200)


def test_strangers_beyond_the_number_of_places_are_turned_away(app, monkeypatch):
    monkeypatch.setattr(gateway_process, "CONNECTIONS", 4)

    with listening(app) as chosen:
        held = [socket.create_connection(("127.0.0.1", chosen)) for _ in range(6)]
        answer = exchange(chosen, b"GET / HTTP/1.1\r\n" + CLOSE + b"\r\n")
        for one in held:
            one.close()

    assert statuses(answer) == [503]
