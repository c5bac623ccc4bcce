"""What is remembered of a released table: a part in the clear, and three parts under seal.

    about      which table, of which days, asked how, what was answered, under which rules
    content    the exact numbers
    sketches   a rough picture of who stands behind each published figure
    records    who stands behind every row of the table, by keys of the history's own

A worker makes a memory and a lasting process keeps it, without ever opening it.

Rules kept here:

1. Nothing here imports a data library.
2. The part in the clear holds what the ledger holds as well, and nothing exact.
3. `definition` is the same for a table in every period, and under every version of the
   specification; `question` for one table, period and version. `identity` is what a memory is kept
   under, once: the question, or for a publication of the authority's own a keyed digest of it and
   of its numbers, so that a correction is kept beside what it corrects.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field

from oversight_agent.history.sealing import Sealing
from oversight_protocol.model import Code, Digest, Name
from oversight_protocol.policy import Rules
from oversight_protocol.release import TableAnswer
from oversight_protocol.study import AnyPeriod, BaseTable, Period

Part = Literal["content", "sketches", "records"]

PARTS: tuple[Part, ...] = ("content", "sketches", "records")

OWN = "own publication"
"""For whom a table was published that no ticket asked for."""

_ANY = Period(id="any", label="any", start=date(2000, 1, 1), end=date(2000, 3, 31))


class _Form(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True,
        ser_json_bytes="base64", val_json_bytes="base64",
    )  # fmt: skip


class Span(_Form):
    """A period: its first and last day, both inside. Of an authority's own publication, any."""

    id: Code
    label: str
    start: date
    end: date

    @classmethod
    def of(cls, period: AnyPeriod | Span) -> Self:
        """The span of a period."""
        return cls(id=period.id, label=period.label, start=period.start, end=period.end)

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.start).days + 1

    def holds(self, other: Span) -> bool:
        """Whether the other lies within this one, or is the same."""
        return self.start <= other.start and other.end <= self.end

    def same_days(self, other: Span) -> bool:
        """Whether both are of the same days."""
        return (self.start, self.end) == (other.start, other.end)

    def overlaps(self, other: Span) -> bool:
        """Whether they share days, and neither holds the other."""
        return self.shares_days(other) and not self.holds(other) and not other.holds(self)

    def shares_days(self, other: Span) -> bool:
        """Whether any day is in both."""
        return self.start <= other.end and other.start <= self.end


class About(_Form):
    """What is said of a released or withheld table in the clear.

    Attributes:
        published: how many of its figures were published; none if it was withheld.
        figures: how many it has.
        has_records: whether who stands behind it is known, or only how many.
    """

    identity: Digest
    question: Digest
    definition: Digest
    table: Name
    span: Span
    published: int
    figures: int
    has_records: bool

    @property
    def released(self) -> bool:
        """Whether anything of it was published; else it was withheld."""
        return self.published > 0


class Answered(_Form):
    """What was answered, and the rules that were kept."""

    answer: TableAnswer
    rules: Rules


class Head(NamedTuple):
    """How far a history has come: its number of entries, and the last one's mark in hexadecimal."""

    size: int
    mark: str


class Memory(_Form):
    """A released or withheld table, as it is kept.

    Attributes:
        said: an `About` as JSON; its very bytes are what everything else is bound to.
        answered: an `Answered`, likewise.
        sealed: each part's sealed bytes.
    """

    said: str = Field(repr=False)
    answered: str = Field(repr=False)
    sealed: dict[Part, bytes] = Field(repr=False)

    @classmethod
    def of(
        cls, about: About, answered: Answered, parts: dict[Part, bytes], sealing: Sealing
    ) -> Self:
        """Seal what is to be remembered."""
        said, text = about.model_dump_json(), answered.model_dump_json()
        sealed = {part: sealing.seal(parts[part], bound(said, text, part)) for part in PARTS}
        return cls(said=said, answered=text, sealed=sealed)

    @property
    def about(self) -> About:
        """What is said of it."""
        return About.model_validate_json(self.said)


def bound(said: str, answered: str, part: Part) -> bytes:
    """What a sealed part is bound to. JSON holds no zero byte, so nothing else reads alike."""
    return f"{part}\0{said}\0{answered}".encode()


@lru_cache(maxsize=256)
def definition_of(table: BaseTable) -> str:
    """The digest of a base table's definition, whatever the period and the specification."""
    return table.question(_ANY, "")
