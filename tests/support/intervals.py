"""Between what and what each figure of protected tables may be, for anybody who sees them all."""

from __future__ import annotations

from collections.abc import Sequence

from oversight_agent.disclosure import Named, Past, Protected, Tie
from oversight_agent.disclosure.intervals import Interval
from oversight_agent.disclosure.lookback import told
from oversight_agent.tables import UnsafeTable
from oversight_protocol.policy import Rules


def intervals(
    wave: Sequence[UnsafeTable], done: Protected, rules: Rules, ties: Sequence[Tie] = (),
    past: Sequence[Past] = (),
) -> dict[Named, Interval]:  # fmt: skip
    """The intervals of a wave's figures, as they are told to those who protect their own tables."""
    answered = [
        Past(unsafe, safe.answer, rules) for unsafe, safe in zip(wave, done.tables, strict=True)
    ]
    found = told([*answered, *past], ties, ()).intervals
    return {name: each for name, each in found.items() if name[0] < len(wave)}
