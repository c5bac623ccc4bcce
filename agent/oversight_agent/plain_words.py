"""What a setting should have been, in words: the library's own are for programmers."""

from __future__ import annotations

import re

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
