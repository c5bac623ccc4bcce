"""The documents of a version as a folder.

    specification.html, specification.md   the data dictionary
    specification.json                     the version itself, from which a draft may start
    tables/<table>.csv                     each table's header, without a row
    tables/codes.csv                       all code lists
    tables/<table>.csv-metadata.json       what it must hold, as CSV on the Web; csv-metadata.json
                                           says it of all tables together
    tables/datapackage.json                the same as a Frictionless data package

Rules kept here:

1. A table's file that holds more than its header is somebody's data: nothing is written beside it.
2. Everything else is written anew, each file whole or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args

from oversight_agent import files
from oversight_agent.dictionary.page import page
from oversight_protocol import dictionary as documents
from oversight_protocol.dictionary import Dictionary
from oversight_protocol.errors import InputError
from oversight_protocol.specification import Specification

Format = Literal["all", "html", "markdown", "csvw", "frictionless"]
FORMATS: tuple[Format, ...] = get_args(Format)

_TABLES = "tables"


def export(
    specification: Specification, content: Dictionary, folder: Path, form: Format
) -> list[Path]:
    """Write a version's documents; the files that were written, in order.

    Args:
        specification: the version.
        content: the same in words.
        folder: where to; made if it is not there.
        form: which documents; codes come with all but the dictionary alone.

    Raises:
        InputError: a table's file in the folder holds rows.
        OSError: the folder cannot be written to.
    """
    texts = dict(_texts(specification, content, form))
    _spare_data(specification, folder, texts)
    for name, text in texts.items():
        files.write(folder / name, text.encode("utf-8"))
    return [folder / name for name in texts]


def _texts(
    specification: Specification, content: Dictionary, form: Format
) -> Iterator[tuple[str, str]]:
    """Each file's name below the folder, and what it holds."""
    if form in ("all", "html"):
        yield "specification.html", page(content)
    if form in ("all", "markdown"):
        yield "specification.md", documents.markdown(content)
    if form == "all":
        content_of_file = specification.model_dump(mode="json", by_alias=True, exclude_none=True)
        yield "specification.json", _json(content_of_file)
    if form in ("all", "csvw", "frictionless"):
        yield f"{_TABLES}/codes.csv", documents.codes_csv(specification)
        for table in specification.resources:
            yield f"{_TABLES}/{table.name}.csv", documents.header_csv(table)
    if form in ("all", "csvw"):
        yield from _csvw(specification)
    if form in ("all", "frictionless"):
        yield f"{_TABLES}/datapackage.json", _json(documents.data_package(specification))


def _csvw(specification: Specification) -> Iterator[tuple[str, str]]:
    codes = documents.csvw_of_codes(specification)
    yield f"{_TABLES}/codes.csv-metadata.json", _json(codes)
    for table in specification.resources:
        metadata = documents.csvw(specification, table)
        yield f"{_TABLES}/{table.name}.csv-metadata.json", _json(metadata)
    yield f"{_TABLES}/csv-metadata.json", _json(documents.csvw_group(specification))


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _spare_data(specification: Specification, folder: Path, texts: dict[str, str]) -> None:
    for table in specification.resources:
        name = f"{_TABLES}/{table.name}.csv"
        path = folder / name
        if name in texts and path.exists() and _holds_rows(path):
            raise InputError(
                "this table's file holds rows, which would be lost; nothing was written",
                where=str(path),
                expected="a folder without data of its own",
                advice="name another folder",
            )


def _holds_rows(path: Path) -> bool:
    with path.open("rb") as file:
        file.readline()
        return bool(file.read(1))
