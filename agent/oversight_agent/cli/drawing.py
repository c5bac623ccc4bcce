"""How `init` draws up a mapping: look, ask, write; and what it says of it.

Rules kept here:

1. Whatever was given is looked at before anything is written.
2. With --json, standard output is the document alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oversight_agent.cli.common import say, say_json, say_table

if TYPE_CHECKING:
    from oversight_agent.cli.folder import Plan
    from oversight_agent.config import Settings
    from oversight_agent.proposing.answers import Answers
    from oversight_agent.proposing.drafting import Draft, Drafter


@dataclass(frozen=True)
class Task:
    """What the command was asked to do.

    Attributes:
        plan: what becomes of the folder.
        returns: statutory returns to start from.
        databases: databases of `databases.toml` to look at.
        answers: a file of answers given beforehand.
        save_answers: where to write all answers.
        confidence: how sure a proposal must be not to be asked about.
        asked: whether somebody can be asked.
        as_json: whether to print a document.
        writes: whether to write the mapping.
        replace: whether a mapping that is there may be replaced.
    """

    plan: Plan
    returns: tuple[Path, ...]
    databases: tuple[str, ...]
    answers: Path | None
    save_answers: Path | None
    confidence: float
    asked: bool
    as_json: bool
    writes: bool
    replace: bool

    @property
    def settings(self) -> Settings:
        """The agent's."""
        return self.plan.settings


def draw_up(task: Task) -> None:
    """Draw up the mapping.

    Raises:
        InputError: something that was given cannot be used.
    """
    from oversight_agent.cli import answering, asking, folder

    chosen, place = task.settings, task.settings.path(answering.NAME)
    if task.writes:
        folder.check_no_mapping(chosen.mapping, replace=task.replace)
    outside = _taken_in(task)
    drafter = _drafter(task)
    for one in task.returns:
        drafter.check_return(chosen.data_folder / one.name if one in outside else one)
    given = _given(task, drafter, place)
    if not task.asked:
        # Answers that cannot be used are told before anything is written.
        drafter.draft(asking.nobody, given, task.confidence)
    if not outside:
        _make(task)
    keeper = answering.Keeper(
        asking.Terminal() if task.asked else asking.nobody, given.model_copy(deep=True), place
    )
    with keeper.keeping(chosen.home):
        draft = drafter.draft(keeper, given, task.confidence, keeper.answered)
        written = draft.usable and task.writes
        old = folder.write_mapping(chosen.mapping, draft.text.encode()) if written else None
        keeper.save()
    if written and task.asked:
        place.unlink(missing_ok=True)
    if task.save_answers is not None:
        answering.save(task.save_answers, draft.answered)
    if task.as_json:
        say_json(_as_json(draft, chosen.mapping if written else None, old))
        return
    _say_draft(draft, chosen, old, written=written)
    if not written and place.exists():
        say(answering.kept(place, chosen.home))


def _taken_in(task: Task) -> list[Path]:
    """The returns that lay elsewhere, once they are copied into the agent's own data folder."""
    from oversight_agent.proposing.answers import read_answers

    outside = [one for one in task.returns if _is_outside(one, task.settings)]
    if outside and task.answers is not None:
        read_answers(task.answers)
    if outside:
        _make(task)
    for one in outside:
        _take_in(one, task.settings)
    return outside


def _given(task: Task, drafter: Drafter, place: Path) -> Answers:
    from oversight_agent.proposing.answers import Answers

    if task.answers is not None:
        return drafter.given(task.answers)
    if task.asked and place.exists():
        say(f"Going on with the answers in {place}; delete it to begin anew.")
        return drafter.given(place)
    return Answers()


def _make(task: Task) -> None:
    task.plan.make()
    if not task.as_json:
        say_made(task.plan)


def _drafter(task: Task) -> Drafter:
    from oversight_agent.proposing.drafting import Drafter
    from oversight_protocol.errors import InputError

    home, folder = task.settings.home, task.settings.data_folder
    quiet = (lambda _: None) if task.as_json else say
    drafter = Drafter(folder, quiet, task.databases, home)
    if not drafter.anything:
        unread = len(drafter.found.problems)
        raise InputError(
            "the data folder holds nothing that a mapping could be made of",
            where=str(folder),
            found=f"{unread} files that cannot be read" if unread else "no files",
            expected="exports as text, workbooks or databases, or statutory returns",
            advice="put the exports there, then give the command again",
        )
    return drafter


# -------------------------------------------------------------------- the returns


def _is_outside(given: Path, chosen: Settings) -> bool:
    """Whether a return has to be copied into the agent's own data folder; it can be used.

    Raises:
        InputError: it cannot be used, or does not lie in the data folder of others.
    """
    from oversight_agent import files
    from oversight_agent.pipeline.recognising import check_return
    from oversight_protocol.errors import InputError

    folder = chosen.data_folder.resolve()
    if given.resolve().is_relative_to(folder):
        return False
    content = files.read(given, "the return", "name the return's file")
    check_return(given)
    place = folder / given.name
    other = place.exists() and files.read(place, "a file", "name another") != content
    if folder != chosen.path("data").resolve() or other:
        raise InputError(
            "the return does not lie in the data folder",
            where=str(given),
            expected=f"a file below {folder}",
            advice="copy it there, and name it there",
        )
    return True


def _take_in(given: Path, chosen: Settings) -> None:
    from oversight_agent import files

    content = files.read(given, "the return", "name the return's file")
    files.write(chosen.data_folder / given.name, content, private=True)


# -------------------------------------------------------------------- what is said


def _as_json(draft: Draft, written: Path | None, old: Path | None) -> dict[str, Any]:
    from oversight_agent.proposing.showing import as_data

    return {**as_data(draft.found, draft.proposal), "open": draft.open,
            "mapping": str(written) if written else None,
            "kept": str(old) if old else None}  # fmt: skip


def _say_draft(draft: Draft, chosen: Settings, old: Path | None, *, written: bool) -> None:
    say("")
    say_table(("TABLE", "SOURCE", "SURE", "FIELDS", "OPEN"), _rows(draft))
    for problem in draft.found.problems:
        say(f"Not read: {problem.file} ({problem.found}).")
    if chosen.path("databases.toml").exists() and not draft.found.databases:
        say("The databases of databases.toml were not looked at: name one with --database.")
    if not written:
        say("\nNo table can be used yet, so no mapping was written.")
        say("Answer the questions in a terminal, or in a file (--answers).")
        return
    if old is not None:
        say(f"\nKept the old mapping as {old}.")
    say(f"\nWrote {chosen.mapping}.")
    if draft.open:
        say(f"{draft.open} places in it wait for a person: look for '# open:'.")
    say_next(has_mapping=True)


def _rows(draft: Draft) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = [
        (name, f"return {kind}", "", "", "")
        for name, kind in draft.proposal.by_return.items()
        if name not in {one.proposal.table.name for one in draft.decision.tables}
    ]
    for one in draft.decision.tables:
        filled = sum(each.filled for each in one.proposal.fields)
        rows.append((
            one.proposal.table.name, one.proposal.source.name, f"{one.proposal.confidence:.0%}",
            f"{filled} of {len(one.proposal.fields)}", len(one.open) or "",
        ))  # fmt: skip
    return rows


def say_made(plan: Plan) -> None:
    """What became of the folder."""
    if plan.is_new:
        say(f"Made the agent's folder {plan.settings.home}.")
    elif plan.written is not None:
        say(f"Corrected {plan.settings.path('agent.toml')}.")
    elif plan.mapping is not None:
        say(f"Copied the mapping to {plan.settings.mapping}.")


def say_next(*, has_mapping: bool) -> None:
    """What to do next."""
    say("Next:")
    if not has_mapping:
        say("  put your exports into the data folder, then 'oversight-agent init' with this folder")
        say("                           draws up mapping.toml: how your columns become the")
        say("                           specification (or write it yourself)")
    say("  oversight-agent check    whether your sources give its tables")
    say("  policy.toml              read what may leave, and change it")
    say("  oversight-agent enrol    join the programme with Kent's invitation")
