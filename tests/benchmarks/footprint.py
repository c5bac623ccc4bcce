"""What the agent takes: memory of its lasting processes, and the time of its help."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import psutil

BIN = Path(sys.executable).parent
IDLE_SECONDS = 5.0
HELP_RUNS = 15


def agent_memory(folder: Path) -> dict[str, float]:
    """Resident memory (MB) of an agent that has answered its first run, and of one just started."""
    out = folder / "demo"
    demo = [str(BIN / "oversight"), "demo", "--las", "2", "--out", str(out)]
    subprocess.run([*demo, "--keep", "--json"], check=True, stdout=subprocess.DEVNULL)
    try:
        pid = int(json.loads((out / "running.json").read_bytes())["agent-kent"][0])
        after = _tree_megabytes(pid)
        psutil.Process(pid).terminate()
        psutil.wait_procs([psutil.Process(pid)], timeout=10)
        command = [str(BIN / "oversight-agent"), "run", "--home", str(out / "agents" / "kent")]
        with (folder / "agent.log").open("wb") as log:
            agent = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            _wait_connected(out / "agents" / "kent")
            time.sleep(IDLE_SECONDS)
            idle = _tree_megabytes(agent.pid)
        finally:
            agent.terminate()
            agent.wait()
    finally:
        subprocess.run([*demo[:2], "--stop", "--out", str(out)], check=True, capture_output=True)
    return {"when idle": idle, "after its first run": after}


def help_seconds() -> tuple[float, float]:
    """Median seconds of `oversight-agent --help` and of importing typer, taken in turn."""
    commands = ([str(BIN / "oversight-agent"), "--help"], [sys.executable, "-c", "import typer"])
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(HELP_RUNS):
        for command, kept in zip(commands, times, strict=True):
            started = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            kept.append(time.perf_counter() - started)
    return statistics.median(times[0]), statistics.median(times[1])


def _tree_megabytes(pid: int) -> float:
    process = psutil.Process(pid)
    return sum(one.memory_info().rss for one in [process, *process.children(recursive=True)]) / 1e6


def _wait_connected(home: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        state = json.loads((home / "state" / "connection.json").read_bytes())
        if state["state"] == "connected":
            return
        time.sleep(0.1)
    raise TimeoutError("the agent did not connect")
