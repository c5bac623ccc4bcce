"""Whether an answer may be believed: the coordinator's verification, step by step.

1. It is an envelope of a release or a refusal, in the schema's form.
2. The roster knows an agent of the asked authority, and it is not revoked.
3. That agent's key signed it.
4. It answers the ticket that was sent: identifier, digest of its bytes, authority.
5. A release answers the ticket's study and wave, and the authority was in its cohort.
6. It was made while the ticket was in force.
7. It has the form that the study fixed, and every figure keeps the study's rules and the floors.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from oversight_protocol.envelope import Envelope
from oversight_protocol.errors import Family, Reason, Refused
from oversight_protocol.release import Refusal, Release, Ticket, check_release
from oversight_protocol.study import Study
from oversight_protocol.trust import Trust

CLOCK_TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True)
class Verified:
    """An answer that passed, with its envelope."""

    envelope: Envelope
    answer: Release | Refusal

    @property
    def outcome(self) -> str:
        """`released` if at least one table was, else `refused`."""
        return "released" if self._released() else "refused"

    @property
    def family(self) -> Family | None:
        """Of a refusal, or of a release without a released table, the family (the first one's)."""
        if isinstance(self.answer, Refusal):
            return self.answer.family
        return None if self._released() else self.answer.tables[0].family

    def _released(self) -> bool:
        return isinstance(self.answer, Release) and any(
            table.status == "released" for table in self.answer.tables
        )


def verify(
    raw: bytes, ticket_envelope: Envelope, study: Study, trust: Trust, now: datetime
) -> Verified:
    """Run the steps on an answer's bytes.

    Raises:
        Refused: with the reason of the step that failed.
    """
    ticket = Ticket.parse(ticket_envelope.open("ticket"))
    # 1.
    envelope = Envelope.from_bytes(raw)
    if envelope.kind == "release":
        payload = trust.check_agent(envelope, "release", ticket.la)  # 2. and 3.
        answer: Release | Refusal = Release.parse(payload)
    else:
        payload = trust.check_agent(envelope, "refusal", ticket.la)
        answer = Refusal.parse(payload)
    # 4.
    same = (ticket.id, ticket_envelope.digest, ticket.la)
    if (answer.ticket, answer.ticket_digest, answer.la) != same:
        raise Refused(Reason.RELEASE_MISMATCH)
    # 5.
    if ticket.la not in ticket.cohort:
        raise Refused(Reason.COHORT)
    # 6.
    earliest, latest = ticket.issued - CLOCK_TOLERANCE, ticket.expires + CLOCK_TOLERANCE
    if not earliest <= answer.answered <= min(latest, now + CLOCK_TOLERANCE):
        raise Refused(Reason.STALE)
    # 7.
    if isinstance(answer, Release):
        check_release(answer, ticket, ticket_envelope.digest, study)
    return Verified(envelope, answer)
