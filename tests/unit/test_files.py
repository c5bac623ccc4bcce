"""A file is written whole or not at all, and an error names what a person named."""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType

import pytest

from oversight_agent import files as of_agent
from oversight_coordinator import files as of_coordinator

BOTH = pytest.mark.parametrize("files", [of_agent, of_coordinator])


@BOTH
def test_a_file_over_a_folder_is_refused_by_the_folders_name(
    tmp_path: Path, files: ModuleType
) -> None:
    place = tmp_path / "pages"
    place.mkdir()

    with pytest.raises(IsADirectoryError) as caught:
        files.write(place, b"page")

    assert caught.value.filename == str(place)
    assert list(tmp_path.iterdir()) == [place]


@BOTH
def test_a_folder_that_may_not_be_written_to_is_refused_by_the_files_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: ModuleType
) -> None:
    def denied(path: str, *_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "open", denied)

    with pytest.raises(PermissionError) as caught:
        files.write(tmp_path / "page.html", b"page")

    assert caught.value.filename == str(tmp_path / "page.html")


@BOTH
def test_a_disk_that_is_full_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: ModuleType
) -> None:
    place = tmp_path / "page.html"
    files.write(place, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left") as caught:
        files.write(place, b"new")

    assert caught.value.filename == str(place)
    assert place.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [place]
