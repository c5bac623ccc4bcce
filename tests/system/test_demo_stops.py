"""The demo's other endings: interrupted, killed, failed, refused. Nothing is left running."""

from __future__ import annotations

import re
import signal
import subprocess
import sys

import pytest

from support.outside import Running, command

SMALL = ("--las", "2", "--scale", "0.05")
"""What is stopped needs no figures."""

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("interrupted")]


@pytest.mark.parametrize(
    ("number", "moment"),
    [
        (signal.SIGINT, "at work on the question"),
        (signal.SIGTERM, "Starting gateway"),
        (signal.SIGINT, "Making keys"),
    ],
    ids=["ctrl-c in the middle of the run", "asked to end at the start", "ctrl-c before it"],
)
def test_interrupted_it_stops_everything(tmp_path, number, moment):
    running = Running(*SMALL, "--out", str(tmp_path / "demo"))
    running.read_until(moment)

    running.process.send_signal(number)
    running.process.send_signal(number)
    status, printed, progress = running.end()

    assert (status, printed) == (130, "")
    assert "Interrupted" in progress
    assert "Traceback" not in progress
    assert running.survivors() == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends the children of the killed")
def test_killed_it_leaves_nothing_running_either(tmp_path):
    running = Running(*SMALL, "--out", str(tmp_path / "demo"))
    running.read_until("Waiting until")

    running.process.kill()
    running.end()

    assert len(running.seen) >= 4
    assert running.survivors(seconds=30) == []


def test_an_agent_that_dies_ends_it_with_a_sentence_that_names_the_log(tmp_path):
    out = tmp_path / "demo"
    running = Running(*SMALL, "--out", str(out))
    running.read_until("Waiting until")

    running.part(out, "agent-medway").kill()
    status, printed, progress = running.end()

    last = progress.strip().splitlines()[-1]
    assert (status, printed) == (1, "")
    log = out / "logs" / "agent-medway.log"
    assert last == f"oversight: the part 'agent-medway' ended by itself; its log is {log}"
    assert log.is_file()
    assert "Traceback" not in progress
    assert running.survivors() == []


def test_a_demo_under_way_keeps_its_folder_until_it_is_stopped(tmp_path):
    out = str(tmp_path / "demo")
    running = Running(*SMALL, "--out", out)
    running.read_until("Medway: enrolled")

    another = demo("--out", out)
    stopping = demo("--stop", "--out", out)
    status, _, progress = running.end()

    assert another.returncode == 2
    assert "a demo is under way in this folder" in another.stderr
    assert stopping.returncode == 0
    assert re.fullmatch(r"Stopped \d+ processes\.\n", stopping.stdout)
    assert status == 130, progress
    assert running.survivors() == []


def demo(*arguments):
    return subprocess.run(
        [command("oversight"), "demo", *arguments],
        check=False, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


@pytest.mark.parametrize("number", ["1", "20", "0", "-2"])
def test_a_number_of_authorities_that_it_cannot_have_touches_nothing(tmp_path, number):
    earlier = tmp_path / "demo"
    earlier.mkdir()
    (earlier / ".oversight-demo").write_text("an earlier demo's folder")
    (earlier / "pooled.csv").write_text("its figures")

    done = demo("--las", number, "--out", str(earlier))

    assert done.returncode == 2
    assert f"Invalid value for '--las': {number} is not in the range 2<=x<=19." in done.stderr
    assert "Traceback" not in done.stderr
    assert (earlier / "pooled.csv").read_text() == "its figures"


@pytest.mark.parametrize("kind", ["folder", "file", "impossible"])
def test_what_no_demo_made_is_left_alone(tmp_path, kind):
    out = tmp_path / "mine"
    if kind == "folder":
        out.mkdir()
        (out / "thesis.txt").write_text("ten years of work")
    else:
        out.write_text("ten years of work")
    before = sorted(path.name for path in tmp_path.rglob("*"))

    done = demo("--out", str(out / "below" if kind == "impossible" else out))

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "name another folder with --out" in done.stderr
    assert sorted(path.name for path in tmp_path.rglob("*")) == before


def test_stopping_where_nothing_runs_says_so(tmp_path):
    done = demo("--stop", "--out", str(tmp_path))

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"Nothing of a demo runs in {tmp_path}.\n"
