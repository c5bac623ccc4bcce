"""Write the exports and mappings of synthetic authorities, and return what is true of them.

    out/las/<slug>/data/*          what an authority's systems export
    out/las/<slug>/mapping.toml    how that becomes the common specification

1. Each authority has dice of its own, so that its bytes depend on seed, scale and its code alone.
2. Several are written at once, in processes.
3. Where an authority's source is spoilt, its files are wrong; the truth is of the records.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import date
from multiprocessing import get_context
from pathlib import Path

from oversight_coordinator.authorities import AUTHORITIES, Authority, authority
from oversight_coordinator.demo import signals
from oversight_coordinator.demo.audits import make_audits
from oversight_coordinator.demo.careless import careless, spoilt
from oversight_coordinator.demo.caseload import allocations, make_children
from oversight_coordinator.demo.cases import make_cases
from oversight_coordinator.demo.dice import Dice
from oversight_coordinator.demo.events import make_events
from oversight_coordinator.demo.formats import EXPORTS, Export
from oversight_coordinator.demo.plans import make_plans, make_standards
from oversight_coordinator.demo.profiles import Profile
from oversight_coordinator.demo.records import World
from oversight_coordinator.demo.referrals import child_ids, make_referrals, make_stream
from oversight_coordinator.demo.sessions import make_inspections, make_themes
from oversight_coordinator.demo.staff import make_staff
from oversight_coordinator.demo.survey import make_responses
from oversight_coordinator.demo.truth import Truth, count
from oversight_protocol.errors import InputError
from oversight_protocol.study import Period

QUARTERS = (
    Period(id="2026-Q2", label="April to June 2026", start=date(2026, 4, 1), end=date(2026, 6, 30)),
    Period(
        id="2026-Q3", label="July to September 2026", start=date(2026, 7, 1), end=date(2026, 9, 30)
    ),
)
"""The quarters that the synthetic records cover."""

_FIRST = ("E10000016", "E06000035", "E06000043")
_PROCESSES = 4
_LARGEST_SCALE = 10.0


@dataclass(frozen=True)
class Synthetic:
    """A synthetic authority: who it is, and how it exports."""

    code: str

    @property
    def authority(self) -> Authority:
        """Its codes and names."""
        return authority(self.code)

    @property
    def export(self) -> Export:
        """How its systems export each table."""
        return EXPORTS[self.code]


SYNTHETIC = tuple(
    Synthetic(code)
    for code in (*_FIRST, *(one.code for one in AUTHORITIES if one.code not in _FIRST))
)
"""In the order in which `las` counts them: Kent, Medway, Brighton and Hove, then by name."""


def generate(
    out: Path,
    las: int,
    *,
    scale: float = 1.0,
    seed: int = 1,
    periods: Sequence[Period] = QUARTERS,
    spoil: Collection[str] = (),
    say: Callable[[str], None] | None = None,
) -> Truth:
    """Write the first `las` authorities below `out`.

    Args:
        out: a folder; files of an earlier call with the same names are replaced.
        las: how many, from 1 to 19.
        scale: of the published numbers of children, the share that is made; above 0, at most 10.
            No authority becomes smaller than `profiles.LEAST_CHILDREN`.
        seed: the same seed gives the same bytes.
        periods: the quarters that the truth is counted for, keyed by their ids.
        spoil: ONS codes of authorities whose export of audits gets bad rows.
        say: shows a line of progress, one for each authority that is done.

    Raises:
        InputError: `las` or `scale` is out of range.
    """
    _check(las, scale)
    tasks = [
        _Task(out, one.code, scale, seed, tuple(periods), one.code in spoil)
        for one in SYNTHETIC[:las]
    ]
    truths = {}
    for number, (code, truth) in enumerate(_made(tasks), 1):
        truths[code] = truth
        if say is not None:
            say(f"{authority(code).name}: files written ({number} of {las})")
    return Truth.joined(truths[task.code] for task in tasks)


def _check(las: int, scale: float) -> None:
    if not 1 <= las <= len(SYNTHETIC):
        raise InputError(
            "there is no such number of synthetic authorities",
            where="--las",
            found=str(las),
            expected=f"a number from 1 to {len(SYNTHETIC)}",
        )
    if not 0 < scale <= _LARGEST_SCALE:
        raise InputError(
            "this is no scale for synthetic authorities",
            where="--scale",
            found=str(scale),
            expected=f"a number above 0, at most {_LARGEST_SCALE:g}; 1 is as large as published",
        )


@dataclass(frozen=True)
class _Task:
    out: Path
    code: str
    scale: float
    seed: int
    periods: tuple[Period, ...]
    spoil: bool


def _made(tasks: Sequence[_Task]) -> Iterator[tuple[str, Truth]]:
    """What is true of each authority, as soon as it is written; the largest are begun first."""
    workers = min(_PROCESSES, os.cpu_count() or 1, len(tasks))
    if workers == 1:
        yield from map(_make, tasks)
        return
    largest = sorted(tasks, key=lambda task: -Profile(task.code).published.open)
    # Millions of records without a cycle among them: looking for cycles would cost a quarter.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_begin) as pool:
        for done in as_completed([pool.submit(_make, task) for task in largest]):
            yield done.result()


def _begin() -> None:
    """What each process of the pool does first."""
    gc.disable()
    signals.end_with_parent()


def _make(task: _Task) -> tuple[str, Truth]:
    synthetic = Synthetic(task.code)
    world = synthetic.export.shown(make_world(synthetic, task.seed, task.scale))
    _write(task, synthetic, world)
    return task.code, count(task.code, world, task.periods)


def make_world(synthetic: Synthetic, seed: int, scale: float = 1.0) -> World:
    """A synthetic authority's records."""
    profile, dice = Profile(synthetic.code, scale), Dice(f"{seed}/{synthetic.code}")
    staff = make_staff(profile, dice)
    cases, stream = make_cases(profile, dice), make_stream(profile, dice)
    children = make_children(cases, child_ids(cases, stream), staff, dice)
    plans, standards = make_plans(profile, children, dice), make_standards(profile, dice)
    events = make_events(profile, staff, children, plans, standards, dice)
    return World(
        teams=staff.teams,
        posts=staff.posts,
        allocations=tuple(allocations(children, staff, dice)),
        events=events,
        referrals=make_referrals(stream, dice),
        plans=plans,
        standards=standards,
        audits=make_audits(profile, children, events, dice),
        responses=make_responses(profile, staff, dice),
        themes=make_themes(dice),
        inspections=make_inspections(profile, dice),
    )


def _write(task: _Task, synthetic: Synthetic, world: World) -> None:
    folder = task.out / "las" / synthetic.authority.slug
    export = synthetic.export
    if task.spoil:
        layouts = tuple(spoilt(one) if one.table == "audit" else one for one in export.layouts)
        export = replace(export, layouts=layouts)
        world = world.replaced({"audit": careless(world.audits)})
    export.write(folder / "data", world)
    mapping = synthetic.export.mapping(synthetic.authority.name)
    (folder / "mapping.toml").write_bytes(mapping.encode())
