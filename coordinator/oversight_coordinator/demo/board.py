"""What a person sees while the demo runs: its steps, and how far each authority is.

Rules kept here:

1. On a terminal the authorities stand in a table that is drawn anew as they change; elsewhere each
   change is a line, so that a log of it can be read.
2. Progress goes to standard error: standard output is for the results.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.live import Live

_STEPS_SHOWN = 6
"""Steps above the table; with 19 authorities below, all fits on a screen of 30 lines."""


@dataclass
class Lines:
    """Progress as lines."""

    started: float = field(default_factory=time.monotonic)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing is to be undone."""

    @property
    def seconds(self) -> float:
        """Since the demo began."""
        return time.monotonic() - self.started

    def step(self, text: str) -> None:
        """The demo comes to its next step."""
        sys.stderr.write(f"[{self.seconds:5.1f} s] {text}\n")
        sys.stderr.flush()

    def show(self, name: str, state: str, note: str = "") -> None:
        """An authority's state has changed."""
        self.step(f"  {name}: {state}" + (f" ({note})" if note else ""))

    def expect(self, names: Sequence[str]) -> None:
        """These authorities will take part; a table begins with all of them."""


@dataclass
class _Standing:
    state: str = "waiting"
    note: str = ""
    since: float = 0.0


class Table(Lines):
    """Progress as a table that stays in place."""

    def __init__(self) -> None:
        from rich.console import Console  # noqa: PLC0415 - only where there is a terminal
        from rich.live import Live  # noqa: PLC0415

        super().__init__()
        self._console: Console = Console(stderr=True, highlight=False)
        self._steps: list[str] = []
        self._standing: dict[str, _Standing] = {}
        self._live: Live = Live(console=self._console, auto_refresh=False, transient=False)

    def __enter__(self) -> Self:
        self._live.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the last picture where it is."""
        self._live.__exit__(kind, error, trace)

    def step(self, text: str) -> None:
        """The demo comes to its next step."""
        self._steps.append(f"[{self.seconds:5.1f} s] {text}")
        self._draw()

    def expect(self, names: Sequence[str]) -> None:
        """These authorities will take part; a table begins with all of them."""
        self._standing = {name: _Standing() for name in names}
        self._draw()

    def show(self, name: str, state: str, note: str = "") -> None:
        """An authority's state has changed."""
        self._standing[name] = _Standing(state, note, self.seconds)
        self._draw()

    def _draw(self) -> None:
        self._live.update(self._picture(), refresh=True)

    def _picture(self) -> RenderableType:
        from rich.console import Group  # noqa: PLC0415
        from rich.table import Table as Grid  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        steps = [Text(step) for step in self._steps[-_STEPS_SHOWN:]]
        if not self._standing:
            return Group(*steps)
        grid = Grid("Authority", "State", "At", "", box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for name, one in self._standing.items():
            at = f"{one.since:.0f} s" if one.since else ""
            grid.add_row(name, one.state, at, one.note)
        return Group(*steps, Text(), grid)


def board() -> Lines:
    """A table on a terminal that can draw one, else lines."""
    from rich.console import Console  # noqa: PLC0415 - its import is slow; `--help` needs none

    console = Console(stderr=True)
    return Table() if console.is_terminal and not console.is_dumb_terminal else Lines()
