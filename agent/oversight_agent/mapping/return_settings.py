"""A statutory return under [[returns]], as the mapping's file says it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from oversight_agent.sources import ReturnKind, SourceSettings

_Codes = Annotated[dict[str, str | int], Field(max_length=1_000)]


class ReturnSettings(SourceSettings):
    """A return, or several of one kind of which the latest counts.

    Attributes:
        kind: which return it is.
        tables: those that it shall fill, of those that it can; by default the usual ones.
        codes: by table and field, codes of values that the return's own lists do not have.
    """

    kind: ReturnKind
    tables: Annotated[list[str], Field(min_length=1)] | None = None
    codes: dict[str, dict[str, _Codes]] = Field(default_factory=dict)
