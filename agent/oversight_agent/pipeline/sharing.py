"""From a check to a signed document of codes: which measures the data can answer, and why not.

1. The check's measures become a coverage: codes of the specification's table `submission`.
2. The gate lets it pass if the policy does, and holds it to its study.
3. It is sealed and recorded in the ledger.
4. Only then is it handed out, and it is what was recorded, byte for byte.
"""

from __future__ import annotations

from datetime import datetime

from oversight_agent import gate, local_policy, message
from oversight_agent.checks.availability import MeasureCheck
from oversight_agent.checks.findings import Check
from oversight_agent.config import Settings
from oversight_agent.keys import signing_key
from oversight_agent.ledger import LedgerFile
from oversight_agent.pipeline.recording import Clock
from oversight_protocol.coverage import EVERYTHING, Coverage, CoverageRow
from oversight_protocol.envelope import Envelope


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
            "rows": tuple(row for one in check.measures for row in _rows(one)),
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


def share(check: Check, settings: Settings, person: str, clock: Clock) -> tuple[Coverage, Envelope]:
    """Let a check's codes leave: approved, sealed and recorded when this returns.

    Raises:
        Refused: `coverage-not-shared`, or the codes are not those of the study.
        InputError: the policy or the signing key cannot be used.
    """
    key = signing_key(settings.home)
    # 1.
    coverage = coverage_of(check, settings.la, clock())
    # 2.
    policy = local_policy.load(settings.policy)
    approved = gate.approve_coverage(coverage, check.asked.study, policy, person)
    # 3.
    envelope = message.seal_coverage(approved, key)
    with LedgerFile(settings.ledger, settings.origin, key, clock).locked() as ledger:
        ledger.append(
            "coverage-shared",
            {"study": coverage.study, "wave": coverage.wave, "digest": envelope.digest,
             "by": approved.approved_by, "coverage": coverage.model_dump(mode="json"),
             "envelope": envelope.as_json()},
        )  # fmt: skip
    # 4.
    return coverage, envelope
