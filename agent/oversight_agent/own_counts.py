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
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

import oversight_protocol
from oversight_agent.plain_words import expected, settings_at
from oversight_protocol.errors import InputError
from oversight_protocol.true_counts import LARGEST_WAVE, TrueCounts

LARGEST_FILE = 20 * 1024 * 1024
"""Bytes of a file: more than the tables and cells that the form allows can need."""

MOST_OBJECTS = 5 * LARGEST_WAVE
"""JSON objects of a file, of which a cell has up to four: reading stops there."""

_SCHEMA = Path(oversight_protocol.__file__).parent / "schemas" / "true-counts.schema.json"
_FORM = f"compare it with docs/protect.md, or with the schema that is installed as {_SCHEMA}"
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
        if not path.is_file() or size > LARGEST_FILE:
            found = _not_taken(path)
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


def _not_taken(path: Path) -> str:
    if path.is_file():
        return "a larger file"
    # A pipe, say, from which one could read for ever.
    return "a folder" if path.is_dir() else "something else than a plain file"


@dataclass(frozen=True)
class _Wrong:
    """In place of a value that JSON, or a count, cannot have: what it is, but not the value."""

    found: str
    is_number: bool = True


def _json(path: Path, text: str) -> Any:
    objects = count(1)

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any] | _Wrong:
        if next(objects) > MOST_OBJECTS:
            raise _too_large(path)
        found = dict(pairs)
        if len(found) == len(pairs):
            return found
        [twice, *_] = (key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
        return _Wrong(_quoted(twice), is_number=False)

    try:
        content = json.loads(
            text, parse_constant=_Wrong, parse_float=_exact, parse_int=_whole,
            object_pairs_hook=once,
        )  # fmt: skip
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
    for place, wrong in _wrong(content):
        where = ", ".join([str(path), *_spoken(place, content)])
        if wrong.is_number:
            raise _no_number(where, wrong.found)
        raise InputError(
            "an object of the file has a key twice", where=where, found=f"{wrong.found} twice",
            expected="each key once", advice="keep the one that is meant",
        )  # fmt: skip
    return content


def _wrong(content: Any) -> Iterator[tuple[tuple[int | str, ...], _Wrong]]:
    """What of a file's content cannot be, with its place, in the order of the file."""
    left: list[tuple[tuple[int | str, ...], Any]] = [((), content)]
    while left:
        place, value = left.pop()
        if isinstance(value, _Wrong):
            yield place, value
        elif isinstance(value, dict | list):
            inside = value.items() if isinstance(value, dict) else enumerate(value)
            left += [
                ((*place, step), each)
                for step, each in inside
                if isinstance(each, dict | list | _Wrong)
            ][::-1]


def _whole(number: str) -> int | _Wrong:
    try:
        return int(number)
    except ValueError:
        return _Wrong("a number of thousands of digits")


def _exact(number: str) -> float | _Wrong:
    kept = float(number)
    try:
        same = Decimal(number) == Decimal(repr(kept))
    except ArithmeticError:
        same = False
    return kept if same else _Wrong("a number with more digits than can be kept")


def _too_large(path: Path) -> InputError:
    return InputError(
        "this is too much for one file of true counts",
        where=str(path), expected=f"at most {LARGEST_WAVE:,} figures in all tables together",
        advice="protect fewer tables at once, but together those about the same people",
    )  # fmt: skip


def _no_number(where: str, found: str) -> InputError:
    return InputError(
        "a number of the file is none that a count or a sum can be",
        where=where, found=found, expected="a finite number, not negative",
        advice="leave out a cell whose count is not known, and protect the table without its row",
    )  # fmt: skip


def _not_of_the_form(path: Path, error: ValidationError, content: Any) -> InputError:
    first = _telling(error)
    place, what, found, want = first["loc"], "a value does not fit", "", ""
    if first["type"] == "json_invalid":
        return _no_number(str(path), "another value")
    if first["type"] == "extra_forbidden":
        what, found, want = "there is no such setting", _quoted(place[-1]), _settings(place[:-1])
        place = place[:-1]
    elif first["type"] == "missing":
        what, place = f"'{place[-1]}' is missing", place[:-1]
    elif first["type"] == "value_error":
        what = first["msg"].removeprefix("Value error, ")
    else:
        found, want = _kind(_at(content, place)), _in_words(first)
    where = ", ".join([str(path), *_spoken(place, content)])
    return InputError(what, where=where, found=found, expected=want, advice=_FORM)


def _telling(error: ValidationError) -> ErrorDetails:
    """The error that is told: the first, but a wrong key rather than that the right one is missing.

    Who mistypes a key has both.
    """
    found = error.errors(include_url=False, include_input=False, include_context=False)
    beside = (
        one for one in found
        if one["type"] == "extra_forbidden" and one["loc"][:-1] == found[0]["loc"][:-1]
    )  # fmt: skip
    return next(beside, found[0]) if found[0]["type"] == "missing" else found[0]


def _settings(place: tuple[int | str, ...]) -> str:
    """The keys that an object of the form may have."""
    names = settings_at(TrueCounts, place)
    return f"one of {', '.join(names)}" if names else "only what the form has"


def _quoted(key: int | str) -> str:
    return f"'{key}'" if _PROPER.fullmatch(str(key)) else "a key of another form"


def _at(content: Any, place: tuple[int | str, ...]) -> Any:
    for step in place:
        try:
            content = content[step]
        except (KeyError, IndexError, TypeError):
            return _Wrong("")
    return content


def _kind(value: Any) -> str:
    """What a value is, without saying it."""
    kinds = (
        (_Wrong, ""), (bool, "true or false"), (int, "a number"),
        (float, "a number with decimal places"), (str, "text"), (list, "a list"),
        (dict, "an object"), (type(None), "null"),
    )  # fmt: skip
    kind = next(word for one, word in kinds if isinstance(value, one))
    negative = isinstance(value, int | float) and value < 0
    return kind.replace("a number", "a negative number") if negative else kind


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
