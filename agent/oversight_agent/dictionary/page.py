"""The data dictionary as one page that needs no other file and no network."""

from __future__ import annotations

from datetime import date
from functools import cache

from jinja2 import Template
from markupsafe import Markup, escape

from oversight_agent.pages import Filter, template
from oversight_protocol.dictionary import Dictionary, by_table, in_runs, lowered


def page(content: Dictionary) -> str:
    """The page's HTML."""
    return _template().render(content=content)


def _breakable(name: object) -> Markup:
    """A name or code that a narrow column may break behind an underscore, and nowhere else."""
    return escape(name).replace("_", Markup("_<wbr>"))


def _day(day: date) -> str:
    return f"{day.day} {day:%B}"


@cache
def _template() -> Template:
    filters: dict[str, Filter] = {
        "breakable": _breakable,
        "by_table": by_table,
        "in_runs": in_runs,
        "lowered": lowered,
        "day": _day,
    }
    return template("oversight_agent.dictionary", "dictionary.html.j2", filters)
