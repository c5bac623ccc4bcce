"""Snapshots on the disk: whole or absent, unchanged or refused, kept for a while and then gone."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st

from oversight_agent import config
from oversight_agent.pipeline.retention import Retention
from oversight_agent.pipeline.snapshots import Shelf, Snapshot
from oversight_protocol.errors import InputError
from support.requests import Clock, Home

MADE = datetime(2026, 10, 4, 8, 15, 3, tzinfo=UTC)
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="the permissions of POSIX")


def _write(shelf: Shelf, made: datetime = MADE, content: bytes = b"tables") -> Snapshot:
    with shelf.writing():
        return shelf.write(made, lambda path: path.write_bytes(content) and None)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "snapshots")


# ---------------------------------------------------------------------- form


def test_a_snapshot_is_named_by_its_second_and_the_start_of_its_digest(shelf: Shelf) -> None:
    snapshot = _write(shelf)

    digest = snapshot.verify()

    assert snapshot.path.name == f"20261004T081503Z-{digest[:16]}.duckdb"
    assert shelf.all() == [snapshot]
    assert snapshot.path.read_bytes() == b"tables"


@POSIX
def test_only_the_agents_account_may_read_a_snapshot_and_nobody_may_write_it(shelf: Shelf) -> None:
    shelf.folder.mkdir(mode=0o755)
    snapshot = _write(shelf)

    assert stat.S_IMODE(shelf.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(snapshot.path.stat().st_mode) == 0o400


def test_what_is_not_named_like_a_snapshot_is_none(shelf: Shelf) -> None:
    snapshot = _write(shelf)
    for name in ("notes.txt", "copy of x.duckdb", "20261399T081503Z-0123456789abcdef.duckdb"):
        (shelf.folder / name).write_bytes(b"")

    assert shelf.all() == [snapshot]


def test_a_snapshot_is_found_by_as_much_of_its_name_as_tells_it_apart(shelf: Shelf) -> None:
    first, second = (_write(shelf, MADE + timedelta(days=n)) for n in (0, 1))

    assert shelf.find("20261004") == first
    assert shelf.find(second.id) == second
    for start in ("2026", "2027", ""):
        with pytest.raises(InputError, match="snapshots begin with"):
            shelf.find(start)


@given(place=st.integers(0, 5), other=st.binary(min_size=1, max_size=1))
def test_a_snapshot_of_which_a_byte_was_changed_is_refused_by_name(
    tmp_path_factory: pytest.TempPathFactory, place: int, other: bytes
) -> None:
    snapshot = _write(Shelf(tmp_path_factory.mktemp("snapshots")))
    changed = b"tables"[:place] + other + b"tables"[place + 1 :]
    snapshot.path.chmod(0o600)
    snapshot.path.write_bytes(changed)

    if changed == b"tables":
        snapshot.verify()
    else:
        with pytest.raises(InputError, match="was altered since it was made") as caught:
            snapshot.verify()
        assert snapshot.path.name in str(caught.value)
        assert f"oversight-agent snapshot delete {snapshot.id}" in str(caught.value)


def test_a_writer_that_fails_leaves_nothing(shelf: Shelf) -> None:
    def fails(path: Path) -> None:
        path.write_bytes(b"half")
        raise InputError("no room")

    with pytest.raises(InputError), shelf.writing():
        shelf.write(MADE, fails)

    assert shelf.all() == []
    assert [path.name for path in shelf.folder.iterdir()] == [".lock"]


# ---------------------------------------------------------------------- death


_DIES = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from oversight_agent.pipeline import snapshots

def dying(name):
    real = getattr(os, name)
    def die_or_go_on(*arguments, **options):
        global left
        if before and left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*arguments, **options)
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        return result
    setattr(os, name, die_or_go_on)

folder, left, before = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "before"
shelf = snapshots.Shelf(folder)
with shelf.writing():
    for name in ("mkdir", "chmod", "fsync", "replace", "rename", "open", "rmdir"):
        dying(name)
    shelf.write(datetime(2026, 10, 4, tzinfo=UTC), lambda path: Path(path).write_bytes(b"tables"))
print("written")
"""


@POSIX
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_any_call_of_the_system_it_leaves_a_whole_snapshot_or_none(
    when: str, tmp_path: Path
) -> None:
    left_whole, endings = [], []
    for step in range(40):
        shelf = Shelf(tmp_path / f"{step}")
        done = subprocess.run(
            [sys.executable, "-c", _DIES, str(shelf.folder), str(step), when],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        endings.append(done.returncode)
        for snapshot in shelf.all():
            snapshot.verify()
        left_whole.append(len(shelf.all()))
        shelf.clear()
        assert sorted(path.suffix for path in shelf.folder.iterdir()) in (
            [""], ["", ".duckdb"],
        )  # fmt: skip
        if done.returncode == 0:
            break

    assert endings[-1] == 0, done.stderr
    assert set(endings[:-1]) == {-signal.SIGKILL}
    assert left_whole[0] == 0
    assert left_whole[-1] == 1
    assert left_whole == sorted(left_whole)


def test_what_is_being_written_is_not_thrown_away(shelf: Shelf) -> None:
    shelf.folder.mkdir()
    aside = shelf.folder / ".unfinished.x"
    aside.mkdir()

    with FileLock(shelf.folder / ".lock"):
        shelf.clear()
        there_while_written = aside.exists()
    shelf.clear()

    assert there_while_written
    assert not aside.exists()


# ---------------------------------------------------------------------- retention


def test_a_snapshot_is_deleted_when_its_days_are_over_and_not_before(home: Home) -> None:
    home.set(snapshot_days=10)
    settings, clock = config.load(home.folder), Clock(MADE)
    shelf = Shelf(settings.snapshots)
    first, second = (_write(shelf, MADE + timedelta(days=n)) for n in (0, 1))
    retention = Retention(settings, clock)

    clock.move(days=10, seconds=-1)
    retention.when_due()
    kept = shelf.all()
    clock.move(days=1)
    retention.when_due()

    assert kept == [first, second]
    assert shelf.all() == [second]
    assert home.bodies("snapshot-deleted") == [{"snapshot": first.id, "by": "retention"}]


def test_the_agent_looks_at_its_start_and_then_once_a_day(home: Home) -> None:
    settings, clock = config.load(home.folder), Clock(MADE)
    shelf = Shelf(settings.snapshots)
    retention = Retention(settings, clock)

    retention.when_due()
    _write(shelf, MADE - timedelta(days=400))
    clock.move(hours=23)
    retention.when_due()
    before = len(shelf.all())
    clock.move(hours=1)
    retention.when_due()

    assert before == 1
    assert shelf.all() == []


def test_one_that_cannot_be_deleted_does_not_keep_the_others(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = config.load(home.folder)
    shelf = Shelf(settings.snapshots)
    first, second = (_write(shelf, MADE + timedelta(days=n)) for n in (0, 1))
    unlink = Path.unlink

    def refusing(path: Path, missing_ok: bool = False) -> None:
        if path == first.path:
            raise PermissionError(13, "Permission denied")
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refusing)
    Retention(settings, Clock(MADE + timedelta(days=500))).when_due()

    assert shelf.all() == [first]
    assert [body["snapshot"] for body in home.bodies("snapshot-deleted")] == [second.id]


def _one_expired(home: Home) -> tuple[Shelf, Clock, Retention]:
    """A snapshot that should be gone by now, on a clock that can be moved."""
    settings, clock = config.load(home.folder), Clock(MADE + timedelta(days=500))
    shelf = Shelf(settings.snapshots)
    _write(shelf)
    return shelf, clock, Retention(settings, clock)


def test_one_that_could_not_be_deleted_is_tried_again_within_hours(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf, clock, retention = _one_expired(home)
    with monkeypatch.context() as locked:
        locked.setattr(Path, "unlink", _refusing)
        retention.when_due()
    before = len(shelf.all())

    clock.move(hours=1)
    retention.when_due()

    assert before == 1
    assert shelf.all() == []


def _refusing(*_: object) -> None:
    raise PermissionError(13, "Permission denied")


def test_a_folder_that_cannot_be_read_is_told_once_and_tried_again_within_hours(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf, clock, retention = _one_expired(home)
    with monkeypatch.context() as locked:
        locked.setattr(Path, "iterdir", _refusing)
        with pytest.raises(InputError, match="the snapshots cannot be used"):
            retention.when_due()
        retention.when_due()  # the agent's other work goes on

    clock.move(hours=1)
    retention.when_due()

    assert shelf.all() == []


def test_a_lock_that_cannot_be_had_does_not_keep_the_expired(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = config.load(home.folder)
    shelf = Shelf(settings.snapshots)
    _write(shelf)
    acquire = FileLock.acquire

    def own_alone(lock: FileLock, *arguments: Any, **options: Any) -> Any:
        if Path(lock.lock_file).parent == shelf.folder:
            _refusing()
        return acquire(lock, *arguments, **options)

    monkeypatch.setattr(FileLock, "acquire", own_alone)

    Retention(settings, Clock(MADE + timedelta(days=500))).when_due()

    assert shelf.all() == []


def test_one_with_the_last_day_of_all_in_its_name_does_not_keep_the_others(home: Home) -> None:
    settings = config.load(home.folder)
    shelf = Shelf(settings.snapshots)
    _write(shelf)
    far = _write(shelf, datetime(9999, 12, 31, tzinfo=UTC))

    Retention(settings, Clock(MADE + timedelta(days=500))).when_due()

    assert shelf.all() == [far]
    assert far.expires(180) >= far.made


@pytest.mark.parametrize("days", [0, 3651])
def test_the_days_are_between_one_and_ten_years(days: int, home: Home) -> None:
    home.set(snapshot_days=days)

    with pytest.raises(InputError, match="snapshot_days"):
        config.load(home.folder)


# ---------------------------------------------------------------------- the worker's right to write


_CONFINED = """
import sys
from pathlib import Path
from oversight_agent.limits import WorkerLimits
from oversight_agent.pipeline.confine import end_writing, limit, writing

def try_to_write(name):
    try:
        Path(sys.argv[1], name).write_bytes(b"x" * 10)
    except OSError:
        return "no"
    return "yes"

limit(WorkerLimits(snapshot_mib=1))
told = [try_to_write("reading")]
with writing():
    told.append(try_to_write("writing"))
    try:
        Path(sys.argv[1], "large").write_bytes(b"x" * 2**21)
    except OSError:
        told.append("too large")
told.append(try_to_write("evaluating"))
end_writing()
with writing():
    told.append(try_to_write("again"))
print(*told)
"""


@POSIX
def test_a_worker_writes_while_it_makes_a_snapshot_and_at_no_other_time(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _CONFINED, str(tmp_path)],
        capture_output=True, text=True, check=False, env=dict(os.environ),
    )  # fmt: skip

    assert done.stdout.split() == ["no", "yes", "too", "large", "no", "no"], done.stderr
