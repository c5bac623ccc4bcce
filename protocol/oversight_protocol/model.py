"""The base of all documents on the wire: frozen, strict, and without room for a field more.

Rules kept here:

1. Instants are UTC to the second and written as `2026-11-23T20:00:00Z` only, so that a document has
   one form.
2. Text that a person reads holds no control character but tab and line feed, and no invisible or
   direction-changing one: what is signed is what is seen.
3. A refusal names a declared field at most; a name that only the sender chose is content.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
)

from oversight_protocol.canonical import canonical_json
from oversight_protocol.errors import Reason, Refused


def _write_instant(value: datetime) -> str:
    return value.replace(tzinfo=None).isoformat() + "Z"


def _read_instant(value: object) -> datetime:
    if isinstance(value, str):
        read = datetime.fromisoformat(value.removesuffix("Z")).replace(tzinfo=UTC)
        if _write_instant(read) != value:
            raise ValueError("an instant is written as 2026-11-23T20:00:00Z")
        return read
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError("an instant is a time with its zone")
    if value.microsecond:
        raise ValueError("an instant has no fractions of a second")
    return _in_utc(value)


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("an instant lies within the years 1 to 9999") from None


def _is_visible(text: str) -> str:
    if any(unicodedata.category(c) in _UNSEEN and c not in "\t\n" for c in text):
        raise ValueError("text holds a control or invisible character")
    return text


_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

Instant = Annotated[
    datetime,
    PlainValidator(_read_instant),
    PlainSerializer(_write_instant, return_type=str),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date-time",
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$",
        }
    ),
]
"""A moment in UTC, to the second."""

Visible = AfterValidator(_is_visible)
"""Refuses control, invisible and direction-changing characters (tab and line feed are allowed)."""

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
"""A lower-case identifier: a table, a study, a wave, a measure's short name."""

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 _./&+-]{0,63}$")]
"""A code of a code list: an outcome or a category."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=4000), Visible]
"""A sentence or paragraph for people."""

LaCode = Annotated[str, StringConstraints(pattern=r"^E[0-9]{8}$")]
"""An authority's ONS code (GSS nine-character form)."""

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256 digest in lower-case hexadecimal."""


class Document(BaseModel):
    """A frozen, strict document."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    def canonical(self) -> bytes:
        """The document's one byte form (RFC 8785)."""
        return canonical_json(self.model_dump(mode="json"))

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        """Read a document from its bytes.

        Raises:
            Refused: `malformed`, naming the first declared field that does not fit.
        """
        try:
            return cls.model_validate_json(payload)
        except ValidationError as error:
            raise Refused(Reason.MALFORMED, _first_place(error)) from None


def _first_place(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = first["loc"][:-1] if first["type"] == "extra_forbidden" else first["loc"]
    return ".".join(str(part) for part in place) or error.title


def require_unique(what: str, names: Iterable[str]) -> None:
    """Check that nothing is named twice.

    Raises:
        ValueError: something is; the message says `what`.
    """
    found = list(names)
    if len(set(found)) != len(found):
        raise ValueError(f"{with_article(what)} is named twice")


def with_article(noun: str) -> str:
    """A noun after the article that goes with it."""
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"
