"""The gate: what it lets through, and that nothing else makes an approved release."""

from __future__ import annotations

import pytest

from oversight_agent import disclosure, gate, message
from oversight_agent.gate import ApprovedRelease, Candidate
from oversight_agent.local_policy import Policy, ReleaseMode
from oversight_agent.tables import GATE, SafeTable, Seal
from oversight_protocol.errors import Family, Reason, Refused
from oversight_protocol.policy import Rules
from oversight_protocol.release import Release, TableAnswer
from support import protocol

TICKET = protocol.ticket()
DIGEST = protocol.sealed_ticket().digest
KEYS = (("recording", "2026-Q1"), ("recording", "2026-Q2"))


def _safe(release: Release) -> dict[tuple[str, str], SafeTable]:
    return {
        (answer.table, answer.period): disclosure.restore("0" * 64, answer, Rules())
        for answer in release.tables
    }


def _candidate(
    release: Release, safe: dict[tuple[str, str], SafeTable],
    reasons: dict[tuple[str, str], Reason] | None = None,
) -> Candidate:  # fmt: skip
    return gate.candidate(release, safe, reasons or {}, TICKET, DIGEST, protocol.study())


def _refused(period: str, family: Family) -> TableAnswer:
    return TableAnswer(table="recording", period=period, status="refused", family=family)


def test_a_release_of_safe_tables_is_a_candidate_with_its_questions() -> None:
    release = protocol.release()

    what = _candidate(release, _safe(release))

    assert what.release == release
    assert list(what.questions) == [" ".join(key) for key in KEYS]


def test_a_table_that_disclosure_control_did_not_make_is_refused() -> None:
    release = protocol.release()
    safe = _safe(release)
    del safe[KEYS[1]]

    with pytest.raises(Refused) as caught:
        _candidate(release, safe)

    assert caught.value.reason is Reason.RELEASE_MISMATCH


def test_a_figure_changed_after_disclosure_control_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        _candidate(protocol.release(25), _safe(protocol.release(20)))

    assert caught.value.reason is Reason.RELEASE_MISMATCH


def test_a_refusal_by_source_needs_no_safe_table_and_keeps_its_reason_here() -> None:
    first, _ = protocol.release().tables
    release = protocol.release(tables=(first, _refused("2026-Q2", Family.DATA)))

    what = _candidate(release, {KEYS[0]: _safe(release)[KEYS[0]]}, {KEYS[1]: Reason.SOURCE})

    assert what.reasons == {"recording 2026-Q2": "source"}


def test_only_disclosure_control_withholds_a_table() -> None:
    first, _ = protocol.release().tables
    release = protocol.release(tables=(first, _refused("2026-Q2", Family.DISCLOSURE)))

    with pytest.raises(Refused):
        _candidate(release, {KEYS[0]: _safe(release)[KEYS[0]]})


def test_a_released_table_is_not_swapped_for_a_plain_refusal() -> None:
    safe = _safe(protocol.release())
    first, _ = protocol.release().tables
    release = protocol.release(tables=(first, _refused("2026-Q2", Family.DATA)))

    with pytest.raises(Refused):
        _candidate(release, safe)


@pytest.mark.parametrize("changes", [
    {"la": protocol.MEDWAY}, {"wave": "wave-2"}, {"study": "0" * 64}, {"ticket": "ticket-2"},
    {"ticket_digest": "0" * 64},
])  # fmt: skip
def test_a_release_for_another_ticket_is_refused(changes: dict[str, str]) -> None:
    release = protocol.release(**changes)

    with pytest.raises(Refused) as caught:
        _candidate(release, _safe(release))

    assert caught.value.reason is Reason.RELEASE_MISMATCH


def test_without_a_policy_every_release_waits_for_a_person() -> None:
    what = _candidate(protocol.release(), _safe(protocol.release()))

    assert gate.decide(what, Policy()) is None


def test_a_policy_or_a_person_lets_a_release_through_under_their_name() -> None:
    what = _candidate(protocol.release(), _safe(protocol.release()))

    by_policy = gate.decide(what, Policy(release=ReleaseMode(mode="automatic")))
    by_person = gate.approve(what, "person:ina")

    assert by_policy is not None
    assert (by_policy.approved_by, by_person.approved_by) == ("policy", "person:ina")
    assert by_policy.release == by_person.release == what.release


def test_nobody_but_the_gate_makes_an_approved_release() -> None:
    with pytest.raises(TypeError):
        ApprovedRelease(protocol.release(), "policy", {}, {}, Seal("oversight_agent.gate"))


def test_a_release_is_signed_by_the_agents_key() -> None:
    key = protocol.signing_key("agent E10000016")
    approved = ApprovedRelease(protocol.release(), "policy", {}, {}, GATE)

    envelope = message.seal_release(approved, key)

    assert Release.parse(envelope.open("release")) == protocol.release()
    assert len(envelope.signers([key.public_key()])) == 1
