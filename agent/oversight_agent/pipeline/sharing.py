"""From a check to a signed document of codes: which measures the data can answer, and why not.

1. What the check says to others of each measure becomes a coverage: codes of the specification's
   table `submission`. Nothing in it depends on a small count (`checks.availability.SHARED`).
2. For a week after a wave's coverage was shared, that one is handed out again, byte for byte: who
   asks every day for what changed by one record's coming gets the same answer.
3. The gate lets it pass if the policy does, and holds it to its study.
4. It is sealed and recorded in the ledger.
5. Only then is it handed out, and it is what was recorded, byte for byte.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from oversight_agent import gate, local_policy, message, records
from oversight_agent.checks.availability import MeasureCheck
from oversight_agent.checks.findings import Check
from oversight_agent.config import Settings
from oversight_agent.keys import signing_key
from oversight_agent.ledger import LedgerFile
from oversight_agent.pipeline.recording import Clock
from oversight_protocol.coverage import EVERYTHING, Coverage, CoverageRow
from oversight_protocol.envelope import Envelope
from oversight_protocol.ledger import Records

FROZEN_FOR = timedelta(days=7)
"""For so long a wave's coverage stays as it was shared."""


def coverage_of(check: Check, la: str, now: datetime) -> Coverage:
    """What a check found out about each measure, as codes."""
    study, wave = check.asked.study, check.asked.wave
    return Coverage.model_validate(
        {
            "la": la,
            "spec_version": check.specification,
            "study": study.name,
            "study_version": study.version,
            "wave": wave.id,
            "period_start": min(one.start for one in wave.periods),
            "period_end": max(one.end for one in wave.periods),
            "snapshot_date": check.checked_on,
            "case_system": check.case_system,
            "shared": now.replace(microsecond=0),
            "rows": tuple(row for one in check.shared for row in _rows(one)),
        }
    )


def _rows(measure: MeasureCheck) -> tuple[CoverageRow, ...]:
    if not measure.lacks:
        return (CoverageRow(measure=measure.number, availability="available", reason="none",
                            data_point=EVERYTHING),)  # fmt: skip
    return tuple(
        CoverageRow(measure=measure.number, availability=measure.availability,
                    reason=one.reason, data_point=one.data_point)
        for one in measure.lacks
    )  # fmt: skip


def require_may_share(settings: Settings) -> None:
    """Check the policy before the sources are read.

    Raises:
        Refused: `coverage-not-shared`.
        InputError: the policy cannot be used.
    """
    gate.require_coverage_may_leave(local_policy.load(settings.policy))


@dataclass(frozen=True)
class Shared:
    """What may be handed out.

    Attributes:
        again: whether it was shared before, and is given out once more.
    """

    coverage: Coverage
    envelope: Envelope
    again: bool

    @property
    def renewable(self) -> date:
        """The first day on which another one of its wave can be shared."""
        return (self.coverage.shared + FROZEN_FOR).date()


def share(check: Check, settings: Settings, person: str, clock: Clock) -> Shared:
    """Let a check's codes leave: approved, sealed and recorded when this returns.

    Raises:
        Refused: `coverage-not-shared`, or the codes are not those of the study.
        InputError: the policy or the signing key cannot be used.
    """
    key = signing_key(settings.home)
    # 1.
    coverage = coverage_of(check, settings.la, clock())
    # 2.
    with LedgerFile(settings.ledger, settings.origin, key, clock).locked() as ledger:
        if (before := _still_holds(ledger, coverage)) is not None:
            return before
        # 3.
        policy = local_policy.load(settings.policy)
        approved = gate.approve_coverage(coverage, check.asked.study, policy, person)
        # 4.
        envelope = message.seal_coverage(approved, key)
        ledger.append(
            "coverage-shared",
            {"study": coverage.study, "wave": coverage.wave, "digest": envelope.digest,
             "by": approved.approved_by, "coverage": coverage.model_dump(mode="json"),
             "envelope": envelope.as_json()},
        )  # fmt: skip
    # 5.
    return Shared(coverage, envelope, again=False)


def _still_holds(ledger: Records, wanted: Coverage) -> Shared | None:
    """The coverage of the same wave that was shared within the last week."""
    for recorded in records.of_kind(ledger, "coverage-shared"):
        envelope = Envelope.from_json(records.body(recorded)["envelope"])
        coverage = Coverage.parse(envelope.payload)
        if _about(coverage) == _about(wanted) and wanted.shared < coverage.shared + FROZEN_FOR:
            return Shared(coverage, envelope, again=True)
    return None


def _about(coverage: Coverage) -> tuple[str, int, str, str]:
    return coverage.study, coverage.study_version, coverage.wave, coverage.spec_version
