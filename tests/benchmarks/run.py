"""Benchmarks: each against something one would otherwise run, side by side in one run.

    python tests/benchmarks/run.py [NAME ...]          # base-tables, help, mapping, utility, …

Without names, all of them. Prints a table and writes `benchmarks.json` to `--out` if given.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import base_tables
import by_hand
import footprint
import mapping
import round_trip


@dataclass(frozen=True)
class Line:
    """One comparison: ours, the other, their ratio, and the ratio or figure to stay under."""

    name: str
    ours: float
    other: float | None
    ratio: float | None
    goal: str
    met: bool


def round_trip_of(nodes: int, most: float) -> Callable[[Path], list[Line]]:
    def compare(folder: Path) -> list[Line]:
        own = round_trip.measure("own", nodes, folder / "own")
        stock = round_trip.measure("stock", nodes, folder / "stock")
        ours, other = map(statistics.median, (own.seconds, stock.seconds))
        ratio = ours / other
        return [
            Line(f"round trip, {nodes} node(s): own by stock supernode (s)", round(ours, 2),
                 round(other, 2), round(ratio, 3), f"at most {most:.2f}", ratio <= most),
            Line(f"memory of a node, {nodes} node(s): own by stock (MB)",
                 round(own.megabytes_a_node), round(stock.megabytes_a_node),
                 round(own.megabytes_a_node / stock.megabytes_a_node, 3), "–", met=True),
        ]  # fmt: skip

    return compare


def memory(folder: Path) -> list[Line]:
    most = 150.0
    return [
        Line(f"agent's memory, {state} (MB, resident, all its lasting processes)",
             round(megabytes), None, None, f"at most {most:.0f}", megabytes <= most)
        for state, megabytes in footprint.agent_memory(folder).items()
    ]  # fmt: skip


def command_help(_folder: Path) -> list[Line]:
    ours, other = footprint.help_seconds()
    return [
        Line(
            "oversight-agent --help by python -c 'import typer' (s)",
            round(ours, 3),
            round(other, 3),
            round(ours / other, 2),
            "–",
            met=True,
        )
    ]


def tables(folder: Path) -> list[Line]:
    base_tables.prepare(folder)
    rounds = [
        [base_tables.seconds(script, folder) for script in ("base_tables.py", "by_hand.py")]
        for _ in range(3)
    ]
    ours, other = (statistics.median(column) for column in zip(*rounds, strict=True))
    return [
        Line(f"{len(by_hand.TABLES)} base tables, 1,000,000 events, 100,000 children: "
             "worker by pandas (s)",
             round(ours, 1), round(other, 1), round(ours / other, 2), "at most 1.0",
             ours <= other)
    ]  # fmt: skip


def million_rows(folder: Path) -> list[Line]:
    mapping.prepare(folder)
    ours, other = mapping.compare(folder)
    ratio, most, room = ours.seconds / other.seconds, 3.0, 1000.0
    return [
        Line("CSV of 1,000,000 rows: mapped and validated by pandas.read_csv (s)",
             round(ours.seconds, 2), round(other.seconds, 2), round(ratio, 2),
             f"at most {most:.1f}", ratio <= most),
        Line("memory for it, the whole process (MB)", round(ours.megabytes),
             round(other.megabytes), round(ours.megabytes / other.megabytes, 2),
             f"at most {room:.0f}", ours.megabytes <= room),
    ]  # fmt: skip


def disclosure(folder: Path) -> list[Line]:
    import utility

    measured = utility.measure(folder, utility.LAS, utility.MARKED_BELOW, utility.tell)
    print("\n".join(utility.lines(measured)))
    return [
        Line(goal.name, goal.found, None, None, goal.wanted, goal.met) for goal in measured.goals
    ]


def fewest_suppressions(_folder: Path) -> list[Line]:
    import suppression

    found = [
        suppression.compare(size, exact=exact)
        for size in suppression.GOALS for exact in (False, True)
    ]  # fmt: skip
    typical = suppression.typical_seconds()
    goal = suppression.TYPICAL_GOAL
    return [
        *(
            Line(f"secondary suppression, {one.name}, slowest of {suppression.TABLES}: "
                 f"with the mixed-integer program by the heuristic alone (processor s); "
                 f"hidden besides {one.figures} by {one.other_figures}",
                 round(one.seconds, 2), round(one.other, 2), round(one.seconds / one.other, 1),
                 f"at most {one.goal:.1f} s", one.seconds <= one.goal)
            for one in found
        ),
        *(
            Line(f"protecting a table of {name}, median (processor s)", round(seconds, 3), None,
                 None, f"at most {goal:.2f}", seconds <= goal)
            for name, seconds in typical.items()
        ),
    ]  # fmt: skip


def whole_waves(folder: Path) -> list[Line]:
    import waves

    return [
        Line(f"protecting {one.name}'s {one.quarters} quarters jointly ({one.tables} tables) by "
             "each table alone (processor s)",
             round(one.seconds, 1), round(one.one_by_one, 1),
             round(one.seconds / one.one_by_one, 2), f"at most {waves.GOAL:.0f} s",
             one.seconds <= waves.GOAL)
        for one in waves.measure(folder)
    ]  # fmt: skip


BENCHMARKS: dict[str, Callable[[Path], list[Line]]] = {
    "base-tables": tables,
    "help": command_help,
    "mapping": million_rows,
    "memory": memory,
    "round-trip-1": round_trip_of(1, 0.1),
    "round-trip-19": round_trip_of(19, 0.25),
    "suppression": fewest_suppressions,
    "utility": disclosure,
    "waves": whole_waves,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "names", nargs="*", choices=[*BENCHMARKS, []], metavar="NAME", help=", ".join(BENCHMARKS)
    )
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    lines: list[Line] = []
    for name in arguments.names or BENCHMARKS:
        print(f"{name} …", file=sys.stderr)
        with tempfile.TemporaryDirectory() as folder:
            lines += BENCHMARKS[name](Path(folder))
    for line in lines:
        other = "" if line.other is None else f" against {line.other}, ratio {line.ratio}"
        print(
            f"{line.name}: {line.ours}{other} (goal: {line.goal}; "
            f"{'met' if line.met else 'NOT MET'})"
        )
    if arguments.out:
        arguments.out.write_text(json.dumps([asdict(line) for line in lines], indent=2))
    return 0 if all(line.met for line in lines) else 1


if __name__ == "__main__":
    raise SystemExit(main())
