"""Speed of protecting one authority's whole wave, beside its tables protected one by one.

All 24 base tables of the study, with every dimension, in two or eight quarters, compared by who
stands behind them and protected jointly: from exact tables to protected ones. The other way is what
one would do without links: every table by itself, which is not safe.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from utility_world import beginning, evaluated, study

from oversight_agent.disclosure import protect
from oversight_agent.pipeline.job import Job, Question
from oversight_agent.pipeline.looking_back import LookingBack
from oversight_coordinator.authorities import authority
from oversight_coordinator.demo.generate import SYNTHETIC, generate
from oversight_protocol.study import Period

SMALL, LARGE = "Slough", "Kent"
QUARTERS = {SMALL: (2, 8), LARGE: (2,)}
GOAL = 30.0
"""Processor seconds for eight quarters."""


@dataclass(frozen=True)
class Wave:
    """Processor seconds of one wave, jointly and table by table; and how many tables it has."""

    name: str
    quarters: int
    tables: int
    seconds: float
    one_by_one: float


def measure(folder: Path) -> list[Wave]:
    """Make the authorities' files in an empty folder, count them, and protect them."""
    every = quarters(max(n for ns in QUARTERS.values() for n in ns))
    codes = {authority(one.code).name: one.code for one in SYNTHETIC}
    generate(folder, 1 + max(list(codes).index(name) for name in QUARTERS), periods=every)
    secret = folder / "pseudonym.secret"
    secret.write_bytes(b"only for the benchmark, of synthetic data")
    return [
        _protected(folder / "las" / authority(codes[name]).slug, secret, name, every[-number:])
        for name, numbers in QUARTERS.items() for number in numbers
    ]  # fmt: skip


def quarters(number: int) -> list[Period]:
    """So many quarters of a year, the latest that of the study's wave."""
    found, after = list[Period](), study().waves[0].periods[-1].end + timedelta(days=1)
    for _ in range(number):
        year, month = (after.year, after.month - 3) if after.month > 3 else (after.year - 1, 10)
        start = date(year, month, 1)
        name = f"{year}-Q{(month + 2) // 3}"
        end = after - timedelta(days=1)
        found.append(Period(id=name, label=name, start=start, end=end))
        after = start
    return found[::-1]


def _protected(home: Path, secret: Path, name: str, periods: list[Period]) -> Wave:
    asked = study()
    questions = (
        Question(table=table, period=period) for table in asked.base_tables for period in periods
    )
    job = Job(
        mapping=home / "mapping.toml", data=home / "data", secret=secret, rules=asked.rules,
        spec_version=asked.spec_version, links=asked.links, questions=tuple(questions),
    )  # fmt: skip
    unsafe, rows = evaluated(job)
    looking_back = LookingBack(beginning(job))
    for kept in rows:
        looking_back.keep(*kept)
    started = time.process_time()
    looking_back.protect(unsafe)
    jointly = time.process_time() - started
    started = time.process_time()
    for one in unsafe:
        protect([one], asked.rules, asked.spec_version)
    return Wave(name, len(periods), len(unsafe), jointly, time.process_time() - started)
