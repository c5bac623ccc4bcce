"""A code with its label: one of a base table's outcomes, or a category of a dimension."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from oversight_protocol.model import Code, Document, Text

LARGEST_BOUND = 1_000_000
"""The largest bound of a bin and of a magnitude: enough for days, cases and money of one person."""


class Outcome(Document):
    """One of a base table's mutually exclusive outcomes, or a category of a dimension.

    An outcome that is a bin of a whole number says from which to which value, both inside; an open
    end has none.
    """

    code: Code
    label: Text
    low: int | None = Field(default=None, ge=0, le=LARGEST_BOUND)
    high: int | None = Field(default=None, ge=0, le=LARGEST_BOUND)

    @model_validator(mode="after")
    def _bounds_are_in_order(self) -> Self:
        if self.high is not None and (self.low is None or self.low > self.high):
            raise ValueError("a bin has a lower bound, which is not above its upper one")
        return self
