"""Who listens where in a running demo, and with which TLS."""

from __future__ import annotations

import contextlib
import socket
import ssl

import httpx
import psutil
import pytest

from support.outside import SLUGS, pinned

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("demo")]


def test_without_tls_nothing_is_answered(kept_demo):
    address = f"http://127.0.0.1:{kept_demo.gateway_port}/v1/fleet/pull-messages"

    with pytest.raises(httpx.TransportError):
        httpx.post(address, trust_env=False)


def handshake(port, context):
    with (
        socket.create_connection(("127.0.0.1", port), 30) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as connection,
    ):
        return connection.version()


def old_client(demo, most):
    """A client that knows the gateway's CA and offers TLS from 1.0 up to a version."""
    context = pinned(demo.coordinator / "tls" / "ca.pem")
    return offering(context, most)


def offering(context, most):
    # At a higher level this side would not even offer an old version.
    context.set_ciphers("DEFAULT@SECLEVEL=0")
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, most
    return context


def version_with_a_lax_server(demo, client):
    """What this client and a server with the gateway's certificate, open to all, agree on."""
    tls = demo.coordinator / "tls"
    server = offering(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.TLSVersion.TLSv1_3)
    server.load_cert_chain(tls / "gateway.pem", tls / "gateway.key")
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(back, there, server_hostname="127.0.0.1"),
        server.wrap_bio(there, back, server_side=True),
    ]
    for end in ends * 3:
        with contextlib.suppress(ssl.SSLWantReadError):
            end.do_handshake()
    return ends[0].version()


old_versions = pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")


@old_versions
@pytest.mark.parametrize(
    ("most", "name"),
    [(ssl.TLSVersion.TLSv1, "TLSv1"), (ssl.TLSVersion.TLSv1_1, "TLSv1.1")],
    ids=["1.0", "1.1"],
)
def test_tls_before_1_2_is_refused_by_the_gateway(kept_demo, most, name):
    client = old_client(kept_demo, most)

    with pytest.raises(ssl.SSLError) as refused:
        handshake(kept_demo.gateway_port, client)

    assert refused.value.reason in {"TLSV1_ALERT_PROTOCOL_VERSION", "UNEXPECTED_EOF_WHILE_READING"}
    assert version_with_a_lax_server(kept_demo, client) == name


@old_versions
@pytest.mark.parametrize(
    ("most", "name"),
    [(ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")],
    ids=["1.2", "1.3"],
)
def test_tls_from_1_2_is_taken(kept_demo, most, name):
    client = old_client(kept_demo, most)

    assert handshake(kept_demo.gateway_port, client) == name


def test_the_gateway_is_known_by_the_pinned_ca_only(kept_demo):
    other = pinned(kept_demo.coordinator / "superlink" / "ca.pem")

    for context in (ssl.create_default_context(), other):
        with pytest.raises(ssl.SSLCertVerificationError):
            handshake(kept_demo.gateway_port, context)


def sockets_of(process):
    for one in (process, *process.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            yield from one.net_connections("inet")


def test_only_gateway_and_superlink_listen_and_on_loopback(kept_demo):
    parts = kept_demo.running().values()

    listening = {
        tuple(one.laddr) for part in parts for one in sockets_of(part)
        if one.status == psutil.CONN_LISTEN
    }  # fmt: skip

    assert listening == {
        ("127.0.0.1", kept_demo.gateway_port), ("127.0.0.1", kept_demo.superlink_port),
    }  # fmt: skip


def test_an_agent_listens_nowhere_and_is_connected_to_the_gateway_only(kept_demo):
    parts = kept_demo.running()

    for slug in SLUGS:
        sockets = list(sockets_of(parts[f"agent-{slug}"]))
        assert {tuple(one.raddr) for one in sockets} == {("127.0.0.1", kept_demo.gateway_port)}
        assert psutil.CONN_LISTEN not in {one.status for one in sockets}
