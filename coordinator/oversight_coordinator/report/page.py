"""What the page shows, and writing it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from oversight_coordinator import files
from oversight_coordinator.coverage import Matrix
from oversight_coordinator.outcomes import LaOutcome
from oversight_coordinator.pool import AuthorityRow, PooledRow, csv_bytes
from oversight_coordinator.report import pictures, words
from oversight_coordinator.report.answer import answer
from oversight_coordinator.report.coverage import coverage_section
from oversight_coordinator.report.endings import endings, summary
from oversight_coordinator.report.findings import findings
from oversight_coordinator.report.glossary import GLOSSARY
from oversight_coordinator.report.material import Material
from oversight_coordinator.report.sections import chapters
from oversight_protocol.canonical import digest
from oversight_protocol.study import Study, Wave


def write_report(
    study: Study,
    wave: Wave,
    rows: Sequence[PooledRow],
    authorities: Sequence[AuthorityRow],
    las: Sequence[LaOutcome],
    path: Path,
    *,
    made: datetime,
    coverage: Matrix | None = None,
) -> None:
    """Write the report as one HTML file, whole or not at all. Arguments are those of `render`.

    Raises:
        OSError: the folder cannot be written to.
        KeyError: a figure of the study is not among the rows.
    """
    html = render(study, wave, rows, authorities, las, made=made, coverage=coverage)
    files.write(path, html.encode())


def render(
    study: Study,
    wave: Wave,
    rows: Sequence[PooledRow],
    authorities: Sequence[AuthorityRow],
    las: Sequence[LaOutcome],
    *,
    made: datetime,
    coverage: Matrix | None = None,
) -> str:
    """The page's HTML.

    Args:
        study: the question, from which titles and definitions come.
        wave: the wave that was pooled.
        rows: all of its pooled figures.
        authorities: each authority's own figures; without them there are no charts across
            authorities.
        las: how the run ended for each authority that was asked.
        made: whose date the page bears.
        coverage: which measures the authorities said that their data can answer.

    Raises:
        KeyError: a figure of the study is not among the rows.
    """
    material = Material(study, wave, rows, authorities, las)
    return _template().render(
        study=study,
        study_digest=digest(study.canonical()),
        wave=wave,
        lead=material.lead,
        latest=material.latest,
        answer=answer(material),
        opening=pictures.of_split(material),
        findings=findings(material),
        endings=endings(study, las),
        summary=summary(las),
        chapters=chapters(material),
        markers=words.MARKERS,
        glossary=GLOSSARY,
        coverage=coverage_section(coverage),
        made=words.day(made),
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
    return environment.get_template("report.html.j2")
