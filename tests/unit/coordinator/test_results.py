"""A run read back: how it ended for each authority, the figures, closing."""

from __future__ import annotations

import pytest

from oversight_coordinator.asking import publish
from oversight_coordinator.outcomes import LaOutcome
from oversight_coordinator.results import load
from oversight_protocol.envelope import Envelope, seal
from oversight_protocol.errors import Family
from oversight_protocol.release import Cell, Row, TableAnswer, Ticket
from oversight_protocol.study import Link, Outcome
from support import protocol
from support.protocol import BRIGHTON, KENT, LAS, MEDWAY
from support.simulator import World, answer_to, make_world


@pytest.fixture
def world(tmp_path):
    yield from make_world(tmp_path / "home")


@pytest.fixture
def run(world: World) -> str:
    world.publish()
    return world.ask()


def refused_in(period: str, family: Family) -> TableAnswer:
    return TableAnswer(table="recording", period=period, status="refused", family=family)


def answering(world: World, la: str, **changes) -> None:
    """Have an agent answer with other tables."""
    agent = world.agents[la]

    def answer(request):
        if request.kind != "collect":
            return None
        ticket = agent.tickets[str(request.ticket_id)]
        release = answer_to(ticket, world.clock.moment(), **changes)
        return agent.say("answered", agent.signed(release))

    agent.before = answer


def result(world: World, run: str):
    return load(world.store, world.store.run(run))


def endings(world: World, run: str) -> dict[str, LaOutcome]:
    return {one.la: one for one in result(world, run).las}


def test_a_run_gives_pooled_figures_and_those_of_each_authority(world, run):
    world.agents[BRIGHTON].is_online = False
    world.tick(12)

    found = result(world, run)

    assert {one.la: one.outcome for one in found.las} == {
        KENT: "released", MEDWAY: "released", BRIGHTON: "unreachable",
    }  # fmt: skip
    assert {row.las_published for row in found.rows} == {2}
    markers = {(row.la, row.period): row.marker for row in found.authorities}
    assert markers == {
        (la, period): "[x]" if la == BRIGHTON else ""
        for la in LAS
        for period in ("2026-Q1", "2026-Q2")
    }
    assert not found.finished


@pytest.mark.parametrize(
    ("families", "refused"),
    [
        ((None, Family.DISCLOSURE), "disclosure"),
        ((Family.POLICY, None), "policy"),
    ],
)
def test_a_table_that_a_release_refused_in_any_period_is_named(families, refused, world, run):
    periods = ("2026-Q1", "2026-Q2")
    tables = tuple(
        refused_in(period, family) if family else
        protocol.table_answer(protocol.base_table(), period)
        for period, family in zip(periods, families, strict=True)
    )  # fmt: skip
    answering(world, KENT, tables=tables)
    world.tick(12)

    kent = endings(world, run)[KENT]

    assert kent.outcome == "released"
    assert kent.refused == (("recording", refused),)
    assert kent.words == f"released; refused: recording ({refused})"


def test_an_answer_without_a_released_table_is_a_refusal_with_one_family(world, run):
    tables = (refused_in("2026-Q1", Family.POLICY), refused_in("2026-Q2", Family.DATA))
    answering(world, KENT, tables=tables)
    world.tick(12)

    kent = endings(world, run)[KENT]

    assert (kent.outcome, kent.family, kent.refused) == ("refused", Family.POLICY, ())
    assert kent.words == "refused (policy)"


def test_a_refused_ticket_has_its_family_and_no_tables(world, run):
    kent = world.agents[KENT]

    def refuse(request):
        if request.kind != "collect":
            return None
        ticket = kent.tickets[str(request.ticket_id)]
        asked = Ticket.parse(ticket.payload)
        refusal = protocol.refusal(
            ticket=asked.id, ticket_digest=ticket.digest, answered=world.clock.moment()
        )
        return kent.say("answered", seal("refusal", refusal, kent.key).raw.decode())

    kent.before = refuse
    world.tick(12)

    ending = endings(world, run)[KENT]

    assert (ending.outcome, ending.family, ending.refused) == ("refused", Family.POLICY, ())


def test_tables_refused_in_two_ways_are_named_once_with_both_families_in_order(world, run):
    names = ("one", "two", "three")
    tables = tuple(
        TableAnswer(table=name, period=period, status="refused", family=family)
        for name, families in (("one", "ps"), ("two", "dd"))
        for period, family in zip(
            ("2026-Q1", "2026-Q2"),
            ({"p": Family.POLICY, "s": Family.DATA, "d": Family.DISCLOSURE}[f] for f in families),
            strict=True,
        )
    )
    study = protocol.study(
        base_tables=tuple(protocol.base_table(name=name) for name in names),
        measures=(protocol.measure(table="three"),),
    )
    shown = tuple(
        protocol.table_answer(study.table("three"), period) for period in ("2026-Q1", "2026-Q2")
    )
    release = protocol.release(tables=(*tables, *shown))
    world.tick(12)
    from oversight_coordinator.results import outcome

    ending = outcome(world.asks(run)[KENT], release)

    assert ending.refused == (("one", "data, policy"), ("two", "disclosure"))
    assert ending.words == "released; refused: one (data, policy), two (disclosure)"


@pytest.mark.parametrize(
    "wrong",
    [
        {"outcome": "released", "family": Family.DATA},
        {"outcome": "refused"},
        {"outcome": "held", "refused": (("caseload", "policy"),)},
    ],
)
def test_an_outcome_that_contradicts_itself_cannot_be_made(wrong):
    with pytest.raises(ValueError):
        LaOutcome(KENT, "Kent", **wrong)


# ---------------------------------------------------------------------- tables of one moment

PERIODS = ("2026-Q1", "2026-Q2")
FIRST, SECOND = (
    protocol.base_table(
        name=name, dimensions=(),
        outcomes=tuple(Outcome(code=code, label=code) for code in ("yes", "no")),
    )
    for name in ("first", "second")
)  # fmt: skip
SAME = Link(kind="same_population", tables=("first", "second"), reason="Reason.")
LINKED = protocol.sealed_study(
    base_tables=(FIRST, SECOND), links=(SAME,),
    measures=(protocol.measure(table="first", numerator=("yes",), denominator=("yes", "no")),),
)  # fmt: skip


def answers(table: str, *figures: int | None) -> tuple[TableAnswer, ...]:
    """One table in all periods: its two outcomes and its total; without figures, refused."""
    if not figures:
        return tuple(
            TableAnswer(table=table, period=period, status="refused", family=Family.DATA)
            for period in PERIODS
        )
    yes, no, total = (
        Cell(outcome=code, value=value, marker="" if value is not None else "[c]")
        for code, value in zip(("yes", "no", "all"), figures, strict=True)
    )
    row = Row(dimension="", category="", cells=(yes, no), total=total)
    return tuple(
        TableAnswer(table=table, period=period, status="released", rows=(row,))
        for period in PERIODS
    )


def width(world: World, run: str, la: str) -> float:
    """Of an authority's interval."""
    [row, _] = [one for one in result(world, run).authorities if one.la == la]
    return row.upper - row.lower


def test_a_table_that_could_not_be_had_when_another_was_answered_is_not_linked_to_it(world):
    publish(world.settings, world.store, world.ledger, LINKED, world.clock.now)
    half, whole = answers("first", 50, None, None), answers("second", 40, 60, 100)
    for la in LAS:
        answering(world, la, tables=(*half, *(answers("second") if la == KENT else whole)))
    world.agents[BRIGHTON].is_online = False
    first = world.ask()
    world.tick(12)
    answering(world, KENT, tables=(*half, *whole))
    second = world.ask()
    world.agents[BRIGHTON].is_online = True
    world.tick(12)

    widths = {
        (la, run): width(world, run, la) for run in (first, second) for la in LAS
        if (la, run) != (BRIGHTON, first)
    }  # fmt: skip

    # Kent's second table came later, of other data; Medway's two are of one moment in both runs.
    assert widths[KENT, first] == widths[KENT, second] == pytest.approx(83.9)
    assert widths[MEDWAY, first] == widths[MEDWAY, second] == pytest.approx(6.1)
    assert widths[BRIGHTON, second] == pytest.approx(6.1)


# ---------------------------------------------------------------------- closing


def test_closing_ends_waiting_and_keeps_answers_and_what_a_person_holds(world, run):
    world.agents[BRIGHTON].is_online = False
    world.agents[MEDWAY].holds = True
    world.tick(12)

    ended = world.store.close_run(run)

    assert ended == [BRIGHTON]
    assert world.states(run) == {KENT: "done", MEDWAY: "held", BRIGHTON: "unreachable"}
    assert result(world, run).finished


def test_closing_again_changes_nothing(world, run):
    world.agents[BRIGHTON].is_online = False
    world.tick(12)
    world.store.close_run(run)
    before = world.asks(run)

    again = world.store.close_run(run)

    assert again == []
    assert world.asks(run) == before


def test_closing_leaves_other_runs_alone(world, run):
    other = world.ask()

    world.store.close_run(run)

    assert set(world.states(run).values()) == {"unreachable"}
    assert set(world.states(other).values()) == {"queued"}


def test_an_answer_that_comes_after_closing_is_treated_as_after_the_deadline(world, run):
    kent = world.agents[KENT]
    kent.collects = 100
    world.tick(4)
    in_flight = world.fleet.kinds(KENT).count("collect")
    kent.collects = 0

    world.store.close_run(run)
    world.tick(12)

    assert in_flight > 0
    assert world.states(run)[KENT] == "unreachable"
    assert world.asks(run)[KENT].answer is None
    assert [one for one in world.entries("answer-received") if one["la"] == KENT] == []


def test_what_a_person_holds_can_still_come_after_closing(world, run):
    world.agents[MEDWAY].holds = True
    world.tick(12)
    world.store.close_run(run)

    world.agents[MEDWAY].holds = False
    world.tick(80)

    assert world.states(run)[MEDWAY] == "done"
    assert Envelope.from_bytes(world.asks(run)[MEDWAY].answer).kind == "release"
