"""The dispatcher's loop against simulated agents: every run ends, whatever an agent does."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oversight_coordinator.store import AskState
from oversight_protocol.envelope import Envelope, seal
from oversight_protocol.errors import FAMILY_TEXT, Family
from oversight_protocol.exchange import Reply
from oversight_protocol.release import Release, Ticket
from support import protocol
from support.protocol import BRIGHTON, KENT, LAS, MEDWAY
from support.simulator import World, answer_to, make_world

DONE = dict.fromkeys(LAS, "done")
REPLY_SECONDS = 15.0


@pytest.fixture
def world(tmp_path):
    yield from make_world(tmp_path / "home")


@pytest.fixture
def run(world: World) -> str:
    world.publish()
    return world.ask()


def receive_answer(world: World, run: str, la: str = KENT) -> None:
    """Go on until an authority's answer is here, and its receipt not yet sent."""
    while world.asks(run)[la].state is not AskState.ANSWERED:
        world.dispatch._take_replies()
        if world.asks(run)[la].state is not AskState.ANSWERED:
            world.tick()


# ---------------------------------------------------------------------- the usual way


def test_a_wave_is_asked_collected_and_receipted(world, run):
    world.tick(12)

    assert world.states(run) == DONE
    for la in LAS:
        assert Counter(world.fleet.kinds(la)) == {"ask": 1, "collect": 1, "receipt": 1, "offer": 1}
    assert len(world.entries("answer-received")) == len(LAS)


def test_the_receipt_names_the_answer_and_the_ledger_head_that_holds_it(world, run):
    world.tick(12)

    receipt = world.agents[KENT].receipts[0]

    answer = Envelope.from_bytes(world.agents[KENT].answers[receipt.ticket].encode())
    assert receipt.answer == answer.digest
    with world.ledger.locked() as book:
        recorded = book.find("answer-received", ticket=receipt.ticket)
    assert receipt.checkpoint.size == recorded.index + 1


def test_an_agent_is_collected_from_until_it_has_its_answer(world, run):
    world.agents[KENT].collects = 4

    world.tick(20)

    assert world.states(run) == DONE
    assert world.fleet.kinds(KENT).count("collect") == 4


def test_an_agent_that_has_the_answer_already_may_give_it_at_once(world, run):
    agent = world.agents[KENT]

    def at_once(request):
        if request.kind != "ask":
            return None
        ticket = Envelope.from_bytes(request.ticket.encode())
        return agent.say("answered", agent.signed(answer_to(ticket, world.clock.moment())))

    agent.before = at_once
    world.tick(8)

    assert world.states(run)[KENT] == "done"
    assert "collect" not in world.fleet.kinds(KENT)


def test_a_held_answer_is_asked_for_seldom_and_collected_when_a_person_releases_it(world, run):
    agent = world.agents[KENT]
    agent.holds = True
    world.tick(60)
    held = world.states(run)[KENT], world.fleet.kinds(KENT).count("collect")

    agent.holds = False
    world.tick(70)

    assert held == ("held", 1)
    assert world.states(run)[KENT] == "done"


def test_an_offer_is_made_once_it_is_taken_and_again_later_when_it_is_refused(world):
    kent = world.agents[KENT]
    kent.before = lambda _request: kent.say("refused", family=Family.PROTOCOL)
    world.publish()

    world.tick(55)
    first = world.fleet.kinds(KENT).count("offer")
    kent.before = lambda _request: None
    world.tick(20)

    assert first == 1
    assert world.fleet.kinds(KENT).count("offer") == 2
    assert world.fleet.kinds(MEDWAY) == ["offer"]


def test_an_agents_signed_ledger_head_is_kept(world, run, monkeypatch):
    kept = []
    monkeypatch.setattr(world.store, "keep_checkpoint", lambda *values: kept.append(values))

    world.tick(3)

    assert {la for la, _, _ in kept} == set(LAS)


def test_a_ledger_head_that_another_key_signed_is_not_kept_and_the_reply_counts(
    world, run, monkeypatch
):
    kept = []
    monkeypatch.setattr(world.store, "keep_checkpoint", lambda *values: kept.append(values))
    kent, medway = world.agents[KENT], world.agents[MEDWAY]
    kent.before = lambda request: kent.reply(request).model_copy(
        update={"checkpoint": medway.say("accepted").checkpoint}
    )

    world.tick(3)

    assert KENT not in {la for la, _, _ in kept}
    assert world.states(run)[KENT] != "queued"


# ---------------------------------------------------------------------- offline, lost, late


def test_nothing_is_sent_to_an_agent_that_is_offline(world, run):
    world.agents[KENT].is_online = False

    world.tick(20)

    assert world.fleet.kinds(KENT) == []
    assert world.states(run) == {**DONE, KENT: "queued"}


def test_an_agent_that_comes_online_is_asked_then(world, run):
    world.agents[KENT].is_online = False
    world.tick(20)

    world.agents[KENT].is_online = True
    world.tick(12)

    assert world.states(run) == DONE


def test_an_agent_that_never_comes_is_unreachable_after_the_deadline(world, run):
    world.agents[KENT].is_online = False
    world.tick(12)

    world.clock.forward(3600)
    world.tick()

    assert world.states(run) == {**DONE, KENT: "unreachable"}


def test_a_reply_that_comes_after_the_deadline_changes_nothing(world, run):
    world.tick(2)
    world.agents[KENT].collects = 1
    world.dispatch._send_due(world.clock())

    world.clock.forward(3600)
    world.tick(20)

    assert world.states(run)[KENT] == "unreachable"
    assert world.asks(run)[KENT].answer is None


@pytest.mark.parametrize("lost", [1, 3, 5])
def test_what_gets_no_reply_is_sent_again_until_it_gets_one(lost, world, run):
    world.fleet.lose[KENT] = lost

    world.tick(12 + lost * 17)

    assert world.states(run) == DONE
    assert len(world.fleet.kinds(KENT)) == 4 + lost
    assert len(world.entries("answer-received")) == len(LAS)


def test_a_lost_message_is_not_repeated_before_its_time(world, run):
    world.fleet.lose[KENT] = 1

    world.tick(15)

    assert world.fleet.kinds(KENT) == ["ask"]


def test_a_lost_message_lets_others_for_the_same_authority_go_first(world):
    world.publish()
    runs = [world.ask(), world.ask()]
    world.fleet.lose[KENT] = 99

    world.tick(40)

    asked = {
        Ticket.parse(Envelope.from_bytes(request.ticket.encode()).payload).id
        for la, request in world.fleet.pushed
        if la == KENT and request.kind == "ask"
    }
    assert asked == {world.asks(one)[KENT].ticket for one in runs}


def test_a_failure_of_the_network_is_no_answer_and_is_not_repeated_at_once(world, run):
    world.fleet.fail[KENT] = 1

    world.tick(10)
    soon = world.fleet.kinds(KENT).count("ask")
    world.tick(30)

    assert soon == 1
    assert world.states(run) == DONE


def test_an_authority_has_one_message_at_a_time_to_answer(world):
    world.publish()
    runs = [world.ask(), world.ask(), world.ask()]

    world.tick(60)

    assert world.fleet.most_at_once == 1
    assert [world.states(one) for one in runs] == [DONE] * 3


def test_an_agent_that_forgot_a_ticket_is_asked_again(world, run):
    world.tick(1)
    world.agents[KENT].tickets.clear()

    world.tick(20)

    assert world.states(run) == DONE
    assert world.fleet.kinds(KENT).count("ask") == 2


def test_a_receipt_is_repeated_until_it_is_taken_and_the_answer_stands_meanwhile(world, run):
    kent = world.agents[KENT]
    kent.before = lambda request: (
        kent.say("refused", family=Family.PROTOCOL) if request.kind == "receipt" else None
    )
    world.tick(100)
    waiting = world.asks(run)[KENT]

    kent.before = lambda _request: None
    world.clock.forward(3600)
    world.tick(70)

    assert waiting.state is AskState.ANSWERED
    assert waiting.answer is not None
    assert world.states(run) == DONE
    assert world.asks(run)[KENT].answer == waiting.answer


def test_another_dispatcher_goes_on_where_one_died(world, run):
    for _ in range(12):
        world.tick(2)
        world.restart()

    world.tick(4)

    assert world.states(run) == DONE
    assert len(world.entries("answer-received")) == len(LAS)


# ---------------------------------------------------------------------- wrong replies


@pytest.mark.parametrize(
    "garbage",
    [b"", b"{}", b"\xff\xfe", b"[" * 5000, b'{"status": "fine"}', b'{"status": "accepted"}'],
)
def test_garbage_counts_as_no_reply_and_its_sender_is_left_alone_for_a_while(garbage, world, run):
    world.agents[KENT].before = lambda _request: garbage

    world.tick(12)
    soon = len(world.fleet.kinds(KENT))
    world.agents[KENT].before = lambda _request: None
    world.tick(40)

    assert soon == 2  # the ask, and the offer that waited behind it
    assert world.states(run) == DONE


@pytest.mark.parametrize("status", ["offered", "recorded", "unknown"])
def test_a_status_that_does_not_fit_an_ask_moves_nothing(status, world, run):
    kent = world.agents[KENT]
    kent.before = lambda _request: kent.say(status)

    world.tick(10)

    assert world.states(run) == {**DONE, KENT: "queued"}


@pytest.mark.parametrize("status", ["accepted", "held", "answered", "unknown", "offered"])
def test_no_reply_to_a_receipt_takes_an_answer_back(status, world, run):
    kent = world.agents[KENT]

    def second_thoughts(request):
        if request.kind != "receipt":
            return None
        ticket = next(iter(kent.tickets.values()))
        other = kent.signed(answer_to(ticket, world.clock.moment(), value=40))
        return kent.say(status, other if status == "answered" else None)

    kent.before = second_thoughts
    receive_answer(world, run)
    before = world.asks(run)[KENT]
    world.tick(40)
    world.clock.forward(7200)
    world.tick(2)

    after = world.asks(run)[KENT]
    assert (after.state, after.answer, after.receipt) == (
        AskState.ANSWERED, before.answer, before.receipt,
    )  # fmt: skip


def with_answer(world: World, make) -> None:
    """Have Kent answer with what `make` gives for its ticket."""
    kent = world.agents[KENT]
    kent.before = lambda request: (
        kent.say("answered", make(kent, kent.tickets[request.ticket_id]))
        if request.kind == "collect"
        else None
    )


BAD_ANSWERS = {
    "no envelope": lambda _agent, _ticket: "nonsense",
    "nothing": lambda _agent, _ticket: None,
    "another's key": lambda agent, ticket: agent.signed(
        answer_to(ticket, protocol.NOW), f"agent {MEDWAY}"),
    "an unknown key": lambda agent, ticket: agent.signed(
        answer_to(ticket, protocol.NOW), "somebody"),
    "another ticket's answer": lambda agent, ticket: agent.signed(
        answer_to(ticket, protocol.NOW, ticket="another-ticket")),
    "another authority's answer": lambda agent, ticket: agent.signed(
        answer_to(ticket, protocol.NOW, la=MEDWAY)),
    "a stale answer": lambda agent, ticket: agent.signed(
        answer_to(ticket, protocol.NOW.replace(year=2025))),
    "a small number": lambda agent, ticket: agent.signed(
        answer_to(ticket, protocol.NOW, value=5)),
    "a receipt": lambda agent, _ticket: seal(
        "receipt", protocol.release().model_copy(update={"type": "release"}), agent.key
    ).raw.decode(),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_ANSWERS)
def test_an_answer_that_does_not_verify_is_recorded_once_and_never_stored(name, world, run):
    with_answer(world, BAD_ANSWERS[name])

    world.tick(20)

    ask = world.asks(run)[KENT]
    assert (ask.state, ask.family, ask.answer) == (AskState.REJECTED, Family.PROTOCOL, None)
    assert len(world.entries("answer-rejected")) == 1
    assert {**world.states(run), KENT: "done"} == DONE


def test_the_ledger_keeps_no_content_of_a_rejected_answer(world, run):
    with_answer(world, BAD_ANSWERS["a small number"])

    world.tick(20)

    assert set(world.entries("answer-rejected")[0]) == {"ticket", "la", "digest", "reason", "place"}


def test_an_unsigned_refusal_ends_the_ask_with_its_family_and_is_recorded(world, run):
    kent = world.agents[KENT]
    kent.before = lambda _request: kent.say("refused", family=Family.POLICY)

    world.tick(12)

    assert world.states(run) == {**DONE, KENT: "rejected"}
    assert world.asks(run)[KENT].family == "policy"
    assert [body["family"] for body in world.entries("refused-unsigned")] == ["policy"]


def test_a_missing_file_of_trust_stops_nothing_for_ever(world, run):
    roster = world.settings.trust / "roster.json"
    content = roster.read_bytes()
    roster.unlink()
    world.tick(5)
    sent = list(world.fleet.pushed)

    roster.write_bytes(content)
    world.tick(40)

    assert sent == []
    assert world.states(run) == DONE


def test_a_broken_ledger_takes_no_answer_in_and_the_answers_wait(world, run):
    content = world.settings.ledger.read_bytes()
    world.settings.ledger.write_bytes(content[:-1] + b" ")
    world.ledger._ledger = None
    world.tick(10)
    broken = world.states(run)

    world.settings.ledger.write_bytes(content)
    world.ledger._ledger = None
    world.tick(60)

    assert broken == dict.fromkeys(LAS, "accepted")
    assert world.states(run) == DONE


# ---------------------------------------------------------------------- any network, any agent

STATUSES = ["offered", "accepted", "held", "answered", "refused", "recorded", "unknown"]
BEHAVIOURS = st.sampled_from(["good", "lose", "fail", "garbage", "offline", *STATUSES])


def misbehave(world: World, la: str, behaviour: str) -> None:
    agent = world.agents[la]
    agent.is_online = behaviour != "offline"
    agent.before = lambda _request: None
    if behaviour in ("lose", "fail"):
        getattr(world.fleet, behaviour)[la] += 1
    elif behaviour == "garbage":
        agent.before = lambda _request: b"{]"
    elif behaviour in STATUSES:
        family = Family.DATA if behaviour == "refused" else None
        agent.before = lambda _request: Reply(
            status=behaviour, family=family, text=FAMILY_TEXT[family] if family else None,
            checkpoint="",
        )  # fmt: skip


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(script=st.lists(st.tuples(BEHAVIOURS, BEHAVIOURS, BEHAVIOURS), max_size=8))
def test_every_run_ends_for_every_authority_whatever_happens_on_the_way(script, tmp_path_factory):
    for world in make_world(tmp_path_factory.mktemp("world")):
        world.publish()
        run = world.ask()
        answers = {}

        for behaviours in script:
            for la, behaviour in zip(LAS, behaviours, strict=True):
                misbehave(world, la, behaviour)
            world.tick(6, seconds=4)
            for la, ask in world.asks(run).items():
                if ask.answer is not None:
                    assert answers.setdefault(la, ask.answer) == ask.answer
        world.clock.forward(3600)
        world.tick(2)

        ended = {AskState.ANSWERED, AskState.DONE, AskState.REJECTED, AskState.UNREACHABLE}
        for la, ask in world.asks(run).items():
            assert ask.state in ended
            assert (ask.answer is not None) == (ask.state in (AskState.ANSWERED, AskState.DONE))
            assert ask.answer is None or Release.parse(Envelope.from_bytes(ask.answer).payload)
            assert answers.get(la, ask.answer) == ask.answer
        assert world.fleet.most_at_once <= 1


def test_agents_that_behave_after_all_are_all_answered(world, run):
    for behaviour in ("fail", "garbage", "lose", "unknown", "offline"):
        for la in LAS:
            misbehave(world, la, behaviour)
        world.tick(6, seconds=4)
    for la in (KENT, MEDWAY, BRIGHTON):
        misbehave(world, la, "good")

    world.tick(20, seconds=4)

    assert world.states(run) == DONE
