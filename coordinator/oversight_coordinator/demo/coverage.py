"""What each authority can answer, shared with the coordinator as each agent's own file.

Each agent looks through all its sources for this, which takes a while: they do so in the
background, as many at a time as there are processors.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from oversight_coordinator.demo.hands import Hands


class Sharing:
    """Agents at work in the background; when its block is left early, no further one begins.

    Args:
        homes: the agents' folders, by a name for each file.
        out: the folder that the files are written to.
        log: where an error that is no answer of a command goes.
    """

    def __init__(self, homes: Mapping[str, Path], out: Path, log: Path) -> None:
        out.mkdir(parents=True, exist_ok=True)
        self._homes, self._log = homes, log
        self._files = {name: out / f"{name}.coverage.json" for name in homes}
        self._given_up = threading.Event()
        turns = max(1, min(os.cpu_count() or 1, len(homes)))
        self._pool = ThreadPoolExecutor(turns)
        self._turns = [
            self._pool.submit(self._share, list(homes)[turn::turns]) for turn in range(turns)
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give up what has not begun, and wait for what has."""
        self._given_up.set()
        self._pool.shutdown(cancel_futures=True)

    def files(self) -> tuple[Path, ...]:
        """The files, once all are written.

        Raises:
            DemoError: an agent's command failed.
        """
        for turn in self._turns:
            turn.result()
        return tuple(self._files.values())

    def _share(self, names: Sequence[str]) -> None:
        hands = Hands(self._log)
        try:
            for name in names:
                if not self._given_up.is_set():
                    out, home = str(self._files[name]), str(self._homes[name])
                    hands.run("coverage", "share", "--out", out, "--home", home)
        finally:
            hands.close()
