"""The files of trust in a home: made, verified before they are put in place, never going back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from oversight_coordinator import config, trust_files
from oversight_protocol.errors import InputError, Reason, Refused
from support import protocol
from support.protocol import BRIGHTON, KENT, LAS, MEDWAY, NOW
from support.simulator import install_trust

REGISTRAR = protocol.signing_key("Rea Registrar")
MEMBERS = [protocol.holder(f"root {n}", f"Organisation {n}") for n in (1, 2, 3)]


@pytest.fixture
def folder(tmp_path):
    trust = config.load(tmp_path).trust
    install_trust(trust)
    return trust


def keys(*names: str):
    return [protocol.signing_key(name) for name in names]


def roles(version: int = 2, signers=("root 1", "root 2"), **changes):
    fields = {
        "analysts": [protocol.holder("Ana Analyst")],
        "approvers": [protocol.holder("Abe Approver")],
        "registrars": [protocol.holder("Rea Registrar")],
        "coordinator": [protocol.holder("coordinator service")],
        **changes,
    }
    return trust_files.make_roles(version=version, keys=keys(*signers), now=NOW, **fields)


# ---------------------------------------------------------------------- root


def test_a_root_is_made_by_two_of_three_different_people():
    envelope = trust_files.make_root(MEMBERS, keys("root 1", "root 3"), NOW)

    assert len(envelope.key_ids) == 2


@pytest.mark.parametrize("signers", [(), ("root 1",), ("root 1", "root 1"), ("root 1", "nobody")])
def test_a_root_that_fewer_than_two_members_sign_is_not_made(signers):
    with pytest.raises(InputError, match="2 members"):
        trust_files.make_root(MEMBERS, keys(*signers), NOW)


@pytest.mark.parametrize(
    "members", [MEMBERS[:1], [MEMBERS[0], MEMBERS[0], MEMBERS[1]],
                [MEMBERS[0], MEMBERS[1], protocol.holder("ROOT  1", key="another")]]
)  # fmt: skip
def test_a_root_of_too_few_people_is_an_input_error(members):
    with pytest.raises(InputError):
        trust_files.make_root(members, keys("root 1", "root 2"), NOW)


# ---------------------------------------------------------------------- roles


def test_roles_that_two_members_signed_are_put_in_place(folder):
    trust_files.publish_roles(folder, roles())

    assert trust_files.current(folder).roles.version == 2


@pytest.mark.parametrize(
    "signers", [(), ("root 1",), ("root 1", "Rea Registrar"), ("coordinator service", "root 2")]
)
def test_roles_that_the_root_did_not_sign_are_not_put_in_place(signers, folder):
    with pytest.raises(InputError, match="must sign"):
        trust_files.publish_roles(folder, roles(signers=signers))

    assert trust_files.current(folder).roles.version == 1


def test_the_service_key_with_another_role_is_an_input_error():
    with pytest.raises(InputError, match="another role"):
        roles(registrars=[protocol.holder("coordinator service")])


@pytest.mark.parametrize("role", ["analysts", "approvers", "registrars", "coordinator"])
def test_a_role_that_nobody_holds_is_an_input_error(role):
    with pytest.raises(InputError):
        roles(**{role: []})


def test_roles_without_the_present_rosters_registrar_are_refused_with_the_way_to_change(folder):
    new = protocol.holder("New Registrar")
    with pytest.raises(InputError, match="both registrars"):
        trust_files.publish_roles(folder, roles(registrars=[new]))

    both = [protocol.holder("Rea Registrar"), new]
    trust_files.publish_roles(folder, roles(registrars=both))
    trust_files.renew_roster(folder, protocol.signing_key("New Registrar"), NOW)
    trust_files.publish_roles(folder, roles(3, registrars=[new]))

    trust = trust_files.current(folder)
    assert trust.roles.registrars == (new,)
    assert {agent.la for agent in trust.roster.agents} == set(LAS)


# ---------------------------------------------------------------------- roster


def test_a_first_roster_is_empty_and_only_a_registrar_makes_it(folder):
    (folder / "roster.json").unlink()

    with pytest.raises(Refused):
        trust_files.renew_roster(folder, protocol.signing_key("coordinator service"), NOW)
    version = trust_files.renew_roster(folder, REGISTRAR, NOW)

    assert version == 1
    assert trust_files.current(folder).roster.agents == ()


def test_a_renewed_roster_has_the_same_agents_and_90_days_more(folder):
    later = NOW + timedelta(days=60)

    version = trust_files.renew_roster(folder, REGISTRAR, later)

    roster = trust_files.current(folder).roster
    assert (version, roster.version) == (2, 2)
    assert {agent.la for agent in roster.agents} == set(LAS)
    assert roster.expires == later + timedelta(days=90)


def test_a_revoked_agent_stays_on_the_roster_as_revoked(folder):
    trust_files.revoke_agent(folder, MEDWAY, REGISTRAR, NOW)
    trust_files.renew_roster(folder, REGISTRAR, NOW)

    trust = trust_files.current(folder)
    with pytest.raises(Refused) as caught:
        trust.agent(MEDWAY)
    assert caught.value.reason is Reason.KEY_REVOKED
    assert trust.agent(KENT)


def test_an_agent_that_is_not_on_the_roster_cannot_be_revoked(folder):
    with pytest.raises(InputError, match="E10000014"):
        trust_files.revoke_agent(folder, "E10000014", REGISTRAR, NOW)


def test_adding_an_agent_leaves_the_others_as_they_are(folder):
    before = {agent.la: agent for agent in trust_files.current(folder).roster.agents}
    trust_files.revoke_agent(folder, BRIGHTON, REGISTRAR, NOW)

    trust_files.add_agent(folder, protocol.agent("E10000014"), REGISTRAR, NOW)

    agents = trust_files.current(folder).roster.agents
    assert [agent for agent in agents if agent.la in (KENT, MEDWAY)] == [
        before[MEDWAY], before[KENT],
    ]  # fmt: skip
    assert [agent.status for agent in agents if agent.la == BRIGHTON] == ["revoked"]


# ---------------------------------------------------------------------- reading


@pytest.mark.parametrize("part", ["root", "roles", "roster"])
def test_a_missing_file_is_named_with_the_command_that_makes_it(part, folder):
    (folder / f"{part}.json").unlink()

    with pytest.raises(InputError) as caught:
        trust_files.current(folder)

    assert f"{part}.json" in str(caught.value)
    assert f"oversight trust {part}" in str(caught.value)


@pytest.mark.parametrize("part", ["root", "roles", "roster"])
def test_an_altered_file_does_not_verify(part, folder):
    path = folder / f"{part}.json"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    with pytest.raises(Refused):
        trust_files.current(folder)


def test_a_roster_of_another_network_does_not_verify(folder):
    foreign = protocol.network(roster_signers=("Another Registrar",))
    (folder / "roster.json").write_text(foreign.bundle.roster)

    with pytest.raises(Refused) as caught:
        trust_files.current(folder)

    assert caught.value.reason is Reason.TRUST


@pytest.mark.parametrize("approver", [
    protocol.holder("Ana Analyst"),
    protocol.holder("Ana Analyst", key="another key of hers"),
])  # fmt: skip
def test_roles_by_which_nobody_could_publish_a_study_are_not_put_in_place(folder, approver):
    before = (folder / "roles.json").read_bytes()

    with pytest.raises(InputError, match="two people"):
        trust_files.publish_roles(folder, roles(approvers=[approver]))

    assert (folder / "roles.json").read_bytes() == before
