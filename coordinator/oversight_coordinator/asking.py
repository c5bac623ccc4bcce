"""Studies published and waves asked: what the coordinator says, put into ledger and store."""

from __future__ import annotations

from collections.abc import Sequence
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
from oversight_protocol.release import Ticket
from oversight_protocol.study import Study


def publish(
    settings: Settings, store: Store, ledger: LedgerFile, envelope: Envelope, now: datetime
) -> Study:
    """Publish a signed study: keep it and offer it to every authority of its cohort on the roster.

    Raises:
        Refused: its signatures are not those of an analyst and an approver, or it has expired.
        InputError: another study of this name and version was published before.
    """
    trust = trust_files.current(settings.trust)
    study = trust.check_study(envelope)
    study.check_time(now)
    for other in store.studies():
        same = (other.name, other.version) == (study.name, study.version)
        if same and other.digest != envelope.digest:
            raise InputError(
                f"version {study.version} of '{study.name}' was published before, with other content",
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


def ask(
    settings: Settings, store: Store, ledger: LedgerFile, key: Ed25519PrivateKey, name: str,
    wave: str, tables: Sequence[str], cohort: Sequence[str], within: timedelta, now: datetime,
) -> Run:  # fmt: skip
    """Queue one ticket for each authority of a cohort.

    Args:
        name: the study's name or digest.
        tables: base tables; all of the study's when empty.
        cohort: ONS codes; all authorities of the study when empty.
        within: after this, whoever has not answered counts as unreachable.

    Raises:
        InputError: the study was not published.
        Refused: the wave, a table or the cohort is not the study's, or the study has expired.
    """
    stored = store.study(name)
    study = Study.parse(Envelope.from_bytes(stored.envelope).payload)
    study.check_time(now)
    chosen_wave = study.wave(wave)
    asked = tuple(study.table(table).name for table in tables) or tuple(
        table.name for table in study.base_tables
    )
    las = tuple(la for la in study.cohort.las if not cohort or la in cohort)
    if len(las) < max(study.cohort.minimum, len(set(cohort))):
        raise Refused(Reason.COHORT)
    run = Run(
        id=uuid4().hex, study=stored.digest, wave=chosen_wave.id, created_at=int(now.timestamp())
    )
    with ledger.locked() as book:
        head = book.head
        tickets = [
            Ticket(
                id=f"t{uuid4().hex}", study=stored.digest, wave=chosen_wave.id, tables=asked,
                cohort=las, la=la, issued=now, expires=min(now + within, study.expires),
                checkpoint=head,
            )
            for la in las
        ]  # fmt: skip
        book.append(
            "run-created",
            {"run": run.id, "study": run.study, "wave": run.wave, "tables": list(asked),
             "tickets": {ticket.la: ticket.id for ticket in tickets}},
        )  # fmt: skip
    store.add_run(run, [_ask(run, ticket, key) for ticket in tickets])
    reached(Step.RUN_CREATED)
    return run


def _ask(run: Run, ticket: Ticket, key: Ed25519PrivateKey) -> Ask:
    return Ask(
        ticket=ticket.id, run=run.id, la=ticket.la, envelope=seal("ticket", ticket, key).raw,
        state=AskState.QUEUED, next_at=0.0, deadline=ticket.expires.timestamp(), family=None,
        answer=None, receipt=None, received_at=None,
    )  # fmt: skip
