"""The coordinator's one door, tried by somebody who knows everything but a registered key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from flwr.proto.fleet_pb2 import PullMessagesRequest
from flwr.proto.node_pb2 import Node

from support.outside import (
    FLEET_CALLS,
    PROTOBUF,
    fleet_headers,
    pinned,
    raw_call,
)

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("demo")]

OPEN = {f"/v1/fleet/{call}" for call in FLEET_CALLS}


@pytest.fixture(scope="module")
def gateway(kept_demo):
    """Calls the gateway with a raw request target."""
    context = pinned(kept_demo.coordinator / "tls" / "ca.pem")

    def call(target, **more):
        raw = target if isinstance(target, bytes) else target.encode()
        return raw_call(kept_demo.gateway_port, context, raw, **more)

    return call


@pytest.fixture(scope="module")
def superlink(kept_demo):
    """A client of the SuperLink itself, which only this machine can reach."""
    context = pinned(kept_demo.coordinator / "superlink" / "ca.pem")
    address = f"https://127.0.0.1:{kept_demo.superlink_port}"
    with httpx.Client(base_url=address, verify=context, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def kent(kept_demo):
    """Kent's node key and node identifier."""
    pem = (kept_demo.agent("kent") / "keys" / "node.key").read_bytes()
    return load_pem_private_key(pem, None), node_of(kept_demo, "kent")


def node_of(demo, slug):
    remembered = httpx.Response(200, content=(demo.agent(slug) / "state/node.json").read_bytes())
    return remembered.json()["node_id"]


def pull(node_id):
    return PullMessagesRequest(node=Node(node_id=node_id)).SerializeToString()


def is_not_found(reply):
    return (reply.status, reply.body) == (404, b"")


# ---------------------------------------------------------------------- paths


@pytest.mark.parametrize("method", [b"GET", b"POST"])
def test_of_all_that_the_superlink_serves_only_the_agent_s_calls_are_there(
    gateway, superlink, method
):
    served = set(superlink.get("/openapi.json").raise_for_status().json()["paths"])
    closed = served - OPEN if method == b"POST" else served

    found = {path: gateway(path, method=method, headers=[PROTOBUF]) for path in sorted(closed)}

    assert served >= OPEN
    assert {"/v1/control/start-run", "/v1/control/register-node", "/v1/fleet/get-fab",
            "/v1/fleet/register-node", "/v1/fleet/unregister-node", "/v1/fleet/get-run",
            "/v1/runtime/push-messages"} <= served  # fmt: skip
    assert {path for path, reply in found.items() if not is_not_found(reply)} == set()


@pytest.mark.parametrize(
    "path",
    [
        "/", "/docs", "/redoc", "/openapi.json", "/health", "/metrics", "/v1", "/v1/fleet",
        "/v1/fleet/", "/v1/control/", "/favicon.ico", "/api/v1/fleet/get-fab",
        "/flwr.proto.Control/StartRun",
    ],
)  # fmt: skip
def test_pages_and_other_forms_of_the_interface_are_not_there(gateway, path):
    assert is_not_found(gateway(path, method=b"GET"))
    assert is_not_found(gateway(path))


def test_without_the_gateway_control_would_answer_anybody(superlink):
    reply = superlink.post("/v1/control/list-nodes", headers=dict([PROTOBUF]))

    assert reply.status_code != 404
    assert superlink.get("/docs").status_code == 200


DISGUISED = [
    "/v1/fleet/../control/start-run",
    "/v1/fleet/%2e%2e/control/start-run",
    "/v1/fleet/%2E%2E/control/start-run",
    "/v1/fleet/.%2e/control/start-run",
    "/v1/fleet/%252e%252e/control/start-run",
    "/v1/fleet/..%2fcontrol%2fstart-run",
    "/v1/fleet/..%5ccontrol%5cstart-run",
    "/v1/fleet/..\\control\\start-run",
    "/v1/fleet/..;/control/start-run",
    "/v1/fleet/pull-messages/../../control/start-run",
    "/v1/fleet/pull-messages/%2e%2e/%2e%2e/control/start-run",
    "/v1/fleet/pull-messages/../get-fab",
    "/v1/fleet/pull-messages%2f..%2fget-fab",
    "/v1/fleet/./get-fab",
    "/v1/fleet/get%2dfab",
    "/v1/fleet/get-fab%00",
    "/v1/fleet/pull-messages%00/../get-fab",
    "/v1/fleet/%67et-fab",
    "//v1/control/start-run",
    "/v1//control/start-run",
    "//v1/fleet/pull-messages",
    "/v1/fleet//pull-messages",
    "/v1/fleet/pull-messages/",
    "/v1/fleet/pull-messages;x=1",
    "/v1/fleet/pull-messages?x=/v1/control/start-run",
    "/V1/FLEET/PULL-MESSAGES",
    "/v1/fleet/pull%2dmessages",
    "/v1/enrol/../control/start-run",
    "https://127.0.0.1/v1/control/start-run",
    "http://localhost/v1/fleet/get-fab",
    "https://127.0.0.1/v1/fleet/../control/start-run",
]


@pytest.mark.parametrize("target", DISGUISED)
def test_a_disguised_path_is_not_there_and_never_reaches_the_superlink(kept_demo, gateway, target):
    before = kept_demo.superlink_log

    reply = gateway(target, headers=[PROTOBUF])

    assert is_not_found(reply)
    assert kept_demo.superlink_log == before


@pytest.mark.parametrize("target", ["*", "127.0.0.1:80", "v1/control/start-run", "/v1/fleet/\xff"])
def test_a_target_that_is_no_path_gets_an_error_of_the_client(gateway, target):
    reply = gateway(target.encode("latin-1"), headers=[PROTOBUF])

    assert 400 <= reply.status < 500


@pytest.mark.parametrize("method", [b"GET", b"HEAD", b"PUT", b"PATCH", b"DELETE", b"OPTIONS",
                                    b"TRACE"])  # fmt: skip
@pytest.mark.parametrize("path", ["/v1/fleet/pull-messages", "/v1/enrol", "/v1/control/start-run"])
def test_no_other_method_than_post_is_there(gateway, method, path):
    assert is_not_found(gateway(path, method=method))


@pytest.mark.parametrize("name", ["X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Path"])
def test_no_header_leads_to_another_path(kept_demo, gateway, name):
    before = kept_demo.superlink_log.count("/v1/control/")

    gateway("/v1/fleet/pull-messages", headers=[PROTOBUF, (name, "/v1/control/list-nodes")])

    assert kept_demo.superlink_log.count("/v1/control/") == before


def test_a_second_request_hidden_in_the_first_one_s_body_is_not_carried_on(kept_demo, gateway):
    before = kept_demo.superlink_log.count("/v1/control/")
    hidden = b"0\r\n\r\nPOST /v1/control/list-nodes HTTP/1.1\r\nHost: x\r\n\r\n"

    reply = gateway(
        "/v1/fleet/pull-messages",
        headers=[PROTOBUF, ("Transfer-Encoding", "chunked")],
        body=hidden,
    )

    assert 400 <= reply.status < 500
    assert kept_demo.superlink_log.count("/v1/control/") == before


def test_a_websocket_is_not_there(gateway):
    asked = [("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"),
             ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")]  # fmt: skip

    assert is_not_found(gateway("/v1/control/stream-logs", method=b"GET", headers=asked))


# ---------------------------------------------------------------------- keys


def test_a_registered_key_is_answered(gateway, kent):
    key, node_id = kent

    reply = gateway("/v1/fleet/pull-messages", headers=fleet_headers(key), body=pull(node_id))

    assert reply.status == 200


@pytest.mark.parametrize("call", FLEET_CALLS)
def test_an_unregistered_key_gets_nothing(gateway, kent, call):
    stranger = ec.generate_private_key(ec.SECP384R1())

    reply = gateway(f"/v1/fleet/{call}", headers=fleet_headers(stranger), body=pull(kent[1]))

    assert reply.status in {401, 403}
    assert len(reply.body) < 200
    assert b"oversight" not in reply.body


@pytest.mark.parametrize("call", FLEET_CALLS)
def test_a_call_without_a_key_gets_nothing(gateway, kent, call):
    named = [header for header in fleet_headers(kent[0]) if "flwr-" in header[0].lower()]

    unsigned = gateway(f"/v1/fleet/{call}", headers=[PROTOBUF], body=pull(kent[1]))

    assert named
    assert 400 <= unsigned.status < 500
    assert len(unsigned.body) < 200
    assert b"oversight" not in unsigned.body


def test_a_registered_key_s_name_under_a_stranger_s_signature_gets_nothing(gateway, kent):
    stranger = ec.generate_private_key(ec.SECP384R1())
    headers = fleet_headers(stranger, claimed=kent[0].public_key())

    reply = gateway("/v1/fleet/pull-messages", headers=headers, body=pull(kent[1]))

    assert reply.status in {401, 403}


@pytest.mark.parametrize("off", [timedelta(hours=-1), timedelta(hours=1)])
def test_a_signature_of_another_time_gets_nothing(gateway, kent, off):
    headers = fleet_headers(kent[0], when=datetime.now(UTC) + off)

    reply = gateway("/v1/fleet/pull-messages", headers=headers, body=pull(kent[1]))

    assert reply.status in {401, 403}


def test_one_authority_s_key_does_not_get_another_s_messages(kept_demo, gateway, kent):
    medway = node_of(kept_demo, "medway")

    reply = gateway("/v1/fleet/pull-messages", headers=fleet_headers(kent[0]), body=pull(medway))

    assert 400 <= reply.status < 500


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff\xfe", b'{"token":"x","envelope":"y"}'])
def test_an_enrolment_that_nobody_was_invited_to_is_refused_and_told_little(gateway, body):
    reply = gateway("/v1/enrol", body=body)

    assert 400 <= reply.status < 500
    assert len(reply.body) < 400
    assert b"Traceback" not in reply.body
