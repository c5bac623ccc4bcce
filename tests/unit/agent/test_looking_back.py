"""Answers beside everything that was answered before: kept, looked at, and never forgotten."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from oversight_agent import config
from oversight_agent.history import FILE, OWN, History, HistoryError
from oversight_agent.history.entries import Entry
from oversight_protocol.envelope import Envelope
from oversight_protocol.errors import Family, OversightError
from oversight_protocol.exchange import Reply, Request
from oversight_protocol.release import TableAnswer
from oversight_protocol.study import BaseTable, Link, Measure
from support.exact_tables import NEXT_QUARTER
from support.histories import LATER, children_table, memory, new, rows
from support.requests import (
    POLICY,
    POSTS_SQL,
    Agent,
    Asker,
    Home,
    kinds_table,
    posts_csv,
    posts_table,
    released,
)
from support.spec_tables import worker_table


def history(home: Home) -> tuple[Entry, ...]:
    """What the agent remembers."""
    secret = (home.folder / "keys" / "pseudonym.secret").read_bytes()
    with closing(History.open(home.folder / FILE, secret, read_only=True)) as opened:
        opened.store.verify()
        return opened.entries


def kept(home: Home) -> list[tuple[str, str]]:
    return [(one.about.table, one.about.span.id) for one in history(home)]


def nearly(name: str = "most_posts") -> BaseTable:
    """Nearly the posts of `posts_table`: the three agency workers fewer who began in 2021."""
    sql = f"{POSTS_SQL} WHERE role_start < DATE '2021-01-01'"
    return worker_table(sql, name=name)


def measured(table: BaseTable) -> tuple[Measure, ...]:
    return (
        Measure(
            id="some", number="1", title="Some", definition="Some of all", table=table.name,
            numerator=(table.outcome_codes[0],), denominator=table.outcome_codes,
        ),
    )  # fmt: skip


def ask_of(asker: Asker, table: BaseTable, ticket: str, **more: object) -> bytes:
    """A ticket for one table of a study of its own."""
    study = asker.study(
        name=f"study-{ticket}", base_tables=(table,), measures=measured(table), **more
    )
    return asker.ask(study, id=ticket, tables=(table.name,))


@pytest.fixture
def home(home: Home) -> Home:
    """An agent that accepts the studies of these tests."""
    names = ", ".join(f'"study-{ticket}"' for ticket in ("one", "two", "three"))
    home.policy(POLICY.replace('["posts-study"]', f'["posts-study", {names}]'))
    rows = posts_csv()
    for worker in (0, 2, 4):
        rows = rows.replace(f"w{worker},1,2020-01-01", f"w{worker},1,2021-01-01")
    home.write("posts.csv", rows)
    return home


def only(reply: Reply, period: str = "2024-Q1") -> TableAnswer:
    return next(one for one in released(reply).tables if one.period == period)


# -------------------------------------------------------------------- what is kept


def test_every_table_that_was_answered_is_kept_once_and_what_was_only_asked_is_not(
    agent: Agent, asker: Asker
) -> None:
    agent.home.policy(POLICY + '[tables]\nblock = ["kinds"]\n')
    study = asker.study()

    agent.settle(asker.ask(study))
    agent.settle(asker.ask(study, id="ticket-2"))

    assert kept(agent.home) == [("posts", "2024-Q1"), ("posts", "2024-Q2")]
    assert agent.home.kinds().count("history-begun") == 1


def test_neither_counts_nor_people_can_be_read_in_its_file(agent: Agent, asker: Asker) -> None:
    agent.settle(asker.ask(asker.study()))

    content = (agent.home.folder / FILE).read_bytes()
    assert b"top_worker" not in content
    assert b'"complements"' not in content
    assert b"w17" not in content
    assert (agent.home.folder / FILE).stat().st_mode & 0o077 == 0


def test_a_look_beforehand_is_not_kept(agent: Agent, asker: Asker, tmp_path: Path) -> None:
    from oversight_agent import service

    path = tmp_path / "study.json"
    path.write_bytes(asker.study().raw)

    service.preview(config.load(agent.home.folder), str(path), "wave-1")

    assert not (agent.home.folder / FILE).exists()


# -------------------------------------------------------------------- what is looked at


def test_a_table_of_nearly_the_same_people_is_withheld_and_that_is_frozen(
    agent: Agent, asker: Asker
) -> None:
    assert only(agent.settle(ask_of(asker, posts_table(), "one"))).status == "released"

    second = agent.settle(ask_of(asker, nearly(), "two"))

    answer = only(second)
    assert (answer.status, answer.family) == ("refused", Family.DISCLOSURE)
    again = agent.settle(ask_of(asker, nearly(), "three"))
    assert only(again) == answer
    assert len(agent.jobs) == 2


def test_asked_by_itself_the_same_table_is_released(agent: Agent, asker: Asker) -> None:
    assert only(agent.settle(ask_of(asker, nearly(), "one"))).status == "released"


def test_in_which_order_they_are_asked_only_decides_which_of_them_is_shown(
    agent: Agent, asker: Asker
) -> None:
    agent.settle(ask_of(asker, nearly(), "one"))

    assert only(agent.settle(ask_of(asker, posts_table(), "two"))).status == "refused"


def test_a_table_of_other_people_or_of_the_same_ones_passes(agent: Agent, asker: Asker) -> None:
    other = worker_table(POSTS_SQL, name="posts_by_another_name")
    agent.settle(ask_of(asker, posts_table(), "one"))

    # Its two quarters are of the very same workers too.
    assert only(agent.settle(ask_of(asker, other, "two"))).status == "released"


def test_tables_that_a_study_links_are_one_program_though_one_was_answered_earlier(
    agent: Agent, asker: Asker
) -> None:
    link = Link(kind="same_population", tables=("posts", "kinds"), reason="The same posts.")
    study = asker.study(links=(link,))

    agent.settle(asker.ask(study, tables=("posts",)))
    agent.settle(asker.ask(study, id="ticket-2", tables=("kinds",)))

    assert kept(agent.home)[2:] == [("kinds", "2024-Q1"), ("kinds", "2024-Q2")]
    assert agent.jobs[1].links == (link,)


# -------------------------------------------------------------------- what must not be lost


def losses(home: Home) -> dict[str, object]:
    secret = home.folder / "keys" / "pseudonym.secret"
    return {
        "the secret": secret.unlink,
        "another secret": lambda: secret.write_bytes(bytes(32)),
        "the history": (home.folder / FILE).unlink,
        "a byte of it": lambda: _spoil(home.folder / FILE),
    }


def _spoil(path: Path) -> None:
    content = bytearray(path.read_bytes())
    at = content.index(b"posts")
    content[at] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("lost", ["the secret", "another secret", "the history", "a byte of it"])
def test_without_what_is_needed_to_look_back_nothing_is_answered(
    lost: str, agent: Agent, asker: Asker
) -> None:
    agent.settle(asker.ask(asker.study(), id="ticket-0"))
    losses(agent.home)[lost]()  # type: ignore[operator]
    entries = len(agent.home.kinds())

    reply = agent.handle(ask_of(asker, kinds_table(), "one"))
    with pytest.raises(OversightError) as caught:
        agent.answering.work()

    assert reply.status == "accepted"
    assert str(agent.home.folder) in str(caught.value)
    assert "posts" not in str(caught.value)
    assert agent.handle(asker.collect("one")).status == "accepted"
    assert not {"answered", "held"} & set(agent.home.kinds()[entries:])


def test_a_held_release_does_not_leave_without_it_either(agent: Agent, asker: Asker) -> None:
    agent.home.policy(POLICY.replace("automatic", "hold"))
    agent.settle(asker.ask(asker.study()))
    (agent.home.folder / FILE).unlink()

    with pytest.raises(HistoryError, match="missing"):
        agent.deciding.decide_held("ticket-1", "person:ina", release=True)

    assert "answered" not in agent.home.kinds()


def test_a_history_put_back_to_an_earlier_day_is_found(agent: Agent, asker: Asker) -> None:
    study = asker.study()
    agent.settle(asker.ask(study, tables=("posts",)))
    earlier = (agent.home.folder / FILE).read_bytes()
    agent.settle(asker.ask(study, id="ticket-2", tables=("kinds",)))
    (agent.home.folder / FILE).write_bytes(earlier)

    agent.handle(asker.ask(study, id="ticket-3"))
    with pytest.raises(HistoryError, match="the history does not know"):
        agent.answering.work()


@pytest.mark.parametrize("mode", ["automatic", "hold"])
def test_each_answer_notes_the_history_that_it_stands_beside(
    mode: str, agent: Agent, asker: Asker
) -> None:
    """Of an authority's own publication the ledger may not know: its process died in between."""
    agent.home.policy(POLICY.replace("automatic", mode))
    study = asker.study()
    agent.settle(asker.ask(study, tables=("posts",)))
    secret = (agent.home.folder / "keys" / "pseudonym.secret").read_bytes()
    earlier = (agent.home.folder / FILE).read_bytes()
    own = new(children_table(), NEXT_QUARTER, rows(range(60), range(100, 180)))
    with closing(History.open(agent.home.folder / FILE, secret)) as opened:
        opened.add([memory(own, own=True, secret=secret)], OWN, LATER)
    agent.settle(asker.ask(study, id="ticket-2", tables=("posts",)))
    (agent.home.folder / FILE).write_bytes(earlier)

    agent.handle(asker.ask(study, id="ticket-3"))
    with pytest.raises(HistoryError, match="older than the ledger says"):
        agent.answering.work()


def checkpoint_of(request: bytes, reply: Reply) -> bytes:
    """A request as a coordinator sends it that holds the ledger's head of a reply."""
    sent = Request.parse(request).model_copy(update={"checkpoint": reply.checkpoint})
    return sent.canonical()


def test_a_machine_that_was_restored_as_a_whole_answers_nothing(
    agent: Agent, asker: Asker, tmp_path: Path
) -> None:
    study = asker.study()
    agent.settle(asker.ask(study, tables=("posts",)))
    backup = agent.home.copy(tmp_path / "backup")
    last = agent.settle(asker.ask(study, id="ticket-2", tables=("kinds",)))
    shutil.rmtree(agent.home.folder)
    restored = Agent(backup.copy(agent.home.folder), clock=agent.clock)

    for request in (asker.ask(study, id="ticket-3"), asker.collect(), asker.offer(study)):
        reply = restored.handle(checkpoint_of(request, last))

        assert (reply.status, reply.family) == ("refused", Family.DATA)
        assert reply.answer is None
    assert restored.home.kinds() == backup.kinds()


def test_an_agent_that_came_by_the_coordinators_head_answers(agent: Agent, asker: Asker) -> None:
    study = asker.study()
    first = agent.settle(asker.ask(study, tables=("posts",)))
    agent.settle(asker.ask(study, id="ticket-2", tables=("kinds",)))

    reply = agent.settle(checkpoint_of(asker.ask(study, id="ticket-3"), first))

    assert Envelope.from_bytes(str(reply.answer).encode()).kind == "release"


class Crash(BaseException):
    """Not an Exception: nothing may catch it, as nothing catches a SIGKILL."""


def test_what_was_kept_before_a_crash_is_what_is_answered_after_it(
    agent: Agent, asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = asker.study()

    def crash(*_: object, **__: object) -> None:
        raise Crash

    monkeypatch.setattr(agent.answering._recording, "answered", crash)
    agent.handle(asker.ask(study))
    with pytest.raises(Crash):
        agent.answering.work()
    monkeypatch.undo()
    before = {one.about.question: one.answered.answer for one in history(agent.home)}
    assert "answered" not in agent.home.kinds()
    agent.home.write("posts.csv", posts_csv(160, agency_every=4))

    agent.start()
    reply = agent.settle(asker.ask(study))

    assert [one.rows for one in released(reply).tables] == [one.rows for one in before.values()]
    assert len(history(agent.home)) == len(before)
    assert len(agent.jobs) == 1
