"""What a setting should have been, in words: the library's own are for programmers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

_WORDS = {
    "string_type": "text in quotation marks",
    "string_pattern_mismatch": "text of another form",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "dict_type": "a table of settings",
    "model_type": "a table of settings",
    "date_type": "a date without quotation marks, as 2026-03-31",
}
"""By the library's name of an error."""

_AROUND = re.compile(
    "^Value error, (this must be )?|^Input should be |^[A-Z][a-z]+ should have "
    "| after validation, not [0-9]+$"
)
"""What the library says around what is expected."""


def expected(error: ErrorDetails) -> str:
    """What would have been right."""
    return _WORDS.get(error["type"]) or _AROUND.sub("", error["msg"])


def settings_at(model: type[BaseModel], place: Sequence[int | str]) -> tuple[str, ...]:
    """The settings that there are at a place of a document; none where it is not known."""
    at: Any = model
    for step in place:
        at = _plain(at)
        if isinstance(at, type) and issubclass(at, BaseModel):
            field = at.model_fields.get(str(step))
            at = None if field is None else field.annotation
        else:
            # Of a list or a dictionary, what it holds: the last that is said of its type but "...".
            at = next((one for one in get_args(at)[::-1] if one is not Ellipsis), None)
    at = _plain(at)
    return tuple(at.model_fields) if isinstance(at, type) and issubclass(at, BaseModel) else ()


def _plain(annotation: Any) -> Any:
    """A type without what is said about it, and without that it may be absent."""
    while get_origin(annotation) in (Annotated, Union, UnionType):
        annotation = get_args(annotation)[0]
    return annotation
