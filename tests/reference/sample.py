"""Many small authorities, always the same, and the plain reference's rows of each base table.

For laws about all base tables together: what always holds, and what one world is enough to refute.
A world whose figures are sought in one quarter is named by that quarter too.
"""

from __future__ import annotations

from functools import cache

from hypothesis import HealthCheck, Phase, given, settings

from oversight_protocol.study import Period
from oversight_protocol.study_package import installed
from reference import worlds
from reference.measures import TABLES, Row, Tables
from support.spec_tables import Q2, Q3

STUDY = installed()
PERIODS = (Q2, Q3)
WORLDS = 240

Asked = tuple[Tables, Period]


@cache
def asked() -> tuple[Asked, ...]:
    """Each world in each quarter."""
    made: list[Tables] = []

    @settings(
        max_examples=WORLDS,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(tables=worlds.tables(crowded=True))
    def keep(tables: Tables) -> None:
        made.append(tables)

    keep()
    return tuple((tables, period) for tables in made for period in PERIODS)


def rows_of(name: str, tables: Tables, period: Period) -> list[Row]:
    return TABLES[name](tables, period.start, period.end)


@cache
def rows(name: str) -> tuple[tuple[Row, ...], ...]:
    """A base table's rows, world by world as in `asked`."""
    return tuple(tuple(rows_of(name, tables, period)) for tables, period in asked())
