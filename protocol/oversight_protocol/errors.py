"""Every error that crosses a module boundary, and the reasons and families of refusal.

    OversightError                exit status 1
    ├── InputError                exit status 2   a file, row, field or option is not as expected
    ├── Refused                   exit status 3   a request that the rules do not allow
    ├── Held                      exit status 4   an output that waits for a person
    └── LedgerError               exit status 1   a ledger entry that does not verify

Rules kept here:

1. A message never quotes a person's data. What was found may be named by kind and place only.
2. Outside an authority a refusal is one of four *families* with a fixed sentence each. The *reason*
   is finer and stays inside.
3. A programmer's mistake is none of these and is not caught.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Family(StrEnum):
    """What the coordinator learns of a refusal."""

    POLICY = "policy"
    DISCLOSURE = "disclosure"
    DATA = "data"
    PROTOCOL = "protocol"


FAMILY_TEXT = MappingProxyType(
    {
        Family.POLICY: "The authority's policy does not allow this answer.",
        Family.DISCLOSURE: "The answer could identify a person and was withheld.",
        Family.DATA: "The data that this answer needs is not available at this authority.",
        Family.PROTOCOL: "The request does not keep to the protocol.",
    }
)
"""The fixed sentence of each family; all that leaves an authority with a refusal."""


class Reason(StrEnum):
    """Why something was refused, as the side that refuses it records it for itself."""

    MALFORMED = "malformed"
    SIGNATURE = "signature"
    TRUST = "trust"
    TRUST_EXPIRED = "trust-expired"
    ROLLBACK = "rollback"
    STUDY_SIGNATURES = "study-signatures"
    STUDY_EXPIRED = "study-expired"
    STUDY_UNKNOWN = "study-unknown"
    STUDY_WITHDRAWN = "study-withdrawn"
    STUDY_NOT_ACCEPTED = "study-not-accepted"
    SPECIFICATION = "specification"
    FLOOR = "floor"
    WAVE = "wave"
    WAVE_NOT_OVER = "wave-not-over"
    COHORT = "cohort"
    TABLE_UNKNOWN = "table-unknown"
    TABLE_BLOCKED = "table-blocked"
    TICKET_EXPIRED = "ticket-expired"
    TICKET_OTHER_LA = "ticket-other-la"
    TICKET_REPLAYED = "ticket-replayed"
    TICKET_UNKNOWN = "ticket-unknown"
    PERSON_REFUSED = "person-refused"
    SQL_NOT_ALLOWED = "sql-not-allowed"
    QUERY_LIMITS = "query-limits"
    RESULT_UNDECLARED = "result-undeclared"
    SOURCE = "source"
    WITHHELD = "withheld"
    KEY_UNKNOWN = "key-unknown"
    KEY_REVOKED = "key-revoked"
    RELEASE_MISMATCH = "release-mismatch"
    STALE = "stale"
    COVERAGE_NOT_SHARED = "coverage-not-shared"


@dataclass(frozen=True)
class ReasonText:
    """A reason's family, sentence and advice."""

    family: Family
    sentence: str
    advice: str


_P, _D, _L, _S = Family.PROTOCOL, Family.DATA, Family.POLICY, Family.DISCLOSURE

REASONS = MappingProxyType(
    {
        Reason.MALFORMED: ReasonText(
            _P,
            "The document is not in the form that its schema demands.",
            "Ask its sender for a document of this protocol version.",
        ),
        Reason.SIGNATURE: ReasonText(
            _P,
            "A signature is missing or does not match the document.",
            "Ask its sender to sign the unaltered document again.",
        ),
        Reason.TRUST: ReasonText(
            _P,
            "The keys shown are not the ones that this installation trusts.",
            "Sign with a key that has this right; at an authority, compare the root with the one "
            "pinned at enrolment.",
        ),
        Reason.TRUST_EXPIRED: ReasonText(
            _P,
            "The list of trusted keys has expired.",
            "Ask Kent to publish renewed role and roster files.",
        ),
        Reason.ROLLBACK: ReasonText(
            _P,
            "An older version of the trusted keys was shown than one already seen.",
            "Tell the programme's security contact: this should not happen.",
        ),
        Reason.STUDY_SIGNATURES: ReasonText(
            _P,
            "The study does not carry the valid signatures of an analyst and of an approver.",
            "Ask Kent for the study signed by both people.",
        ),
        Reason.STUDY_EXPIRED: ReasonText(
            _P, "The study has expired.", "Ask Kent for a renewed study."
        ),
        Reason.STUDY_UNKNOWN: ReasonText(
            _P, "The ticket names a study that is not here.", "Ask Kent to publish the study first."
        ),
        Reason.STUDY_WITHDRAWN: ReasonText(
            _L,
            "This authority has withdrawn from the study.",
            "Nothing to do; the study can be accepted again at any time.",
        ),
        Reason.STUDY_NOT_ACCEPTED: ReasonText(
            _L,
            "This authority has not accepted the study.",
            "Read it with 'oversight-agent study show' and accept it.",
        ),
        Reason.SPECIFICATION: ReasonText(
            _P,
            "The study needs a version of the common specification that is not installed.",
            "Upgrade the agent, or ask Kent which version is needed.",
        ),
        Reason.FLOOR: ReasonText(
            _P,
            "A threshold lies below the floor of the protocol.",
            "Raise it to the floor or above.",
        ),
        Reason.WAVE: ReasonText(
            _P, "The study has no such wave.", "Name a wave that the study lists."
        ),
        Reason.WAVE_NOT_OVER: ReasonText(
            _P, "The wave's last quarter has not ended yet.", "Ask again after its last day."
        ),
        Reason.COHORT: ReasonText(
            _P,
            "The cohort is not one that the study allows.",
            "Ask the authorities that the study lists, and at least its minimum number.",
        ),
        Reason.TABLE_UNKNOWN: ReasonText(
            _P,
            "The ticket asks for a table that the study does not hold.",
            "Ask only for base tables of the study.",
        ),
        Reason.TABLE_BLOCKED: ReasonText(
            _L,
            "This authority's policy blocks the table.",
            "Nothing to do; the block can be lifted in policy.toml.",
        ),
        Reason.TICKET_EXPIRED: ReasonText(
            _P,
            "The ticket is not valid at this time.",
            "Compare the clocks of both sides, then ask with a new ticket.",
        ),
        Reason.TICKET_OTHER_LA: ReasonText(
            _P,
            "The ticket was issued to another authority.",
            "Ask with a ticket that names this authority.",
        ),
        Reason.TICKET_REPLAYED: ReasonText(
            _P,
            "The ticket's identifier was used before with different contents.",
            "Ask with a new identifier.",
        ),
        Reason.TICKET_UNKNOWN: ReasonText(
            _P, "No ticket of this identifier was received.", "Send the ticket first."
        ),
        Reason.PERSON_REFUSED: ReasonText(
            _L, "A person at this authority refused the release.", "Nothing to do."
        ),
        Reason.SQL_NOT_ALLOWED: ReasonText(
            _P,
            "The table's SQL uses something outside the allow-list.",
            "Ask Kent to restate the table within the documented SQL.",
        ),
        Reason.QUERY_LIMITS: ReasonText(
            _D,
            "The query went over its memory or time.",
            "Ask Kent for a cheaper query, or raise the limits in agent.toml.",
        ),
        Reason.RESULT_UNDECLARED: ReasonText(
            _D,
            "The query gave a value, outcome or category that the study does not declare.",
            "Tell Kent which table it was: its SQL and its code lists disagree.",
        ),
        Reason.SOURCE: ReasonText(
            _D,
            "A source or its mapping could not be used.",
            "Run 'oversight-agent check' for the file, row and field.",
        ),
        Reason.WITHHELD: ReasonText(
            _S, "No pattern of suppression made the table safe.", "Nothing to do."
        ),
        Reason.KEY_UNKNOWN: ReasonText(_P, "The signer is not on the roster.", "Enrol the agent."),
        Reason.KEY_REVOKED: ReasonText(
            _P, "The signer's key was revoked.", "Enrol the agent again."
        ),
        Reason.RELEASE_MISMATCH: ReasonText(
            _P,
            "The answer does not match the ticket or the study that it answers.",
            "Compare the versions of agent and coordinator.",
        ),
        Reason.STALE: ReasonText(
            _P,
            "The answer's date lies outside the time in which its ticket was valid.",
            "Compare the clocks of both sides.",
        ),
        Reason.COVERAGE_NOT_SHARED: ReasonText(
            _L,
            "This authority's policy does not let it be shared what its data can answer.",
            "If that is the authority's decision, set 'share = true' under [coverage] in "
            "policy.toml.",
        ),
    }
)
"""The one place that says of each reason its family, its sentence and what to do."""


class OversightError(Exception):
    """The base of all errors that a person may read."""

    exit_status = 1


class InputError(OversightError):
    """Something that a person or a file supplied is not as expected."""

    exit_status = 2

    def __init__(
        self,
        what: str,
        *,
        where: str = "",
        found: str = "",
        expected: str = "",
        advice: str = "",
    ) -> None:
        self.what, self.where = what, where
        self.found, self.expected, self.advice = found, expected, advice
        labelled = (("Found", found), ("Expected", expected), ("What to do", advice))
        parts = [f"{where}: {what}" if where else what]
        parts += [f"{label}: {text}" for label, text in labelled if text]
        super().__init__(" ".join(f"{part.rstrip('.')}." for part in parts))


class Refused(OversightError):  # noqa: N818 — it is an answer, not a mistake
    """The rules do not allow what was asked.

    Attributes:
        reason: for the side that refuses; `family` is all that the other side learns.
        place: a table, field or key identifier; never a value from a source.
    """

    exit_status = 3

    def __init__(self, reason: Reason, place: str = "") -> None:
        self.reason, self.place = reason, place
        text = REASONS[reason]
        where = f" ({place})" if place else ""
        super().__init__(f"{text.sentence}{where} {text.advice} [{text.family}: {reason}]")

    @property
    def family(self) -> Family:
        """The family that the other side is told."""
        return REASONS[self.reason].family


class Held(OversightError):  # noqa: N818 — it is a state, not a mistake
    """The output waits for a person's approval."""

    exit_status = 4


class LedgerError(OversightError):
    """A ledger entry does not verify.

    Attributes:
        index: the number of the first entry that fails, counted from 0.
    """

    def __init__(self, index: int, problem: str) -> None:
        self.index, self.problem = index, problem
        super().__init__(f"entry {index}: {problem}")
