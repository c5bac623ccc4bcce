"""A file of true counts, read with all that a hostile or careless file can hold.

Rules kept here:

1. Whatever is wrong is an `InputError` that names the place and never a number; a name is quoted
   only if it is a proper one.
2. What JSON does not have (NaN, infinities, a key twice) is refused, though readers take it.
3. The size is looked at before the content, and reading stops where it is too much.
4. A number of a sum is taken as it is written; one that a computer would round is refused.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Never

from pydantic import ValidationError

from oversight_agent.plain_words import expected
from oversight_protocol.errors import InputError
from oversight_protocol.true_counts import LARGEST_WAVE, TrueCounts

LARGEST_FILE = 20 * 1024 * 1024
"""Bytes of a file: more than the tables and cells that the form allows can need."""

MOST_OBJECTS = 5 * LARGEST_WAVE
"""JSON objects of a file, of which a cell has up to four: reading stops there."""

_FORM = "compare it with schemas/true-counts.schema.json (docs/protect.md)"
_LONGEST = 64
_PROPER = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,40}")
"""A key that a message may quote; any other may hold anything."""


def read(path: Path) -> TrueCounts:
    """Read a file of true counts.

    Raises:
        InputError: it cannot be read, or is not of the form.
    """
    text = _text(path)
    content = _json(path, text)
    try:
        return TrueCounts.model_validate_json(text)
    except ValidationError as error:
        raise _not_of_the_form(path, error, content) from None


def _text(path: Path) -> str:
    try:
        size = path.stat().st_size
        if path.is_dir() or size > LARGEST_FILE:
            found = "a folder" if path.is_dir() else "a larger file"
            raise InputError(
                "this is no file of true counts",
                where=str(path), found=found,
                expected=f"a JSON file of at most {LARGEST_FILE // 1024 // 1024} MB",
                advice="protect fewer tables at once, but together those about the same people",
            )  # fmt: skip
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1).decode("utf-8-sig")
    except OSError as error:
        raise InputError(
            f"the file cannot be read ({error.strerror})", where=str(path), advice="name a file"
        ) from None
    except UnicodeDecodeError:
        raise InputError(
            "the file is not text in UTF-8", where=str(path), advice="save it as UTF-8"
        ) from None


def _json(path: Path, text: str) -> Any:
    def no_constant(name: str) -> Never:
        raise _no_number(path, name)

    objects = count(1)

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if next(objects) > MOST_OBJECTS:
            raise _too_large(path)
        found = dict(pairs)
        if len(found) < len(pairs):
            raise InputError(
                "an object of the file has a key twice",
                where=str(path),
                expected="each key once",
                advice="keep the one that is meant",
            )
        return found

    try:
        return json.loads(
            text,
            parse_constant=no_constant,
            parse_float=partial(_exact, path),
            object_pairs_hook=once,
        )
    except json.JSONDecodeError as error:
        raise InputError(
            f"the file is not valid JSON ({error.msg.lower()})",
            where=f"{path}, line {error.lineno}",
            advice="correct the file; often a comma or a bracket is missing",
        ) from None
    except RecursionError:
        raise InputError(
            "the file's values are nested too deeply", where=str(path), advice=_FORM
        ) from None
    except ValueError:
        raise _no_number(path, "a number of thousands of digits") from None


def _exact(path: Path, number: str) -> float:
    kept = float(number)
    try:
        same = Decimal(number) == Decimal(repr(kept))
    except ArithmeticError:
        same = False
    if not same:
        raise _no_number(path, "a number with more digits than can be kept")
    return kept


def _too_large(path: Path) -> InputError:
    return InputError(
        "this is too much for one file of true counts",
        where=str(path), expected=f"at most {LARGEST_WAVE:,} figures in all tables together",
        advice="protect fewer tables at once, but together those about the same people",
    )  # fmt: skip


def _no_number(path: Path, found: str) -> InputError:
    return InputError(
        "a number of the file is none that a count or a sum can be",
        where=str(path), found=found, expected="a finite number, not negative",
        advice="leave out a cell whose count is not known, and protect the table without its row",
    )  # fmt: skip


def _not_of_the_form(path: Path, error: ValidationError, content: Any) -> InputError:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = first["loc"]
    if first["type"] == "json_invalid":
        return _no_number(path, "another value")
    if first["type"] == "extra_forbidden":
        what, want = "there is no such setting", "only what the form has"
    elif first["type"] == "missing":
        what, want = f"'{place[-1]}' is missing", ""
        place = place[:-1]
    elif first["type"] == "value_error":
        what, want = first["msg"].removeprefix("Value error, "), ""
    else:
        what, want = "a value does not fit", _in_words(first)
    where = ", ".join([str(path), *_spoken(place, content)])
    return InputError(what, where=where, expected=want, advice=_FORM)


def _in_words(error: Any) -> str:
    names = {
        "string_pattern_mismatch": "letters, digits and a few signs, as a code or name has",
        "greater_than_equal": "0 or more", "finite_number": "a finite number",
        "too_long": "fewer of them", "too_short": "at least one",
        "decimal_type": "a number", "decimal_parsing": "a number",
        "date_from_datetime_parsing": "a date as 2026-03-31", "date_type": "a date as 2026-03-31",
        "date_parsing": "a date as 2026-03-31",
    }  # fmt: skip
    return names.get(error["type"]) or expected(error)


def _spoken(place: tuple[int | str, ...], content: Any) -> list[str]:
    """A place in words: tables by their names, lists counted from 1, improper keys not quoted."""
    words: list[str] = []
    at = content
    for step in place:
        if isinstance(step, int):
            words.append(f"{_singular(words)} {step + 1}{_named(at, step)}")
        elif step != "[key]":
            words.append(step if _PROPER.fullmatch(step) else "a key of its own")
        try:
            at = at[step]
        except (KeyError, IndexError, TypeError):
            at = None
    # "tables, table 2" says no more than "table 2".
    return [
        one
        for number, one in enumerate(words)
        if not "".join(words[number + 1 : number + 2]).startswith(f"{_one(one)} ")
    ]


def _singular(words: list[str]) -> str:
    return _one(words[-1]) if words else "item"


def _one(word: str) -> str:
    return {"categories": "category"}.get(word, word.removesuffix("s"))


def _named(at: Any, step: int) -> str:
    try:
        name = at[step]["name"]
    except (KeyError, IndexError, TypeError):
        return ""
    good = isinstance(name, str) and name.isascii() and name.isprintable() and len(name) <= _LONGEST
    return f" ({name})" if good else ""
