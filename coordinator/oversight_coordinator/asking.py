"""Studies published and waves asked: what the coordinator says, put into ledger and store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from oversight_coordinator import trust_files
from oversight_coordinator.config import Settings
from oversight_coordinator.durability import reached
from oversight_coordinator.ledger import LedgerFile
from oversight_coordinator.store import Ask, AskState, Run, Store, StoredStudy
from oversight_protocol.durability import Step
from oversight_protocol.envelope import Envelope, seal
from oversight_protocol.errors import InputError, Reason, Refused
from oversight_protocol.release import Head, Ticket
from oversight_protocol.study import Study


def publish(
    settings: Settings, store: Store, ledger: LedgerFile, envelope: Envelope, now: datetime
) -> Study:
    """Publish a signed study: keep it and offer it to every authority of its cohort on the roster.

    Raises:
        Refused: its signatures are not those of an analyst and an approver, or it or the files of
            trust have expired.
        InputError: another study of this name and version was published before.
    """
    trust = trust_files.current(settings.trust)
    trust.check_time(now)
    study = trust.check_study(envelope)
    study.check_time(now)
    for other in store.studies():
        same = (other.name, other.version) == (study.name, study.version)
        if same and other.digest != envelope.digest:
            raise InputError(
                f"version {study.version} of '{study.name}' was published with other content",
                advice="raise the version and have it signed again",
            )
    with ledger.locked() as book:
        if book.find("study-published", study=envelope.digest) is None:
            book.append(
                "study-published",
                {"study": envelope.digest, "name": study.name, "version": study.version,
                 "envelope": envelope.as_json()},
            )  # fmt: skip
    on_roster = {agent.la for agent in trust.roster.agents if agent.status == "active"}
    store.publish(
        StoredStudy(
            digest=envelope.digest, name=study.name, version=study.version,
            envelope=envelope.raw, published_at=int(now.timestamp()),
        ),
        [la for la in study.cohort.las if la in on_roster],
    )  # fmt: skip
    return study


@dataclass(frozen=True)
class Question:
    """A wave of a study, to be asked.

    Attributes:
        study: its name or digest.
        wave: one of the study's waves.
        within: after this, whoever has not answered counts as unreachable.
        tables: base tables; all of the study's when empty.
        cohort: ONS codes; all authorities of the study when empty.
    """

    study: str
    wave: str
    within: timedelta
    tables: Sequence[str] = ()
    cohort: Sequence[str] = ()


def ask(
    settings: Settings, store: Store, ledger: LedgerFile, key: Ed25519PrivateKey,
    question: Question, now: datetime,
) -> Run:  # fmt: skip
    """Queue one ticket for each authority of a cohort, signed with the service's key.

    Raises:
        InputError: the study was not published.
        Refused: the wave, a table or the cohort is not the study's; the study or the files of trust
            have expired; or who signed the study has lost the role since. No agent would answer.
    """
    stored = store.study(question.study)
    trust = trust_files.current(settings.trust)
    trust.check_time(now)
    study = trust.check_study(Envelope.from_bytes(stored.envelope))
    study.check_time(now)
    wave = study.wave(question.wave)
    run = Run(id=uuid4().hex, study=stored.digest, wave=wave.id, created_at=int(now.timestamp()))
    with ledger.locked() as book:
        tickets = _tickets(study, stored.digest, question, book.head, now)
        book.append(
            "run-created",
            {"run": run.id, "study": run.study, "wave": run.wave,
             "tables": list(tickets[0].tables),
             "tickets": {ticket.la: ticket.id for ticket in tickets}},
        )  # fmt: skip
    store.add_run(run, [_ask(run, ticket, key) for ticket in tickets])
    reached(Step.RUN_CREATED)
    return run


def _tickets(
    study: Study, digest: str, question: Question, head: Head, now: datetime
) -> list[Ticket]:
    asked = dict.fromkeys(study.table(table).name for table in question.tables)
    tables = tuple(asked or (table.name for table in study.base_tables))
    las = tuple(la for la in study.cohort.las if not question.cohort or la in question.cohort)
    if len(las) < max(study.cohort.minimum, len(set(question.cohort))):
        raise Refused(Reason.COHORT)
    # An instant has no fractions of a second; a ticket is in force for one at least.
    seconds = timedelta(seconds=max(1, round(question.within.total_seconds())))
    return [
        Ticket(
            id=f"t{uuid4().hex}", study=digest, wave=question.wave, tables=tables, cohort=las,
            la=la, issued=now, expires=min(now + seconds, study.expires), checkpoint=head,
        )
        for la in las
    ]  # fmt: skip


def _ask(run: Run, ticket: Ticket, key: Ed25519PrivateKey) -> Ask:
    return Ask(
        ticket=ticket.id, run=run.id, la=ticket.la, envelope=seal("ticket", ticket, key).raw,
        state=AskState.QUEUED, next_at=0.0, deadline=ticket.expires.timestamp(), family=None,
        answer=None, receipt=None, received_at=None,
    )  # fmt: skip
