"""Further versions of the specification, installed for the length of a test."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from oversight_protocol import specification
from oversight_protocol.specification import Specification

Content = dict[str, Any]
"""A version as its file holds it."""


def content(version: str = "1.0") -> Content:
    """An installed version's file, to be altered."""
    return json.loads((specification.folder() / f"{version}.json").read_text(encoding="utf-8"))


def field(version: Content, point: str) -> Content:
    """The field `table.field` of a version."""
    table, name = point.split(".")
    return next(one for one in schema(version, table)["fields"] if one["name"] == name)


def schema(version: Content, table: str) -> Content:
    """The schema of a table of a version."""
    return next(one for one in version["resources"] if one["name"] == table)["schema"]


def draft(version: str, change: Callable[[Content], object] = lambda _: None) -> Specification:
    """The newest version altered and renumbered."""
    return specification.parse(json.dumps(altered(version, change)))


def altered(version: str, change: Callable[[Content], object] = lambda _: None) -> Content:
    """The same as a file holds it."""
    new = content(specification.versions()[-1])
    change(new)
    return {**new, "version": version}


@contextmanager
def installed(folder: Path, *more: Content) -> Iterator[None]:
    """With further versions beside the installed ones."""
    from oversight_agent.evaluate import loading

    for version in (*map(content, specification.versions()), *more):
        path = folder / f"{version['version']}.json"
        path.write_text(json.dumps(version), encoding="utf-8")
    caches = (specification.load, loading._pseudonyms)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(specification, "folder", lambda: folder)
            for cache in caches:
                cache.cache_clear()
            yield
    finally:
        for cache in caches:
            cache.cache_clear()
