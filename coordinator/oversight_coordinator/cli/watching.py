"""How far each authority of a run is, shown while one waits.

Rules kept here:

1. Watching only looks: whoever stops it, by Ctrl-C too, leaves the run as it is.
2. On a terminal the authorities stand in a table that stays in place; elsewhere each change is a
   line, so that a log of it can be read.
3. It ends when nothing more is expected, and says what then waits for a person.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from oversight_coordinator.cli.common import say

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from oversight_coordinator.store import Ask, Store

LOOK_SECONDS = 0.3
INTERRUPTED = 130
_WORDS = {
    "queued": "not reached yet",
    "accepted": "at work",
    "held": "holds its answer for a person",
    "answered": "answered",
    "done": "answered",
    "rejected": "sent what is no answer",
    "unreachable": "did not answer",
}


def watch(kept: Store, run_id: str, *, quiet: bool = False) -> None:
    """Show a run's progress until nothing more is expected.

    Raises:
        typer.Exit: the person pressed Ctrl-C.
    """
    shown = _Quiet() if quiet else _shown()
    try:
        with shown.live:
            asks = _follow(kept, run_id, shown.draw)
    except KeyboardInterrupt:
        # On standard error: what was printed so far may be read by a program.
        typer.echo("Stopped watching; the run goes on.", err=True)
        typer.echo(f"Watch it again: oversight runs watch {run_id[:8]}", err=True)
        raise typer.Exit(INTERRUPTED) from None
    if not quiet:
        _say_end(asks, run_id)


def _follow(kept: Store, run_id: str, draw: Callable[[Sequence[Ask]], None]) -> Sequence[Ask]:
    from oversight_coordinator.results import is_finished

    while True:
        asks = kept.asks(run_id)
        draw(asks)
        if all(map(is_finished, asks)):
            return asks
        time.sleep(LOOK_SECONDS)


def _say_end(asks: Sequence[Ask], run_id: str) -> None:
    states = Counter(_WORDS[ask.state] for ask in asks)
    say(f"{states['answered']} of {len(asks)} authorities answered; "
        f"nothing more is expected unless a person decides.")  # fmt: skip
    if held := states[_WORDS["held"]]:
        say(f"{held} {'holds its answer' if held == 1 else 'hold their answers'} "
            f"for a person there to release.")  # fmt: skip
    say(f"How it ended: oversight runs show {run_id[:8]}")


class _Quiet:
    """Nothing is shown."""

    live: AbstractContextManager[object] = nullcontext()

    def draw(self, asks: Sequence[Ask]) -> None:
        """Take notice of nothing."""


class _Lines(_Quiet):
    """A line for each change."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def draw(self, asks: Sequence[Ask]) -> None:
        """Say what is new."""
        for ask in asks:
            words = _WORDS[ask.state]
            if self._known.get(ask.la) != words:
                say(f"  {_name(ask)}: {words}")
            self._known[ask.la] = words


class Grid(_Quiet):
    """A table that stays in place: authority, state, since when.

    The store keeps no times of states, so `since` is when the state was first seen here, or when
    the answer came.
    """

    def __init__(self, console: Console) -> None:
        from rich.live import Live

        self.live = self._live = Live(console=console, auto_refresh=False)
        self._since: dict[tuple[str, str], datetime] = {}

    def draw(self, asks: Sequence[Ask]) -> None:
        """Draw the table anew."""
        now = datetime.now(UTC)
        for ask in asks:
            came = datetime.fromtimestamp(ask.received_at, UTC) if ask.received_at else now
            self._since.setdefault((ask.la, _WORDS[ask.state]), came)
        self._live.update(self._table(asks), refresh=True)

    def _table(self, asks: Sequence[Ask]) -> Table:
        from rich.table import Table

        table = Table("Authority", "State", "Since", box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for ask in asks:
            words = _WORDS[ask.state]
            since = self._since[ask.la, words].astimezone()
            table.add_row(_name(ask), words, f"{since:%H:%M:%S}")
        return table


def _shown() -> _Quiet:
    from rich.console import Console

    console = Console(highlight=False)
    return Grid(console) if console.is_terminal and not console.is_dumb_terminal else _Lines()


def _name(ask: Ask) -> str:
    from oversight_coordinator.authorities import authority

    return authority(ask.la).name
