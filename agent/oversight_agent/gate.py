"""The gate: nothing leaves but through `decide`, a person's `approve` or `approve_coverage`.

Rules kept here:

1. Only this module makes an `ApprovedRelease` or an `ApprovedCoverage`, and only these can be
   signed and sent.
2. The release is held against the ticket, the study and the floors once more before it may pass.
3. The policy says whether a release passes by itself or waits for a person. Waiting is the default.
4. What the data can answer is shared by a person's command only, and only if the policy lets it be
   shared at all. It is held against its study once more: it is codes and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from oversight_agent.local_policy import Policy
from oversight_agent.tables import GATE, SafeTable, Seal
from oversight_protocol import specification
from oversight_protocol.coverage import Coverage, check_coverage
from oversight_protocol.errors import Family, Reason, Refused
from oversight_protocol.release import Release, TableAnswer, Ticket, check_release
from oversight_protocol.study import Study

Key = tuple[str, str]
"""A base table's name and a period's identifier."""


@dataclass(frozen=True)
class ApprovedRelease:
    """A release that may leave, and who let it pass (`policy`, or a person's name)."""

    release: Release
    approved_by: str
    questions: dict[str, str] = field(repr=False)
    reasons: dict[str, str] = field(repr=False)
    seal: Seal = field(repr=False)

    def __post_init__(self) -> None:
        """Check the maker."""
        GATE.check(self.seal)


@dataclass(frozen=True)
class ApprovedCoverage:
    """What the data can answer, as codes that may leave, and who let them pass."""

    coverage: Coverage
    approved_by: str
    seal: Seal = field(repr=False)

    def __post_init__(self) -> None:
        """Check the maker."""
        GATE.check(self.seal)


@dataclass(frozen=True)
class Candidate:
    """A release that has not passed yet.

    Attributes:
        questions: the digest of the canonical question of each released or withheld table, by
            "table period"; these are frozen once the release is recorded.
        reasons: why each other table was refused, likewise; for the authority itself.
    """

    release: Release
    questions: dict[str, str]
    reasons: dict[str, str]


def candidate(
    release: Release, safe: dict[Key, SafeTable], reasons: dict[Key, Reason], ticket: Ticket,
    ticket_digest: str, study: Study,
) -> Candidate:  # fmt: skip
    """A release made of safe tables and plain refusals, checked against its ticket and study.

    `safe` holds the released and withheld tables, `reasons` why each other one is refused.

    Raises:
        Refused: the release does not keep to them (a fault of this software, so nothing leaves).
    """
    for answer in release.tables:
        table = safe.get((answer.table, answer.period))
        from_safe = table is not None and table.answer == answer
        if not from_safe and not (table is None and _is_plain_refusal(answer)):
            raise Refused(Reason.RELEASE_MISMATCH, answer.table)
    check_release(release, ticket, ticket_digest, study)
    return Candidate(
        release,
        {" ".join(key): table.question for key, table in safe.items()},
        {" ".join(key): str(reason) for key, reason in reasons.items()},
    )


def decide(what: Candidate, policy: Policy) -> ApprovedRelease | None:
    """What the policy says: the approved release, or None if a person must look at it."""
    if policy.release.mode != "automatic":
        return None
    return approve(what, "policy")


def approve(what: Candidate, person: str) -> ApprovedRelease:
    """A person's approval."""
    return ApprovedRelease(what.release, person, what.questions, what.reasons, GATE)


def approve_coverage(
    coverage: Coverage, study: Study, policy: Policy, person: str
) -> ApprovedCoverage:
    """A person's approval of a coverage of this study, if the policy lets it be shared.

    Raises:
        Refused: `coverage-not-shared`, the policy does not; `malformed`, it holds more than codes
            of its study (a fault of this software, so nothing leaves).
    """
    require_coverage_may_leave(policy)
    check_coverage(coverage, study, specification.load(study.spec_version))
    return ApprovedCoverage(coverage, person, GATE)


def require_coverage_may_leave(policy: Policy) -> None:
    """Check that the policy lets it be shared what the data can answer.

    Raises:
        Refused: `coverage-not-shared`.
    """
    if not policy.coverage.share:
        raise Refused(Reason.COVERAGE_NOT_SHARED)


def _is_plain_refusal(answer: TableAnswer) -> bool:
    """A refusal for any family but disclosure, which only the disclosure stage may decide."""
    return answer.status == "refused" and answer.family is not Family.DISCLOSURE
