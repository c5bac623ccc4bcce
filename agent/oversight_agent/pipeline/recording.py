"""How answers get into the ledger: one place for questions that arrive and people's decisions.

Rules kept here:

1. An answer is sealed, then recorded; what is sent later is what was recorded, byte for byte.
2. A ticket has one final answer. Whoever records checks under the ledger's lock that there is none.
3. A refusal that a person decides looks outside like one that the policy decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

import structlog

from oversight_agent import local_policy, message, records
from oversight_agent.config import Settings
from oversight_agent.durability import reached
from oversight_agent.gate import ApprovedRelease, Candidate
from oversight_agent.history import History, against
from oversight_agent.keys import signing_key
from oversight_agent.ledger import LedgerFile
from oversight_agent.pipeline.job import AskedWave, SnapshotUsed
from oversight_agent.pipeline.remembering import Remembering
from oversight_agent.trust_store import StudyShelf, TrustStore
from oversight_protocol.durability import Step
from oversight_protocol.envelope import Envelope
from oversight_protocol.errors import Reason, Refused
from oversight_protocol.ledger import Ledger, Recorded
from oversight_protocol.study import Study
from oversight_protocol.trust import Trust

_log = structlog.get_logger("oversight_agent.recording")

Clock = Callable[[], datetime]


class Recording:
    """One agent's keys, ledger, trust and studies, and what is written about them.

    Raises:
        InputError: the signing key is missing or damaged.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings, self.clock = settings, clock
        self._key = signing_key(settings.home)
        self.ledger = LedgerFile(settings.ledger, settings.origin, self._key, clock)
        self.trust, self.shelf = TrustStore(settings), StudyShelf(settings)
        self._history = Remembering(settings)

    def offer(self, envelope: Envelope, study: Study, ledger: Ledger) -> None:
        """Record a validly signed study once, and accept it if the policy names it.

        Raises:
            InputError: the policy cannot be used.
        """
        digest = envelope.digest
        self.shelf.put(envelope)
        if records.study_state(ledger, digest) == "unknown":
            ledger.append(
                "study-offered", {"study": digest, "name": study.name, "version": study.version}
            )
            reached(Step.STUDY_OFFERED)
        if records.study_state(ledger, digest) == "offered":
            policy = local_policy.load(self.settings.policy)
            if study.name in policy.studies.accept:
                self.accept(digest, "policy", ledger)

    def accept(self, study: str, by: str, ledger: Ledger) -> None:
        """Record that a study (its digest) is accepted."""
        ledger.append("study-accepted", {"study": study, "by": by})
        reached(Step.STUDY_ACCEPTED)

    def trusted(self, trust: Trust, ledger: Ledger) -> None:
        """Record the files of trust in force, if the last ones recorded were others."""
        last = records.last(ledger, "trust-updated")
        digests = list(trust.digests)
        if last is None or records.body(last)["digests"] != digests:
            ledger.append(
                "trust-updated",
                {"roles": trust.roles.version, "roster": trust.roster.version, "digests": digests},
            )

    def note_snapshots(self, wave: AskedWave | None, used: Iterable[SnapshotUsed]) -> None:
        """Record once each snapshot that a wave is answered from, or that a person keeps."""
        of = {"of": wave.study, "wave": wave.wave} if wave else {"of": None, "wave": None}
        with self.ledger.locked() as ledger:
            for one in used:
                if ledger.find("snapshot-made", snapshot=one.id) is None:
                    ledger.append("snapshot-made", {"snapshot": one.id, "digest": one.digest, **of})

    def note_deleted(self, snapshot: str, by: str) -> None:
        """Record that a snapshot was deleted."""
        with self.ledger.locked() as ledger:
            ledger.append("snapshot-deleted", {"snapshot": snapshot, "by": by})

    def note_published(self, history: History) -> None:
        """Record how far the history has come, once own publications were kept in it."""
        with self.ledger.locked() as ledger:
            against.note_published(history, ledger)

    def held(self, what: Candidate, digest: str, ledger: Ledger) -> None:
        """Record a release that waits for a person."""
        ledger.append(
            "held",
            {"ticket": what.release.ticket, "digest": digest, "questions": dict(what.questions),
             "reasons": dict(what.reasons), "release": what.release.model_dump(mode="json"),
             "history_head": self._history.head(ledger)},
        )  # fmt: skip

    def answered(self, approved: ApprovedRelease, digest: str, ledger: Ledger) -> None:
        """Seal and record a release that may leave."""
        release = approved.release
        envelope = message.seal_release(approved, self._key)
        ledger.append(
            "answered",
            {"ticket": release.ticket, "digest": digest, "approved_by": approved.approved_by,
             "questions": dict(approved.questions), "reasons": dict(approved.reasons),
             "answer": envelope.as_json(), "release": release.model_dump(mode="json"),
             "history_head": self._history.head(ledger)},
        )  # fmt: skip
        reached(Step.ANSWER_RECORDED)

    def refused(
        self, ticket: str, digest: str, refused: Refused, ledger: Ledger, by: str = "agent"
    ) -> Recorded:
        """Seal and record the refusal of a whole ticket."""
        envelope = message.seal_refusal(
            refused.family, ticket=ticket, ticket_digest=digest, la=self.settings.la,
            now=self.clock(), key=self._key,
        )  # fmt: skip
        entry = ledger.append(
            "refused",
            {"ticket": ticket, "digest": digest, "reason": str(refused.reason), "by": by,
             "place": refused.place, "family": str(refused.family),
             "answer": envelope.as_json()},
        )  # fmt: skip
        reached(Step.ANSWER_RECORDED)
        _log.info("refused", ticket=ticket, reason=str(refused.reason))
        return entry

    def refused_unnamed(self, digest: str, refused: Refused, ledger: Ledger) -> None:
        """Record once, by the digest of its bytes, a request that proves nothing about itself."""
        if ledger.find("refused", ticket=None, digest=digest) is None:
            ledger.append(
                "refused",
                {"ticket": None, "digest": digest, "reason": str(refused.reason),
                 "by": "agent", "place": refused.place, "family": str(refused.family),
                 "answer": None},
            )  # fmt: skip
        _log.info("refused", reason=str(refused.reason))


def require_not_withdrawn(study: str, ledger: Ledger) -> None:
    """Check right before an answer is recorded that its study was not withdrawn meanwhile.

    Raises:
        Refused: `study-withdrawn`.
    """
    if records.study_state(ledger, study) == "withdrawn":
        raise Refused(Reason.STUDY_WITHDRAWN)
