"""A check as one HTML page that an analyst at the authority can act on and keep.

The page holds all that it needs, asks nobody for anything and runs nothing. It is for the
authority's own people: it names files and rows, and no value that stands in them.
"""

from __future__ import annotations

from functools import cache
from itertools import groupby

from jinja2 import Template

from oversight_agent.checks import words
from oversight_agent.checks.findings import Check
from oversight_agent.checks.statistics import FieldCheck
from oversight_agent.pages import Filter, template

FIRST_POINTS = 8
"""Data points that the page names first."""

MOST_FORMS = 10
"""Of what was found in place of what was expected; the JSON has all."""


def render(check: Check, authority: str) -> str:
    """The page's HTML.

    Args:
        check: what was found.
        authority: its name.
    """
    waited = [one for one in words.lacks(check) if one.whole]
    return _template().render(
        check=check,
        authority=authority,
        study=check.asked.study,
        wave=check.asked.wave,
        words=words,
        summary=words.summary(check),
        unusable=[one for one in check.tables if not one.usable],
        first=waited[:FIRST_POINTS],
        most_forms=MOST_FORMS,
        more=len(waited) - FIRST_POINTS,
        fields=_by_table(check),
        dates=[one for one in check.dates if one.first],
        code=lambda field, value: words.label(check.specification, field, value),
    )


def _by_table(check: Check) -> list[tuple[str, list[FieldCheck]]]:
    """The fields of each table, below its title."""
    titles = {one.table: one.title for one in check.tables}
    return [
        (titles[table], list(fields))
        for table, fields in groupby(check.fields, key=lambda one: one.table)
    ]


@cache
def _template() -> Template:
    filters: dict[str, Filter] = {"number": lambda count: f"{count:,}"}
    return template("oversight_agent.checks", "check.html.j2", filters)
