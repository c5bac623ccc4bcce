"""Joining: nothing is sent before the fingerprint matched, nothing pinned before it was taken."""

from __future__ import annotations

import json
import stat
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import ClassVar

import pytest
import stamina

from oversight_agent import config, enrolling
from oversight_coordinator import tls
from oversight_protocol.canonical import canonical_json
from oversight_protocol.enrolment import Enrolment, EnrolmentRequest, Invitation, check_enrolment
from oversight_protocol.envelope import Envelope
from oversight_protocol.errors import InputError
from support import protocol
from support.fleet import serve
from support.requests import Home, run

TOKEN = "t" * 43


@dataclass
class Gateway:
    """The coordinator's side of enrolment, as a small TLS server."""

    url: str = ""
    ca: str = ""
    status: int = 202
    reply: bytes | None = None
    taken: list[Enrolment] = field(default_factory=list)

    def take(self, body: bytes) -> bytes:
        request = EnrolmentRequest.parse(body)
        enrolment = check_enrolment(Envelope.from_bytes(request.envelope.encode()), request.token)
        self.taken.append(enrolment)
        default = canonical_json({"fingerprint": enrolment.fingerprint})
        return default if self.reply is None else self.reply

    def invitation(self, **changes: str) -> Invitation:
        fields = {
            "la": protocol.KENT, "name": "Kent", "gateway": self.url, "token": TOKEN,
            "expires": protocol.LATER, "ca": self.ca,
            "root": protocol.network().root_envelope.raw.decode(),
        }  # fmt: skip
        return Invitation(**{**fields, **changes})


class _Handler(BaseHTTPRequestHandler):
    gateway: ClassVar[Gateway]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        content = self.gateway.take(body) if self.path == "/v1/enrol" else b""
        self.send_response(self.gateway.status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments: object) -> None:
        """Be silent."""


@pytest.fixture(scope="module")
def certificates() -> tls.ServerTls:
    return tls.make(["127.0.0.1"], days=1)


@pytest.fixture
def gateway(tmp_path: Path, certificates: tls.ServerTls) -> Iterator[Gateway]:
    made = Gateway(ca=certificates.ca.decode())
    with (
        stamina.set_testing(True, attempts=1),
        serve(tmp_path, certificates, type("Handler", (_Handler,), {"gateway": made})) as (url, _),
    ):
        made.url = url
        yield made


@pytest.fixture
def settings(tmp_path: Path) -> config.Settings:
    folder = tmp_path / "new"
    folder.mkdir()
    text = '# ours\nla = "E10000016"\nname = "Kent"\ntick_seconds = 2\n'
    (folder / "agent.toml").write_text(text, encoding="utf-8")
    return config.load(folder)


def _enrol(settings: config.Settings, invitation: Invitation) -> str:
    return enrolling.enrol(settings, invitation, invitation.fingerprint)


def _files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock"
    }  # fmt: skip


def test_enrolling_sends_public_keys_and_pins_ca_and_root(
    gateway: Gateway, settings: config.Settings
) -> None:
    invitation = gateway.invitation()

    fingerprint = _enrol(settings, invitation)

    [taken] = gateway.taken
    assert (taken.la, taken.fingerprint) == (protocol.KENT, fingerprint)
    pinned = config.load(settings.home)
    assert (pinned.coordinator_url, pinned.root_digest) == (
        gateway.url, invitation.root_digest,
    )  # fmt: skip
    assert settings.path("trust", "ca.pem").read_text(encoding="ascii") == gateway.ca
    assert Home(settings.home).kinds() == ["enrolled"]


def test_what_people_wrote_in_the_settings_stays(
    gateway: Gateway, settings: config.Settings
) -> None:
    _enrol(settings, gateway.invitation())

    text = settings.path("agent.toml").read_text(encoding="utf-8")
    assert "# ours" in text
    assert config.load(settings.home).tick_seconds == 2


def test_enrolling_again_sends_the_same_keys_and_changes_nothing(
    gateway: Gateway, settings: config.Settings
) -> None:
    _enrol(settings, gateway.invitation())
    before = _files(settings.home)

    _enrol(settings, gateway.invitation())

    first, second = gateway.taken
    assert (first.signing_key, first.node_key) == (second.signing_key, second.node_key)
    assert _files(settings.home) == before


def test_secrets_are_readable_by_their_owner_only(
    gateway: Gateway, settings: config.Settings
) -> None:
    _enrol(settings, gateway.invitation())

    secret = ["keys/signing.key", "keys/node.key", "keys/pseudonym.secret", "ledger.jsonl"]
    modes = {name: stat.S_IMODE((settings.home / name).stat().st_mode) for name in secret}
    assert set(modes.values()) == {0o600}, modes


def test_no_private_key_is_sent(gateway: Gateway, settings: config.Settings) -> None:
    _enrol(settings, gateway.invitation())

    sent = gateway.taken[0].canonical()
    for name in ("signing.key", "node.key"):
        pem = settings.path("keys", name).read_bytes()
        assert pem.splitlines()[1] not in sent


@pytest.mark.parametrize("fingerprint", ["", "0000-0000", "x" * 39])
def test_with_another_fingerprint_nothing_is_sent_or_made(
    fingerprint: str, gateway: Gateway, settings: config.Settings
) -> None:
    before = _files(settings.home)

    with pytest.raises(InputError, match="may be forged"):
        enrolling.enrol(settings, gateway.invitation(), fingerprint)

    assert gateway.taken == []
    assert _files(settings.home) == before


def test_any_change_of_an_invitation_shows_in_the_fingerprint(
    gateway: Gateway, settings: config.Settings
) -> None:
    true = gateway.invitation().fingerprint
    other_root = protocol.network(root=protocol.root_document(version=2)).root_envelope
    forged = [
        gateway.invitation(ca=tls.make(["127.0.0.1"], 1).ca.decode()),
        gateway.invitation(root=other_root.raw.decode()),
        gateway.invitation(gateway="https://elsewhere.example:8443"),
        gateway.invitation(token="v" * 43),
        gateway.invitation(expires=protocol.LATER + timedelta(days=1)),
    ]

    for invitation in forged:
        with pytest.raises(InputError, match="fingerprint"):
            enrolling.enrol(settings, invitation, true)

    assert gateway.taken == []


def test_an_expired_invitation_is_refused_before_anything_is_sent(
    gateway: Gateway, settings: config.Settings
) -> None:
    with pytest.raises(InputError, match="expired"):
        _enrol(settings, gateway.invitation(expires=protocol.NOW - timedelta(days=4000)))

    assert gateway.taken == []
    assert not (settings.home / "keys").exists()


def test_a_fingerprint_may_be_typed_in_capitals(
    gateway: Gateway, settings: config.Settings
) -> None:
    invitation = gateway.invitation()

    enrolling.enrol(settings, invitation, f" {invitation.fingerprint.upper()} ")

    assert len(gateway.taken) == 1


@pytest.mark.parametrize(("changes", "problem"), [
    ({"la": protocol.MEDWAY}, "E06000035"),
    ({"gateway": "http://127.0.0.1:9"}, "https"),
])  # fmt: skip
def test_an_invitation_that_is_not_for_here_is_refused_before_anything_is_sent(
    changes: dict[str, str], problem: str, gateway: Gateway, settings: config.Settings
) -> None:
    with pytest.raises(InputError, match=problem):
        _enrol(settings, gateway.invitation(**changes))

    assert gateway.taken == []


@pytest.mark.parametrize("address", [
    "https://127.0.0.1:9", "https://[", "https://127.0.0.1:x",
])  # fmt: skip
def test_a_gateway_that_is_away_is_an_input_error_with_advice(
    address: str, gateway: Gateway, settings: config.Settings
) -> None:
    with pytest.raises(InputError, match="check network, proxy"):
        _enrol(settings, gateway.invitation(gateway=address))

    assert config.load(settings.home).coordinator_url == ""


@pytest.mark.parametrize("ca", ["other", "no certificate"])
def test_under_another_ca_nothing_is_sent(
    ca: str, gateway: Gateway, settings: config.Settings
) -> None:
    text = tls.make(["127.0.0.1"], 1).ca.decode() if ca == "other" else ca

    with pytest.raises(InputError, match="does not prove"):
        _enrol(settings, gateway.invitation(ca=text))

    assert gateway.taken == []


@pytest.mark.parametrize(("status", "reply"), [
    (403, b'{"problem": "the token was used"}'), (500, b"<html>"), (200, b"{}"), (202, b"[]"),
    (202, b"{}"), (404, b""),
])  # fmt: skip
def test_a_refusal_pins_nothing(
    status: int, reply: bytes, gateway: Gateway, settings: config.Settings
) -> None:
    gateway.status, gateway.reply = status, reply

    with pytest.raises(InputError, match="refused the enrolment"):
        _enrol(settings, gateway.invitation())

    assert config.load(settings.home).root_digest == ""
    assert not settings.path("trust").exists()
    assert not settings.ledger.exists()


def test_an_address_cannot_write_other_settings(
    gateway: Gateway, settings: config.Settings
) -> None:
    address = f'{gateway.url}/"\nla = "E06000035'
    invitation = gateway.invitation(gateway=address)

    with pytest.raises(InputError):
        _enrol(settings, invitation)
    enrolling._pin(settings, invitation)

    written = tomllib.loads(settings.path("agent.toml").read_text(encoding="utf-8"))
    assert (written["la"], written["coordinator_url"]) == (protocol.KENT, address)


@pytest.mark.parametrize("content", [
    b"", b"no JSON", b"{}", b'{"type":"release"}', b"\xff",
])  # fmt: skip
def test_a_file_that_is_no_invitation_is_an_input_error(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "invitation.json"
    path.write_bytes(content)

    with pytest.raises(InputError, match="no invitation"):
        enrolling.read_invitation(path)


def test_an_invitation_whose_root_is_none_is_no_invitation(
    gateway: Gateway, tmp_path: Path
) -> None:
    path = tmp_path / "invitation.json"
    path.write_bytes(gateway.invitation(root="no root").canonical())

    with pytest.raises(InputError, match="no invitation"):
        enrolling.read_invitation(path)


@pytest.mark.system
def test_the_command_enrols_and_tells_the_fingerprint_to_read_out(
    gateway: Gateway, template: Home, tmp_path: Path
) -> None:
    home = template.copy(tmp_path / "home")
    invitation = gateway.invitation()
    path = tmp_path / "invitation.json"
    path.write_bytes(invitation.canonical())

    wrong = home.run("enrol", str(path), "--fingerprint", "0000-0000")
    right = home.run("enrol", str(path), "--fingerprint", invitation.fingerprint, "--json")

    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "Traceback" not in wrong.stderr
    assert json.loads(right.stdout) == {
        "la": protocol.KENT, "fingerprint": gateway.taken[0].fingerprint,
    }  # fmt: skip


@pytest.mark.system
def test_the_command_says_what_to_do_when_the_gateway_is_away(
    gateway: Gateway, template: Home, tmp_path: Path
) -> None:
    home = template.copy(tmp_path / "home")
    invitation = gateway.invitation(gateway="https://127.0.0.1:9")
    path = tmp_path / "invitation.json"
    path.write_bytes(invitation.canonical())

    result = run("enrol", str(path), "--fingerprint", invitation.fingerprint, home=home.folder)

    assert result.returncode == 2
    assert "What to do: check network" in result.stderr
    assert "Traceback" not in result.stderr
