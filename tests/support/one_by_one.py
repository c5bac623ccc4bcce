"""Tables that are released one after the other, each protected against all that came before.

A *story* is a list of tables in the order of their release, the ties that an authority's agent
knows between them (by their places in that list), and the facts that an attacker knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from oversight_agent.disclosure import Past, Tie, protect
from oversight_agent.tables import UnsafeTable
from oversight_protocol.policy import Rules
from oversight_protocol.release import TableAnswer
from oversight_protocol.study import Period
from support.attacker import exact
from support.joint_attacker import Fact, JointAttacker, Place, small_differences, small_quantities

RULES = Rules()


@dataclass(frozen=True)
class Story:
    """What is released, and who knows what of it.

    Attributes:
        tables: in the order of their release.
        ties: what the agent knows.
        facts: what the attacker knows.
        pairs: figures whose small difference is a secret: the larger first, then the other, or
            several that are parts of it.
    """

    tables: Sequence[UnsafeTable] = field(repr=False)
    ties: Sequence[Tie] = ()
    facts: Sequence[Fact] = field(default=(), repr=False)
    pairs: Sequence[tuple[Place, ...]] = field(default=(), repr=False)

    def attacker(self, answers: Sequence[TableAnswer]) -> JointAttacker:
        """Who reads all answers and knows the facts."""
        return JointAttacker.on(self.tables, answers, RULES, self.facts)

    def secrets(self) -> list[dict[Place, float]]:
        """Small counts, small rests of rows, small differences."""
        return [
            *small_quantities(self.tables, RULES),
            *small_differences(self.tables, self.pairs, RULES),
        ]


def month(number: int) -> Period:
    """A month of a year, as an authority's own publication may have it."""
    first = date(2026, number, 1)
    return Period.model_construct(
        id=f"2026-{number:02}", label="Month", start=first, end=date(2026, number, 28)
    )


def released(story: Story, *, forget_withheld: bool = False) -> list[TableAnswer]:
    """The answer to each table, asked one after the other.

    Args:
        story: the tables.
        forget_withheld: whether only what was released counts as past, and not what was withheld.
    """
    answers: list[TableAnswer] = []
    for number, unsafe in enumerate(story.tables):
        kept = [
            before
            for before, one in enumerate(answers)
            if one.status == "released" or not forget_withheld
        ]
        past = [Past(story.tables[before], answers[before], RULES) for before in kept]
        at = {number: 0} | {before: place + 1 for place, before in enumerate(kept)}
        ties = [
            replace(tie, tables=tuple(at[each] for each in tie.tables))
            for tie in story.ties
            if at.keys() >= set(tie.tables)
        ]
        done = protect([unsafe], RULES, "1.0", past=past, ties=ties)
        answers.append(done.tables[0].answer)
    return answers


def common(tables: Sequence[UnsafeTable], first: int, second: int) -> list[tuple[Place, Place]]:
    """The same figures of two tables."""
    there = exact(tables[second]).keys()
    return [((first, key), (second, key)) for key in exact(tables[first]) if key in there]
