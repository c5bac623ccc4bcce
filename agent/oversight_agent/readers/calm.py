"""Calls of a library in Rust that may panic: nothing is printed, and an error of ours comes of it.

Rules kept here:

1. What a panic prints may quote what stands in the file. It goes past Python straight to standard
   error, which therefore leads nowhere while the call lasts.
2. One call at a time: two that redirect standard error at once could leave it so.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TypeVar

_Result = TypeVar("_Result")
_ERRORS = 2
"""The descriptor of standard error."""
_LOCK = Lock()


class Panicked(Exception):  # noqa: N818 — what happened, for the caller to name
    """The library gave up."""


def calm(call: Callable[[], _Result]) -> _Result:
    """The result of a library's call.

    Raises:
        Panicked: it panicked; a panic is no `Exception`.
    """
    try:
        with _LOCK, _silent():
            return call()
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise Panicked from None
        raise


@contextmanager
def _silent() -> Iterator[None]:
    try:
        kept = os.dup(_ERRORS)
    except OSError:  # it is closed: nothing can be printed
        yield
        return
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, _ERRORS)
        os.close(nowhere)
        yield
    finally:
        os.dup2(kept, _ERRORS)
        os.close(kept)
