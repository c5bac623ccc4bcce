"""Attacks on an agent's answers as they travel: asked again and again, and read for what they show.

The agent is a whole one, with its folder, ledger and history; its coordinator is the attacker.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from oversight_agent.pipeline.work import Work
from support.requests import Agent, Asker, Home, posts_csv, posts_table, released

TIMES = 200


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home.make(tmp_path_factory.mktemp("agent") / "home")


@pytest.fixture
def agent(template: Home, tmp_path: Path) -> Agent:
    return Agent(template.copy(tmp_path / "home"))


@pytest.fixture
def asker(agent: Agent) -> Asker:
    return Asker(agent.clock)


def figures(agent: Agent, request: bytes) -> dict[tuple[str, str, str, str, str], int | None]:
    """Every figure that an answer shows, whatever order it shows them in."""
    return {
        (table.table, table.period, row.dimension, row.category, cell.outcome): cell.value
        for table in released(agent.settle(request)).tables
        for row in table.rows
        for cell in (*row.cells, row.total)
    }


def reworded(number: int) -> dict[str, object]:
    """One question in ever other words."""
    table = posts_table(title=f"Posts, asked {number} times")
    sql = table.sql.replace(" FROM", f"  -- once more: {number}\n FROM")
    return {"base_tables": (table.model_copy(update={"sql": sql}),)}


def test_the_same_question_200_times_has_one_answer_though_the_data_changes(
    agent: Agent, asker: Asker
):
    answers = set()
    for number in range(TIMES):
        if number % 50 == 0:
            agent.home.write("posts.csv", posts_csv(workers=80 + 7 * number // 50))
        # By turns: the same study, one in other words, one in another order, one of another name.
        study = asker.study(**[
            {}, reworded(number), {"base_tables": (posts_table(),)}, {"title": f"Study {number}"},
        ][number % 4])  # fmt: skip
        ticket = asker.ask(study, id=f"ticket-{number}", tables=("posts",))
        answers.add(tuple(sorted(figures(agent, ticket).items())))

    assert len(answers) == 1


def test_without_frozen_answers_the_change_between_two_of_them_shows(
    agent: Agent, asker: Asker, monkeypatch: pytest.MonkeyPatch
):
    answer = Work.answer
    monkeypatch.setattr(
        Work, "answer", lambda self, admitted, _frozen: answer(self, admitted, {})
    )  # fmt: skip
    agent.home.write("posts.csv", posts_csv(workers=80))
    before = figures(agent, asker.ask(asker.study(), id="ticket-1", tables=("posts",)))
    agent.home.write("posts.csv", posts_csv(workers=96))

    after = figures(agent, asker.ask(asker.study(), id="ticket-2", tables=("posts",)))

    assert before != after


def with_agency(template: Home, folder: Path, every: int) -> Agent:
    """An agent of 80 posts, of which each so many-th is an agency's."""
    home = template.copy(folder)
    home.write("posts.csv", posts_csv(80, agency_every=every))
    return Agent(home)


@pytest.mark.parametrize(("every", "other"), [(27, 20), (40, 16)])
def test_a_hidden_count_shows_in_no_byte_of_an_answer_nor_in_its_length(
    every: int, other: int, template: Home, tmp_path: Path
):
    answers = []
    for number in (every, other, 2):
        agent = with_agency(template, tmp_path / str(number), number)
        asker = Asker(agent.clock)
        reply = agent.settle(asker.ask(asker.study(), id="ticket-1", tables=("posts",)))
        tables = [one.canonical() for one in released(reply).tables]
        answers.append((reply.status, len(reply.answer or ""), tables))

    assert answers[0] == answers[1]
    assert answers[0] != answers[2]


def test_rows_and_outcomes_stand_in_the_studys_order_whatever_their_counts(
    template: Home, tmp_path: Path
):
    orders = set()
    for number in (2, 3, 5, 27):
        agent = with_agency(template, tmp_path / str(number), number)
        asker = Asker(agent.clock)
        answer = released(agent.settle(asker.ask(asker.study(), id="ticket-1")))
        orders.add(
            tuple(
                (table.table, row.dimension, row.category, cell.outcome)
                for table in answer.tables
                for row in table.rows
                for cell in row.cells
            )
        )

    assert len(orders) == 1
