"""What an agent refuses: with a reason for itself, a family for Kent, recorded once, going on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from oversight_protocol.canonical import canonical_json
from oversight_protocol.envelope import Envelope, seal
from oversight_protocol.errors import FAMILY_TEXT, Family, Reason
from oversight_protocol.exchange import Reply
from oversight_protocol.release import Refusal
from oversight_protocol.study import BaseTable
from support import protocol
from support.protocol import KENT, LAS, holder, signing_key
from support.requests import (
    POLICY,
    POSTS_SQL,
    Agent,
    Asker,
    Home,
    Raw,
    altered,
    kinds_table,
    others,
    posts_table,
    real_time,
    released,
    this_quarter,
)


@dataclass(frozen=True)
class Case:
    """A request to refuse: how it is made, given a ticket's identifier, and why it is refused.

    `named` says that the coordinator's key vouches for its ticket, so that the refusal names it.
    """

    title: str
    make: Callable[[Asker, str], bytes]
    reason: Reason
    family: Family = Family.PROTOCOL
    named: bool = True

    def __str__(self) -> str:
        return self.title.replace(" ", "-")


def _days(asker: Asker, **days: int) -> dict[str, object]:
    return {name: asker.clock() + timedelta(days=count) for name, count in days.items()}


def _about_study(**changes: object) -> Callable[[Asker, str], bytes]:
    return lambda asker, ticket: asker.ask(asker.study(**changes), id=ticket)


def _about_ticket(**changes: object) -> Callable[[Asker, str], bytes]:
    return lambda asker, ticket: asker.ask(asker.study(), id=ticket, **changes)


def _one_signature(asker: Asker, ticket: str) -> bytes:
    return asker.ask(asker.study("Ana Analyst"), id=ticket)


def _altered_study(asker: Asker, ticket: str) -> bytes:
    return asker.ask(altered(asker.study(), "Management", "Mismanagement"), id=ticket)


def _expired_study(asker: Asker, ticket: str) -> bytes:
    return asker.ask(asker.study(**_days(asker, issued=-9, expires=-1)), id=ticket)


def _low_floor(asker: Asker, ticket: str) -> bytes:
    payload = json.loads(asker.study().payload)
    payload["rules"]["minimum_persons"] = 9
    keys = map(signing_key, ("Ana Analyst", "Abe Approver"))
    return asker.ask(seal("study", Raw(canonical_json(payload)), *keys), id=ticket)


def _wave_not_over(asker: Asker, ticket: str) -> bytes:
    return asker.ask(asker.study(waves=(this_quarter(asker.clock()),)), id=ticket)


def _another_study(asker: Asker, ticket: str) -> bytes:
    sealed = asker.ticket(asker.study(title="Another"), id=ticket)
    return asker.ask(asker.study(), sealed)


def _expired_ticket(asker: Asker, ticket: str) -> bytes:
    return asker.ask(asker.study(), id=ticket, **_days(asker, issued=-2, expires=-1))


def _future_ticket(asker: Asker, ticket: str) -> bytes:
    return asker.ask(asker.study(), id=ticket, **_days(asker, issued=1, expires=2))


def _forged_ticket(asker: Asker, ticket: str) -> bytes:
    study = asker.study()
    return asker.ask(study, asker.ticket(study, "somebody else", id=ticket))


def _altered_ticket(asker: Asker, ticket: str) -> bytes:
    study = asker.study()
    return asker.ask(study, altered(asker.ticket(study, id=ticket), "wave-1", "wave-2"))


def _garbled_study(asker: Asker, ticket: str) -> bytes:
    request = json.loads(asker.ask(asker.study(), id=ticket))
    return canonical_json({**request, "study": "{}"})


CASES = [
    Case("a study with one signature", _one_signature, Reason.STUDY_SIGNATURES),
    Case("an altered study", _altered_study, Reason.STUDY_SIGNATURES),
    Case("an expired study", _expired_study, Reason.STUDY_EXPIRED),
    Case("a study that is none", _garbled_study, Reason.MALFORMED),
    Case("a study below a floor", _low_floor, Reason.MALFORMED),
    Case("an unknown specification", _about_study(spec_version="9.9"), Reason.SPECIFICATION),
    Case("a wave that is not over", _wave_not_over, Reason.WAVE_NOT_OVER),
    Case("a study that was not accepted", _about_study(name="another-study"),
         Reason.STUDY_NOT_ACCEPTED, Family.POLICY),
    Case("a ticket for another study", _another_study, Reason.STUDY_UNKNOWN),
    Case("a forged ticket", _forged_ticket, Reason.SIGNATURE, named=False),
    Case("an altered ticket", _altered_ticket, Reason.SIGNATURE, named=False),
    Case("an expired ticket", _expired_ticket, Reason.TICKET_EXPIRED),
    Case("a ticket from the future", _future_ticket, Reason.TICKET_EXPIRED),
    Case("a ticket for another authority", _about_ticket(la=others()[0]), Reason.TICKET_OTHER_LA),
    Case("a table outside the study", _about_ticket(tables=("posts", "caseload")),
         Reason.TABLE_UNKNOWN),
    Case("an unknown wave", _about_ticket(wave="wave-9"), Reason.WAVE),
    Case("a cohort too small", _about_ticket(cohort=(KENT,)), Reason.COHORT),
    Case("a cohort without this authority", _about_ticket(cohort=others()), Reason.COHORT),
    Case("a cohort outside the study", _about_ticket(cohort=(*LAS, "E06000001")), Reason.COHORT),
    Case("no JSON", lambda _asker, ticket: ticket.encode(), Reason.MALFORMED, named=False),
    Case("an unknown request", lambda _asker, ticket: b'{"kind":"run","code":"%s"}' %
         ticket.encode(), Reason.MALFORMED, named=False),
]  # fmt: skip


def _says_only_its_family(reply: Reply, case: Case) -> bool:
    """Whether all that Kent learns is the family, by its fixed sentence."""
    text = FAMILY_TEXT[case.family]
    if not case.named:
        return (reply.status, reply.answer, reply.family, reply.text) == (
            "refused", None, case.family, text,
        )  # fmt: skip
    payload = json.loads(Envelope.from_bytes(str(reply.answer).encode()).open("refusal"))
    fields = {"type", "ticket", "ticket_digest", "la", "answered", "family", "text"}
    return set(payload) == fields and (payload["family"], payload["text"]) == (case.family, text)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_request_is_refused_by_its_family_and_recorded_once_with_its_reason(
    case: Case, agent: Agent, asker: Asker
) -> None:
    request = case.make(asker, "ticket-bad")

    replies = [agent.settle(request) for _ in range(3)]

    assert all(_says_only_its_family(reply, case) for reply in replies)
    [entry] = agent.home.bodies("refused")
    assert (entry["reason"], entry["family"]) == (str(case.reason), str(case.family))
    assert entry["ticket"] == ("ticket-bad" if case.named else None)
    assert agent.jobs == []


@pytest.mark.parametrize("case", CASES, ids=str)
def test_after_a_refusal_a_good_ticket_is_answered(case: Case, agent: Agent, asker: Asker) -> None:
    agent.settle(case.make(asker, "ticket-bad"))

    reply = agent.settle(asker.ask(asker.study(), id="ticket-good"))

    assert {table.status for table in released(reply).tables} == {"released"}


def test_a_refused_ticket_can_be_collected_like_an_answered_one(agent: Agent, asker: Asker) -> None:
    agent.settle(asker.ask(asker.study(), wave="wave-9"))

    reply = agent.handle(asker.collect())

    assert Envelope.from_bytes(str(reply.answer).encode()).kind == "refusal"


def test_a_study_that_one_person_signed_twice_is_refused(home: Home) -> None:
    roles = protocol.roles_document(
        approvers=(holder("Abe Approver"), holder("ANA  analyst", key="Ana's other key"))
    )
    agent = Agent(home)
    asker = Asker(agent.clock, protocol.network(roles=roles))
    study = asker.study("Ana Analyst", "Ana's other key")

    agent.settle(asker.ask(study))

    [entry] = agent.home.bodies("refused")
    assert entry["reason"] == str(Reason.STUDY_SIGNATURES)


def test_an_identifier_seen_before_with_other_bytes_is_refused_and_the_first_keeps_its_answer(
    agent: Agent, asker: Asker
) -> None:
    study = asker.study()
    first = asker.ask(study)
    answer = agent.settle(first)

    second = agent.settle(asker.ask(study, tables=("posts",)))

    assert _says_only_its_family(second, Case("", CASES[0].make, Reason.TICKET_REPLAYED))
    assert agent.home.bodies("refused")[0]["reason"] == str(Reason.TICKET_REPLAYED)
    assert agent.handle(first).answer == answer.answer


def test_an_identifier_that_was_refused_cannot_come_back_with_other_bytes(
    agent: Agent, asker: Asker
) -> None:
    study = asker.study()
    agent.settle(asker.ask(study, wave="wave-9"))

    agent.settle(asker.ask(study))

    reasons = [entry["reason"] for entry in agent.home.bodies("refused")]
    assert reasons == [str(Reason.WAVE), str(Reason.TICKET_REPLAYED)]


def test_the_payload_of_a_ticket_sent_alone_does_not_spoil_the_ticket(
    agent: Agent, asker: Asker
) -> None:
    study = asker.study()
    ticket = asker.ticket(study)
    agent.settle(ticket.payload)

    reply = agent.settle(asker.ask(study, ticket))

    assert released(reply).ticket == "ticket-1"


def test_the_same_ticket_gets_the_recorded_answer_and_adds_nothing_to_the_ledger(
    agent: Agent, asker: Asker
) -> None:
    request = asker.ask(asker.study())
    first = agent.settle(request)
    content = (agent.home.folder / "ledger.jsonl").read_bytes()

    agent.clock.move(minutes=50)
    again = agent.settle(request)

    assert again.answer == first.answer
    assert (agent.home.folder / "ledger.jsonl").read_bytes() == content
    assert len(agent.jobs) == 1


def test_nothing_is_answered_for_a_study_after_its_withdrawal(agent: Agent, asker: Asker) -> None:
    study = asker.study()
    agent.handle(asker.offer(study))
    agent.deciding.withdraw_study(study.digest[:16], "person:ina")

    reply = agent.settle(asker.ask(study))

    case = Case("", CASES[0].make, Reason.STUDY_WITHDRAWN, Family.POLICY)
    assert _says_only_its_family(reply, case)
    assert agent.home.bodies("refused")[0]["reason"] == str(Reason.STUDY_WITHDRAWN)


def test_a_withdrawal_while_an_answer_is_being_made_keeps_it_back(
    agent: Agent, asker: Asker
) -> None:
    study = asker.study()
    compute = agent.run_job

    def withdraw_meanwhile(job):
        agent.deciding.withdraw_study("posts-study", "person:ina")
        return compute(job)

    agent.run_job = withdraw_meanwhile
    agent.settle(asker.ask(study))

    assert agent.home.bodies("answered") == []
    assert agent.home.bodies("refused")[0]["reason"] == str(Reason.STUDY_WITHDRAWN)


def test_trust_that_expired_while_a_ticket_waited_refuses_it(agent: Agent, asker: Asker) -> None:
    agent.handle(asker.ask(asker.study(expires=protocol.LATER + timedelta(days=9)),
                           expires=protocol.LATER + timedelta(days=9)))  # fmt: skip
    agent.clock.time = protocol.LATER

    agent.answering.work()

    assert agent.home.bodies("refused")[0]["reason"] == str(Reason.TRUST_EXPIRED)


# ---------------------------------------------------------------------- single tables


def _undeclared(column: str) -> BaseTable:
    if column == "outcome":
        return posts_table(sql=POSTS_SQL.replace("agency AS", "agency + 7 AS"))
    sql = kinds_table().sql.replace("t.service", "'front_door' AS service")
    return kinds_table(sql=sql)


TABLES = [
    ("a file reader", posts_table(sql="SELECT * FROM read_csv('/etc/passwd')"),
     Reason.SQL_NOT_ALLOWED),
    ("settings", posts_table(sql="SELECT * FROM duckdb_settings()"), Reason.SQL_NOT_ALLOWED),
    ("lpad", posts_table(sql=POSTS_SQL.replace("team_id", "lpad(team_id, 1000000000, 'x')")),
     Reason.SQL_NOT_ALLOWED),
    ("repeat", posts_table(sql=POSTS_SQL.replace("team_id", "repeat(team_id, 1000000000)")),
     Reason.SQL_NOT_ALLOWED),
    ("another statement", posts_table(sql="DROP TABLE worker"), Reason.SQL_NOT_ALLOWED),
    ("an undeclared outcome", _undeclared("outcome"), Reason.RESULT_UNDECLARED),
    ("an undeclared category", _undeclared("service"), Reason.RESULT_UNDECLARED),
]  # fmt: skip


@pytest.mark.parametrize(
    ("table", "reason"), [case[1:] for case in TABLES], ids=[case[0] for case in TABLES]
)
def test_a_table_is_refused_alone_and_the_other_is_answered(
    table: BaseTable, reason: Reason, agent: Agent, asker: Asker
) -> None:
    tables = [t if t.name != table.name else table for t in (posts_table(), kinds_table())]
    study = asker.study(base_tables=tuple(tables))

    release = released(agent.settle(asker.ask(study)))

    statuses = {(t.table, t.status) for t in release.tables}
    other = "kinds" if table.name == "posts" else "posts"
    assert statuses == {(table.name, "refused"), (other, "released")}
    [entry] = agent.home.bodies("answered")
    assert set(entry["reasons"].values()) == {str(reason)}
    assert str(reason) not in release.model_dump_json()


def test_a_blocked_table_is_refused_by_policy_and_the_other_is_answered(
    agent: Agent, asker: Asker
) -> None:
    agent.home.policy(POLICY + '[tables]\nblock = ["kinds"]\n')

    release = released(agent.settle(asker.ask(asker.study())))

    families = {t.table: t.family for t in release.tables}
    assert families == {"posts": None, "kinds": Family.POLICY}
    assert {q.table.name for q in agent.jobs[0].questions} == {"posts"}


@pytest.mark.parametrize("content", [None, "", "other,columns\n1,2\n", "team,service\nt0,none\n"])
def test_a_source_that_cannot_be_used_refuses_the_tables_that_read_it_and_no_other(
    content: str | None, agent: Agent, asker: Asker
) -> None:
    agent.home.write("teams.csv", content or "")
    if content is None:
        (agent.home.data / "teams.csv").unlink()

    release = released(agent.settle(asker.ask(asker.study())))

    families = {t.table: t.family for t in release.tables}
    assert families == {"posts": None, "kinds": Family.DATA}


@pytest.mark.parametrize("mapping", ["", "not TOML", 'specification = "9.9"\n'])
def test_a_broken_mapping_refuses_every_table_as_data(
    mapping: str, agent: Agent, asker: Asker
) -> None:
    (agent.home.folder / "mapping.toml").write_text(mapping, encoding="utf-8")

    release = released(agent.settle(asker.ask(asker.study())))

    assert {t.family for t in release.tables} == {Family.DATA}


# ---------------------------------------------------------------------- the command

THROUGH_THE_COMMAND = [
    "a study with one signature",
    "an altered study",
    "an expired study",
    "a study below a floor",
    "a study that was not accepted",
    "a wave that is not over",
    "a forged ticket",
    "an altered ticket",
    "an expired ticket",
    "a ticket for another authority",
    "a table outside the study",
    "a cohort too small",
    "no JSON",
]


@pytest.mark.system
def test_the_command_refuses_with_status_3_records_once_and_goes_on(home: Home) -> None:
    asker = Asker(real_time)
    cases = [case for case in CASES if case.title in THROUGH_THE_COMMAND]

    for number, case in enumerate(cases):
        result = home.answer(case.make(asker, f"bad-{number}"))

        assert result.returncode == 3, case.title
        assert _says_only_its_family(Reply.parse(result.stdout.strip().encode()), case), case.title
        assert f"refused ({case.family})" in result.stderr

    assert [entry["reason"] for entry in home.bodies("refused")] == [str(c.reason) for c in cases]
    good = home.answer(asker.ask(asker.study(), id="good"))
    assert good.returncode == 0
    assert released(Reply.parse(good.stdout.strip().encode())).ticket == "good"
    assert good.stderr == ""
    assert home.run("ledger", "verify", str(home.folder)).returncode == 0


@pytest.mark.system
def test_a_query_over_its_time_is_refused_alone_and_the_agent_goes_on(home: Home) -> None:
    home.set(worker_seconds=5, query_memory_mib=256, query_threads=1)
    asker = Asker(real_time)
    endless = posts_table(
        sql="""
        SELECT min(a.worker_id) AS worker_id, NULL AS team, '0' AS outcome
        FROM worker AS a CROSS JOIN worker AS b CROSS JOIN worker AS c CROSS JOIN worker AS d
        CROSS JOIN worker AS e CROSS JOIN worker AS f
        WHERE a.worker_id <> b.worker_id OR c.worker_id <> d.worker_id
        """
    )
    study = asker.study(base_tables=(endless, kinds_table()))

    result = home.answer(asker.ask(study))

    families = {t.table: t.family for t in released(Reply.parse(result.stdout.encode())).tables}
    assert families == {"posts": Family.DATA, "kinds": None}
    [entry] = home.bodies("answered")
    assert set(entry["reasons"].values()) == {str(Reason.QUERY_LIMITS)}
    assert result.returncode == 0


@pytest.mark.system
def test_a_release_in_which_every_table_is_refused_ends_with_status_3(home: Home) -> None:
    home.policy(POLICY + '[tables]\nblock = ["posts", "kinds"]\n')
    asker = Asker(real_time)

    result = home.answer(asker.ask(asker.study()))

    assert result.returncode == 3
    assert result.stderr.count("refused (policy)") == 4


@pytest.mark.system
@pytest.mark.parametrize(
    "policy", ["[rules]\nminimum_persons = 9\n", "[release]\nmode = 'open'\n", "not TOML"]
)
def test_a_policy_that_does_not_load_answers_nothing_and_says_which_file(
    policy: str, home: Home
) -> None:
    home.policy(policy)
    asker = Asker(real_time)

    result = home.answer(asker.ask(asker.study()))

    assert (result.returncode, result.stdout) == (2, "")
    assert "policy.toml" in result.stderr
    assert "Traceback" not in result.stderr
    assert home.kinds() == []


def test_the_network_learns_of_a_broken_policy_no_more_than_the_family(
    agent: Agent, asker: Asker
) -> None:
    agent.home.policy("[rules]\nminimum_persons = 9\n")

    reply = agent.handle(asker.ask(asker.study()))

    assert (reply.status, reply.family) == ("refused", Family.DATA)
    assert "ticket-accepted" not in agent.home.kinds()


def test_a_refusal_cannot_be_told_from_another_of_its_family(agent: Agent, asker: Asker) -> None:
    agent.home.policy(POLICY.replace("automatic", "hold"))
    study, other = asker.study(), asker.study(name="another-study")
    agent.settle(asker.ask(study, id="by-person"))
    agent.deciding.decide_held("by-person", "person:ina", release=False)
    agent.clock.move(seconds=2)
    by_person = agent.handle(asker.collect("by-person"))

    by_policy = agent.settle(asker.ask(other, id="by-policy"))

    def told(reply: Reply) -> dict[str, object]:
        envelope = Envelope.from_bytes(str(reply.answer).encode())
        refusal = Refusal.parse(envelope.open("refusal")).model_dump()
        del refusal["ticket"], refusal["ticket_digest"], refusal["answered"]
        return {"status": reply.status, "keys": envelope.key_ids, **refusal}

    assert told(by_person) == told(by_policy)
