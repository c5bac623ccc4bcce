"""Verification of answers: each numbered step lets the good through and stops its bad vectors."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from oversight_coordinator.verify import CLOCK_TOLERANCE, verify
from oversight_protocol.envelope import Envelope, seal
from oversight_protocol.errors import FAMILY_TEXT, Family, Reason, Refused
from oversight_protocol.policy import Rules
from oversight_protocol.release import Refusal, Release, TableAnswer
from support import protocol
from support.protocol import KENT, MEDWAY, NOW

AGENT = protocol.signing_key(f"agent {KENT}")
HOUR = timedelta(hours=1)


def check(answer, *, key=AGENT, ticket=None, study=None, trust=None, now=NOW):
    """Verify an answer, or bytes, sent in reply to `ticket`."""
    raw = answer if isinstance(answer, bytes) else sealed(answer, key)
    return verify(
        raw, ticket or protocol.sealed_ticket(), study or protocol.study(),
        trust or protocol.network().establish(), now,
    )  # fmt: skip


def sealed(answer: Release | Refusal, key=AGENT) -> bytes:
    return seal(answer.type, answer, key).raw


def reason_of(answer, **circumstances) -> Reason:
    with pytest.raises(Refused) as caught:
        check(answer, **circumstances)
    return caught.value.reason


def with_tables(*tables: TableAnswer) -> Release:
    return protocol.release(tables=tables)


def released(period: str = "2026-Q1") -> TableAnswer:
    return protocol.table_answer(protocol.base_table(), period)


def refused(period: str, family: Family = Family.DISCLOSURE) -> TableAnswer:
    return TableAnswer(table="recording", period=period, status="refused", family=family)


# ---------------------------------------------------------------------- what passes


@pytest.mark.parametrize("value", [10, 15, 20, 1_000_000, None])
def test_a_release_with_figures_above_the_floors_passes(value):
    verified = check(protocol.release(value))

    assert (verified.outcome, verified.family) == ("released", None)


@pytest.mark.parametrize("family", Family)
def test_a_refusal_passes_with_its_family(family):
    verified = check(protocol.refusal(family=family, text=FAMILY_TEXT[family]))

    assert (verified.outcome, verified.family) == ("refused", family)


def test_a_release_with_one_released_table_is_released():
    verified = check(with_tables(refused("2026-Q1"), released("2026-Q2")))

    assert (verified.outcome, verified.family) == ("released", None)


def test_a_release_without_a_released_table_is_refused_with_its_first_tables_family():
    verified = check(with_tables(refused("2026-Q1"), refused("2026-Q2", Family.DATA)))

    assert (verified.outcome, verified.family) == ("refused", Family.DISCLOSURE)


# ---------------------------------------------------------------------- 1. form


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"null", b"{}", b"\xff", b"[" * 100_000,
        b'{"payload":"e30=","payloadType":"text/plain","signatures":[]}',
    ],
)  # fmt: skip
def test_what_is_no_envelope_is_malformed(raw):
    assert reason_of(raw) is Reason.MALFORMED


@pytest.mark.parametrize("kind", ["study", "ticket", "receipt", "checkpoint", "roster"])
def test_an_envelope_of_another_kind_is_malformed_even_if_the_agent_signed_it(kind):
    raw = seal(kind, protocol.release(), AGENT).raw

    assert reason_of(raw) is Reason.MALFORMED


def test_a_release_under_a_refusals_type_is_malformed_and_the_other_way_round():
    assert reason_of(seal("refusal", protocol.release(), AGENT).raw) is Reason.MALFORMED
    assert reason_of(seal("release", protocol.refusal(), AGENT).raw) is Reason.MALFORMED


def test_white_space_around_an_envelope_is_malformed():
    assert reason_of(sealed(protocol.release()) + b" ") is Reason.MALFORMED


def test_a_field_more_in_the_answer_is_malformed():
    class Chatty(Release):
        persons: int = 3

    chatty = Chatty(**dict(protocol.release()))

    assert reason_of(seal("release", chatty, AGENT).raw) is Reason.MALFORMED


# ---------------------------------------------------------------------- 2. and 3. whose key


def test_an_authority_that_is_not_on_the_roster_is_unknown():
    trust = protocol.network(roster=protocol.roster_document(agents=(protocol.agent(MEDWAY),)))

    assert reason_of(protocol.release(), trust=trust.establish()) is Reason.KEY_UNKNOWN


def test_a_revoked_agent_is_not_believed():
    revoked = protocol.agent(KENT, status="revoked")
    trust = protocol.network(roster=protocol.roster_document(agents=(revoked,)))

    assert reason_of(protocol.release(), trust=trust.establish()) is Reason.KEY_REVOKED


def test_the_key_before_an_enrolment_anew_is_not_believed():
    new = protocol.agent(
        KENT, signing_key=protocol.public_hex(protocol.signing_key("a new agent of Kent"))
    )
    agents = (protocol.agent(KENT, status="revoked"), new)
    trust = protocol.network(roster=protocol.roster_document(agents=agents)).establish()

    assert reason_of(protocol.release(), trust=trust) is Reason.SIGNATURE
    assert check(protocol.release(), key=protocol.signing_key("a new agent of Kent"), trust=trust)


@pytest.mark.parametrize(
    "signer", [f"agent {MEDWAY}", "coordinator service", "Ana Analyst", "root 1", "somebody"]
)
def test_only_the_asked_authoritys_own_key_signs_its_answer(signer):
    key = protocol.signing_key(signer)

    assert reason_of(protocol.release(), key=key) is Reason.SIGNATURE
    assert reason_of(protocol.refusal(), key=key) is Reason.SIGNATURE


def test_an_answer_without_a_signature_is_not_believed():
    assert reason_of(seal("release", protocol.release()).raw) is Reason.SIGNATURE


def test_a_signature_over_another_payload_is_not_believed():
    good, other = (
        Envelope.from_bytes(sealed(protocol.release(value))).as_json() for value in (20, 30)
    )

    mixed = Envelope.from_json({**good, "payload": other["payload"]})

    assert reason_of(mixed.raw) is Reason.SIGNATURE


# ---------------------------------------------------------------------- 4. this ticket

OTHERS = {"ticket": "ticket-2", "ticket_digest": "f" * 64, "la": MEDWAY}


@pytest.mark.parametrize("field", OTHERS)
@pytest.mark.parametrize("make", [protocol.release, protocol.refusal])
def test_an_answer_to_another_ticket_does_not_match(make, field):
    assert reason_of(make(**{field: OTHERS[field]})) is Reason.RELEASE_MISMATCH


def test_an_answer_to_the_same_identifier_with_other_bytes_does_not_match():
    other = protocol.sealed_ticket(expires=NOW + 2 * HOUR)

    assert reason_of(protocol.release(), ticket=other) is Reason.RELEASE_MISMATCH


# ---------------------------------------------------------------------- 5. study, wave, cohort


@pytest.mark.parametrize("change", [{"study": "f" * 64}, {"wave": "wave-2"}])
def test_an_answer_to_another_study_or_wave_does_not_match(change):
    assert reason_of(protocol.release(**change)) is Reason.RELEASE_MISMATCH


def test_an_authority_outside_its_tickets_cohort_is_not_believed():
    ticket = protocol.sealed_ticket(cohort=(MEDWAY, "E06000043"))
    answers = [make(ticket_digest=ticket.digest) for make in (protocol.release, protocol.refusal)]

    assert [reason_of(answer, ticket=ticket) for answer in answers] == [Reason.COHORT] * 2


# ---------------------------------------------------------------------- 6. in time


@pytest.mark.parametrize("make", [protocol.release, protocol.refusal])
@pytest.mark.parametrize(
    "answered", [NOW - CLOCK_TOLERANCE, NOW, NOW + HOUR, NOW + HOUR + CLOCK_TOLERANCE]
)
def test_an_answer_made_while_the_ticket_was_in_force_passes(make, answered):
    assert check(make(answered=answered), now=NOW + 2 * HOUR)


SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("make", [protocol.release, protocol.refusal])
@pytest.mark.parametrize(
    "answered",
    [
        NOW - CLOCK_TOLERANCE - SECOND, NOW + HOUR + CLOCK_TOLERANCE + SECOND,
        NOW.replace(year=1), NOW.replace(year=9999),
    ],
)  # fmt: skip
def test_an_answer_made_before_or_after_is_stale(make, answered):
    assert reason_of(make(answered=answered), now=NOW + 2 * HOUR) is Reason.STALE


def test_an_answer_from_the_future_is_stale():
    ahead = protocol.release(answered=NOW + CLOCK_TOLERANCE + SECOND)

    assert reason_of(ahead, now=NOW) is Reason.STALE


def test_an_answer_that_was_made_in_time_may_arrive_late():
    assert check(protocol.release(), now=NOW + timedelta(days=30))


# ---------------------------------------------------------------------- 7. form and floors


@pytest.mark.parametrize("value", [0, 1, 4, 5, 9, 11, 23])
def test_a_figure_that_is_unrounded_or_below_the_minimum_is_refused(value):
    assert reason_of(protocol.release(value)) is Reason.FLOOR


def test_one_figure_too_fine_in_the_last_cell_is_found():
    good = released("2026-Q2")
    last = good.rows[-1]
    cells = (*last.cells[:-1], last.cells[-1].model_copy(update={"value": 7}))
    rows = (*good.rows[:-1], last.model_copy(update={"cells": cells}))
    bad = good.model_copy(update={"rows": rows})

    assert reason_of(with_tables(released(), bad)) is Reason.FLOOR


def test_a_zero_may_be_shown_only_where_the_rules_of_the_release_say_so():
    assert check(protocol.release(0, rules=Rules(zeros_may_be_shown=True)),
                 study=protocol.study(rules=Rules(zeros_may_be_shown=True)))  # fmt: skip


def test_an_authoritys_own_stricter_rules_bind_its_figures():
    stricter = Rules(minimum_persons=30)

    assert reason_of(protocol.release(20, rules=stricter)) is Reason.FLOOR
    assert check(protocol.release(30, rules=stricter))


def test_rules_below_the_studys_are_refused():
    study = protocol.study(rules=Rules(minimum_persons=30))

    assert reason_of(protocol.release(40), study=study) is Reason.FLOOR


@pytest.mark.parametrize(
    "tables",
    [
        (released("2026-Q1"),),
        (released("2026-Q2"), released("2026-Q1")),
        (released("2026-Q1"), released("2026-Q1")),
        (released("2026-Q1"), released("2026-Q2"), released("2026-Q3")),
        (released("2026-Q1"), refused("2026-Q3")),
    ],
)
def test_tables_missing_twice_or_more_than_asked_do_not_match(tables):
    assert reason_of(with_tables(*tables)) is Reason.RELEASE_MISMATCH


def test_a_table_that_was_not_asked_does_not_match():
    other = released("2026-Q2").model_copy(update={"table": "authorised"})

    assert reason_of(with_tables(released(), other)) is Reason.RELEASE_MISMATCH


ALTERED_ROWS = {
    "a row missing": lambda rows: rows[:-1],
    "a row twice": lambda rows: (*rows, rows[-1]),
    "an undeclared category": lambda rows: (
        *rows[:-1], rows[-1].model_copy(update={"category": "other"})),
    "an undeclared outcome": lambda rows: (
        rows[0].model_copy(update={"cells": tuple(
            cell.model_copy(update={"outcome": "other"}) for cell in rows[0].cells)}),
        *rows[1:]),
    "a total that is none": lambda rows: (
        rows[0].model_copy(update={"total": rows[0].cells[0]}), *rows[1:]),
}  # fmt: skip


@pytest.mark.parametrize("name", ALTERED_ROWS)
def test_a_table_of_another_form_than_the_studys_is_refused(name):
    good = released("2026-Q1")
    altered = good.model_copy(update={"rows": ALTERED_ROWS[name](good.rows)})

    reason = reason_of(with_tables(altered, released("2026-Q2")))

    assert reason is Reason.RELEASE_MISMATCH


def test_a_trust_in_which_everyone_else_is_revoked_still_believes_the_asked_authority():
    trust = protocol.network().establish()
    others = tuple(
        one if one.la == KENT else one.model_copy(update={"status": "revoked"})
        for one in trust.roster.agents
    )
    narrowed = replace(trust, roster=trust.roster.model_copy(update={"agents": others}))

    assert check(protocol.release(), trust=narrowed)
