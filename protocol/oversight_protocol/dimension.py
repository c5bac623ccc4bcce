"""By what a base table is broken down: dimensions, groups of their categories, and crossings.

Rules kept here:

1. A category is a code of the data; every row of a table is in one of each dimension. A *group* is
   some categories of one dimension together, published beside them (services in a directorate,
   roles in a level). Groups may lie within one another or overlap.
2. A *crossing* breaks a table down by several of its dimensions at once. Its rows are called by the
   categories' codes, joined in the order of its dimensions.
"""

from __future__ import annotations

from itertools import product
from typing import Self

from pydantic import Field, model_validator

from oversight_protocol.model import Code, Document, Name, Text, require_unique
from oversight_protocol.outcome import Outcome

BETWEEN = " / "
"""What stands between the codes of a crossing's categories."""

LONGEST_CODE = 64
"""Characters of a code, also of one that is joined."""


class Group(Document):
    """Categories of a dimension together.

    Attributes:
        of: the codes of its categories.
    """

    code: Code
    label: Text
    of: tuple[Code, ...] = Field(min_length=2, max_length=100)


class Dimension(Document):
    """A coded field by which a base table may be broken down; codes in the order of publication."""

    name: Name
    label: Text
    categories: tuple[Outcome, ...] = Field(min_length=1, max_length=100)
    groups: tuple[Group, ...] = Field(default=(), max_length=100)

    @model_validator(mode="after")
    def _groups_what_it_has(self) -> Self:
        for group in self.groups:
            require_unique("category of a group", list(group.of))
            if not set(group.of) <= set(self.codes):
                raise ValueError("a group holds a category that its dimension does not have")
        return self

    @property
    def codes(self) -> tuple[str, ...]:
        """The category codes in the order of publication."""
        return tuple(category.code for category in self.categories)

    @property
    def members(self) -> dict[str, tuple[str, ...]]:
        """What a row of it is made of: by code, the category itself, or those of the group."""
        alone = {code: (code,) for code in self.codes}
        return alone | {group.code: group.of for group in self.groups}


class Crossing(Document):
    """Some dimensions of a base table at once."""

    name: Name
    dimensions: tuple[Name, ...] = Field(min_length=2, max_length=4)

    @model_validator(mode="after")
    def _crosses_each_once(self) -> Self:
        require_unique("dimension of a crossing", list(self.dimensions))
        return self

    def members(self, dimensions: dict[str, Dimension]) -> dict[str, tuple[str, ...]]:
        """What a row of it is made of: by its joined code, a category of each dimension."""
        codes = (dimensions[name].codes for name in self.dimensions)
        return {BETWEEN.join(each): each for each in product(*codes)}
