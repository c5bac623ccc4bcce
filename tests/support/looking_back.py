"""An agent that answers one table after another and looks back on all that it released.

The whole defence of one authority's worker: the history's stage, then disclosure control, then the
table is remembered as it was answered. `forgetful` is one that begins anew every time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from oversight_agent.disclosure import protect
from oversight_agent.history import Answered, History, Sealing
from oversight_agent.history.stage import New, judge, remember, withheld
from oversight_protocol.release import TableAnswer
from oversight_protocol.study import Link
from support.histories import LATER, RULES, SECRET, VERSION, history


def looking_back(
    folder: Path, tables: Sequence[New], links: Iterable[Link] = ()
) -> list[TableAnswer]:
    """The answers of an agent with one history, begun in a folder."""
    told = history(folder)
    try:
        return [answer(told, one, tuple(links), f"ticket-{n}") for n, one in enumerate(tables)]
    finally:
        told.close()


def in_one_wave(
    folder: Path, tables: Sequence[New], links: Iterable[Link] = ()
) -> list[TableAnswer]:
    """The answers of an agent that is asked for all tables at once, and never was before."""
    told = history(folder)
    judged = judge(told, tables, RULES, tuple(links))
    told.close()
    kept = [tables[number].unsafe for number in judged.kept]
    done = protect(kept, RULES, VERSION, ties=judged.ties, unmerged=judged.unmerged)
    answers = dict(zip(judged.kept, (each.answer for each in done.tables), strict=True))
    return [answers.get(n) or withheld(one.unsafe) for n, one in enumerate(tables)]


def forgetful(tables: Sequence[New]) -> list[TableAnswer]:
    """The answers of an agent that knows nothing of what it released."""
    return [protect([one.unsafe], RULES, VERSION).tables[0].answer for one in tables]


def answer(told: History, one: New, links: Sequence[Link], ticket: str) -> TableAnswer:
    """The answer to one table, which is then remembered."""
    judged = judge(told, [one], RULES, links)
    found = withheld(one.unsafe)
    if judged.kept:
        done = protect([one.unsafe], RULES, VERSION, ties=judged.ties, past=judged.past)
        found = done.tables[0].answer
    memory = remember(one, Answered(answer=found, rules=RULES), Sealing(SECRET), VERSION)
    told.add([memory], ticket, LATER)
    return found
