"""How many fields `oversight-agent init` proposes right: the demo's layouts, and held-out ones.

    python tests/benchmarks/proposals.py [--wrong] [--scale 0.05] [--keep FOLDER]

The held-out layouts (`tests/support/held_out_exports.py`) were written before the proposals were
tuned on anything, the later ones after the vocabulary was settled. `--wrong` names each field that
is not right.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from oversight_agent.pipeline.profiling import profile_folder
from oversight_agent.proposing.propose import propose
from oversight_agent.proposing.returns import filled_by
from oversight_coordinator.demo.generate import generate
from oversight_protocol import specification
from support.held_out_layouts import Layout, all_layouts, later_layouts
from support.proposal_score import Marks, marks

Case = tuple[str, Path, dict[str, Any]]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wrong", action="store_true")
    parser.add_argument("--scale", type=float, default=0.05)
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.keep or Path(temporary)
        _measure("The demo's layouts", demo(folder / "demo", given.scale), wrong=given.wrong)
        before = held_out(folder / "a", all_layouts())
        after = held_out(folder / "b", later_layouts())
        _measure("Held-out layouts", before, wrong=given.wrong)
        _measure("Later held-out layouts", after, wrong=given.wrong)


def demo(folder: Path, scale: float) -> Iterator[Case]:
    """The demo's authorities, each with its true mapping."""
    if not folder.exists():
        generate(folder, 19, scale=scale)
    for la in sorted((folder / "las").iterdir()):
        yield la.name, la / "data", tomllib.loads((la / "mapping.toml").read_text("utf-8"))


def held_out(folder: Path, layouts: Iterable[Layout]) -> Iterator[Case]:
    """The held-out layouts, each with its true mapping."""
    for number, layout in enumerate(layouts):
        place = folder / str(number)
        if not place.exists():
            place.mkdir(parents=True)
            layout.write(place)
        yield layout.name, place, layout.truth()


def measured(data: Path, truth: dict[str, Any]) -> Marks:
    """The marks of what is proposed for a data folder."""
    found = profile_folder(data)
    spec = specification.load("1.0")
    return marks(propose(found, spec, filled_by(found.returns)), truth, data)


def _measure(title: str, cases: Iterable[Case], *, wrong: bool) -> None:
    print(f"\n{title}")
    total = Marks()
    for name, data, truth in cases:
        begun = perf_counter()
        one = measured(data, truth)
        seconds = perf_counter() - begun
        print(f"  {name:<58} {one.right:>4} of {one.of:>4}  {one.share:6.1%}  {seconds:5.1f} s")
        for line in one.wrong if wrong else ():
            print(f"      {line}")
        total.right, total.of = total.right + one.right, total.of + one.of
        total.sure += one.sure
        total.values += one.values
    print(f"  {'All':<58} {total.right:>4} of {total.of:>4}  {total.share:6.1%}")
    print(f"    values of code lists: {dict(total.values)}")
    _print_calibration(total)


def _print_calibration(total: Marks) -> None:
    """Whether a stated confidence is borne out."""
    by_tenth: dict[float, list[bool]] = defaultdict(list)
    for confidence, right in total.sure:
        by_tenth[int(confidence * 10) / 10].append(right)
    for tenth, found in sorted(by_tenth.items()):
        print(f"    confidence from {tenth:.1f}: {sum(found):>4} of {len(found):>4} right")


if __name__ == "__main__":
    main()
