"""The store on a real SQLite file: its schema, its transactions, several processes at once."""

from __future__ import annotations

import multiprocessing
import sqlite3
import stat
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from oversight_coordinator.store import (
    Ask,
    AskState,
    Enrolment,
    Offer,
    Run,
    Store,
    StoredStudy,
    StoreError,
)
from oversight_coordinator.store.tables import metadata
from oversight_protocol.errors import InputError, OversightError

SPAWN = multiprocessing.get_context("spawn")
OPENERS, CLAIMS = 4, 40


@pytest.fixture
def url(tmp_path) -> str:
    return f"sqlite:///{tmp_path / 'store.sqlite'}"


@pytest.fixture
def store(url):
    made = Store(url)
    yield made
    made.close()


def ask(la: str = "E10000016", **changes) -> Ask:
    fields = {
        "ticket": f"ticket-{la}", "run": "run-1", "la": la, "envelope": b"ticket",
        "state": AskState.QUEUED, "next_at": 0.0, "deadline": 100.0, "family": None,
        "answer": None, "receipt": None, "received_at": None,
    }  # fmt: skip
    return Ask(**{**fields, **changes})


def run(**changes) -> Run:
    return Run(**{"id": "run-1", "study": "d", "wave": "wave-1", "created_at": 1, **changes})


def study(**changes) -> StoredStudy:
    fields = {"digest": "a" * 64, "name": "study", "version": 1, "envelope": b"study"}
    return StoredStudy(**{**fields, "published_at": 1, **changes})


def enrolment(**changes) -> Enrolment:
    fields = {
        "token_digest": "0" * 64, "la": "E10000016", "name": "Kent", "expires_at": 100,
        "state": "invited", "signing_key": None, "node_key": None,
    }  # fmt: skip
    return Enrolment(**{**fields, **changes})


# ---------------------------------------------------------------------- the schema


def test_the_migrations_make_exactly_the_tables_that_the_queries_use(store, url):
    engine = sa.create_engine(url)

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, metadata)

    engine.dispose()
    assert differences == []


def test_opening_a_store_again_changes_no_byte_of_it(store, url, tmp_path):
    store.add_run(run(), [ask()])
    store.close()
    before = (tmp_path / "store.sqlite").read_bytes()

    again = Store(url)

    assert again.runs() == [run()]
    again.close()
    assert (tmp_path / "store.sqlite").read_bytes() == before


def test_a_store_can_be_opened_while_another_process_is_writing(store, url, tmp_path):
    writer = sqlite3.connect(tmp_path / "store.sqlite", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")

    second = Store(url)

    assert second.runs() == []
    second.close()
    writer.close()


def test_a_new_store_is_readable_by_its_owner_only(store, tmp_path):
    mode = (tmp_path / "store.sqlite").stat().st_mode

    assert stat.S_IMODE(mode) == 0o600


def _open(url: str, start, results) -> None:
    start.wait()
    try:
        made = Store(url)
        results.put(len(made.runs()))
        made.close()
    except (OversightError, sa.exc.SQLAlchemyError, sqlite3.Error) as error:
        results.put(repr(error))


def test_processes_that_open_a_fresh_file_at_the_same_time_all_succeed(url):
    found = _in_processes(OPENERS, _open, url)

    assert found == [0] * OPENERS


def test_a_store_of_newer_software_is_refused_with_advice_and_left_as_it_is(store, url, tmp_path):
    store.close()
    with sqlite3.connect(tmp_path / "store.sqlite") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(InputError, match="newer version") as caught:
        Store(url)

    assert "upgrade" in caught.value.advice
    with sqlite3.connect(tmp_path / "store.sqlite") as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [
            ("9999",)
        ]


def test_a_migration_that_fails_half_way_leaves_nothing_behind(url, tmp_path):
    with sqlite3.connect(tmp_path / "store.sqlite") as connection:
        connection.execute("CREATE TABLE leases (something INTEGER)")

    with pytest.raises(InputError, match="cannot be opened"):
        Store(url)

    with sqlite3.connect(tmp_path / "store.sqlite") as connection:
        names = connection.execute("SELECT name FROM sqlite_master").fetchall()
    assert names == [("leases",)]


@pytest.mark.parametrize(
    "content", [b"this is no database at all, but a long enough text " * 40, b"SQLite format 3\0"]
)
def test_a_file_that_is_no_database_is_named(content, tmp_path):
    path = tmp_path / "store.sqlite"
    path.write_bytes(content)

    with pytest.raises(InputError) as caught:
        Store(f"sqlite:///{path}")

    assert str(path) in str(caught.value)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match="unable to open"):
        Store(f"sqlite:///{tmp_path / 'missing' / 'store.sqlite'}")


@pytest.mark.parametrize(
    "wrong", ["no url", "oracle-of-delphi://host/name", "postgresql+nodriver://u:secret@h/n"]
)
def test_an_unusable_url_is_refused_without_being_repeated(wrong):
    with pytest.raises(InputError, match="database_url") as caught:
        Store(wrong)

    assert "secret" not in str(caught.value)


def test_a_write_that_fails_is_told_without_sql_or_values(store, tmp_path):
    with sqlite3.connect(tmp_path / "store.sqlite") as connection:
        connection.execute("DROP TABLE enrolments")

    with pytest.raises(StoreError) as caught:
        store.invite(enrolment(name="Somebody"))

    assert "Somebody" not in str(caught.value)
    assert "INSERT" not in str(caught.value)


# ---------------------------------------------------------------------- studies and offers


def test_a_study_is_published_once(store):
    first = store.publish(study(), ["E10000016"])
    second = store.publish(study(), ["E10000016", "E06000035"])

    assert (first, second) == (True, False)
    assert store.offers_due(0.0) == [Offer("a" * 64, "E10000016")]


def test_the_newest_version_of_a_study_is_found_by_name_and_any_by_digest(store):
    old, new = study(), study(digest="b" * 64, version=2)
    for one in (new, old):
        store.publish(one, [])

    assert store.study("study") == new
    assert store.study("a" * 64) == old
    assert store.studies() == [old, new]


def test_a_study_that_was_not_published_is_an_input_error(store):
    with pytest.raises(InputError, match="no study 'nothing'"):
        store.study("nothing")


def test_an_offer_is_due_until_it_is_taken_and_not_before_its_time(store):
    store.publish(study(), ["E10000016", "E06000035"])
    kent, medway = Offer("a" * 64, "E10000016"), Offer("a" * 64, "E06000035")

    store.offer_taken(kent)
    store.delay_offer(medway, 50.0)

    assert store.offers_due(49.9) == []
    assert store.offers_due(50.0) == [medway]


# ---------------------------------------------------------------------- runs and asks


def test_a_run_is_added_with_all_its_asks_or_not_at_all(store):
    with pytest.raises(sa.exc.IntegrityError):
        store.add_run(run(), [ask(), ask("E06000035", ticket="ticket-E10000016")])

    assert store.runs() == []
    assert store.asks("run-1") == []


def test_a_run_is_found_by_the_beginning_of_its_identifier_if_only_one_begins_so(store):
    store.add_run(run(id="abc"), [ask()])
    store.add_run(run(id="abd"), [ask(run="abd", ticket="t2")])

    assert store.run("abc").id == "abc"
    for wrong, said in (("ab", "several runs"), ("x", "no run")):
        with pytest.raises(InputError, match=said):
            store.run(wrong)


def test_every_field_of_an_ask_comes_back_as_it_was(store):
    whole = ask(state=AskState.DONE, family="policy", answer=b"\x00\xff", receipt=b"r",
                received_at=2**40, next_at=1.5)  # fmt: skip

    store.add_run(run(), [whole])

    assert store.ask(whole.ticket) == whole
    assert store.ask("another") is None


@pytest.mark.parametrize("state", AskState)
def test_only_open_and_unreceipted_asks_are_due(state, store):
    store.add_run(run(), [ask(state=state, next_at=5.0)])

    due = [one.ticket for one in store.asks_due(5.0)]

    waits = state in (AskState.QUEUED, AskState.ACCEPTED, AskState.HELD, AskState.ANSWERED)
    assert due == (["ticket-E10000016"] if waits else [])
    assert store.asks_due(4.9) == []


def test_an_ask_is_changed_only_from_the_state_that_it_was_seen_in(store):
    store.add_run(run(), [ask()])

    first = store.set_ask("ticket-E10000016", was=AskState.QUEUED, state=AskState.ANSWERED)
    second = store.set_ask("ticket-E10000016", was=AskState.QUEUED, state=AskState.ACCEPTED)

    assert (first, second) == (True, False)
    assert store.asks("run-1")[0].state is AskState.ANSWERED


@pytest.mark.parametrize("state", AskState)
def test_the_deadline_ends_open_asks_only_and_at_its_very_second(state, store):
    store.add_run(run(), [ask(state=state)])

    early, late = store.expire_asks(99.9), store.expire_asks(100.0)

    is_open = state in (AskState.QUEUED, AskState.ACCEPTED, AskState.HELD)
    assert early == []
    assert late == (["ticket-E10000016"] if is_open else [])
    assert store.asks("run-1")[0].state is (AskState.UNREACHABLE if is_open else state)


@pytest.mark.parametrize("state", AskState)
def test_closing_a_run_ends_only_asks_that_nobody_has_answered_in_any_way(state, store):
    store.add_run(run(), [ask(state=state)])
    store.add_run(run(id="run-2"), [ask("E06000035", run="run-2")])

    ended = store.close_run("run-1")

    waits = state in (AskState.QUEUED, AskState.ACCEPTED)
    assert ended == (["E10000016"] if waits else [])
    assert store.asks("run-1")[0].state is (AskState.UNREACHABLE if waits else state)
    assert store.asks("run-2")[0].state is AskState.QUEUED


def _claim(url: str, start, results) -> None:
    store = Store(url)
    start.wait()
    won = sum(
        store.set_ask(f"t{number}", was=AskState.QUEUED, state=AskState.ACCEPTED)
        for number in range(CLAIMS)
    )
    store.close()
    results.put(won)


def test_two_processes_never_both_move_the_same_ask(store, url):
    store.add_run(run(), [ask(f"E{number:08}", ticket=f"t{number}") for number in range(CLAIMS)])

    won = _in_processes(2, _claim, url)

    assert sum(won) == CLAIMS


# ---------------------------------------------------------------------- enrolments


def test_a_new_invitation_ends_the_earlier_ones_of_its_authority_that_are_open(store):
    states = ("invited", "pending", "approved")
    for number, state in enumerate(states):
        store.invite(enrolment(token_digest=str(number) * 64, expires_at=number))
        if state != "invited":
            store.set_enrolment(str(number) * 64, was="invited", state=state)
    store.invite(enrolment(token_digest="9" * 64, la="E06000035"))

    store.invite(enrolment(token_digest="5" * 64, expires_at=200))

    found = {one.token_digest[0]: one.state for one in store.enrolments()}
    assert found == {"0": "superseded", "1": "superseded", "2": "approved", "5": "invited",
                     "9": "invited"}  # fmt: skip


def _use_token(url: str, start, results) -> None:
    store = Store(url)
    start.wait()
    results.put(store.set_enrolment("0" * 64, was="invited", state="pending"))
    store.close()


def test_a_token_is_used_by_one_of_two_processes(store, url):
    store.invite(enrolment())

    used = _in_processes(2, _use_token, url)

    assert sorted(used) == [False, True]


# ---------------------------------------------------------------------- lease, checkpoints


def test_a_lease_is_held_renewed_and_taken_over_at_its_very_end(store):
    assert store.take_lease("dispatcher", "one", 11, now=0.0, seconds=3.0)

    assert not store.take_lease("dispatcher", "two", 22, now=2.9, seconds=3.0)
    assert store.take_lease("dispatcher", "one", 11, now=2.9, seconds=3.0)
    assert store.lease("dispatcher", 5.8) == 11
    assert store.lease("dispatcher", 5.9) is None
    assert store.take_lease("dispatcher", "two", 22, now=5.9, seconds=3.0)
    assert not store.take_lease("dispatcher", "one", 11, now=6.0, seconds=3.0)


def _take_lease(url: str, start, results) -> None:
    store = Store(url)
    start.wait()
    holder = str(id(store)) + SPAWN.current_process().name
    results.put([
        store.take_lease(f"lease-{number}", holder, 1, now=0.0, seconds=60.0)
        for number in range(CLAIMS)
    ])  # fmt: skip
    store.close()


def test_of_processes_that_want_a_new_lease_exactly_one_gets_it(store, url):
    taken = _in_processes(3, _take_lease, url)

    assert [sum(each) for each in zip(*taken, strict=True)] == [1] * CLAIMS


def test_the_longest_checkpoint_of_an_authority_is_kept(store, tmp_path):
    for size, envelope in ((3, b"three"), (5, b"five"), (4, b"four"), (5, b"another five")):
        store.keep_checkpoint("E10000016", size, envelope)

    with sqlite3.connect(tmp_path / "store.sqlite") as connection:
        kept = connection.execute("SELECT la, size, envelope FROM checkpoints").fetchall()
    assert kept == [("E10000016", 5, b"five")]


def _in_processes(number: int, work: Callable[..., None], url: str) -> list:
    """What each of some processes found that did the same at the same moment."""
    start, results = SPAWN.Barrier(number), SPAWN.Queue()
    processes = [SPAWN.Process(target=work, args=(url, start, results)) for _ in range(number)]
    for process in processes:
        process.start()
    found = [results.get(timeout=60) for _ in processes]
    for process in processes:
        process.join(60)
    return found
