"""The ServerApp of the round-trip benchmark: asks all nodes, waits for all replies, notes the time.

What to do comes from the environment: BENCH_NODES, BENCH_ROUNDS, BENCH_RESULT (a JSON file).
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from flwr.app import ConfigRecord, Context, Message, RecordDict
from flwr.serverapp import Grid, ServerApp

LOOK_SECONDS = 0.02
WAIT_SECONDS = 300.0

app = ServerApp()


@app.main()
def main(grid: Grid, context: Context) -> None:
    nodes, rounds = int(os.environ["BENCH_NODES"]), int(os.environ["BENCH_ROUNDS"])
    deadline = time.monotonic() + WAIT_SECONDS
    while len(ids := sorted(grid.get_node_ids())) < nodes:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{len(ids)} of {nodes} nodes came online")
        time.sleep(LOOK_SECONDS)
    # The first round loads the app in each node; a stock node starts a process for every message.
    times = [_round(grid, ids) for _ in range(rounds + 1)][1:]
    Path(os.environ["BENCH_RESULT"]).write_text(json.dumps(times), encoding="ascii")


def _round(grid: Grid, ids: list[int]) -> float:
    started = time.monotonic()
    messages = [
        Message(
            RecordDict({"oversight": ConfigRecord({"body": b"ping"})}),
            dst_node_id=node, message_type="query",
        )
        for node in ids
    ]  # fmt: skip
    waiting = set(grid.push_messages(messages))
    while waiting:
        for reply in grid.pull_messages(list(waiting)):
            if reply.has_error():
                raise RuntimeError(f"a node answered with error {reply.error.code}")
            waiting.discard(reply.metadata.reply_to_message_id)
        if time.monotonic() - started > WAIT_SECONDS:
            raise TimeoutError(f"{len(waiting)} replies are missing")
        time.sleep(LOOK_SECONDS)
    return time.monotonic() - started
