"""What people at the authority decide: on studies, and on releases that wait for them.

Rules kept here:

1. A person accepts only what is validly signed and in force; each decision is in the ledger with
   the account that made it.
2. A held release leaves as it was shown, or not at all; what was decided once stays decided.
3. Nothing of a study leaves after this authority withdrew from it.
"""

from __future__ import annotations

from typing import Any

from oversight_agent import records, studies
from oversight_agent.config import Settings
from oversight_agent.gate import Candidate, approve
from oversight_agent.pipeline import admission
from oversight_agent.pipeline.recording import Clock, Recording, require_not_withdrawn
from oversight_agent.pipeline.remembering import Remembering
from oversight_protocol.errors import Reason, Refused
from oversight_protocol.ledger import Ledger
from oversight_protocol.release import Release
from oversight_protocol.study import Study


class Deciding:
    """People's decisions at one agent. They need no worker and no network."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._recording = Recording(settings, clock)

    def decide_held(self, ticket: str, person: str, *, release: bool) -> None:
        """Let a held release leave, or refuse it.

        Raises:
            Refused: `ticket-unknown`, no release of this ticket is waiting; `study-withdrawn`.
            HistoryError: what was released before is not all there.
        """
        with self._recording.ledger.locked() as ledger:
            entry = ledger.find("held", ticket=ticket)
            if entry is None or records.held(ledger, records.body(entry)["digest"]) is None:
                raise Refused(Reason.TICKET_UNKNOWN, ticket)
            if release:
                Remembering(self._settings).check(ledger)
                self._approve(records.body(entry), person, ledger)
            else:
                digest, refused = records.body(entry)["digest"], Refused(Reason.PERSON_REFUSED)
                self._recording.refused(ticket, digest, refused, ledger, by=person)

    def accept_study(self, text: str, person: str) -> str:
        """Accept an offered study, or one from a file; its name.

        Raises:
            Refused: its signatures do not hold, it has expired, or no keys are trusted yet.
            InputError: there is no such study.
        """
        envelope = studies.find(self._settings, text)
        trust = self._recording.trust.current()
        if trust is None:
            raise Refused(Reason.TRUST, "no exchange with the coordinator yet")
        trust.check_time(self._clock())
        study = trust.check_study(envelope)
        admission.check_study(study, self._clock())
        with self._recording.ledger.locked() as ledger:
            self._recording.offer(envelope, study, ledger)
            if records.study_state(ledger, envelope.digest) != "accepted":
                self._recording.accept(envelope.digest, person, ledger)
        return study.name

    def withdraw_study(self, text: str, person: str) -> str:
        """Withdraw from an offered study; its name.

        Raises:
            InputError: there is no such study.
        """
        envelope = studies.Shelf(self._settings).find(text)
        with self._recording.ledger.locked() as ledger:
            if records.study_state(ledger, envelope.digest) != "withdrawn":
                ledger.append("study-withdrawn", {"study": envelope.digest, "by": person})
        return Study.parse(envelope.payload).name

    def _approve(self, held: dict[str, Any], person: str, ledger: Ledger) -> None:
        release = Release.model_validate(held["release"], strict=False)
        require_not_withdrawn(release.study, ledger)
        what = Candidate(release, held["questions"], held["reasons"])
        self._recording.answered(approve(what, person), held["digest"], ledger)
