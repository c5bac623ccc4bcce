"""Frozen answers, releases that wait for a person, receipts, and crashes between any two steps."""

from __future__ import annotations

import os
import threading
from datetime import timedelta

import pytest

from oversight_agent.pipeline.compute import compute
from oversight_agent.pipeline.job import Job, JobResult
from oversight_protocol.canonical import canonical_json
from oversight_protocol.envelope import Envelope
from oversight_protocol.errors import Family, LedgerError, OversightError, Reason, Refused
from oversight_protocol.exchange import Reply
from oversight_protocol.policy import Rules
from oversight_protocol.release import Release, TableAnswer
from oversight_protocol.study import Cohort, Period, Wave
from support import protocol
from support.protocol import LAS, quarter
from support.requests import (
    POLICY,
    Agent,
    Asker,
    Home,
    dimension,
    kinds_table,
    posts_csv,
    posts_table,
    real_time,
    released,
)

HOLD = POLICY.replace("automatic", "hold")


def _bytes(release: Release) -> list[bytes]:
    return [canonical_json(table.model_dump(mode="json")) for table in release.tables]


def _table(release: Release, name: str, period: str = "2024-Q1") -> TableAnswer:
    return next(t for t in release.tables if (t.table, t.period) == (name, period))


# ---------------------------------------------------------------------- frozen answers


def test_a_second_ticket_gets_the_same_bytes_without_a_worker(agent: Agent, asker: Asker) -> None:
    study = asker.study()
    first = released(agent.settle(asker.ask(study)))

    second = released(agent.settle(asker.ask(study, id="ticket-2")))

    assert _bytes(second) == _bytes(first)
    assert len(agent.jobs) == 1


def test_what_was_answered_stays_when_the_source_changes(agent: Agent, asker: Asker) -> None:
    study = asker.study()
    first = released(agent.settle(asker.ask(study)))
    agent.home.write("posts.csv", posts_csv(200, agency_every=4))

    second = released(agent.settle(asker.ask(study, id="ticket-2")))

    assert _bytes(second) == _bytes(first)


def test_only_what_was_never_answered_goes_to_the_worker(agent: Agent, asker: Asker) -> None:
    study = asker.study()
    agent.settle(asker.ask(study, tables=("posts",)))

    agent.settle(asker.ask(study, id="ticket-2", tables=("kinds", "posts")))

    asked = [{question.table.name for question in job.questions} for job in agent.jobs]
    assert asked == [{"posts"}, {"kinds"}]


def test_another_study_gets_the_frozen_answer_under_its_own_names_and_orders(
    agent: Agent, asker: Asker
) -> None:
    sql = kinds_table().sql.replace("t.service", "t.service, w.agency AS agency")
    by = (dimension("service", ("cin_cp", "looked_after")), dimension("agency", ("0", "1")))
    study = asker.study(base_tables=(posts_table(), kinds_table(sql=sql, dimensions=by)))
    first = released(agent.settle(asker.ask(study)))
    first_quarter = quarter(2024, 1)
    renamed = Period(id="spring", label="Spring", start=first_quarter.start, end=first_quarter.end)
    other = asker.study(
        title="Another", version=2, waves=(Wave(id="wave-1", periods=(renamed,)),),
        base_tables=(posts_table(title="Reworded"), kinds_table(sql=sql, dimensions=by[::-1])),
    )  # fmt: skip

    second = released(agent.settle(asker.ask(other, id="ticket-2")))

    assert len(agent.jobs) == 1
    assert _table(second, "posts", "spring").rows == _table(first, "posts").rows
    old, new = _table(first, "kinds").rows, _table(second, "kinds", "spring").rows
    assert [row.dimension for row in new] == ["", "agency", "agency", "service", "service"]
    assert sorted(map(repr, old)) == sorted(map(repr, new))


def test_a_policy_tightened_later_leaves_frozen_answers_and_binds_new_ones(
    agent: Agent, asker: Asker
) -> None:
    study = asker.study()
    first = released(agent.settle(asker.ask(study, tables=("posts",))))
    agent.home.policy(POLICY + "[rules]\nminimum_persons = 90\nrounding_base = 10\n")

    second = released(agent.settle(asker.ask(study, id="ticket-2")))

    assert _table(second, "posts") == _table(first, "posts")
    assert _table(second, "kinds").family is Family.DISCLOSURE
    assert agent.jobs[1].rules.minimum_persons == 90
    assert second.rules == Rules()


def test_a_release_says_how_coarsely_a_frozen_answer_of_it_was_rounded(
    agent: Agent, asker: Asker
) -> None:
    study = asker.study()
    agent.home.policy(POLICY + "[rules]\nrounding_base = 10\n")
    first = released(agent.settle(asker.ask(study, tables=("posts",))))
    agent.home.policy(POLICY)

    second = released(agent.settle(asker.ask(study, id="ticket-2")))

    assert _table(second, "posts") == _table(first, "posts")
    assert (first.rules.rounding_base, first.coarsest_base) == (10, 0)
    assert (second.rules.rounding_base, second.coarsest_base) == (5, 10)


def test_a_stricter_study_is_refused_what_was_frozen_under_looser_rules_and_gets_the_rest(
    agent: Agent, asker: Asker
) -> None:
    agent.settle(asker.ask(asker.study(), tables=("posts",)))
    strict = asker.study(version=2, rules=Rules(minimum_persons=20, rounding_base=10))

    release = released(agent.settle(asker.ask(strict, id="ticket-2")))

    assert {(t.table, t.family) for t in release.tables} == {
        ("posts", Family.PROTOCOL), ("kinds", None),
    }  # fmt: skip
    assert release.rules.minimum_persons == 20
    assert set(agent.home.bodies("answered")[1]["reasons"].values()) == {str(Reason.FLOOR)}


def _markers(release: Release, name: str) -> list[str]:
    """Those of a table's whole authority; empty where a figure is shown."""
    whole = _table(release, name).rows[0]
    return [cell.marker for cell in (*whole.cells, whole.total)]


def test_a_study_that_declares_no_markers_gets_a_frozen_answer_without_them(
    agent: Agent, asker: Asker
) -> None:
    agent.home.write("posts.csv", posts_csv(200, agency_every=25))
    marking = asker.study(rules=Rules(low_high_below=15))
    first = released(agent.settle(asker.ask(marking, tables=("posts",))))
    plain = asker.study(version=2)

    second = released(agent.settle(asker.ask(plain, id="ticket-2", tables=("posts",))))
    again = released(agent.settle(asker.ask(marking, id="ticket-3", tables=("posts",))))

    assert sorted(_markers(first, "posts")) == ["", "[high]", "[low]"]
    assert sorted(_markers(second, "posts")) == ["", "[c]", "[c]"]
    assert second.rules == Rules()
    without = first.model_dump_json().replace("[low]", "[c]").replace("[high]", "[c]")
    assert _bytes(second) == _bytes(Release.model_validate_json(without))
    assert _bytes(again) == _bytes(first)
    assert len(agent.jobs) == 1


def test_rounding_bases_that_share_no_multiple_do_not_mix_in_one_release(
    agent: Agent, asker: Asker
) -> None:
    study = asker.study(rules=Rules(rounding_base=10))
    agent.settle(asker.ask(study, tables=("posts",)))
    agent.home.policy(POLICY + "[rules]\nminimum_persons = 15\nrounding_base = 15\n")

    release = released(agent.settle(asker.ask(study, id="ticket-2")))

    assert _table(release, "posts").family is Family.PROTOCOL
    assert _table(release, "kinds").status == "released"


def test_a_withheld_table_is_frozen_as_well(agent: Agent, asker: Asker) -> None:
    agent.home.write("posts.csv", posts_csv(8))
    study = asker.study()
    first = released(agent.settle(asker.ask(study)))
    agent.home.write("posts.csv", posts_csv(80))

    second = released(agent.settle(asker.ask(study, id="ticket-2")))

    assert {table.family for table in first.tables} == {Family.DISCLOSURE}
    assert _bytes(second) == _bytes(first)


def test_a_table_refused_for_its_source_is_tried_again(agent: Agent, asker: Asker) -> None:
    teams = (agent.home.data / "teams.csv").read_text(encoding="utf-8")
    agent.home.write("teams.csv", "")
    study = asker.study()
    agent.settle(asker.ask(study))
    agent.home.write("teams.csv", teams)

    release = released(agent.settle(asker.ask(study, id="ticket-2")))

    assert {table.status for table in release.tables} == {"released"}


def test_a_worker_that_fails_is_answered_as_data_and_does_not_stop_the_next_ticket(
    agent: Agent, asker: Asker
) -> None:
    def fail(_job: Job) -> JobResult:
        raise OversightError("the worker failed; nothing was released")

    study = asker.study()
    agent.run_job = fail
    first = released(agent.settle(asker.ask(study)))
    agent.run_job = compute

    second = released(agent.settle(asker.ask(study, id="ticket-2")))

    assert {table.family for table in first.tables} == {Family.DATA}
    assert {table.status for table in second.tables} == {"released"}


def test_a_ticket_that_meets_a_fault_does_not_keep_back_the_next(
    agent: Agent, asker: Asker
) -> None:
    def fault(_job: Job) -> JobResult:
        agent.run_job = compute
        raise ValueError("a fault of this software")

    agent.run_job = fault
    agent.handle(asker.ask(asker.study()))
    agent.handle(asker.ask(asker.study(), id="ticket-2"))

    with pytest.raises(ValueError, match="a fault"):
        agent.answering.work()
    agent.answering.work()
    agent.answering.work()

    tickets = [entry["ticket"] for entry in agent.home.bodies("answered")]
    assert tickets == ["ticket-2", "ticket-1"]


def test_two_processes_that_work_on_the_same_question_give_one_answer(
    home: Home, agent: Agent, asker: Asker
) -> None:
    study = asker.study()
    other = Agent(home, agent.clock)

    def overtaken(job: Job) -> JobResult:
        result = compute(job)
        agent.run_job = compute
        home.write("posts.csv", posts_csv(200, agency_every=4))
        ticket = asker.ticket(study, id="ticket-2")
        other.handle(asker.ask(study, ticket))
        other.answering._put_off.add(home.bodies("ticket-accepted")[0]["digest"])
        other.answering.work()
        return result

    agent.run_job = overtaken
    agent.settle(asker.ask(study))

    by_ticket = {entry["ticket"]: entry["release"] for entry in home.bodies("answered")}
    assert len(home.bodies("answered")) == 2
    assert by_ticket["ticket-1"]["tables"] == by_ticket["ticket-2"]["tables"]


def test_a_ticket_that_another_process_answered_is_not_refused_afterwards(
    home: Home, agent: Agent, asker: Asker
) -> None:
    other = Agent(home, agent.clock)

    def overtaken(job: Job) -> JobResult:
        other.answering.work()
        other.deciding.withdraw_study("posts-study", "person:ina")
        return compute(job)

    agent.run_job = overtaken
    agent.settle(asker.ask(asker.study()))

    assert (len(home.bodies("answered")), home.bodies("refused")) == (1, [])


def test_a_new_figure_keeps_the_stricter_rules_even_beside_a_frozen_one(
    agent: Agent, asker: Asker
) -> None:
    study = asker.study()
    agent.settle(asker.ask(study, tables=("posts",)))
    agent.home.policy(POLICY + "[rules]\nminimum_persons = 25\n")

    def too_small(job: Job) -> JobResult:
        strict = compute(job)
        loose = compute(job.model_copy(update={"rules": Rules()}))
        tables = [s.model_copy(update={"answer": x.answer})
                  for s, x in zip(strict.tables, loose.tables, strict=True)]  # fmt: skip
        return strict.model_copy(update={"tables": tuple(tables)})

    agent.run_job = too_small
    agent.settle(asker.ask(study, id="ticket-2"))

    assert agent.home.bodies("refused")[0]["reason"] == str(Reason.FLOOR)


# ---------------------------------------------------------------------- held releases


def test_a_held_release_leaves_as_it_was_shown_once_a_person_approves(
    agent: Agent, asker: Asker
) -> None:
    agent.home.policy(HOLD)
    request = asker.ask(asker.study())
    agent.settle(request)
    held = agent.handle(request)
    [shown] = agent.home.bodies("held")

    agent.deciding.decide_held("ticket-1", "person:ina", release=True)
    agent.clock.move(seconds=2)
    reply = agent.handle(asker.collect())

    assert (held.status, held.answer) == ("held", None)
    assert released(reply).model_dump(mode="json") == shown["release"]
    assert agent.home.bodies("answered")[0]["approved_by"] == "person:ina"


def test_what_a_person_decided_stays_decided(agent: Agent, asker: Asker) -> None:
    agent.home.policy(HOLD)
    agent.settle(asker.ask(asker.study()))
    agent.deciding.decide_held("ticket-1", "person:ina", release=False)

    with pytest.raises(Refused) as caught:
        agent.deciding.decide_held("ticket-1", "person:ina", release=True)

    assert caught.value.reason is Reason.TICKET_UNKNOWN
    assert agent.home.bodies("answered") == []


def test_a_release_that_was_held_and_refused_stays_frozen(agent: Agent, asker: Asker) -> None:
    agent.home.policy(HOLD)
    study = asker.study()
    agent.settle(asker.ask(study))
    agent.deciding.decide_held("ticket-1", "person:ina", release=False)
    agent.home.write("posts.csv", posts_csv(200))

    agent.settle(asker.ask(study, id="ticket-2"))

    first, second = agent.home.bodies("held")
    assert first["release"]["tables"] == second["release"]["tables"]
    assert len(agent.jobs) == 1


def test_a_held_release_of_a_withdrawn_study_cannot_be_approved(agent: Agent, asker: Asker) -> None:
    agent.home.policy(HOLD)
    agent.settle(asker.ask(asker.study()))
    agent.deciding.withdraw_study("posts-study", "person:ina")

    with pytest.raises(Refused) as caught:
        agent.deciding.decide_held("ticket-1", "person:ina", release=True)

    assert caught.value.reason is Reason.STUDY_WITHDRAWN


@pytest.mark.system
@pytest.mark.parametrize("decision", ["approve", "refuse"])
def test_a_person_decides_by_the_commands(decision: str, home: Home) -> None:
    home.policy(HOLD)
    asker = Asker(real_time)
    request = asker.ask(asker.study())

    held = home.answer(request)
    listed = home.run("release", "list")
    shown = home.run("release", "show", "ticket-1")
    decided = home.run("release", decision, "ticket-1")
    collected = home.answer(asker.collect())

    assert (held.returncode, Reply.parse(held.stdout.encode()).status) == (4, "held")
    assert "waits for a person" in listed.stdout
    assert "posts, 2024-Q1: released" in shown.stdout
    assert decided.returncode == 0
    assert collected.returncode == {"approve": 0, "refuse": 3}[decision]
    assert ("refused (policy)" in collected.stderr) == (decision == "refuse")


# ---------------------------------------------------------------------- studies


def test_a_study_that_the_policy_does_not_name_waits_for_a_person(
    agent: Agent, asker: Asker
) -> None:
    study = asker.study(name="another-study")
    agent.handle(asker.offer(study))
    before = agent.settle(asker.ask(study))

    agent.deciding.accept_study("another-study", "person:ina")
    after = agent.settle(asker.ask(study, id="ticket-2"))

    assert Envelope.from_bytes(str(before.answer).encode()).kind == "refusal"
    assert released(after).ticket == "ticket-2"
    assert agent.home.bodies("study-accepted")[0]["by"] == "person:ina"


def test_a_study_withdrawn_by_a_person_is_not_accepted_again_by_policy(
    agent: Agent, asker: Asker
) -> None:
    study = asker.study()
    agent.handle(asker.offer(study))
    agent.deciding.withdraw_study("posts-study", "person:ina")

    agent.handle(asker.offer(study))

    assert agent.home.kinds()[-1] == "study-withdrawn"


def test_an_offer_repeated_adds_nothing(agent: Agent, asker: Asker) -> None:
    offer = asker.offer(asker.study())
    agent.handle(offer)
    kinds = agent.home.kinds()

    agent.handle(offer)

    assert agent.home.kinds() == kinds == ["trust-updated", "study-offered", "study-accepted"]


def test_a_study_signed_anew_replaces_the_old_signatures(agent: Agent, asker: Asker) -> None:
    agent.settle(asker.ask(asker.study()))
    roles = protocol.roles_document(version=2, approvers=(protocol.holder("Eve Approver"),))
    renewed = Asker(agent.clock, protocol.network(roles=roles))
    # The same study, since its times are the same.
    agent.clock.time = protocol.NOW
    study = renewed.study("Ana Analyst", "Eve Approver")

    release = released(agent.settle(renewed.ask(study, id="ticket-2")))

    assert release.ticket == "ticket-2"


def test_accepting_needs_the_signatures_of_both_people(
    agent: Agent, asker: Asker, tmp_path
) -> None:
    agent.handle(asker.offer(asker.study()))
    file = tmp_path / "study.json"
    file.write_bytes(asker.study("Ana Analyst", name="another-study").raw)

    with pytest.raises(Refused) as caught:
        agent.deciding.accept_study(str(file), "person:ina")

    assert caught.value.reason is Reason.STUDY_SIGNATURES


# ---------------------------------------------------------------------- trust


def test_older_trust_files_are_refused_and_the_newer_ones_stay(agent: Agent, asker: Asker) -> None:
    newer = Asker(agent.clock, protocol.network(roster=protocol.roster_document(version=2)))
    agent.handle(newer.offer(newer.study()))

    reply = agent.handle(asker.offer(asker.study()))

    assert (reply.status, reply.family) == ("refused", Family.PROTOCOL)
    assert agent.home.bodies("refused")[0]["reason"] == str(Reason.ROLLBACK)
    assert agent.home.bodies("trust-updated")[-1]["roster"] == 2


def test_newer_trust_files_are_recorded_once(agent: Agent, asker: Asker) -> None:
    newer = Asker(agent.clock, protocol.network(roster=protocol.roster_document(version=2)))

    for one in (asker, asker, newer, newer):
        agent.handle(one.offer(one.study()))

    assert [entry["roster"] for entry in agent.home.bodies("trust-updated")] == [1, 2]


# ---------------------------------------------------------------------- collecting, receipts


def test_an_answer_leaves_at_the_next_tick_and_not_before(home: Home) -> None:
    home.set(tick_seconds=60)
    agent = Agent(home)
    asker = Asker(agent.clock)
    agent.clock.move(seconds=30)
    agent.handle(asker.ask(asker.study()))
    agent.answering.work()

    agent.clock.move(seconds=29)
    before = agent.handle(asker.collect())
    agent.clock.move(seconds=1)
    after = agent.handle(asker.collect())

    assert (before.status, after.status) == ("accepted", "answered")


def test_collecting_what_was_never_asked_is_unknown(agent: Agent, asker: Asker) -> None:
    assert agent.handle(asker.collect("ticket-9")).status == "unknown"


def test_a_receipt_is_recorded_once(agent: Agent, asker: Asker) -> None:
    reply = agent.settle(asker.ask(asker.study()))
    receipt = asker.receipt(Envelope.from_bytes(str(reply.answer).encode()).digest)

    statuses = [agent.handle(receipt).status for _ in range(2)]

    assert statuses == ["recorded", "recorded"]
    assert len(agent.home.bodies("receipt")) == 1


@pytest.mark.parametrize("changes", [
    {"answer": "0" * 64}, {"la": LAS[1]}, {"ticket": "ticket-2"}, {"signer": "somebody"},
])  # fmt: skip
def test_a_receipt_for_something_else_is_refused(
    changes: dict[str, str], agent: Agent, asker: Asker
) -> None:
    reply = agent.settle(asker.ask(asker.study()))
    answer = Envelope.from_bytes(str(reply.answer).encode()).digest

    refused = agent.handle(asker.receipt(**{"answer": answer, **changes}))

    assert (refused.status, refused.family) == ("refused", Family.PROTOCOL)
    assert agent.home.bodies("receipt") == []


def test_every_reply_carries_the_signed_head_of_the_ledger(agent: Agent, asker: Asker) -> None:
    reply = agent.handle(asker.offer(asker.study()))

    head = Envelope.from_bytes(reply.checkpoint.encode())
    assert head == agent.home.ledger().entries[-1].checkpoint


# ---------------------------------------------------------------------- crashes


class Crash(BaseException):
    """Not an Exception: nothing may catch it, as nothing catches a SIGKILL."""


STEPS = 9
"""Syncs of the ledger from the first request to the receipt."""


def _play(agent: Agent, asker: Asker, ask: bytes) -> Reply:
    agent.handle(asker.offer(asker.study()))
    agent.settle(ask)
    agent.deciding.decide_held("ticket-1", "person:ina", release=True)
    agent.clock.move(seconds=2)
    reply = agent.handle(asker.collect())
    agent.handle(asker.receipt(Envelope.from_bytes(str(reply.answer).encode()).digest))
    return reply


@pytest.mark.parametrize("durable", [True, False], ids=["after-the-sync", "before-the-write"])
@pytest.mark.parametrize("step", range(STEPS))
def test_after_a_crash_at_any_entry_it_goes_on_to_the_same_figures_without_a_second_entry(
    step: int, durable: bool, home: Home, template: Home, tmp_path, monkeypatch
) -> None:
    home.policy(HOLD)
    agent = Agent(home)
    asker = Asker(agent.clock)
    now = agent.clock.time
    ask = asker.ask(asker.study())
    untouched = Agent(template.copy(tmp_path / "untouched"))
    untouched.home.policy(HOLD)
    expected = released(_play(untouched, Asker(untouched.clock), ask))
    _crash_at(step, durable, monkeypatch)
    with pytest.raises(Crash):
        _play(agent, asker, ask)
    monkeypatch.undo()

    agent.start()
    agent.clock.time = now
    reply = _play_again(agent, asker, ask)

    assert _bytes(released(reply)) == _bytes(expected)
    assert home.kinds() == untouched.home.kinds()


def _play_again(agent: Agent, asker: Asker, ask: bytes) -> Reply:
    """The coordinator and the people repeat everything that they do not know to be done."""
    agent.handle(asker.offer(asker.study()))
    agent.settle(ask)
    if agent.handle(asker.collect()).status == "held":
        agent.deciding.decide_held("ticket-1", "person:ina", release=True)
    agent.clock.move(seconds=2)
    reply = agent.handle(asker.collect())
    agent.handle(asker.receipt(Envelope.from_bytes(str(reply.answer).encode()).digest))
    return reply


def _crash_at(step: int, durable: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Crash at the n-th entry of the ledger: after it is durable, or in the middle of its line."""
    from oversight_protocol.ledger import Ledger

    write, count = Ledger._write, iter(range(1000))

    def crashing(self: Ledger, line: bytes) -> None:
        if next(count) != step:
            write(self, line)
            return
        if durable:
            write(self, line)
        else:
            self._file.seek(self._end)
            self._file.write(line[: len(line) // 2])
        raise Crash

    monkeypatch.setattr(Ledger, "_write", crashing)


def test_the_crash_test_covers_every_entry(home: Home) -> None:
    home.policy(HOLD)
    agent = Agent(home)
    asker = Asker(agent.clock)

    _play(agent, asker, asker.ask(asker.study()))

    assert len(home.kinds()) == STEPS


def test_a_full_disk_records_nothing_and_the_agent_goes_on(
    agent: Agent, asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    agent.handle(asker.offer(asker.study()))
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        agent.handle(asker.ask(asker.study()))
    monkeypatch.undo()

    reply = agent.settle(asker.ask(asker.study()))

    assert released(reply).ticket == "ticket-1"
    assert len(agent.home.bodies("ticket-accepted")) == 1


# ---------------------------------------------------------------------- the agent's own faults


def test_a_broken_ledger_answers_nothing_and_says_so_by_family_only(
    agent: Agent, asker: Asker
) -> None:
    agent.handle(asker.offer(asker.study()))
    path = agent.home.folder / "ledger.jsonl"
    path.write_bytes(path.read_bytes().replace(b"study-offered", b"study-0ffered"))
    agent.start()

    replies = [agent.handle(asker.ask(asker.study())), agent.handle(b"garbage")]

    assert [(r.status, r.family, r.checkpoint) for r in replies] == [
        ("refused", Family.DATA, ""), ("refused", Family.DATA, ""),
    ]  # fmt: skip
    with pytest.raises(LedgerError):
        agent.home.ledger()


def test_requests_from_many_threads_are_each_recorded_once(agent: Agent, asker: Asker) -> None:
    study = asker.study(cohort=Cohort(las=LAS, minimum=2))
    requests = [asker.ask(study, id=f"ticket-{n % 4}") for n in range(12)]
    threads = [threading.Thread(target=agent.handle, args=(r,)) for r in requests]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    tickets = [entry["ticket"] for entry in agent.home.bodies("ticket-accepted")]
    assert sorted(tickets) == [f"ticket-{n}" for n in range(4)]


def test_a_ticket_that_waited_too_long_is_refused_when_its_turn_comes(
    agent: Agent, asker: Asker
) -> None:
    agent.handle(asker.ask(asker.study()))
    agent.clock.time += timedelta(hours=2)

    agent.answering.work()

    assert agent.home.bodies("refused")[0]["reason"] == str(Reason.TICKET_EXPIRED)
    assert agent.jobs == []
