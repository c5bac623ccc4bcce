"""What the page shows, and writing it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from oversight_coordinator import files
from oversight_coordinator.outcomes import LaOutcome
from oversight_coordinator.pool import PooledRow, csv_bytes
from oversight_coordinator.report import views
from oversight_protocol.canonical import digest
from oversight_protocol.study import Study, Wave

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def write_report(
    study: Study,
    wave: Wave,
    rows: Sequence[PooledRow],
    las: Sequence[LaOutcome],
    path: Path,
    *,
    made: datetime,
) -> None:
    """Write the report as one HTML file, whole or not at all.

    Raises:
        OSError: the folder cannot be written to.
        KeyError: a figure of the study is not among the rows.
    """
    files.write(path, render(study, wave, rows, las, made).encode())


def render(
    study: Study,
    wave: Wave,
    rows: Sequence[PooledRow],
    las: Sequence[LaOutcome],
    made: datetime,
) -> str:
    """The page's HTML.

    Args:
        study: the question, from which titles and definitions come.
        wave: the wave that was pooled.
        rows: all of its pooled figures.
        las: how the run ended for each authority that was asked.
        made: whose date the page bears.

    Raises:
        KeyError: a figure of the study is not among the rows.
    """
    figures = views.by_place(rows)
    latest = wave.periods[-1]
    lead = views.lead(study)
    return _template().render(
        study=study,
        study_digest=digest(study.canonical()),
        wave=wave,
        lead=lead,
        lead_figures=[(p, figures[lead.id, p.id, "", ""]) for p in reversed(wave.periods)],
        latest=latest,
        bars=views.bars(study, latest, figures),
        sections=[views.section(study, wave, one, figures) for one in study.measures],
        endings=views.endings(las),
        released=sum(one.outcome == "released" for one in las),
        made=_day(made),
        pooled_digest=digest(csv_bytes(rows)),
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("oversight_coordinator.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["percent"] = "{:.1f}%".format
    environment.filters["thousands"] = "{:,}".format
    return environment.get_template("report.html.j2")


def _day(made: datetime) -> str:
    """A date in words, in the same language on every machine."""
    return f"{made.day} {_MONTHS[made.month - 1]} {made.year}"
