"""The agent's verification of a ticket: its edges, and the order of its steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from oversight_agent.ledger import LedgerFile
from oversight_agent.pipeline import admission
from oversight_agent.pipeline.admission import Admitted, admit
from oversight_protocol.envelope import Envelope
from oversight_protocol.errors import Reason, Refused
from oversight_protocol.ledger import Ledger
from oversight_protocol.study import Cohort
from support import protocol
from support.protocol import KENT, LAS, MEDWAY, NOW, signing_key

HOUR = timedelta(hours=1)


@dataclass
class Gate:
    """An agent's ledger that has accepted the study of `support.protocol`, and its clock."""

    ledger: Ledger
    study: Envelope
    now: datetime = NOW

    def admit(self, **changes: Any) -> Admitted:
        ticket = protocol.sealed_ticket(**{"study": self.study.digest, **changes})
        trust = protocol.network().establish()
        return admit(
            admission.read_ticket(ticket, trust), ticket.digest, self.study, trust, self.ledger,
            KENT, self.now,
        )  # fmt: skip

    def reason(self, **changes: Any) -> Reason:
        with pytest.raises(Refused) as caught:
            self.admit(**changes)
        return caught.value.reason

    def accept(self, study: Envelope) -> None:
        self.study = study
        self.ledger.append("study-accepted", {"study": study.digest, "by": "policy"})


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    file = LedgerFile(tmp_path / "ledger.jsonl", "agent", signing_key("agent"), lambda: NOW)
    with file.locked() as ledger:
        made = Gate(ledger, protocol.sealed_study())
        made.accept(made.study)
        yield made


def test_a_good_ticket_is_admitted_with_its_study(gate: Gate) -> None:
    admitted = gate.admit()

    assert admitted.ticket.study == gate.study.digest
    assert admitted.study == protocol.study()


@pytest.mark.parametrize(("issued", "expires"), [
    (timedelta(minutes=5), HOUR), (-HOUR, timedelta(seconds=1)),
])  # fmt: skip
def test_a_ticket_is_in_force_from_five_minutes_before_its_issue_until_its_end(
    issued: timedelta, expires: timedelta, gate: Gate
) -> None:
    assert gate.admit(issued=NOW + issued, expires=NOW + expires)


@pytest.mark.parametrize(("issued", "expires"), [
    (timedelta(minutes=5, seconds=1), HOUR), (-HOUR, timedelta(0)),
])  # fmt: skip
def test_a_ticket_is_not_in_force_a_second_outside(
    issued: timedelta, expires: timedelta, gate: Gate
) -> None:
    reason = gate.reason(issued=NOW + issued, expires=NOW + expires)

    assert reason is Reason.TICKET_EXPIRED


@pytest.mark.parametrize(("day", "admitted"), [("2026-06-30", False), ("2026-07-01", True)])
def test_a_wave_is_over_on_the_day_after_its_last(day: str, admitted: bool, gate: Gate) -> None:
    gate.now = datetime.fromisoformat(f"{day}T23:00:00+00:00")
    times = {"issued": gate.now, "expires": gate.now + HOUR}

    if admitted:
        assert gate.admit(**times)
    else:
        assert gate.reason(**times) is Reason.WAVE_NOT_OVER


def test_a_study_ends_at_its_second(gate: Gate) -> None:
    gate.now = protocol.LATER

    reason = gate.reason(issued=gate.now, expires=gate.now + HOUR)

    assert reason is Reason.STUDY_EXPIRED


def test_the_smallest_cohort_that_the_study_allows_is_admitted(gate: Gate) -> None:
    assert gate.admit(cohort=(MEDWAY, KENT))


def test_a_cohort_below_the_studys_own_minimum_is_refused(gate: Gate) -> None:
    gate.accept(protocol.sealed_study(cohort=Cohort(las=LAS, minimum=3)))

    assert gate.reason(cohort=(MEDWAY, KENT)) is Reason.COHORT


def test_an_accepted_version_accepts_no_other(gate: Gate) -> None:
    gate.study = protocol.sealed_study(version=2)

    assert gate.reason() is Reason.STUDY_NOT_ACCEPTED


def test_an_envelope_of_another_kind_is_no_ticket() -> None:
    with pytest.raises(Refused) as caught:
        admission.read_ticket(protocol.sealed_study(), protocol.network().establish())

    assert caught.value.reason is Reason.MALFORMED


def test_the_first_step_that_fails_gives_the_reason(gate: Gate) -> None:
    wrong: dict[str, Any] = {
        "tables": ("caseload",), "cohort": (MEDWAY,), "wave": "wave-9", "study": "0" * 64,
        "expires": NOW - HOUR, "la": MEDWAY,
    }  # fmt: skip
    gate.ledger.append("ticket-accepted", {"ticket": "ticket-1", "digest": "0" * 64})
    reasons = [gate.reason(**wrong)]

    wrong["id"] = "ticket-2"
    for name in reversed(list(wrong)[:-1]):
        reasons.append(gate.reason(**wrong))
        del wrong[name]

    assert reasons == [
        Reason.TICKET_REPLAYED, Reason.TICKET_OTHER_LA, Reason.TICKET_EXPIRED,
        Reason.STUDY_UNKNOWN, Reason.WAVE, Reason.COHORT, Reason.TABLE_UNKNOWN,
    ]  # fmt: skip
    assert gate.admit(**wrong)
