"""`oversight-agent spec`: the common specification, to look at, to write out, to compare."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from oversight_agent.cli.common import HomeOption, JsonOption, say, say_json, say_table, settings

if TYPE_CHECKING:
    from oversight_protocol.dictionary import Dictionary, TableEntry
    from oversight_protocol.specification import Specification
    from oversight_protocol.study import Study

VersionOption = Annotated[
    str | None,
    typer.Option("--version", help="Of the specification; else the newest.", show_default=False),
]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    spec = typer.Typer(no_args_is_help=True, help="The common specification: tables and fields.")
    spec.command("list")(list_versions)
    spec.command("show")(show)
    spec.command("export")(export)
    spec.command("diff")(diff)
    app.add_typer(spec, name="spec")


def list_versions(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the versions that are installed, the studies that name them, and who maps them.

    Example: oversight-agent spec list
    """
    from oversight_protocol.specification import load, versions

    mapped = _mapped(home)
    rows = [_version_row(load(version), mapped) for version in versions()]
    if as_json:
        say_json(rows)
        return
    say_table(("VERSION", "TABLES", "FIELDS", "NAMED BY", "MAPPED IN"), [
        (row["version"], row["tables"], row["fields"], ", ".join(row["studies"]) or "no study yet",
         row["mapping"] or ("not mapped" if mapped is not None else "name the agent with --home"))
        for row in rows
    ])  # fmt: skip
    say("\nNext: oversight-agent spec show")


def show(
    what: Annotated[
        str | None,
        typer.Argument(metavar="[TABLE[.FIELD]]", help="A table, or a field of a table."),
    ] = None,
    version: VersionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show all tables, one table with its fields, or one field with its codes.

    Example: oversight-agent spec show worker.role
    """
    from oversight_agent.cli import spec_text

    content = _dictionary(_specification(version))
    if what is None:
        found, text = _overview(content), spec_text.tables(content)
    else:
        table, field = spec_text.find(content, what)
        found = _plain(field or table)
        text = spec_text.field(field) if field else spec_text.table(table)
    if as_json:
        say_json({"version": content.version, **found})
    else:
        say(text)


def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write.")],
    form: Annotated[
        Literal["all", "html", "markdown", "csvw", "frictionless"],
        typer.Option("--format", help="Which documents."),
    ] = "all",
    version: VersionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the data dictionary, and for programs each table's header and metadata.

    html and markdown are for people. csvw (CSV on the Web) and frictionless (a data package) say
    the same to programs, beside an empty file for each table.

    Example: oversight-agent spec export specification --format html
    """
    from oversight_agent import dictionary

    specification = _specification(version)
    content = _dictionary(specification)
    written = dictionary.export(specification, content, folder, form)
    if as_json:
        files = [str(path) for path in written]
        say_json({"version": specification.version, "files": files})
        return
    for path in written:
        if path.parent == folder:
            say(f"Wrote {path}")
    if below := [path for path in written if path.parent != folder]:
        say(f"Wrote {len(below)} files in {below[0].parent}")


def diff(
    old: Annotated[str, typer.Argument(help="A version, or the file of a draft.")],
    new: Annotated[str, typer.Argument(help="A version, or the file of a draft.")],
    as_json: JsonOption = False,
) -> None:
    """Say what changed between two versions, and whether the newer one may be published.

    Exit status 1 if it may not.

    Example: oversight-agent spec diff 1.0 draft-1.1.json
    """
    from dataclasses import asdict

    from oversight_agent.cli import spec_text
    from oversight_protocol.spec_changes import breaches, compare

    before, after = _version_or_draft(old), _version_or_draft(new)
    changes = compare(before, after)
    wrong = () if before == after else breaches(before, after)
    if as_json:
        say_json({
            "old": before.version, "new": after.version,
            "changes": [asdict(change) for change in changes], "breaches": wrong,
        })  # fmt: skip
    else:
        say(spec_text.changes(before, after, changes, wrong))
    if wrong:
        raise typer.Exit(1)


def _studies() -> list[Study]:
    from oversight_protocol.study_package import installed

    return [installed()]


def _mapped(home: Path | None) -> dict[str, str] | None:
    """The mapping's file for each version; None where it is not said which agent is meant."""
    import os

    from oversight_agent import config
    from oversight_agent.mapping_files import mapped_versions

    if home is None and not os.environ.get(config.HOME_VARIABLE):
        return None
    return mapped_versions(settings(home).mapping)


def _version_row(specification: Specification, mapped: dict[str, str] | None) -> dict[str, Any]:
    version = specification.version
    return {
        "version": version,
        "title": specification.title,
        "tables": len(specification.resources),
        "fields": sum(len(table.fields) for table in specification.resources),
        "studies": [study.name for study in _studies() if study.spec_version == version],
        "mapping": (mapped or {}).get(version),
    }


def _dictionary(specification: Specification) -> Dictionary:
    from oversight_protocol.dictionary import dictionary

    return dictionary(specification, _studies())


def _specification(version: str | None) -> Specification:
    from oversight_protocol import specification as specifications
    from oversight_protocol.errors import InputError

    known = specifications.versions()
    if version is not None and version not in known:
        raise InputError(
            f"version {version} of the specification is not installed",
            expected="one of " + ", ".join(known),
            advice="name one of these, or upgrade the agent",
        )
    return specifications.load(version or known[-1])


def _version_or_draft(text: str) -> Specification:
    from oversight_agent import files
    from oversight_protocol.errors import InputError
    from oversight_protocol.specification import parse

    path = Path(text)
    if path.suffix != ".json":
        return _specification(text)
    content = files.read(path, "the draft", "name the file of a specification")
    try:
        return parse(content.decode("utf-8"))
    except ValueError as error:
        raise InputError(
            "this file holds no specification", where=str(path), found=_first_line(error),
            advice="start from the specification.json that 'oversight-agent spec export' writes",
        ) from None  # fmt: skip


def _first_line(error: ValueError) -> str:
    return " ".join(str(error).split("[type=")[0].split())


def _overview(content: Dictionary) -> dict[str, Any]:
    return {
        "title": content.title,
        "tables": [_table_row(table) for table in content.tables],
    }


def _table_row(table: TableEntry) -> dict[str, Any]:
    fields = [field.name for field in table.fields]
    return {
        "name": table.name, "title": table.title, "description": table.description,
        "fields": fields,
    }  # fmt: skip


def _plain(entry: Any) -> dict[str, Any]:
    from dataclasses import asdict

    plain: dict[str, Any] = asdict(entry)
    return plain
