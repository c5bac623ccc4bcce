"""`oversight study`: writing, signing and publishing a study."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from oversight_coordinator.cli import instruments
from oversight_coordinator.cli.common import (
    HomeOption,
    JsonOption,
    find_authority,
    ledger,
    say,
    say_json,
    say_table,
    settings,
    store,
)

if TYPE_CHECKING:
    from oversight_protocol.envelope import Envelope
    from oversight_protocol.study import Study

StudyFile = Annotated[Path, typer.Argument(help="The study's file.")]
Key = Annotated[Path, typer.Option(help="Your private key (.key).")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    study = typer.Typer(no_args_is_help=True, help="Studies: signed questions.")
    study.command("new")(new)
    study.command("sign")(sign)
    study.command("approve")(approve)
    study.command("publish")(publish)
    study.command("list")(list_studies)
    study.command("show")(show)
    instruments.add_to(study)
    app.add_typer(study, name="study")


def new(
    out: Annotated[Path, typer.Argument(help="The file to write.")],
    package: Annotated[
        Path | None,
        typer.Option(help="A study package's folder; the first study's if not given."),
    ] = None,
    days: Annotated[int, typer.Option(help="How long the study is in force.", min=1)] = 365,
    la: Annotated[
        list[str] | None, typer.Option(help="Ask only these authorities; may be repeated.")
    ] = None,
) -> None:
    """Make a study's file from its package, not yet signed.

    Example: oversight study new study.json --days 365
    """
    from oversight_coordinator import files, studies, times
    from oversight_protocol.envelope import seal

    files.require_folder_of(out)
    now = times.now()
    study = studies.load_package(
        package or studies.MANAGEMENT_OVERSIGHT_2026, issued=now, expires=now + timedelta(days),
        las=[find_authority(one).code for one in la] if la else None,
    )  # fmt: skip
    envelope = seal("study", study)
    files.write(out, envelope.raw + b"\n")
    say(f"Wrote {out}: {study.title}, version {study.version}.")
    say(f"Digest: {envelope.digest}")


def sign(path: StudyFile, key: Key, home: HomeOption = None) -> None:
    """Sign a study as its analyst.

    Example: oversight study sign study.json --key analyst.key
    """
    _add_signature(path, key, home, "analyst")


def approve(path: StudyFile, key: Key, home: HomeOption = None) -> None:
    """Sign a study as its approver, another person than the analyst.

    Example: oversight study approve study.json --key approver.key
    """
    _add_signature(path, key, home, "approver")


def _add_signature(path: Path, key: Path, home: Path | None, role: str) -> None:
    from oversight_coordinator import files, keys
    from oversight_protocol.envelope import key_id

    private = keys.private(key)
    holder = _holder_in_role(key_id(private.public_key()), home, role)
    signed = _read(path).countersign(private)
    files.write(path, signed.raw + b"\n")
    number = len(signed.key_ids)
    say(f"Signed {path} as its {role}{holder}. It carries "
        f"{'1 signature' if number == 1 else f'{number} signatures'}.")  # fmt: skip
    if number == 1:
        other = "approve" if role == "analyst" else "sign"
        say(f"Next, by another person: oversight study {other} {path} --key …")
    else:
        say(f"Next: oversight study publish {path}")


def _holder_in_role(signer: str, home: Path | None, role: str) -> str:
    """Who signs, where the coordinator's roles are at hand; people also sign on other machines."""
    import os

    from oversight_coordinator import config, trust_files
    from oversight_protocol.errors import InputError, OversightError

    if home is None and not os.environ.get(config.HOME_VARIABLE):
        return ""
    try:
        roles = trust_files.current(settings(home).trust).roles
    except OversightError:
        return ""
    holders = roles.analysts if role == "analyst" else roles.approvers
    named = [one for one in holders if one.key_id == signer]
    if not named:
        raise InputError(
            f"the programme's roles name this key as no {role}'s; nothing was signed",
            expected="a key of "
            + " or ".join(f"{one.holder} ({one.organisation})" for one in holders),
            advice=f"have the {role} sign with their own key",
        )
    return "".join(f", {one.holder} ({one.organisation})" for one in named)


def publish(path: StudyFile, home: HomeOption = None) -> None:
    """Publish a study that an analyst and an approver signed; it is offered to its authorities.

    Example: oversight study publish study.json
    """
    from oversight_coordinator import asking, times

    chosen = settings(home)
    study = asking.publish(chosen, store(chosen), ledger(chosen), _read(path), times.now())
    number = len(study.cohort.las)
    say(f"Published '{study.name}', version {study.version}. It is offered to {number} authorities "
        "as they come online; each decides for itself.")  # fmt: skip


def list_studies(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List published studies.

    Example: oversight study list
    """
    rows = [
        {"name": one.name, "version": one.version, "digest": one.digest}
        for one in store(settings(home)).studies()
    ]
    if as_json:
        say_json(rows)
    elif not rows:
        say("No study was published yet.")
    else:
        say_table(("NAME", "VERSION", "DIGEST"), [tuple(row.values()) for row in rows])


def show(
    study: Annotated[str, typer.Argument(help="A study's file, name or digest.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what a study asks, in plain English.

    Example: oversight study show management-oversight-2026
    """
    from oversight_protocol.study import Study

    envelope = find_study(study, home)
    parsed = Study.parse(envelope.open("study"))
    if as_json:
        say_json(parsed.model_dump(mode="json"))
    else:
        say(describe(parsed, envelope))


def find_study(study: str, home: Path | None) -> Envelope:
    """A study's envelope, by its file, or by the name or digest of a published one."""
    from oversight_protocol.envelope import Envelope

    if Path(study).is_file():
        return _read(Path(study))
    return Envelope.from_bytes(store(settings(home)).study(study).envelope)


def describe(study: Study, envelope: Envelope) -> str:
    """A study for its reader."""
    lines = [
        f"{study.title} ('{study.name}', version {study.version})",
        f"Digest {envelope.digest}, {len(envelope.key_ids)} signature(s)",
        f"In force {study.issued:%d %B %Y} to {study.expires:%d %B %Y}. Ethics approval: "
        f"{study.ethics_reference}",
        "", study.purpose, "",
        f"Asks {len(study.cohort.las)} authorities, never fewer than {study.cohort.minimum}.",
        "Waves: " + "; ".join(
            f"{wave.id} ({', '.join(period.label for period in wave.periods)})"
            for wave in study.waves),
    ]  # fmt: skip
    for table in study.base_tables:
        lines += [
            "",
            f"Base table '{table.name}': {table.title}",
            f"  {table.population}",
            "  Outcomes: " + "; ".join(outcome.label for outcome in table.outcomes),
            *(
                f"  Together, where hidden one by one: {step.merge.into.label}"
                for step in table.collapse
                if step.merge is not None
            ),
        ]
        lines += [f"  By {dimension.label}" for dimension in table.dimensions]
        lines += [
            f"  Measure {measure.number}: {measure.title}"
            for measure in study.measures
            if measure.table == table.name
        ]
    return "\n".join(lines)


def _read(path: Path) -> Envelope:
    from oversight_coordinator import files
    from oversight_protocol.envelope import Envelope

    return Envelope.from_bytes(files.read(path, "the study", "name the study's file").strip())
