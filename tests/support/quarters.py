"""A study of many short waves, and two authorities' data for it: the material of long walks.

Each wave is one quarter, so that every scenario can ask a question that was never answered before;
one more wave is all of them. The same seed gives the same bytes.
"""

from __future__ import annotations

import csv
import json
import random
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

STUDY = "authorised-in-each-quarter"
ALL = "wave-all"
"""The wave that asks every quarter."""
FIRST_YEAR, LAST_YEAR = 2016, 2025

_SQL = """\
SELECT
    child_id,
    NULL AS team,
    CASE WHEN authorised_date IS NOT NULL THEN 'authorised' ELSE 'not_authorised' END AS outcome
FROM oversight_event
WHERE held_date BETWEEN $q0 AND $q1
"""

_MAPPING = """\
specification = "1.0"

[tables.oversight_event]
file = "events.csv"

[tables.oversight_event.fields]
event_id = { column = "event" }
child_id = { column = "child" }
worker_id = { column = "worker" }
held_date = { column = "held" }
authorised_date = { column = "authorised" }
type = { constant = "case" }
"""


@dataclass(frozen=True)
class Quarter:
    """A calendar quarter."""

    year: int
    number: int

    @property
    def period(self) -> str:
        """The period's identifier in the study."""
        return f"{self.year}-Q{self.number}"

    @property
    def wave(self) -> str:
        """The wave that asks this quarter."""
        return f"wave-{self.year}-q{self.number}"

    @property
    def start(self) -> date:
        """Its first day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def end(self) -> date:
        """Its last day."""
        month = 3 * self.number
        return date(self.year, month, monthrange(self.year, month)[1])


QUARTERS = tuple(
    Quarter(year, number) for year in range(FIRST_YEAR, LAST_YEAR + 1) for number in range(1, 5)
)


def write_study(folder: Path, las: list[str], version: int) -> None:
    """Write a study package: one base table, one measure, a wave for each quarter."""
    folder.mkdir(parents=True)
    (folder / "authorised.sql").write_text(_SQL, encoding="utf-8")
    (folder / "study.toml").write_text(_study(las, version), encoding="utf-8")


def _study(las: list[str], version: int) -> str:
    waves = "".join(
        f'[[waves]]\nid = "{name}"\nperiods = [\n{"".join(map(_period, quarters))}]\n\n'
        for name, quarters in [(ALL, QUARTERS), *((one.wave, (one,)) for one in QUARTERS)]
    )
    return f"""\
name = "{STUDY}"
version = {version}
title = "Authorised records in each quarter"
purpose = "To try the way of a figure on made-up data."
ethics_reference = "none: made-up data only"
lawful_basis = "none: made-up data only"
spec_version = "1.0"

[rules]

[cohort]
minimum = 2
las = {json.dumps(las)}

{waves}[[base_tables]]
name = "authorised"
title = "Events with an authorised record"
population = "Events held in the quarter, one row each."
unit = "events"
about_staff = false
reads = ["oversight_event"]
subjects = [{{ kind = "children", column = "child_id" }}]
outcomes = [
    {{ code = "authorised", label = "Authorised" }},
    {{ code = "not_authorised", label = "Not authorised" }},
]

[[measures]]
id = "authorised_share"
number = "1"
title = "Authorised records"
definition = "Of the events held in the quarter, the share with an authorised record."
table = "authorised"
numerator = ["authorised"]
denominator = ["authorised", "not_authorised"]
"""


def _period(quarter: Quarter) -> str:
    return (
        f'    {{ id = "{quarter.period}", label = "{quarter.period}", '
        f"start = {quarter.start}, end = {quarter.end} }},\n"
    )


def write_sources(folder: Path, seed: int) -> Path:
    """Write an authority's events as CSV below `data` and their mapping beside it; its path."""
    (folder / "data").mkdir(parents=True)
    chance = random.Random(seed)
    with (folder / "data" / "events.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("event", "child", "worker", "held", "authorised"))
        for quarter in QUARTERS:
            writer.writerows(_events(quarter, chance))
    (folder / "mapping.toml").write_text(_MAPPING, encoding="utf-8")
    return folder / "mapping.toml"


def _events(quarter: Quarter, chance: random.Random) -> list[tuple[str, ...]]:
    """Enough children with either outcome for every figure to be published."""
    authorised, others = chance.randint(40, 120), chance.randint(30, 80)
    rows = []
    for number in range(authorised + others):
        held = quarter.start + timedelta(days=chance.randrange(80))
        signed = held + timedelta(days=chance.randrange(9))
        rows.append((
            f"E{quarter.period}-{number}", f"C{number}", f"W{number % 12}", str(held),
            str(signed) if number < authorised else "",
        ))  # fmt: skip
    return rows
