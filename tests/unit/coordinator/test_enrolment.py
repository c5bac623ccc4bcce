"""Enrolment from invitation to roster: one token, one authority, two keys, one telephone call."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from oversight_coordinator import config, enrolment, files, tls, trust_files
from oversight_coordinator.authorities import authority
from oversight_coordinator.store import Store
from oversight_protocol.enrolment import EnrolmentRequest, token_digest
from oversight_protocol.errors import InputError, Refused
from support import protocol
from support.protocol import KENT, MEDWAY, NOW
from support.simulator import (
    NODE_KEY,
    enrolment_request,
    install_trust,
    node_public_key,
)

REGISTRAR = protocol.signing_key("Rea Registrar")
OTHER_NODE_KEY = ec.derive_private_key(54321, ec.SECP384R1())


@pytest.fixture
def settings(tmp_path):
    made = config.load(tmp_path)
    install_trust(made.trust, protocol.network(roster=protocol.roster_document(agents=())))
    files.write(made.ca, tls.make(["localhost"], 1).ca)
    return made


@pytest.fixture
def store(settings):
    made = Store(settings.database)
    yield made
    made.close()


@pytest.fixture
def invitation(settings, store):
    return enrolment.invite(settings, store, authority(KENT), NOW)


def enrol(store, body: bytes, now=NOW) -> tuple[int, dict]:
    status, reply = enrolment.enrol(store, body, now)
    return status, json.loads(reply)


def state(store, la: str = KENT) -> list[str]:
    return [row.state for row in store.enrolments() if row.la == la]


# ---------------------------------------------------------------------- invitations


def test_an_invitation_holds_what_the_agent_pins_and_its_token_is_nowhere_else(
    settings, store, invitation, tmp_path
):
    store.close()

    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())

    assert invitation.ca.encode() == settings.ca.read_bytes()
    assert invitation.root == trust_files.root_envelope(settings.trust).raw.decode()
    assert invitation.token.encode() not in kept


def test_two_invitations_have_two_tokens_and_the_second_ends_the_first(settings, store, invitation):
    second = enrolment.invite(settings, store, authority(KENT), NOW)

    first_try = enrol(store, enrolment_request(invitation.token))
    second_try = enrol(store, enrolment_request(second.token))

    assert first_try == (403, {"problem": "this token is not valid"})
    assert second_try[0] == 202


# ---------------------------------------------------------------------- the call


def test_an_enrolment_in_time_waits_for_a_registrar(store, invitation):
    status, reply = enrol(store, enrolment_request(invitation.token))

    assert (status, reply["state"]) == (202, "pending")
    row = store.enrolment(token_digest(invitation.token))
    assert row.state == "pending"
    assert row.signing_key == protocol.public_hex(protocol.signing_key("agent of Kent"))


@pytest.mark.parametrize(
    ("seconds", "status"), [(0, 202), (86399, 202), (86400, 403), (86401, 403)]
)
def test_a_token_ends_after_24_hours_to_the_second(seconds, status, store, invitation):
    found = enrol(store, enrolment_request(invitation.token), NOW + timedelta(seconds=seconds))

    assert found[0] == status
    assert state(store) == (["pending"] if status == 202 else ["invited"])


def test_the_same_call_again_is_answered_alike_even_after_the_tokens_end(store, invitation):
    body = enrolment_request(invitation.token)

    first, again = enrol(store, body), enrol(store, body)
    late = enrol(store, body, NOW + timedelta(days=2))

    assert first == again == late


@pytest.mark.parametrize("changes", [{"signer": "somebody else"}, {"node": OTHER_NODE_KEY}])
def test_other_keys_with_a_used_token_are_refused_and_change_nothing(changes, store, invitation):
    enrol(store, enrolment_request(invitation.token))
    before = store.enrolments()

    found = enrol(store, enrolment_request(invitation.token, **changes))

    assert found == (403, {"problem": "this token was used"})
    assert store.enrolments() == before


def test_of_two_callers_with_one_token_at_once_the_second_is_refused(
    store, invitation, monkeypatch
):
    seen = store.enrolment(token_digest(invitation.token))
    enrol(store, enrolment_request(invitation.token))
    monkeypatch.setattr(store, "enrolment", lambda _digest: seen)

    found = enrol(store, enrolment_request(invitation.token, signer="somebody else"))

    assert found == (403, {"problem": "this token was used"})
    row = store.enrolments()[0]
    assert row.signing_key == protocol.public_hex(protocol.signing_key("agent of Kent"))


def test_a_token_is_for_its_own_authority_only(store, invitation):
    found = enrol(store, enrolment_request(invitation.token, la=MEDWAY))

    assert found == (403, {"problem": "this token is not valid"})
    assert state(store) == ["invited"]


def test_a_token_that_nobody_gave_is_refused_like_any_that_is_not_valid(store, invitation):
    assert enrol(store, enrolment_request("A" * 43)) == (
        403,
        {"problem": "this token is not valid"},
    )


BAD_REQUESTS = {
    "nothing": lambda _token: b"",
    "no JSON": lambda _token: b"\xff{",
    "no envelope": lambda token: EnrolmentRequest(token=token, envelope="x").canonical(),
    "another's signature": lambda token: enrolment_request(
        token, signing_key=protocol.public_hex(protocol.signing_key("another"))),
    "another node key": lambda token: enrolment_request(
        token, node_key=node_public_key(OTHER_NODE_KEY)),
    "no signature of the node key": lambda token: enrolment_request(token, node_signature="00"),
    "a node signature that is no hexadecimal": lambda token: enrolment_request(
        token, node_signature="zz"),
    "a node signature over another token": lambda token: enrolment_request(
        token, node_signature=NODE_KEY.sign(
            token_digest("other").encode(), ec.ECDSA(hashes.SHA256())).hex()),
    "an envelope made for another token": lambda token: enrolment_request(
        token, envelope_token="B" * 43),
    "a node key of another curve": lambda token: enrolment_request(
        token, node_key=node_public_key(ec.derive_private_key(1, ec.SECP256R1()))),
    "a node key that is none": lambda token: enrolment_request(token, node_key="AAAA"),
    "a stranger's ticket": lambda token: EnrolmentRequest(
        token=token, envelope=protocol.sealed_ticket().raw.decode()).canonical(),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_REQUESTS)
def test_a_call_that_does_not_prove_both_keys_is_refused_and_uses_nothing_up(
    name, store, invitation
):
    status, reply = enrol(store, BAD_REQUESTS[name](invitation.token))

    assert status == 400
    assert set(reply) == {"problem"}
    assert state(store) == ["invited"]


# ---------------------------------------------------------------------- approval


def pending(store, invitation, **changes) -> str:
    """Enrol; the fingerprint that the authority reads out."""
    return enrol(store, enrolment_request(invitation.token, **changes))[1]["fingerprint"]


def approve(settings, store, fingerprint, *, key=REGISTRAR, la=KENT):
    return enrolment.approve(settings.trust, store, la, fingerprint, key, NOW)


@pytest.mark.parametrize("spoken", [str, str.upper, "  {}\n".format])
def test_an_approved_agent_is_on_the_roster(spoken, settings, store, invitation):
    fingerprint = pending(store, invitation)

    approve(settings, store, spoken(fingerprint))

    agent = trust_files.current(settings.trust).agent(KENT)
    assert agent.signing_key == protocol.public_hex(protocol.signing_key("agent of Kent"))
    assert state(store) == ["approved"]


@pytest.mark.parametrize("wrong", [
    lambda _right: "", lambda right: right[:-1], lambda right: right[5:] + "-0000",
    lambda right: right.replace("-", ""), lambda right: right + "-0000",
])  # fmt: skip
def test_another_fingerprint_approves_nobody(wrong, settings, store, invitation):
    right = pending(store, invitation)

    with pytest.raises(InputError, match="fingerprint"):
        approve(settings, store, wrong(right))

    assert trust_files.current(settings.trust).roster.agents == ()
    assert state(store) == ["pending"]


def test_nobody_is_approved_who_has_not_enrolled(settings, store, invitation):
    with pytest.raises(InputError, match="pending"):
        approve(settings, store, invitation.fingerprint)


@pytest.mark.parametrize("signer", ["coordinator service", "root 1", "Ana Analyst", "somebody"])
def test_only_a_registrar_approves(signer, settings, store, invitation):
    fingerprint = pending(store, invitation)

    with pytest.raises(Refused):
        approve(settings, store, fingerprint, key=protocol.signing_key(signer))

    assert trust_files.current(settings.trust).roster.agents == ()
    assert state(store) == ["pending"]


def test_an_approval_that_was_cut_off_can_be_repeated(settings, store, invitation, monkeypatch):
    fingerprint = pending(store, invitation)
    with monkeypatch.context() as cut_off:
        cut_off.setattr(store, "set_enrolment", lambda *_a, **_v: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            approve(settings, store, fingerprint)

    approve(settings, store, fingerprint)

    agents = trust_files.current(settings.trust).roster.agents
    assert [(agent.la, agent.status) for agent in agents] == [(KENT, "active")]
    assert state(store) == ["approved"]


def test_a_new_agent_of_an_authority_revokes_the_one_before(settings, store, invitation):
    approve(settings, store, pending(store, invitation))

    again = enrolment.invite(settings, store, authority(KENT), NOW)
    approve(settings, store, pending(store, again, signer="new agent", node=OTHER_NODE_KEY))

    trust = trust_files.current(settings.trust)
    new = protocol.public_hex(protocol.signing_key("new agent"))
    assert trust.agent(KENT).signing_key == new
    assert sorted(agent.status for agent in trust.roster.agents) == ["active", "revoked"]


def test_a_revoked_key_never_comes_back(settings, store, invitation):
    approve(settings, store, pending(store, invitation))
    trust_files.revoke_agent(settings.trust, KENT, REGISTRAR, NOW)

    again = enrolment.invite(settings, store, authority(KENT), NOW)
    fingerprint = pending(store, again)
    with pytest.raises(InputError, match="revoked"):
        approve(settings, store, fingerprint)

    with pytest.raises(Refused):
        trust_files.current(settings.trust).agent(KENT)


def test_one_key_is_not_two_authorities(settings, store, invitation):
    approve(settings, store, pending(store, invitation))

    other = enrolment.invite(settings, store, authority(MEDWAY), NOW)
    fingerprint = pending(store, other, la=MEDWAY)

    with pytest.raises(InputError, match="another authority"):
        approve(settings, store, fingerprint, la=MEDWAY)
