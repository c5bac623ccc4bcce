"""The synthetic authorities' files, written in a process of its own while the demo's parts start.

python -m oversight_coordinator.demo.synthetic_files OUT LAS SCALE SEED
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from oversight_coordinator.authorities import Authority
from oversight_coordinator.demo import incidents
from oversight_coordinator.demo.generate import SYNTHETIC, generate


def authorities(number: int) -> tuple[Authority, ...]:
    """Who takes part in a demo of so many."""
    return tuple(one.authority for one in SYNTHETIC[:number])


def write(
    out: Path, las: int, scale: float, seed: int, say: Callable[[str], None] | None = None
) -> None:
    """Write `out/las/…` and `out/truth.json`."""
    planned = incidents.staged([one.code for one in authorities(las)])
    spoilt = [code for code, one in planned.items() if one.kind == "spoilt"]
    truth = generate(out, las, scale=scale, seed=seed, spoil=spoilt, say=say)
    truth.write(out / "truth.json")


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]))
