"""The code frame of a study as a workbook, with a sheet in which sessions are coded, or as text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from oversight_coordinator.instruments.snippets import CODING, theme_mapping
from oversight_coordinator.instruments.workbook import Cell, Choice, Sheet, written
from oversight_protocol.specification import SpecTableSchema
from oversight_protocol.study import Study

_ROWS_TO_FILL = 200
_HEADER = ("Code", "Theme", "What belongs to it, and what does not")


def themes_csv(study: Study) -> bytes:
    """The code frame alone: code, theme, what belongs to it."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("code", "label", "belongs"))
    writer.writerows((one.code, one.label, one.belongs) for one in study.themes)
    return text.getvalue().encode("utf-8")


def themes_workbook(study: Study, table: SpecTableSchema) -> bytes:
    """The workbook of a study's code frame.

    Args:
        study: the study.
        table: the specification's table of themes, whose codes may be entered.
    """
    frame = Sheet("Themes", _HEADER, (8, 34, 100), [
        (one.code, one.label, one.belongs) for one in study.themes
    ])  # fmt: skip
    empty = ("",) * len(CODING)
    coding = Sheet(
        "Coding", CODING, (20, 20, 14, 12), [empty] * _ROWS_TO_FILL, choices=_choices(study, table)
    )
    lines = [(line,) for line in theme_mapping().splitlines()]
    mapping = Sheet("Mapping", ("Lines for mapping.toml",), (80,), lines, fixed=True)
    read_me = Sheet("Read me", ("Step", "What to do"), (7, 100), list(_steps(study)))
    return written(f"Themes: {study.title}", study.issued, [read_me, frame, coding, mapping])


def _choices(study: Study, table: SpecTableSchema) -> tuple[Choice, ...]:
    kind, mentions = table.field("kind"), table.field("mentions")
    kinds = tuple(map(str, kind.codes or ())) if kind else ()
    most = mentions.constraints.maximum if mentions else None
    return (
        Choice(1, values=kinds),
        Choice(2, values=f"=Themes!$A$2:$A${len(study.themes) + 1}"),
        Choice(3, bounds=(0, int(most or 0))),
    )


def _steps(study: Study) -> Iterator[tuple[Cell, ...]]:
    steps = (
        f"This workbook belongs to the study '{study.title}', version {study.version}. With it you "
        "code what was said in focus groups and in free-text answers to a survey.",
        "Read the sheet 'Themes' first. Two people code the first session, each alone, compare, "
        "and agree on what belongs where before they go on.",
        "Give each session a number of your own, such as FG-01. Write no name of a person, a team "
        "or a family anywhere in this workbook, and no words that were said.",
        "In the sheet 'Coding' write one row for each session and theme: the session's number, its "
        "kind, the theme's code, and how many times the theme was mentioned. One statement may "
        "carry several themes. A theme that was looked for and not mentioned has 0.",
        "Save the workbook as themes.xlsx in your agent's data folder and add the lines of the "
        "sheet 'Mapping' to mapping.toml. Then run 'oversight-agent check'.",
        "If something that matters fits no theme, tell the study's analyst: the next version of "
        "the study may add one. Do not use a code for anything but its theme.",
    )
    yield from enumerate(steps, 1)
