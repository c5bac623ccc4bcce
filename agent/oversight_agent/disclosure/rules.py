"""The primary rules: may a figure be shown, by who stands behind it? Each rule is a small function.

Rules kept here (numbers from `oversight_protocol.policy.Rules`; sources in its `FLOORS`):

1. `minimum_persons`: every kind of person that the table declares is present with at least so many
   distinct ones. A kind that a row may lack is not tested where nobody of it is present, but at
   least one kind has to pass. A zero is small, unless the study declared that zeros may be shown.
2. `staff_minimum_workers`, `staff_minimum_teams`: a table about staff has at least so many distinct
   workers, from at least so many teams, behind a figure.
3. `contributing_workers`, `worker_share_percent`: in any table that names workers, as its subjects
   or beside them, at least so many stand behind a figure, and nobody behind more than that share.
4. The rest of a cell's row (total less cell) is a figure too, since anybody can subtract: all rules
   hold for it likewise. So 0 % and 100 %, which tell of everybody in a row, are not shown.
5. `dominance_percent`, the p% rule, for sums: whoever contributes second most takes their own part
   from the sum. What the others contribute must keep them further than p percent from the largest
   contribution. A sum of 0 tells that everybody contributes nothing: it is not shown either, unless
   the study declared that zeros may be shown.
6. `two_largest_percent`, the (n,k) rule with n = 2, for sums, where a study or an authority asks
   for it: the two largest contributions together are no more than this share of the sum. Otherwise
   anybody could take the sum for what these two have.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from types import MappingProxyType

from oversight_agent.tables import UnsafeCell, UnsafeSum
from oversight_protocol.policy import Rules
from oversight_protocol.study import BaseTable, Subject


class Rule(StrEnum):
    """The primary rules, named as their numbers in `Rules`."""

    MINIMUM = "minimum_persons"
    STAFF_WORKERS = "staff_minimum_workers"
    STAFF_TEAMS = "staff_minimum_teams"
    CONTRIBUTING = "contributing_workers"
    SHARE = "worker_share_percent"
    DOMINANCE = "dominance_percent"
    TWO_LARGEST = "two_largest_percent"


def too_few_persons(cell: UnsafeCell, table: BaseTable, rules: Rules) -> bool:
    """Rule 1."""
    if cell.count == 0:
        return not rules.zeros_may_be_shown
    tested = [
        _persons(cell, subject)
        for subject in table.subjects
        if _persons(cell, subject) or not subject.optional
    ]
    return not tested or min(tested) < rules.minimum_persons


def too_few_staff(cell: UnsafeCell, table: BaseTable, rules: Rules) -> bool:
    """Rule 2, workers."""
    return table.about_staff and cell.count > 0 and cell.workers < rules.staff_minimum_workers


def too_few_teams(cell: UnsafeCell, table: BaseTable, rules: Rules) -> bool:
    """Rule 2, teams."""
    return table.about_staff and cell.count > 0 and cell.teams < rules.staff_minimum_teams


def too_few_contributors(cell: UnsafeCell, table: BaseTable, rules: Rules) -> bool:
    """Rule 3, number of workers."""
    required = any(one.kind == "workers" and not one.optional for one in table.subjects)
    tested = required or cell.workers
    return bool(tested) and cell.count > 0 and cell.workers < rules.contributing_workers


def one_worker_dominates(cell: UnsafeCell, table: BaseTable, rules: Rules) -> bool:  # noqa: ARG001
    """Rule 3, share of one worker."""
    return cell.top_worker * 100 > cell.count * rules.worker_share_percent


BROKEN_BY: MappingProxyType[Rule, Callable[[UnsafeCell, BaseTable, Rules], bool]] = (
    MappingProxyType(
        {
            Rule.MINIMUM: too_few_persons,
            Rule.STAFF_WORKERS: too_few_staff,
            Rule.STAFF_TEAMS: too_few_teams,
            Rule.CONTRIBUTING: too_few_contributors,
            Rule.SHARE: one_worker_dominates,
        }
    )
)
"""For each rule about persons, whether a figure breaks it."""


def broken(cell: UnsafeCell, table: BaseTable, rules: Rules) -> tuple[Rule, ...]:
    """The rules about persons that a figure breaks, given what stands behind it."""
    return tuple(rule for rule, breaks in BROKEN_BY.items() if breaks(cell, table, rules))


def second_finds_largest(behind: UnsafeSum, rules: Rules) -> bool:
    """Rule 5. It counts in whole units of the magnitude's last decimal place, so it is exact."""
    if behind.value == 0:
        return not rules.zeros_may_be_shown
    others = behind.value - behind.largest - behind.second
    return 100 * others < rules.dominance_percent * behind.largest


def two_have_nearly_all(behind: UnsafeSum, rules: Rules) -> bool:
    """Rule 6, exact likewise."""
    share = rules.two_largest_percent
    return share > 0 and 100 * (behind.largest + behind.second) > share * behind.value


SUM_BROKEN_BY: MappingProxyType[Rule, Callable[[UnsafeSum, Rules], bool]] = MappingProxyType(
    {Rule.DOMINANCE: second_finds_largest, Rule.TWO_LARGEST: two_have_nearly_all}
)
"""For each rule about contributions, whether a sum breaks it."""


def broken_of_sum(behind: UnsafeSum, rules: Rules) -> tuple[Rule, ...]:
    """The rules about contributions that a sum breaks."""
    return tuple(rule for rule, breaks in SUM_BROKEN_BY.items() if breaks(behind, rules))


def dominated(behind: UnsafeSum, rules: Rules) -> bool:
    """Whether a sum breaks a rule about contributions."""
    return bool(broken_of_sum(behind, rules))


def least_shown(table: BaseTable, rules: Rules) -> int:
    """The least that a shown figure of a table other than 0 can count."""
    return rules.least_shown(about_staff=table.about_staff)


def _persons(cell: UnsafeCell, subject: Subject) -> int:
    return cell.children if subject.kind == "children" else cell.workers
