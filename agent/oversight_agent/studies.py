"""Studies as people here see them: found by name or digest, shown in plain English."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from oversight_agent import files, records
from oversight_agent.config import Settings
from oversight_agent.trust_store import StudyShelf
from oversight_protocol import study_package
from oversight_protocol.envelope import Envelope
from oversight_protocol.errors import InputError
from oversight_protocol.ledger import Records
from oversight_protocol.study import Study


class Shelf:
    """The offered studies of a home."""

    def __init__(self, settings: Settings) -> None:
        self._shelf = StudyShelf(settings)

    def listed(self, book: Records) -> list[dict[str, Any]]:
        """Each offered study: name, version, state, digest; newest version first."""
        rows = []
        for envelope in self._shelf.all():
            study = Study.parse(envelope.payload)
            rows.append({
                "name": study.name, "version": study.version,
                "state": records.study_state(book, envelope.digest), "digest": envelope.digest,
            })  # fmt: skip
        return sorted(rows, key=lambda row: (row["name"], -row["version"]))

    def find(self, text: str) -> Envelope:
        """A study by name (its latest version) or by the beginning of its digest.

        Raises:
            InputError: there is none, or several digests begin so.
        """
        named = self._named(text)
        if named:
            return max(named, key=lambda one: Study.parse(one.payload).version)
        found = [one for one in self._shelf.all() if text and one.digest.startswith(text)]
        if len(found) == 1:
            return found[0]
        problem = "the digests of several studies begin with" if found else "there is no study"
        raise InputError(f"{problem} '{text}'", advice="see 'oversight-agent study list'")

    def has(self, name: str) -> bool:
        """Whether a study of this name was offered."""
        return bool(self._named(name))

    def _named(self, name: str) -> list[Envelope]:
        return [one for one in self._shelf.all() if Study.parse(one.payload).name == name]


def find(settings: Settings, text: str) -> Envelope:
    """A study: a file, or one that was offered, by its name or digest.

    Raises:
        InputError: there is no such study.
        Refused: the file holds no envelope.
    """
    path = Path(text)
    return read_file(path) if path.is_file() else Shelf(settings).find(text)


def looked_at(settings: Settings, text: str) -> tuple[Study, Envelope | None]:
    """A study that somebody here wants to look at, and its envelope if it has one.

    That is what `find` finds; else the study of this name that is installed with the protocol,
    which no one has signed. Nothing is answered for such a study.

    Raises:
        InputError: there is no such study.
        Refused: the file holds no study.
    """
    installed = study_package.installed()
    unsigned = text == installed.name and not Path(text).is_file()
    if unsigned and not Shelf(settings).has(text):
        return installed, None
    envelope = find(settings, text)
    return Study.parse(envelope.open("study")), envelope


def read_file(path: Path) -> Envelope:
    """A study's envelope from a file.

    Raises:
        InputError: it cannot be read.
        Refused: it is no envelope.
    """
    return Envelope.from_bytes(files.read(path, "the study", "name the study's file").strip())


def describe(study: Study, envelope: Envelope) -> str:
    """A study for its reader, with the SQL that would run."""
    rules = study.rules
    lines = [
        f"{study.title} ('{study.name}', version {study.version})",
        f"Digest {envelope.digest}",
        f"In force {study.issued:%d %B %Y} to {study.expires:%d %B %Y}",
        f"Ethics approval: {study.ethics_reference}",
        f"Lawful basis: {study.lawful_basis}",
        "", study.purpose, "",
        f"Rules: at least {rules.minimum_persons} persons behind a figure, counts rounded to "
        f"{rules.rounding_base}; tables about staff: at least {rules.staff_minimum_workers} "
        f"workers from {rules.staff_minimum_teams} teams.",
        *([f"Sums: none is shown of which two people contribute more than "
           f"{rules.two_largest_percent} %."] if rules.two_largest_percent else []),
        *([f"Markers: a suppressed figure of the whole authority may be marked [low] if it is "
           f"below {rules.low_high_below}, or [high] if the rest of its row is."]
          if rules.low_high_below else []),
        "Waves: " + "; ".join(
            f"{wave.id} ({', '.join(period.label for period in wave.periods)})"
            for wave in study.waves),
    ]  # fmt: skip
    for table in study.base_tables:
        lines += [
            "", f"Base table '{table.name}': {table.title}", f"  {table.population}",
            f"  Reads: {', '.join(table.reads)}",
            "  Outcomes: " + "; ".join(outcome.label for outcome in table.outcomes),
            *(f"  Together, where hidden one by one: {step.merge.into.label}"
              for step in table.collapse if step.merge is not None),
            *(f"  By {dimension.label}" for dimension in table.dimensions),
            *(f"  Measure {one.number}: {one.title}" for one in study.measures
              if one.table == table.name),
            "  SQL:", *(f"    {line}" for line in table.sql.strip().splitlines()),
        ]  # fmt: skip
    return "\n".join(lines)
