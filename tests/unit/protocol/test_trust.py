from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from pydantic import ValidationError

from oversight_protocol.envelope import Envelope, seal
from oversight_protocol.errors import Reason, Refused
from oversight_protocol.trust import Holder, Trust, TrustBundle, establish
from support.protocol import (
    BRIGHTON,
    KENT,
    LATER,
    MEDWAY,
    NOW,
    agent,
    holder,
    network,
    public_hex,
    release,
    roles_document,
    root_document,
    roster_document,
    sealed_study,
    sealed_ticket,
    signing_key,
    study,
)

Check = Callable[..., Refused]


def test_a_network_in_order_is_established():
    trust = network().establish()

    assert trust.roles.analysts[0].holder == "Ana Analyst"
    assert trust.agent(KENT).la == KENT


# Rule 1: the pinned root, and its own threshold.


def test_another_root_than_the_pinned_one_is_refused(refused: Check):
    other = network(root=root_document(version=2))

    refused(Reason.TRUST, establish, other.bundle, network().root_envelope.digest, None)


def test_a_root_with_one_signature_is_refused(refused: Check):
    refused(Reason.TRUST, network(root_signers=("root 1",)).establish)


def test_a_root_signed_by_keys_that_it_does_not_name_is_refused(refused: Check):
    refused(Reason.TRUST, network(root_signers=("root 1", "Ana Analyst")).establish)


@pytest.mark.parametrize("signers", [("root 1", "root 3"), ("root 2", "root 3")])
def test_any_two_of_the_three_root_keys_do(signers: tuple[str, ...]):
    trust = network(root_signers=signers, roles_signers=signers).establish()

    assert trust.root.threshold == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"threshold": 1},
        {"threshold": 4},
        {"keys": (holder("root 1"), holder("Ann", key="root 1"), holder("root 3"))},
        {"keys": (holder("Ann", key="root 1"), holder(" ANN ", key="root 2"))},
        {"keys": (holder("root 1"),)},
        {"version": 0},
    ],
)
def test_a_root_whose_threshold_fewer_people_could_meet_does_not_load(changes: dict):
    with pytest.raises(ValidationError):
        root_document(**changes)


# Rule 2: the root's threshold signs the roles, a registrar the roster.


@pytest.mark.parametrize(
    "signers", [(), ("root 1",), ("root 1", "coordinator service"), ("Ana Analyst", "Abe Approver")]
)
def test_roles_below_the_roots_threshold_are_refused(signers: tuple[str, ...], refused: Check):
    refused(Reason.TRUST, network(roles_signers=signers).establish)


@pytest.mark.parametrize(
    "signers", [(), ("coordinator service",), ("root 1", "root 2"), ("Ana Analyst", "Abe Approver")]
)
def test_a_roster_that_no_registrar_signed_is_refused(signers: tuple[str, ...], refused: Check):
    refused(Reason.TRUST, network(roster_signers=signers).establish)


def test_a_registrar_of_other_roles_does_not_count(refused: Check):
    roles = roles_document(registrars=(holder("Someone Else", "Medway"),))

    refused(Reason.TRUST, network(roles=roles).establish)


def test_roles_and_roster_cannot_change_places(refused: Check):
    good = network()
    swapped = TrustBundle(root=good.bundle.root, roles=good.bundle.roster, roster=good.bundle.roles)

    refused(Reason.MALFORMED, establish, swapped, good.root_envelope.digest, None)


@pytest.mark.parametrize("text", ["", "{}", "\ud800", "[" * 5000])
def test_a_bundle_of_anything_else_is_malformed(text: str, refused: Check):
    good = network()
    bundle = good.bundle.model_construct(
        root=good.bundle.root, roles=text, roster=good.bundle.roster
    )

    refused(Reason.MALFORMED, establish, bundle, good.root_envelope.digest, None)


# Rule 3: nothing goes back.


def test_the_same_files_may_be_shown_again():
    seen = network().establish()

    assert network().establish(seen) == seen


def test_newer_roles_and_roster_take_the_place_of_older():
    seen = network().establish()
    newer = network(roles=roles_document(version=2), roster=roster_document(version=5))

    trust = newer.establish(seen)

    assert (trust.roles.version, trust.roster.version) == (2, 5)


@pytest.mark.parametrize(
    "part", [{"roles": roles_document(version=1)}, {"roster": roster_document(version=1)}]
)
def test_an_older_version_than_one_seen_is_refused(part: dict, refused: Check):
    newer = {"roles": roles_document(version=2), "roster": roster_document(version=2)}
    seen = network(**newer).establish()

    refused(Reason.ROLLBACK, network(**{**newer, **part}).establish, seen)


@pytest.mark.parametrize(
    "part",
    [
        {"roles": roles_document(expires=LATER + timedelta(days=1))},
        {"roster": roster_document(agents=())},
    ],
)
def test_other_content_under_a_version_seen_is_refused(part: dict, refused: Check):
    seen = network().establish()

    refused(Reason.ROLLBACK, network(**part).establish, seen)


# Rule 4: all three expire.


@pytest.mark.parametrize(
    "part",
    [
        {"root": root_document(expires=NOW)},
        {"roles": roles_document(expires=NOW)},
        {"roster": roster_document(expires=NOW)},
    ],
)
def test_each_file_answers_until_the_second_of_its_expiry_and_not_in_it(part: dict, refused: Check):
    trust = network(**part).establish()

    trust.check_time(NOW - timedelta(seconds=1))
    refused(Reason.TRUST_EXPIRED, trust.check_time, NOW)


# Rule 5: a study needs two people with two keys.


def test_a_study_signed_by_analyst_and_approver_is_accepted(trust: Trust):
    assert trust.check_study(sealed_study()) == study()


@pytest.mark.parametrize(
    "signers",
    [
        ("Ana Analyst",),
        ("Abe Approver",),
        ("stranger",),
        ("Ana Analyst", "stranger"),
        ("Ana Analyst", "coordinator service"),
        ("Ana Analyst", "Rea Registrar"),
        ("root 1", "root 2"),
    ],
)
def test_a_study_without_both_signatures_is_refused(
    signers: tuple[str, ...], trust: Trust, refused: Check
):
    refused(Reason.STUDY_SIGNATURES, trust.check_study, sealed_study(*signers))


@pytest.mark.parametrize(
    "approver",
    [
        holder("Ana Analyst"),
        holder("Ana Analyst", key="her second key"),
        holder("  ana   ANALYST ", key="her second key"),
        holder("Ａna Analyst", key="her second key"),
        holder("Another Name", key="Ana Analyst"),
    ],
)
def test_one_person_or_one_key_in_both_roles_is_not_two_people(approver: Holder, refused: Check):
    trust = network(roles=roles_document(approvers=(approver,))).establish()
    signed = sealed_study("Ana Analyst", "her second key")

    refused(Reason.STUDY_SIGNATURES, trust.check_study, signed)


def test_names_that_differ_in_unicode_form_only_are_one_person():
    composed, decomposed = holder("Zoë"), holder("Zoe\u0308", key="other")

    assert composed.person == decomposed.person


def test_a_person_in_both_roles_still_needs_another_person():
    both = (holder("Ana Analyst"), holder("Abe Approver", "Medway"))
    trust = network(roles=roles_document(analysts=both, approvers=both)).establish()

    with pytest.raises(Refused):
        trust.check_study(sealed_study("Ana Analyst"))

    assert trust.check_study(sealed_study()) == study()


def test_a_study_altered_after_it_was_signed_is_refused(trust: Trust, refused: Check):
    signatures = sealed_study().as_json()["signatures"]
    altered = {**sealed_study(title="Another").as_json(), "signatures": signatures}

    refused(Reason.STUDY_SIGNATURES, trust.check_study, Envelope.from_json(altered))


# Rule 6: the coordinator only asks.


@pytest.mark.parametrize("role", ["analysts", "approvers", "registrars"])
def test_the_coordinators_key_in_another_role_does_not_load(role: str):
    with pytest.raises(ValidationError):
        roles_document(**{role: (holder("A Person", key="coordinator service"),)})


def test_the_coordinators_signature_opens_a_ticket(trust: Trust):
    assert trust.check_coordinator(sealed_ticket(), "ticket") == sealed_ticket().payload


@pytest.mark.parametrize("signer", ["stranger", "Ana Analyst", f"agent {KENT}", "root 1"])
def test_nobody_else_can_sign_a_ticket(signer: str, trust: Trust, refused: Check):
    forged = Envelope.from_json({**sealed_ticket().as_json(), "signatures": []}).countersign(
        signing_key(signer)
    )

    refused(Reason.SIGNATURE, trust.check_coordinator, forged, "ticket")


def test_a_ticket_does_not_pass_for_a_receipt(trust: Trust, refused: Check):
    refused(Reason.MALFORMED, trust.check_coordinator, sealed_ticket(), "receipt")


# Rule 7: agents.


def test_a_release_is_opened_by_its_own_agents_signature_only(trust: Trust, refused: Check):
    signed = seal("release", release(), signing_key(f"agent {KENT}"))

    assert trust.check_agent(signed, "release", KENT) == signed.payload
    refused(Reason.SIGNATURE, trust.check_agent, signed, "release", MEDWAY)


def test_an_authority_that_is_not_on_the_roster_is_unknown(refused: Check):
    trust = network(roster=roster_document(agents=(agent(KENT),))).establish()
    signed = seal("release", release(), signing_key(f"agent {BRIGHTON}"))

    refused(Reason.KEY_UNKNOWN, trust.check_agent, signed, "release", BRIGHTON)


def test_a_revoked_agent_signs_nothing_any_more(refused: Check):
    trust = network(roster=roster_document(agents=(agent(KENT, status="revoked"),))).establish()
    signed = seal("release", release(), signing_key(f"agent {KENT}"))

    refused(Reason.KEY_REVOKED, trust.check_agent, signed, "release", KENT)


def test_an_authority_enrolled_again_signs_with_its_new_key_only(refused: Check):
    new = agent(KENT, signing_key=public_hex(signing_key("new")))
    old = agent(KENT, status="revoked")
    trust = network(roster=roster_document(agents=(old, new))).establish()

    signed = seal("release", release(), signing_key("new"))

    assert trust.check_agent(signed, "release", KENT) == signed.payload
    by_old = seal("release", release(), signing_key(f"agent {KENT}"))
    refused(Reason.SIGNATURE, trust.check_agent, by_old, "release", KENT)


@pytest.mark.parametrize(
    "agents",
    [
        (agent(KENT), agent(KENT, signing_key=public_hex(signing_key("new")))),
        (agent(KENT), agent(MEDWAY, signing_key=public_hex(signing_key(f"agent {KENT}")))),
        (agent(KENT, status="revoked"), agent(KENT)),
    ],
)
def test_a_roster_that_shares_an_authority_or_a_key_does_not_load(agents: tuple):
    with pytest.raises(ValidationError):
        roster_document(agents=agents)


@pytest.mark.parametrize("key", ["00" * 32, "01" + "00" * 31, "ff" * 32, "AB" * 32])
def test_a_key_that_anyone_could_sign_for_is_not_registered(key: str):
    with pytest.raises(ValidationError):
        agent(KENT, signing_key=key)


@pytest.mark.parametrize("name", ["Ann\u200b", "Ann\u202e", "Ann\x1b[2J", "Ann\n\r"])
def test_a_name_with_an_invisible_character_is_not_registered(name: str):
    with pytest.raises(ValidationError):
        holder(name)
