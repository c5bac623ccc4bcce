"""Which mapping is for which version of the specification.

An authority may map its data to several versions at once: `mapping.toml` to one, and beside it
`mapping-<version>.toml` to each of the others. Each study names the version that it needs.

Rules kept here:

1. `mapping.toml` is taken if it names the version that is asked for; then nothing else is read.
2. Otherwise `mapping-<version>.toml` is taken, which must name that version itself: a file that was
   copied and not adapted answers nothing.
3. Where neither fits, the error says which versions are mapped and what to do.
"""

from __future__ import annotations

from pathlib import Path

from oversight_agent.mapping.document import open_document
from oversight_protocol.errors import InputError
from oversight_protocol.specification import numbers, versions


def choose(mapping: Path, version: str) -> Path:
    """The mapping's file for a version.

    Args:
        mapping: the agent's `mapping.toml`, which need not be there.
        version: of the specification.

    Raises:
        InputError: no mapping is for this version, or a file cannot be read.
    """
    beside = _beside(mapping, version)
    if mapping.exists() and (_version(mapping) == version or not beside.exists()):
        return _checked(mapping, version, f"map the data to it in {beside.name}, beside this file")
    if beside.exists():
        return _checked(beside, version, "correct its line 'specification', or its name")
    raise InputError(
        f"no mapping is for version {version} of the specification",
        where=str(mapping.parent),
        expected=f"{mapping.name} or {beside.name}",
        advice="map the data to the version that the study names",
    )


def mapped_versions(mapping: Path) -> dict[str, str]:
    """The installed versions that are mapped, each with its file's name, the oldest first.

    A file that cannot be read maps none.
    """
    found = {}
    for version in sorted(versions(), key=numbers):
        try:
            found[version] = choose(mapping, version).name
        except InputError:
            continue
    return found


def _beside(mapping: Path, version: str) -> Path:
    return mapping.with_name(f"{mapping.stem}-{version}{mapping.suffix}")


def _checked(path: Path, version: str, advice: str) -> Path:
    named = _version(path)
    if named != version:
        raise InputError(
            "the mapping is for another version of the specification than the study",
            where=path.name,
            found=f"version {named}" if named else "no version",
            expected=f"version {version}",
            advice=advice,
        )
    return path


def _version(path: Path) -> str | None:
    """The version that a mapping names; `None` if it is no text."""
    named = open_document(path).data.get("specification")
    return named if isinstance(named, str) else None
