"""From a file that an authority sent to a stored coverage: verify → ledger → store.

    1. It is an envelope of a coverage, in the schema's form.
    2. The roster knows an active agent of the authority that it names, and that agent signed it.
    3. It is of a study that is published or installed here, and says of each measure no more than
       its study allows.
    4. It is not from the future, and no older than the one that is kept.

Rules kept here:

1. What does not verify is recorded as rejected and never stored.
2. A coverage is in the ledger before it is in the store, and once only.
3. One is kept for each authority and study: the last that the authority shared.
"""

from __future__ import annotations

from datetime import datetime

from oversight_coordinator.authorities import authority
from oversight_coordinator.coverage import Matrix, matrix
from oversight_coordinator.ledger import LedgerFile
from oversight_coordinator.store import Store, StoredCoverage
from oversight_coordinator.verify import CLOCK_TOLERANCE
from oversight_protocol import specification, study_package
from oversight_protocol.canonical import digest
from oversight_protocol.coverage import Coverage, check_coverage
from oversight_protocol.envelope import Envelope
from oversight_protocol.errors import InputError, Refused
from oversight_protocol.study import Study
from oversight_protocol.trust import Trust


def add(raw: bytes, store: Store, ledger: LedgerFile, trust: Trust, now: datetime) -> Coverage:
    """Take in a coverage.

    Raises:
        Refused: it does not verify.
        InputError: it is of no authority or study known here, from the future, or older than the
            one that is kept.
    """
    try:
        envelope, coverage = verify_coverage(raw, store, trust, now)
    except Refused as refused:
        with ledger.locked() as book:
            if book.find("coverage-rejected", digest=digest(raw)) is None:
                book.append(
                    "coverage-rejected",
                    {"digest": digest(raw), "reason": str(refused.reason), "place": refused.place},
                )
        raise
    with ledger.locked() as book:
        if book.find("coverage-received", digest=envelope.digest) is None:
            book.append(
                "coverage-received",
                {"la": coverage.la, "study": coverage.study, "digest": envelope.digest,
                 "envelope": envelope.as_json()},
            )  # fmt: skip
    store.keep_coverage(_stored(envelope, coverage, now))
    return coverage


def verify_coverage(
    raw: bytes, store: Store, trust: Trust, now: datetime
) -> tuple[Envelope, Coverage]:
    """Run the steps.

    Raises:
        Refused, InputError: as `add`.
    """
    # 1.
    envelope = Envelope.from_bytes(raw)
    coverage = Coverage.parse(envelope.open("coverage"))
    # 2.
    authority(coverage.la)
    trust.check_time(now)
    trust.check_agent(envelope, "coverage", coverage.la)
    # 3.
    study = study_of(store, coverage.study, coverage.study_version)
    check_coverage(coverage, study, specification.load(study.spec_version))
    # 4.
    if coverage.shared > now + CLOCK_TOLERANCE:
        raise InputError(
            "this coverage is dated in the future",
            where=coverage.la,
            advice="compare the clocks of both sides, and ask for it again",
        )
    kept = store.coverage(coverage.la, coverage.study)
    if kept is not None and kept.shared_at > int(coverage.shared.timestamp()):
        raise InputError(
            "the authority has shared a later coverage, which is kept",
            where=coverage.la,
            advice="ask for the present one, if in doubt",
        )
    return envelope, coverage


def study_of(store: Store, name: str, version: int) -> Study:
    """A published study, or the installed one of this name and version.

    Raises:
        InputError: there is neither.
    """
    for one in store.studies():
        if (one.name, one.version) == (name, version):
            return Study.parse(Envelope.from_bytes(one.envelope).payload)
    installed = study_package.installed()
    if (installed.name, installed.version) != (name, version):
        raise InputError(
            f"the study '{name}', version {version}, is not known here",
            expected="a study that was published, or the one that is installed",
            advice="see 'oversight study list'; ask the authority for a coverage of one of these",
        )
    return installed


def matrix_of(store: Store, study: Study) -> Matrix:
    """The matrix of a study, of what is kept of it."""
    return matrix(study, specification.load(study.spec_version), kept_coverages(store, study))


def kept_coverages(store: Store, study: Study) -> dict[str, Coverage]:
    """What the authorities shared of a study, by code, in the order of their names.

    A coverage of another version of the study is left out.
    """
    found = (
        Coverage.parse(Envelope.from_bytes(one.envelope).payload)
        for one in store.coverages(study.name)
    )
    ordered = sorted(found, key=lambda one: authority(one.la).name)
    return {one.la: one for one in ordered if one.study_version == study.version}


def _stored(envelope: Envelope, coverage: Coverage, now: datetime) -> StoredCoverage:
    return StoredCoverage(
        la=coverage.la,
        study=coverage.study,
        version=coverage.study_version,
        envelope=envelope.raw,
        shared_at=int(coverage.shared.timestamp()),
        received_at=int(now.timestamp()),
    )
