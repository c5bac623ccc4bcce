"""Stage 7: what the rules did to a table, for the authority alone.

A report holds no counts, but it says which rule hid what, and so which hidden figures are small. It
must never leave the authority: no message has a place for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from oversight_agent.disclosure.figures import Figure, Grid
from oversight_agent.disclosure.marks import marked
from oversight_agent.disclosure.needs import Breach
from oversight_agent.disclosure.primary import Primary
from oversight_agent.disclosure.rules import Rule, broken_of_sum
from oversight_agent.disclosure.view import View
from oversight_protocol.model import Document
from oversight_protocol.policy import Rules

SENTENCES: Mapping[str, str] = {
    "minimum_persons": "Fewer distinct persons stand behind the figure.",
    "staff_minimum_workers": "Fewer distinct workers stand behind a figure about staff.",
    "staff_minimum_teams": "The workers behind a figure about staff are from fewer teams.",
    "contributing_workers": "Fewer distinct workers contribute to the figure.",
    "worker_share_percent": "One worker stands behind more than this percentage of the figure.",
    "dominance_percent": "Who contributes second most to the sum could find the largest"
    " contribution to within this percentage of it, or the sum is nothing.",
    "two_largest_percent": "The two largest contributions together are more than this percentage"
    " of the sum; 0 if this is not asked.",
    "complement": "The rest of the row breaks one of the rules above; the number is of persons.",
    "row_total": "The total of the row is hidden, so its cells or sums are too.",
    "other_sum": "Another sum of the row is hidden, and the sums of a row are hidden together.",
    "rounding_base": "Published counts are rounded to multiples of this.",
    "attack_audit": "Hidden so that no hidden figure can be found from published ones: of this"
    " table, of others, or of what was released before.",
    "low_high_below": "Hidden by the rules above, and marked: the figure ([low]) or the rest of its"
    " row ([high]) is below this number.",
}
"""Every rule in a report, in the report's order, in plain English."""

NUMBERED = frozenset({*Rule, "rounding_base", "low_high_below"})
"""Those that have a number."""


class HiddenFigure(Document):
    """A hidden figure by its place in the release; `outcome` is `all` for the total of a row.

    For a sum, it is the name of the magnitude.
    """

    dimension: str
    category: str
    outcome: str


class RuleReport(Document):
    """What one rule did.

    Attributes:
        rule: its name, a key of `SENTENCES`.
        number: its number; for a rule without one, none.
        sentence: what it says, in plain English.
        hidden: the figures that it hid, alone or with other rules; of `low_high_below`, those that
            it marked.
        cost: how many figures it alone keeps from being published.
    """

    rule: str
    number: int | None
    sentence: str
    hidden: tuple[HiddenFigure, ...]
    cost: int


class TableReport(Document):
    """What disclosure control did to one table in one period.

    Attributes:
        figures: cells, totals and sums that the table declares.
        published: how many of them are published.
        marked: how many of the others are marked `[low]` or `[high]`.
        merged: how many merged figures are published besides.
        rules: each rule, in the order of `SENTENCES`.
    """

    table: str
    period: str
    status: Literal["released", "withheld"]
    figures: int
    published: int
    marked: int
    merged: int = 0
    rules: tuple[RuleReport, ...]


def report(grid: Grid, period: str, rules: Rules, found: Primary, view: View) -> TableReport:
    """The report on a table, of which a view is published in the end."""
    hidden_by = _hidden_by(grid, found, rules)
    everything = {one for one in grid.shape.figures() if not grid.shape.is_merged(one)}
    published, marks = everything.intersection(view.shown), marked(view.marks)
    hidden_by["attack_audit"] = everything - published - found.hidden
    return TableReport(
        table=grid.table.name,
        period=period,
        status="released" if view.shown else "withheld",
        figures=len(everything),
        published=len(published),
        marked=len(marks),
        merged=len(view.shown) - len(published),
        rules=(
            *(_on_rule(grid, name, rules, hidden_by) for name in hidden_by),
            _on_rule(grid, "low_high_below", rules, {"low_high_below": marks}, cost=0),
        ),
    )


def _hidden_by(grid: Grid, found: Primary, rules: Rules) -> dict[str, set[Figure]]:
    hidden: dict[str, set[Figure]] = {name: set() for name in SENTENCES if name != "low_high_below"}
    for breach in found.breaches:
        for name in _names(grid, breach, rules):
            hidden[name].add(breach.figure)
        cells = set(grid.shape.cells_of(breach.figure.row)) - {breach.figure}
        if breach.figure.is_total:
            hidden["row_total"].update(cells)
        elif grid.shape.is_sum(breach.figure):
            hidden["other_sum"].update(cells)
    return hidden


def _names(grid: Grid, breach: Breach, rules: Rules) -> Iterable[str]:
    """What a breach is called; a sum may break one rule about contributions, or both."""
    if breach.rule is Rule.DOMINANCE:
        return broken_of_sum(grid.sum_of(breach.figure), rules)
    return ["complement" if breach.rest else breach.rule]


def _on_rule(
    grid: Grid, name: str, rules: Rules, hidden_by: Mapping[str, set[Figure]],
    cost: int | None = None,
) -> RuleReport:  # fmt: skip
    others = set[Figure]().union(*(figures for key, figures in hidden_by.items() if key != name))
    numbered = "minimum_persons" if name == "complement" else name
    places = [grid.name(figure) for figure in sorted(hidden_by[name])]
    return RuleReport(
        rule=name,
        number=getattr(rules, numbered) if numbered in NUMBERED else None,
        sentence=SENTENCES[name],
        hidden=tuple(HiddenFigure(dimension=d, category=c, outcome=o) for d, c, o in places),
        cost=len(hidden_by[name] - others) if cost is None else cost,
    )
