"""Whether a ticket may be answered: the agent's verification, step by step.

    1. The keys shown hang from the pinned root and have not expired.
    2. The ticket is in its form and the coordinator's service key signed it.
    3. Its identifier was not used before with other bytes.
    4. It was issued to this authority.
    5. It is in force now.
    6. Its study is here, and an analyst and an approver whom the roles name today signed it.
    7. The study is in force, needs a specification that is installed, and was accepted here.
    8. The wave is one of the study's and is over.
    9. The cohort is within the study's, not smaller than it allows, and holds this authority.
    10. Every table is one of the study's.

What the authority's policy blocks is not decided here: a blocked table is refused within the
release, and the others are answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from oversight_agent import records
from oversight_protocol import specification
from oversight_protocol.envelope import Envelope
from oversight_protocol.errors import Reason, Refused
from oversight_protocol.ledger import Records
from oversight_protocol.release import Ticket
from oversight_protocol.study import Study
from oversight_protocol.trust import Trust

CLOCK_TOLERANCE = timedelta(minutes=5)
"""A ticket may seem to come from this far in the future; Flower tolerates as much backwards."""


@dataclass(frozen=True)
class Admitted:
    """A ticket that passed, with its study."""

    ticket: Ticket
    digest: str
    study: Study


def read_ticket(envelope: Envelope, trust: Trust) -> Ticket:
    """Step 2.

    Raises:
        Refused: `malformed` or `signature`.
    """
    return Ticket.parse(trust.check_coordinator(envelope, "ticket"))


def admit(
    ticket: Ticket, digest: str, study_envelope: Envelope, trust: Trust, ledger: Records, la: str,
    now: datetime,
) -> Admitted:  # fmt: skip
    """Steps 3 to 10.

    Raises:
        Refused: with the reason of the step that failed.
    """
    # 3.
    seen = records.ticket(ledger, ticket.id)
    if seen is not None and records.body(seen)["digest"] != digest:
        raise Refused(Reason.TICKET_REPLAYED)
    # 4.
    if ticket.la != la:
        raise Refused(Reason.TICKET_OTHER_LA)
    # 5.
    if not ticket.issued - CLOCK_TOLERANCE <= now < ticket.expires:
        raise Refused(Reason.TICKET_EXPIRED)
    # 6.
    if study_envelope.digest != ticket.study:
        raise Refused(Reason.STUDY_UNKNOWN)
    study = trust.check_study(study_envelope)
    # 7.
    check_study_here(study, ticket.study, ledger, now)
    # 8.
    wave = study.wave(ticket.wave)
    if max(period.end for period in wave.periods) >= now.date():
        raise Refused(Reason.WAVE_NOT_OVER)
    # 9.
    cohort = set(ticket.cohort)
    if len(cohort) < study.cohort.minimum or la not in cohort:
        raise Refused(Reason.COHORT)
    if not cohort <= set(study.cohort.las):
        raise Refused(Reason.COHORT)
    # 10.
    for name in ticket.tables:
        study.table(name)
    return Admitted(ticket, digest, study)


def check_study(study: Study, now: datetime) -> None:
    """What an offer must keep besides its signatures.

    Raises:
        Refused: `study-expired` or `specification`.
    """
    study.check_time(now)
    specification.load(study.spec_version)


def check_study_here(study: Study, digest: str, ledger: Records, now: datetime) -> None:
    """Step 7.

    Raises:
        Refused: `study-expired`, `specification`, `study-withdrawn` or `study-not-accepted`.
    """
    check_study(study, now)
    state = records.study_state(ledger, digest)
    if state == "withdrawn":
        raise Refused(Reason.STUDY_WITHDRAWN)
    if state != "accepted":
        raise Refused(Reason.STUDY_NOT_ACCEPTED)
