"""What the coordinator asks of its store, one short transaction each.

The states of an ask, and what moves it on:

    queued ─ask─▶ accepted ─collect─▶ answered ─receipt─▶ done
       │             │ ▲
       │             ▼ │ collect
       │             held
       └────────────┴─────deadline──▶ unreachable

A run that is closed ends waiting as the deadline does, but for held asks: there an answer is made,
and a person may still release it before the deadline.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from oversight_coordinator.store import tables as t
from oversight_coordinator.store.database import Database
from oversight_coordinator.store.records import (
    OPEN_STATES,
    Ask,
    AskState,
    Enrolment,
    Offer,
    Run,
    StoredCoverage,
    StoredStudy,
)
from oversight_protocol.errors import InputError


class Store:
    """The store at a database URL, its schema brought up to date when it is opened.

    Raises:
        InputError: the database cannot be opened.
    """

    def __init__(self, url: str) -> None:
        self._database = Database(url)
        self._write, self._all = self._database.writing, self._database.rows

    def close(self) -> None:
        """Give the connections back."""
        self._database.close()

    # ------------------------------------------------------------------ studies and offers

    def publish(self, study: StoredStudy, las: Sequence[str]) -> bool:
        """Keep a study and queue its offer to each authority; False if it was published before."""
        with self._write() as connection:
            known = connection.execute(
                sa.select(t.studies.c.digest).where(t.studies.c.digest == study.digest)
            ).first()
            if known:
                return False
            connection.execute(sa.insert(t.studies).values(**vars(study)))
            offers = [
                {"study": study.digest, "la": la, "state": "queued", "next_at": 0.0} for la in las
            ]
            if offers:
                connection.execute(sa.insert(t.offers), offers)
            return True

    def study(self, name_or_digest: str) -> StoredStudy:
        """A published study by digest, or the latest version by name.

        Raises:
            InputError: there is none.
        """
        c = t.studies.c
        rows = self._all(
            sa.select(t.studies)
            .where((c.digest == name_or_digest) | (c.name == name_or_digest))
            .order_by(c.version.desc())
            .limit(1)
        )
        if not rows:
            raise InputError(
                f"no study '{name_or_digest}' was published", advice="see 'oversight study list'"
            )
        return StoredStudy(**rows[0])

    def studies(self) -> list[StoredStudy]:
        """All published studies, by name and version."""
        order = (t.studies.c.name, t.studies.c.version)
        return [StoredStudy(**row) for row in self._all(sa.select(t.studies).order_by(*order))]

    def offers_due(self, now: float) -> list[Offer]:
        """Offers that an authority has not taken yet."""
        c = t.offers.c
        rows = self._all(
            sa.select(c.study, c.la).where(c.state == "queued", c.next_at <= now).order_by(c.la)
        )
        return [Offer(**row) for row in rows]

    def offer_taken(self, offer: Offer) -> None:
        """The authority has the study."""
        self._set_offer(offer, state="taken")

    def delay_offer(self, offer: Offer, next_at: float) -> None:
        """Not before then again."""
        self._set_offer(offer, next_at=next_at)

    def _set_offer(self, offer: Offer, **values: object) -> None:
        c = t.offers.c
        with self._write() as connection:
            connection.execute(
                sa.update(t.offers).where(c.study == offer.study, c.la == offer.la).values(values)
            )

    # ------------------------------------------------------------------ runs and asks

    def add_run(self, run: Run, asks: Sequence[Ask]) -> None:
        """Queue a run with all its asks, or nothing of it."""
        with self._write() as connection:
            connection.execute(sa.insert(t.runs).values(**vars(run)))
            connection.execute(sa.insert(t.asks), [_ask_values(ask) for ask in asks])

    def runs(self) -> list[Run]:
        """All runs, oldest first."""
        query = sa.select(t.runs).order_by(t.runs.c.created_at, t.runs.c.id)
        return [Run(**row) for row in self._all(query)]

    def run(self, run_id: str) -> Run:
        """A run by its identifier, or by the beginning of it if only one begins so.

        Raises:
            InputError: there is none, or several.
        """
        found = [run for run in self.runs() if run.id.startswith(run_id)]
        if len(found) != 1:
            raise InputError(
                f"{'several runs begin' if found else 'no run begins'} with '{run_id}'",
                advice="see 'oversight runs list'",
            )
        return found[0]

    def asks(self, run_id: str) -> list[Ask]:
        """A run's asks, by authority."""
        rows = self._all(sa.select(t.asks).where(t.asks.c.run == run_id).order_by(t.asks.c.la))
        return [_ask(row) for row in rows]

    def ask(self, ticket: str) -> Ask | None:
        """The ask of a ticket."""
        rows = self._all(sa.select(t.asks).where(t.asks.c.ticket == ticket))
        return _ask(rows[0]) if rows else None

    def asks_due(self, now: float) -> list[Ask]:
        """Asks whose next message is due, oldest first."""
        c = t.asks.c
        states = (*OPEN_STATES, AskState.ANSWERED)
        rows = self._all(
            sa.select(t.asks).where(c.state.in_(states), c.next_at <= now).order_by(c.next_at, c.la)
        )
        return [_ask(row) for row in rows]

    def set_ask(self, ticket: str, *, was: AskState | None = None, **values: object) -> bool:
        """Change an ask's state or next time; False if it is no longer in the state `was`."""
        c = t.asks.c
        change = sa.update(t.asks).where(c.ticket == ticket).values(values)
        with self._write() as connection:
            return _changed(connection, change if was is None else change.where(c.state == was))

    def expire_asks(self, now: float) -> list[str]:
        """Mark asks past their deadline as unreachable; their tickets."""
        c = t.asks.c
        late = sa.select(c.ticket).where(c.state.in_(OPEN_STATES), c.deadline <= now)
        if not self._all(late):
            return []
        with self._write() as connection:
            tickets = connection.execute(late).scalars().all()
            connection.execute(
                sa.update(t.asks).where(c.ticket.in_(tickets)).values(state=AskState.UNREACHABLE)
            )
        return list(tickets)

    def close_run(self, run_id: str) -> list[str]:
        """Mark a run's asks that are queued or accepted as unreachable; their authorities."""
        c = t.asks.c
        waiting = (c.run == run_id) & c.state.in_((AskState.QUEUED, AskState.ACCEPTED))
        with self._write() as connection:
            las = connection.execute(sa.select(c.la).where(waiting).order_by(c.la)).scalars().all()
            connection.execute(sa.update(t.asks).where(waiting).values(state=AskState.UNREACHABLE))
        return list(las)

    # ------------------------------------------------------------------ enrolment

    def invite(self, enrolment: Enrolment) -> None:
        """Keep an invitation; earlier open ones of the same authority end."""
        c = t.enrolments.c
        with self._write() as connection:
            connection.execute(
                sa.update(t.enrolments)
                .where(c.la == enrolment.la, c.state.in_(("invited", "pending")))
                .values(state="superseded")
            )
            connection.execute(sa.insert(t.enrolments).values(**vars(enrolment)))

    def enrolments(self) -> list[Enrolment]:
        """All invitations, by authority and time of expiry."""
        order = (t.enrolments.c.la, t.enrolments.c.expires_at)
        rows = self._all(sa.select(t.enrolments).order_by(*order))
        return [Enrolment(**row) for row in rows]

    def enrolment(self, token_digest: str) -> Enrolment | None:
        """The invitation of a token."""
        c = t.enrolments.c
        rows = self._all(sa.select(t.enrolments).where(c.token_digest == token_digest))
        return Enrolment(**rows[0]) if rows else None

    def set_enrolment(self, token_digest: str, *, was: str, **values: object) -> bool:
        """Change an invitation; False if it is no longer in the state `was`."""
        c = t.enrolments.c
        with self._write() as connection:
            return _changed(
                connection,
                sa.update(t.enrolments)
                .where(c.token_digest == token_digest, c.state == was)
                .values(values),
            )

    # ------------------------------------------------------------------ coverages

    def keep_coverage(self, coverage: StoredCoverage) -> None:
        """Keep what an authority shared of a study, unless a later one is kept."""
        c = t.coverages.c
        own = (c.la == coverage.la) & (c.study == coverage.study)
        with self._write() as connection:
            kept = connection.execute(sa.select(c.shared_at).where(own)).scalar()
            if kept is None:
                connection.execute(sa.insert(t.coverages).values(**vars(coverage)))
            elif coverage.shared_at >= kept:
                connection.execute(sa.update(t.coverages).where(own).values(**vars(coverage)))

    def coverage(self, la: str, study: str) -> StoredCoverage | None:
        """What an authority shared last of a study, by the study's name."""
        c = t.coverages.c
        rows = self._all(sa.select(t.coverages).where(c.la == la, c.study == study))
        return StoredCoverage(**rows[0]) if rows else None

    def coverages(self, study: str) -> list[StoredCoverage]:
        """What the authorities shared last of a study, by the study's name; in their order."""
        c = t.coverages.c
        rows = self._all(sa.select(t.coverages).where(c.study == study).order_by(c.la))
        return [StoredCoverage(**row) for row in rows]

    # ------------------------------------------------------------------ lease and checkpoints

    def take_lease(self, name: str, holder: str, pid: int, now: float, seconds: float) -> bool:
        """Take or renew a lease; False while another holds it."""
        c = t.leases.c
        values = {"holder": holder, "pid": pid, "expires_at": now + seconds}
        with self._write() as connection:
            free = (c.name == name) & ((c.holder == holder) | (c.expires_at <= now))
            if _changed(connection, sa.update(t.leases).where(free).values(values)):
                return True
            if connection.execute(sa.select(c.name).where(c.name == name)).first():
                return False
            connection.execute(sa.insert(t.leases).values(name=name, **values))
            return True

    def lease(self, name: str, now: float) -> int | None:
        """The process that holds a lease now."""
        c = t.leases.c
        rows = self._all(sa.select(c.pid).where(c.name == name, c.expires_at > now))
        return int(rows[0]["pid"]) if rows else None

    def checkpoint(self, la: str) -> bytes | None:
        """The envelope of the longest ledger head that an agent signed; None if none came yet."""
        c = t.checkpoints.c
        rows = self._all(sa.select(c.envelope).where(c.la == la))
        return bytes(rows[0]["envelope"]) if rows else None

    def keep_checkpoint(self, la: str, size: int, envelope: bytes) -> None:
        """Keep an agent's signed ledger head if it is longer than the one kept."""
        c = t.checkpoints.c
        with self._write() as connection:
            kept = connection.execute(sa.select(c.size).where(c.la == la)).scalar()
            if kept is None:
                connection.execute(
                    sa.insert(t.checkpoints).values(la=la, size=size, envelope=envelope)
                )
            elif size > kept:
                connection.execute(
                    sa.update(t.checkpoints).where(c.la == la)
                    .values(size=size, envelope=envelope)
                )  # fmt: skip


def _changed(connection: sa.Connection, change: sa.Update) -> bool:
    return bool(connection.execute(change).rowcount)


def _ask(row: sa.RowMapping) -> Ask:
    return Ask(**{**row, "state": AskState(row["state"])})


def _ask_values(ask: Ask) -> dict[str, object]:
    return {**vars(ask), "state": str(ask.state)}
