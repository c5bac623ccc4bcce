"""The survey as a workbook from which an authority makes its form.

Read me      what to do, in order
Questions    each question in the form's order
Answers      each answer in a row of its own, to be copied as a list, and its code
Mapping      the lines of `mapping.toml` that read the form's export
"""

from __future__ import annotations

from collections.abc import Iterator

from oversight_coordinator.instruments.snippets import ROLE, TEAM, survey_mapping
from oversight_coordinator.instruments.workbook import Cell, Sheet, written
from oversight_protocol.specification import SpecField
from oversight_protocol.study import Study, Survey


def survey_workbook(study: Study, survey: Survey, role: SpecField) -> bytes:
    """The workbook of a study's survey.

    Args:
        study: the study.
        survey: its survey.
        role: the specification's field of a person's role.
    """
    questions = Sheet(
        "Questions",
        ("Order", "Number", "Wording", "Type", "Answers", "Required", "Heading", "Source"),
        (7, 9, 60, 12, 40, 10, 18, 44),
        list(_questions(survey, role)),
    )
    answers = Sheet(
        "Answers", ("Question", "Answer", "Code"), (30, 44, 10), list(_answers(survey, role))
    )
    lines = [(line,) for line in survey_mapping(survey, role).splitlines()]
    mapping = Sheet("Mapping", ("Lines for mapping.toml",), (120,), lines, fixed=True)
    read_me = Sheet("Read me", ("Step", "What to do"), (7, 100), list(_steps(study, survey)))
    return written(survey.title, study.issued, [read_me, questions, answers, mapping])


def _questions(survey: Survey, role: SpecField) -> Iterator[tuple[Cell, ...]]:
    roles = "; ".join(role.label(code) for code in role.codes or ())
    about, ours = "About you", "This study"
    yield (
        1,
        "role",
        ROLE,
        "Choice",
        roles,
        "No",
        about,
        role.standard.title if role.standard else ours,
    )
    yield 2, "team", TEAM, "Choice", "The names of your teams", "No", about, ours
    scale = "; ".join(survey.scale)
    for order, one in enumerate(survey.questions, 3):
        yield order, one.id, one.text, "Likert", scale, "No", one.topic, one.source


def _answers(survey: Survey, role: SpecField) -> Iterator[tuple[Cell, ...]]:
    for code in role.codes or ():
        yield ROLE, role.label(code), code
    yield TEAM, "Your teams, each in a row", "as it is"
    first, last = survey.questions[0].id, survey.questions[-1].id
    for number, answer in enumerate(survey.scale, 1):
        yield f"{first} to {last}", answer, number


def _steps(study: Study, survey: Survey) -> Iterator[tuple[Cell, ...]]:
    steps = (
        f"This workbook belongs to the study '{study.title}', version {study.version}. With it you "
        f"make the form '{survey.title}' in Microsoft Forms or a tool like it.",
        "Make an empty form. Give it the title above and, as its description, the words of the "
        "next step, unaltered.",
        survey.introduction,
        "Switch off that names are recorded, and let each person answer once. The study needs no "
        "name, no email address and no number of staff; leave their columns out of the mapping.",
        "Add the questions of the sheet 'Questions' in their order, word for word: the wording is "
        "what your agent finds the answers by. Make no question required: who leaves one out has "
        "no answer to it.",
        f"'{ROLE}' and '{TEAM}' are questions of the type Choice. Copy their answers from the "
        "sheet 'Answers'. For teams, write each as your case system writes the team's identifier, "
        "for the answers are matched with your table of teams.",
        "All others are statements of one question of the type Likert. Its columns are the "
        "answers of the sheet 'Answers'; its rows are the wordings. If your tool has no such type, "
        "add each statement as a Choice with these answers.",
        "Add no question with a free-text answer here. What people want to say belongs in focus "
        "groups, which are coded by themes.",
        "When the survey has closed, save its export as survey.xlsx in your agent's data folder "
        "and add the lines of the sheet 'Mapping' to mapping.toml. Change the day in them to the "
        "one on which the round was opened.",
        "For a further round, add a column with the day of its opening to both exports, name both "
        "files in the mapping (files in place of file), and map 'wave' to that column.",
        "Run 'oversight-agent check'. It says which answers it could not read, if any.",
    )
    yield from enumerate(steps, 1)
