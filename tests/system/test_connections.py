"""Every connection that any process of a whole demo opens, as the kernel saw it."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from support.outside import PROTOBUF, SLUGS, STRACE, Demo, pinned, raw_call

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("demo")]
needs_strace = pytest.mark.skipif(STRACE is None, reason="needs strace: apt-get install strace")

ADDRESS = re.compile(r"sa_family=(AF_\w+)([^}]*)")
LOOPBACK = re.compile(r'inet_addr\("127\.0\.0\.1"\)|inet_pton\(AF_INET6, "::1"')
PORT = re.compile(r"htons\((\d+)\)")
DNS = {"53", "853", "5353"}


def addresses_in(trace: str) -> list[tuple[str, str]]:
    """Family and particulars of each address that a process connected or sent to."""
    return ADDRESS.findall(trace)


def foreign(addresses):
    """Those that are neither on loopback nor a socket file of this machine."""
    return [
        (family, rest) for family, rest in addresses
        if (family != "AF_UNIX" and not LOOPBACK.search(rest)) or DNS & set(PORT.findall(rest))
    ]  # fmt: skip


@needs_strace
@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1"])
def test_the_check_itself_sees_a_connection_to_elsewhere(tmp_path, address):
    family = "AF_INET6" if ":" in address else "AF_INET"
    program = f"""
import contextlib, socket
with contextlib.suppress(OSError), socket.socket(socket.{family}, socket.SOCK_DGRAM) as one:
    one.connect(({address!r}, 9))
"""
    trace = tmp_path / "trace"

    subprocess.run(
        [STRACE, "-f", "-e", "trace=connect,sendto", "-o", trace, sys.executable, "-c", program],
        check=True, timeout=60,
    )  # fmt: skip

    assert len(foreign(addresses_in(trace.read_text()))) == 1


@needs_strace
def test_no_process_connects_anywhere_but_to_loopback(second_demo: Demo):
    found = addresses_in(second_demo.trace.read_text())

    ports = {port for _, rest in found for port in PORT.findall(rest)}
    assert {str(second_demo.gateway_port), str(second_demo.superlink_port)} <= ports
    assert foreign(found) == []


@needs_strace
def test_what_was_watched_were_all_of_its_processes(second_demo: Demo):
    trace = second_demo.trace.read_text()

    ended = set(re.findall(r"^(\d+) .*\+\+\+ (?:exited|killed)", trace, re.MULTILINE))
    connecting = set(re.findall(r"^(\d+) .*connect\(.*AF_INET", trace, re.MULTILINE))

    # Demo, serve, gateway, SuperLink, its executor, the dispatcher, an agent and a worker each.
    assert len(ended) > 6 + 2 * len(SLUGS)
    assert len(connecting) > 3 + len(SLUGS)


def test_no_agent_asks_for_a_bundle_of_code(second_demo: Demo):
    calls = set(re.findall(r'"POST (/v1/fleet/\S+) HTTP', second_demo.superlink_log))

    # Flower's log leaves out the routine calls when they succeed; to get a bundle is not one.
    assert "/v1/fleet/activate-node" in calls
    assert calls <= {"/v1/fleet/activate-node", "/v1/fleet/deactivate-node"}
    assert "get-fab" not in second_demo.superlink_log


def test_the_superlink_s_log_would_show_who_asked_for_a_bundle(kept_demo):
    raw_call(
        kept_demo.superlink_port, pinned(kept_demo.coordinator / "superlink" / "ca.pem"),
        b"/v1/fleet/get-fab", headers=[PROTOBUF],
    )  # fmt: skip

    assert "POST /v1/fleet/get-fab HTTP" in kept_demo.superlink_log
