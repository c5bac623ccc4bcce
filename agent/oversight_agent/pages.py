"""Pages that need no other file and no network: how their templates are found and filled.

A page's template lies in the folder `templates` of its own package. What all pages look like at
their heads stands once, in `templates/page.css` beside this module; a page includes it before its
own style.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, Template

Filter = Callable[..., Any]


def template(package: str, name: str, filters: Mapping[str, Filter]) -> Template:
    """A page's template; what it is filled with is escaped, and what is missing is an error.

    Args:
        package: whose folder `templates` holds it.
        name: the file's name there.
        filters: that it uses beyond Jinja's own.
    """
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader("oversight_agent")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= filters
    return environment.get_template(name)
