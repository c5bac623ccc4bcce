"""The gateway as this machine reaches it: proxy, TLS under the pinned CA, and the clocks."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from oversight_agent import files
from oversight_agent.config import Settings
from oversight_agent.doctor.finding import Finding, failed, ok, until, warning

if TYPE_CHECKING:
    import httpx

TIMEOUT_SECONDS = 10
AHEAD_SECONDS, BEHIND_SECONDS = 5, 300
"""Flower refuses a node's clock beyond these; the agent then corrects itself by the gateway's."""
TICKET_SECONDS = 300
"""A ticket that seems to come from further in the future is refused (`pipeline.admission`)."""
WARN = timedelta(days=30)
NOT_FOUND = 404
"""What the gateway answers to any path but its own."""


@dataclass(frozen=True)
class Contact:
    """An answer of the gateway.

    Attributes:
        status: of HTTP.
        ahead: seconds by which this machine's clock is ahead of the gateway's, to about one; None
            where the gateway tells no time.
        certificate: the end of the gateway's certificate.
    """

    status: int
    ahead: float | None
    certificate: datetime | None


def check(settings: Settings) -> Iterator[Finding]:
    """That the gateway answers under the pinned CA, and that the clocks agree."""
    import httpx  # noqa: PLC0415 - for this check only

    way = proxy(settings.coordinator_url)
    path = f"through the proxy {way}" if way else "without a proxy"
    ca = files.read(settings.path("trust", "ca.pem"), "the pinned CA", "enrol again")
    try:
        contact = reach(settings.coordinator_url, ca)
    except (httpx.TransportError, httpx.InvalidURL, ssl.SSLError, ValueError) as error:
        yield _unreachable(settings.coordinator_url, path, error)
        return
    yield _answer(settings.coordinator_url, path, contact)
    if contact.certificate is not None:
        yield until(
            "gateway's certificate", "in force", contact.certificate, datetime.now(UTC),
            warn=WARN, advice="tell Kent to renew it",
        )  # fmt: skip
    yield clock(contact.ahead)


def proxy(url: str) -> str:
    """The proxy by which a URL is reached, without its user and password; empty if none."""
    host = urlsplit(url).hostname or ""
    chosen = getproxies().get("https") or getproxies().get("all")
    if not chosen or proxy_bypass(host):
        return ""
    parts = urlsplit(chosen if "://" in chosen else f"http://{chosen}")
    return f"{parts.scheme}://{parts.hostname}:{parts.port}" if parts.port else f"{parts.hostname}"


def reach(url: str, ca: bytes) -> Contact:
    """Ask the gateway for a page that it does not have.

    Raises:
        httpx.TransportError, httpx.InvalidURL: no answer.
        ssl.SSLError, ValueError: the CA cannot be used.
    """
    import httpx  # noqa: PLC0415

    context = ssl.create_default_context(cadata=ca.decode("ascii"))
    with httpx.Client(verify=context, timeout=TIMEOUT_SECONDS) as client:
        before = time.time()
        with client.stream("GET", url.rstrip("/") + "/") as response:
            after = time.time()
            return Contact(
                response.status_code, _ahead(response, (before + after) / 2), _end(response)
            )


def _ahead(response: httpx.Response, ours: float) -> float | None:
    try:
        theirs = parsedate_to_datetime(response.headers["date"])
    except (KeyError, ValueError):
        return None
    # The header is cut to the second: half of one is the best guess.
    return ours - theirs.replace(tzinfo=theirs.tzinfo or UTC).timestamp() - 0.5


def _end(response: httpx.Response) -> datetime | None:
    stream = response.extensions.get("network_stream")
    tls = stream.get_extra_info("ssl_object") if stream is not None else None
    certificate = tls.getpeercert() if tls is not None else None
    if not certificate or "notAfter" not in certificate:
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)


def _answer(url: str, path: str, contact: Contact) -> Finding:
    if contact.status == NOT_FOUND:
        return ok("gateway", f"{url} answers under the pinned CA, {path}")
    return warning(
        "gateway", f"{url} answers with status {contact.status}, {path}",
        "wait, and look again; if it stays so, ask Kent whether the gateway runs",
    )  # fmt: skip


def _unreachable(url: str, path: str, error: Exception) -> Finding:
    causes = list(_causes(error))
    if any(isinstance(cause, ssl.SSLError | UnicodeDecodeError) for cause in causes):
        return failed(
            "gateway", f"what answers at {url}, {path}, does not prove that it is Kent's gateway",
            "have the proxy or firewall leave TLS to this address unopened; else ask Kent",
        )  # fmt: skip
    return failed(
        "gateway", f"no connection to {url}, {path} ({_why(error, causes)})",
        "check name service, HTTPS_PROXY and NO_PROXY, and that the firewall lets HTTPS out to "
        "this address",
    )  # fmt: skip


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _why(error: Exception, causes: list[BaseException]) -> str:
    for cause in causes:
        if isinstance(cause, socket.gaierror):
            return "its name is not known here"
        if isinstance(cause, ConnectionRefusedError):
            return "nothing listens there"
    if type(error).__name__ == "ProxyError":
        return "the proxy refused"
    return "no answer in time" if "Timeout" in type(error).__name__ else type(error).__name__


def clock(ahead: float | None) -> Finding:
    """Whether this machine's clock agrees with the gateway's well enough."""
    if ahead is None:
        return warning("clock", "the gateway tells no time", "compare this machine's clock by hand")
    side = "ahead of" if ahead >= 0 else "behind"
    found = f"{abs(ahead):.0f} seconds {side} the gateway's"
    advice = "have this machine's clock set by a time server (timedatectl set-ntp true)"
    if abs(ahead) >= TICKET_SECONDS:
        return failed("clock", f"{found}; questions or answers are refused", advice)
    if not -BEHIND_SECONDS / 2 < ahead < AHEAD_SECONDS:
        return warning("clock", f"{found}; Flower allows {AHEAD_SECONDS} ahead and "
                       f"{BEHIND_SECONDS} behind", advice)  # fmt: skip
    return ok("clock", "agrees with the gateway's" if abs(ahead) < 1.5 else found)
