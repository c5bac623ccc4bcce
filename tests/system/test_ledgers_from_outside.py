"""Both ledgers of a finished demo verify, and no byte of them can be changed unseen."""

from __future__ import annotations

import random
import shutil
import subprocess

import pytest

from oversight_agent.cli import main as agent_main
from oversight_coordinator.cli import main as coordinator_main
from support.outside import SLUGS, command, run_here

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("demo")]

BOOKS = (*SLUGS, "coordinator")
MAINS = {"oversight-agent": agent_main, "oversight": coordinator_main}


def book(demo, name):
    """A ledger's command and folder."""
    if name == "coordinator":
        return "oversight", demo.coordinator
    return "oversight-agent", demo.agent(name)


def copy_of(folder, to):
    """As much of a folder as a reviewer needs: settings, public key, ledger."""
    (to / "keys").mkdir(parents=True)
    for path in (*folder.glob("*.toml"), folder / "ledger.jsonl", *folder.glob("keys/*.pub")):
        shutil.copy(path, to / path.relative_to(folder))
    return to


def sampled_changes(content):
    """Positions and masks: both ends of every line, and some within, always the same."""
    dice = random.Random(20261123)
    ends = [at for at, byte in enumerate(content) if byte == ord("\n")]
    starts = [0, *(at + 1 for at in ends[:-1])]
    inside = [dice.randrange(len(content)) for _ in range(40)]
    return [(at, dice.randrange(1, 256)) for at in (*starts, *ends, *inside)]


@pytest.mark.parametrize("name", BOOKS)
def test_a_finished_demo_s_ledger_verifies(kept_demo, name):
    program, folder = book(kept_demo, name)
    entries = (folder / "ledger.jsonl").read_bytes().count(b"\n")

    done = subprocess.run(
        [command(program), "ledger", "verify", str(folder)],
        check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")
    assert f"{entries} entries verify" in done.stdout


@pytest.mark.parametrize("name", BOOKS)
def test_after_a_change_of_any_byte_it_fails_and_names_the_entry(kept_demo, tmp_path, name):
    program, folder = book(kept_demo, name)
    copy = copy_of(folder, tmp_path / "copy")
    content = (copy / "ledger.jsonl").read_bytes()
    assert run_here(MAINS[program], "ledger", "verify", str(copy))[0] == 0

    for at, mask in sampled_changes(content):
        changed = bytearray(content)
        changed[at] ^= mask
        (copy / "ledger.jsonl").write_bytes(changed)
        status, out, err = run_here(MAINS[program], "ledger", "verify", str(copy))

        entry = content[:at].count(b"\n")
        assert (status, out) == (1, ""), (at, mask)
        assert err.startswith(f"{program}: entry {entry}: "), (at, mask, err)


@pytest.mark.parametrize("name", ["kent", "coordinator"])
def test_the_program_itself_exits_with_1_and_one_sentence(kept_demo, tmp_path, name):
    program, folder = book(kept_demo, name)
    copy = copy_of(folder, tmp_path / "copy")
    content = bytearray((copy / "ledger.jsonl").read_bytes())
    content[len(content) // 2] ^= 1
    (copy / "ledger.jsonl").write_bytes(content)

    done = subprocess.run(
        [command(program), "ledger", "verify", str(copy)],
        check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip

    entry = bytes(content[: len(content) // 2]).count(b"\n")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"{program}: entry {entry}: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("change", ["left out", "swapped", "written twice", "cut short"])
def test_an_entry_left_out_swapped_repeated_or_cut_is_named(kept_demo, tmp_path, change):
    copy = copy_of(kept_demo.agent("kent"), tmp_path / "copy")
    lines = (copy / "ledger.jsonl").read_bytes().splitlines(keepends=True)
    changed = {
        "left out": [*lines[:2], *lines[3:]],
        "swapped": [*lines[:2], lines[3], lines[2], *lines[4:]],
        "written twice": [*lines[:2], lines[1], *lines[2:]],
        "cut short": [*lines[:2], lines[2][:-9]],
    }

    (copy / "ledger.jsonl").write_bytes(b"".join(changed[change]))
    status, _, err = run_here(agent_main, "ledger", "verify", str(copy))

    assert status == 1
    assert "entry 2: " in err
