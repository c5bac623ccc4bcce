"""What the Department's XML returns have in common: a header with the collection and its date."""

from __future__ import annotations

import re
from collections.abc import Mapping

from oversight_agent.problems import SourceError
from oversight_agent.readers.request import Request
from oversight_agent.readers.returns.texts import day


def check_collection(header: Mapping[str, str], names: tuple[str, ...], request: Request) -> None:
    """Refuse a return whose header says that it is another.

    Raises:
        InputError: it is.
    """
    collection = header.get("collection", "").casefold()
    if collection and not collection.startswith(names):
        raise SourceError(
            "this is another return than the mapping says",
            file=request.name,
            expected=f"a return whose header names the collection {names[0].upper()}",
            advice="correct 'kind' or the file's name under [[returns]]",
        )


def reference_date(header: Mapping[str, str]) -> str:
    """The day of the return, as YYYY-MM-DD; the year's end if only the year is told; or empty."""
    date = day(header.get("referencedate", ""))
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", date):
        return date
    year = header.get("year", "")
    return f"{year}-12-31" if re.fullmatch(r"[0-9]{4}", year) else ""
