"""Which keys are told as not looked at."""

from __future__ import annotations

import pytest

from oversight_agent.checks.keys import UncheckedKey, unchecked_keys
from oversight_protocol import specification

SPECIFICATION = specification.load("1.0")
OWN = UncheckedKey("worker", ("worker_id", "role_start"), "", ("worker",))
REJECTED, UNREAD = "rejected", "unread"


def unchecked(**tables: str) -> list[UncheckedKey]:
    """The keys not looked at if each table is "whole", has rejected rows, or was not read."""
    whole = [name for name, state in tables.items() if state == "whole"]
    return list(unchecked_keys(SPECIFICATION, whole, tables))


def team_of(table: str, *mend_first: str) -> UncheckedKey:
    return UncheckedKey(table, ("team_id",), "team", mend_first)


def test_of_whole_tables_every_key_was_looked_at():
    assert unchecked(team="whole", worker="whole", plan="whole") == []


@pytest.mark.parametrize("worker", [REJECTED, UNREAD])
def test_rejected_rows_or_none_leave_a_tables_own_key_and_what_it_names_unknown(worker):
    assert unchecked(team="whole", worker=worker) == [OWN, team_of("worker", "worker")]


@pytest.mark.parametrize("team", [REJECTED, UNREAD])
def test_what_names_rows_of_a_table_waits_for_that_table(team):
    found = unchecked(team=team, worker="whole", allocation=REJECTED)

    assert team_of("worker", "team") in found
    assert team_of("allocation", "allocation", "team") in found
    assert OWN not in found


def test_a_table_that_is_not_mapped_is_waited_for_by_nobody():
    assert unchecked(worker=REJECTED) == [OWN]
