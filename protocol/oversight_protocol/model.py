"""The base of all documents on the wire: frozen, strict, and without room for a field more.

Instants are UTC to the second, written as `2026-11-23T20:00:00Z`, so that a document has one form.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    PlainSerializer,
    StringConstraints,
    ValidationError,
)

from oversight_protocol.canonical import canonical_json
from oversight_protocol.errors import Reason, Refused


def _to_second(value: datetime) -> datetime:
    if value.microsecond:
        raise ValueError("an instant has no fractions of a second")
    return value.astimezone(UTC)


Instant = Annotated[
    AwareDatetime,
    AfterValidator(_to_second),
    PlainSerializer(lambda value: value.strftime("%Y-%m-%dT%H:%M:%SZ"), return_type=str),
]
"""A moment in UTC, to the second."""

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
"""A lower-case identifier: a table, a study, a wave, a measure's short name."""

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 _./&+-]{0,63}$")]
"""A code of a code list: an outcome or a category."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
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
            Refused: `malformed`, naming the first field that does not fit, never its value.
        """
        try:
            return cls.model_validate_json(payload)
        except ValidationError as error:
            raise Refused(Reason.MALFORMED, _first_place(error)) from None


def _first_place(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    return ".".join(str(part) for part in first["loc"]) or error.title
