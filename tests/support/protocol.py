"""Makers of protocol documents for tests: keys, people, trust files, studies, tickets, answers.

Everything is deterministic. A maker's keyword arguments replace fields of what it makes; the whole
cast of one small network is made by `network`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from oversight_protocol.envelope import Envelope, public_bytes, seal
from oversight_protocol.errors import FAMILY_TEXT, Family
from oversight_protocol.policy import Rules
from oversight_protocol.release import (
    Cell,
    Head,
    Refusal,
    Release,
    Row,
    TableAnswer,
    Ticket,
    row_keys,
)
from oversight_protocol.study import (
    BaseTable,
    Cohort,
    Dimension,
    Measure,
    Outcome,
    Period,
    Study,
    Subject,
    Wave,
)
from oversight_protocol.trust import (
    Agent,
    Holder,
    Roles,
    Root,
    Roster,
    Trust,
    TrustBundle,
    establish,
)

NOW = datetime(2026, 11, 23, 20, 0, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=90)
KENT, MEDWAY, BRIGHTON = "E10000016", "E06000035", "E06000043"
LAS = (KENT, MEDWAY, BRIGHTON)
EMPTY_HEAD = Head(size=0, root=hashlib.sha256(b"").hexdigest())


def signing_key(name: str) -> Ed25519PrivateKey:
    """A private key that is always the same for a name."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())


def public_hex(key: Ed25519PrivateKey) -> str:
    """A key's public bytes in hexadecimal."""
    return public_bytes(key.public_key()).hex()


def holder(name: str, organisation: str = "Kent", key: str | None = None) -> Holder:
    """A person whose key is made from their name, or from `key`."""
    return Holder(key=public_hex(signing_key(key or name)), holder=name, organisation=organisation)


def root_document(**changes: Any) -> Root:
    """Two of three keys, of three organisations."""
    keys = tuple(holder(f"root {n}", f"Organisation {n}") for n in (1, 2, 3))
    return Root(**{"version": 1, "expires": LATER, "threshold": 2, "keys": keys, **changes})


def roles_document(**changes: Any) -> Roles:
    """One holder of each role."""
    fields = {
        "version": 1,
        "expires": LATER,
        "analysts": (holder("Ana Analyst"),),
        "approvers": (holder("Abe Approver", "Medway"),),
        "registrars": (holder("Rea Registrar", "Brighton and Hove"),),
        "coordinator": (holder("coordinator service"),),
    }
    return Roles(**{**fields, **changes})


def agent(la: str, **changes: Any) -> Agent:
    """An authority's agent; its key is `agent <la>`."""
    fields = {
        "la": la,
        "name": f"Authority {la}",
        "signing_key": public_hex(signing_key(f"agent {la}")),
        "node_key": "AAAA",
    }
    return Agent(**{**fields, **changes})


def roster_document(**changes: Any) -> Roster:
    """The agents of all authorities of `LAS`."""
    agents = tuple(agent(la) for la in LAS)
    return Roster(**{"version": 1, "expires": LATER, "agents": agents, **changes})


@dataclass(frozen=True)
class Network:
    """The trust files of a small network and who signs them, to be altered one part at a time."""

    root: Root = field(default_factory=root_document)
    roles: Roles = field(default_factory=roles_document)
    roster: Roster = field(default_factory=roster_document)
    root_signers: tuple[str, ...] = ("root 1", "root 2")
    roles_signers: tuple[str, ...] = ("root 1", "root 2")
    roster_signers: tuple[str, ...] = ("Rea Registrar",)

    @property
    def root_envelope(self) -> Envelope:
        """The signed root."""
        return seal("root", self.root, *map(signing_key, self.root_signers))

    @property
    def bundle(self) -> TrustBundle:
        """The three signed files."""
        return TrustBundle(
            root=self.root_envelope.raw.decode(),
            roles=seal("roles", self.roles, *map(signing_key, self.roles_signers)).raw.decode(),
            roster=seal("roster", self.roster, *map(signing_key, self.roster_signers)).raw.decode(),
        )

    def establish(self, seen: Trust | None = None) -> Trust:
        """The verified trust, pinned to this network's own root."""
        return establish(self.bundle, self.root_envelope.digest, seen)


def network(**changes: Any) -> Network:
    """A whole network in which everything is as it should be, but for `changes`."""
    return Network(**changes)


def quarter(year: int, number: int) -> Period:
    """A calendar quarter, 1 to 4."""
    start = date(year, 3 * number - 2, 1)
    after = date(year + number // 4, (3 * number) % 12 + 1, 1)
    return Period(
        id=f"{year}-Q{number}",
        label=f"Quarter {number} of {year}",
        start=start,
        end=after - timedelta(days=1),
    )


def base_table(**changes: Any) -> BaseTable:
    """Supervision by where it is recorded, by service."""
    fields = {
        "name": "recording",
        "title": "Where supervision is recorded",
        "population": "Supervision held in the quarter",
        "unit": "events",
        "about_staff": False,
        "subjects": (
            Subject(kind="children", column="child", optional=True),
            Subject(kind="workers", column="worker"),
        ),
        "outcomes": (
            Outcome(code="on_file", label="On the child's file"),
            Outcome(code="elsewhere", label="Elsewhere"),
            Outcome(code="unknown", label="Unknown"),
        ),
        "dimensions": (
            Dimension(
                name="service",
                label="Service",
                categories=(
                    Outcome(code="cin_cp", label="Children in need"),
                    Outcome(code="looked_after", label="Looked-after children"),
                ),
            ),
        ),
        "reads": ("oversight_event",),
        "sql": "SELECT child_id AS child FROM oversight_event WHERE held_date BETWEEN $q0 AND $q1",
    }
    return BaseTable(**{**fields, **changes})


def measure(**changes: Any) -> Measure:
    """The share of supervision recorded on the child's file."""
    fields = {
        "id": "on-file",
        "number": "1",
        "title": "Recorded on file",
        "definition": "Supervision on file as a share of supervision with a known place",
        "table": "recording",
        "numerator": ("on_file",),
        "denominator": ("on_file", "elsewhere"),
    }
    return Measure(**{**fields, **changes})


def study(**changes: Any) -> Study:
    """A study of one base table, one measure and one wave of two quarters."""
    fields = {
        "name": "management-oversight",
        "version": 1,
        "title": "Management oversight",
        "purpose": "To learn how oversight is recorded.",
        "ethics_reference": "ETH-1",
        "lawful_basis": "Public task",
        "spec_version": "1.0",
        "issued": NOW,
        "expires": LATER,
        "rules": Rules(),
        "cohort": Cohort(las=LAS, minimum=2),
        "waves": (Wave(id="wave-1", periods=(quarter(2026, 1), quarter(2026, 2))),),
        "base_tables": (base_table(),),
        "measures": (measure(),),
    }
    return Study(**{**fields, **changes})


def sealed_study(*signers: str, **changes: Any) -> Envelope:
    """A study signed by the analyst and the approver of `roles_document`, or by `signers`."""
    names = signers or ("Ana Analyst", "Abe Approver")
    return seal("study", study(**changes), *map(signing_key, names))


def ticket(**changes: Any) -> Ticket:
    """A ticket for Kent, for the one table of `study`."""
    fields = {
        "id": "ticket-1",
        "study": sealed_study().digest,
        "wave": "wave-1",
        "tables": ("recording",),
        "cohort": LAS,
        "la": KENT,
        "issued": NOW,
        "expires": NOW + timedelta(hours=1),
        "checkpoint": EMPTY_HEAD,
    }
    return Ticket(**{**fields, **changes})


def sealed_ticket(**changes: Any) -> Envelope:
    """A ticket signed by the coordinator's service."""
    return seal("ticket", ticket(**changes), signing_key("coordinator service"))


def table_answer(table: BaseTable, period: str, value: int | None = 20) -> TableAnswer:
    """A released table whose every figure is `value`, or suppressed for `None`."""

    def cell(outcome: str) -> Cell:
        return Cell(outcome=outcome, value=value, marker="" if value is not None else "[c]")

    rows = tuple(
        Row(
            dimension=dimension,
            category=category,
            cells=tuple(cell(code) for code in table.outcome_codes),
            total=cell("all"),
        )
        for dimension, category in row_keys(table)
    )
    return TableAnswer(table=table.name, period=period, status="released", rows=rows)


def release(value: int | None = 20, **changes: Any) -> Release:
    """Kent's answer to `ticket`, with the same figure everywhere."""
    tables = tuple(table_answer(base_table(), period, value) for period in ("2026-Q1", "2026-Q2"))
    fields = {
        "ticket": "ticket-1",
        "ticket_digest": sealed_ticket().digest,
        "study": sealed_study().digest,
        "wave": "wave-1",
        "la": KENT,
        "answered": NOW,
        "rules": Rules(),
        "tables": tables,
    }
    return Release(**{**fields, **changes})


def refusal(**changes: Any) -> Refusal:
    """Kent's refusal of `ticket` by its policy."""
    fields = {
        "ticket": "ticket-1",
        "ticket_digest": sealed_ticket().digest,
        "la": KENT,
        "answered": NOW,
        "family": Family.POLICY,
        "text": FAMILY_TEXT[Family.POLICY],
    }
    return Refusal(**{**fields, **changes})
