"""Write the exports and mappings of synthetic authorities, and return what is true of them.

    out/las/<slug>/data/*.csv      what an authority's systems export
    out/las/<slug>/mapping.toml    how that becomes the common specification

Each authority has dice of its own, so that its bytes do not depend on how many others there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from oversight_coordinator.authorities import Authority, authority
from oversight_coordinator.demo import profiles
from oversight_coordinator.demo.caseload import allocations, make_children
from oversight_coordinator.demo.dice import Dice
from oversight_coordinator.demo.events import make_events
from oversight_coordinator.demo.formats import brighton, kent, medway
from oversight_coordinator.demo.layouts import Layout, mapping_file
from oversight_coordinator.demo.profiles import Profile
from oversight_coordinator.demo.records import World
from oversight_coordinator.demo.staff import make_staff
from oversight_coordinator.demo.truth import Key, Truth, count
from oversight_protocol.errors import InputError
from oversight_protocol.study import Period

QUARTERS = (
    Period(id="2026-Q2", label="April to June 2026", start=date(2026, 4, 1), end=date(2026, 6, 30)),
    Period(
        id="2026-Q3", label="July to September 2026", start=date(2026, 7, 1), end=date(2026, 9, 30)
    ),
)
"""The quarters that the synthetic events cover."""


@dataclass(frozen=True)
class Synthetic:
    """A synthetic authority: who it is, how large, and how it exports."""

    profile: Profile
    layouts: tuple[Layout, ...]

    @property
    def authority(self) -> Authority:
        """Its codes and names."""
        return authority(self.profile.code)


SYNTHETIC = (
    Synthetic(profiles.KENT, kent.LAYOUTS),
    Synthetic(profiles.MEDWAY, medway.LAYOUTS),
    Synthetic(profiles.BRIGHTON, brighton.LAYOUTS),
)
"""In the order in which `las` counts them."""


def generate(out: Path, las: int, seed: int, periods: Sequence[Period] = QUARTERS) -> Truth:
    """Write the first `las` authorities below `out`.

    Args:
        out: a folder; files of an earlier call with the same names are replaced.
        las: how many, from 1 to 3.
        seed: the same seed gives the same bytes.
        periods: the quarters that the truth is counted for, keyed by their ids.

    Raises:
        InputError: `las` is not from 1 to 3.
    """
    if not 1 <= las <= len(SYNTHETIC):
        raise InputError(
            "this version has three synthetic authorities",
            where="--las",
            found=str(las),
            expected=f"a number from 1 to {len(SYNTHETIC)}",
        )
    counts: dict[Key, int] = {}
    for synthetic in SYNTHETIC[:las]:
        world = make_world(synthetic, seed)
        _write(out / "las" / synthetic.authority.slug, synthetic, world)
        counts |= count(synthetic.authority.code, world, periods)
    return Truth(counts)


def make_world(synthetic: Synthetic, seed: int) -> World:
    """A synthetic authority's records."""
    dice = Dice(f"{seed}/{synthetic.authority.code}")
    staff = make_staff(synthetic.profile, dice)
    children = make_children(synthetic.profile, staff, dice)
    events = make_events(synthetic.profile, staff, children, dice)
    return World(staff.teams, staff.posts, tuple(allocations(children, staff, dice)), events)


def _write(folder: Path, synthetic: Synthetic, world: World) -> None:
    (folder / "data").mkdir(parents=True, exist_ok=True)
    for layout in synthetic.layouts:
        (folder / "data" / layout.file).write_bytes(layout.export(world.table(layout.table)))
    mapping = mapping_file(synthetic.authority.name, synthetic.layouts)
    (folder / "mapping.toml").write_bytes(mapping.encode())
