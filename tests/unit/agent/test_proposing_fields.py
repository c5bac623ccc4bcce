"""What exports hold besides what is expected: units, remarks, last days, names, other words."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import openpyxl
import pytest

from oversight_agent.mapping import load
from oversight_agent.pipeline.profiling import profile_folder
from oversight_agent.proposing.drafting import Draft, Drafter
from oversight_agent.proposing.propose import propose
from oversight_agent.proposing.questions import Question
from oversight_agent.proposing.showing import as_data
from oversight_protocol import specification
from oversight_protocol.errors import InputError

SPEC = specification.load("1.0")
N = 60


def nobody(question: Question) -> str | None:
    return None


def answering(
    answers: Mapping[str, str | None],
) -> tuple[Callable[[Question], str | None], list[Question]]:
    """Answers the questions whose text holds one of these words; leaves the others open."""
    asked: list[Question] = []

    def answer(question: Question) -> str | None:
        asked.append(question)
        return next((said for words, said in answers.items() if words in question.text), None)

    return answer, asked


def csv(folder: Path, name: str, header: str, rows: Sequence[str]) -> None:
    (folder / name).write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")


def field(folder: Path, table: str, name: str) -> object:
    return propose(profile_folder(folder), SPEC).tables[table].of(name)


def draft(
    folder: Path, answers: Mapping[str, str | None] | None = None
) -> tuple[Draft, list[Question]]:
    ask, asked = answering(answers or {})
    return Drafter(folder).draft(ask), asked


def mapped(drawn: Draft, table: str, name: str) -> dict[str, object]:
    return tomllib.loads(drawn.text)["tables"][table]["fields"][name]


# -------------------------------------------------------------------- units


def policy(folder: Path, header: str, *intervals: object) -> None:
    cohorts = ("all", "cin", "cp", "cla")
    rows = [f"{one},{every},15/04/2024" for one, every in zip(cohorts, intervals, strict=False)]
    csv(folder, "supervision policy.csv", f"Cohort,{header},In force from", rows)


@pytest.mark.parametrize(
    ("header", "intervals", "form"),
    [
        ("Interval (weeks)", (6, 4, 6), {"multiply_by": 7}),
        ("Max wks", (6, 4, 20), {"multiply_by": 7}),
        ("Interval", ("6 weeks", "4 weeks", "8 weeks"), {"unit": "weeks", "multiply_by": 7}),
        ("Every fortnights", (1, 2, 3), {"multiply_by": 14}),
    ],
)
def test_an_interval_in_weeks_becomes_days(
    header: str, intervals: tuple[object, ...], form: dict[str, object], tmp_path: Path
) -> None:
    policy(tmp_path, header, *intervals)

    drawn, _ = draft(tmp_path)

    assert mapped(drawn, "standard", "max_interval_days")["number_format"] == form


@pytest.mark.parametrize(
    ("header", "intervals"), [("Max days", (7, 10, 7)), ("Interval", (42, 28, 10)),
                              ("Interval", ("30 days", "28 days"))],
)  # fmt: skip
def test_an_interval_in_days_stays_as_it_is(
    header: str, intervals: tuple[object, ...], tmp_path: Path
) -> None:
    policy(tmp_path, header, *intervals)

    drawn, asked = draft(tmp_path)

    form = mapped(drawn, "standard", "max_interval_days").get("number_format", {})
    assert "multiply_by" not in form
    assert not [one for one in asked if "small numbers" in one.text]


@pytest.mark.parametrize(
    ("header", "offered"),
    [("Interval", ["1", "7", "14", "31", "30", "28"]), ("Interval in months", ["31", "30", "28"])],
)
def test_what_could_be_weeks_or_months_is_asked_with_no_answer_suggested(
    header: str, offered: list[str], tmp_path: Path
) -> None:
    policy(tmp_path, header, 1, 2, 1)

    drawn, asked = draft(tmp_path, {"max_interval_days) ": "28"})

    (question,) = [one for one in asked if "max_interval_days) " in one.text]
    assert [one.value for one in question.options] == offered
    assert not question.proposed
    assert mapped(drawn, "standard", "max_interval_days")["number_format"] == {"multiply_by": 28}


def test_an_interval_in_an_unknown_unit_is_no_number_of_days_where_nobody_says(
    tmp_path: Path,
) -> None:
    policy(tmp_path, "Interval", 6, 4, 6)

    drawn, _ = draft(tmp_path)

    assert not drawn.usable
    assert "multiply_by = 7" in drawn.text


def test_a_file_of_answers_says_the_unit(tmp_path: Path) -> None:
    policy(tmp_path, "Interval", 6, 4, 6)
    answers = tmp_path.with_suffix(".toml")
    answers.write_text("[tables.standard.fields.max_interval_days]\nmultiply_by = 7\n")
    drafter = Drafter(tmp_path)

    drawn = drafter.draft(nobody, drafter.given(answers))

    assert mapped(drawn, "standard", "max_interval_days")["number_format"] == {"multiply_by": 7}


# -------------------------------------------------------------------- remarks among numbers


def themes(folder: Path, *mentions: object) -> None:
    rows = [f"S{n % 9},focus group,T{n % 7 + 1:02},{one}" for n, one in enumerate(mentions)]
    csv(folder, "themes.csv", "session,kind,theme,mentions", rows)


def test_a_few_remarks_hide_no_number_but_are_counted(tmp_path: Path) -> None:
    themes(tmp_path, *range(1, 51), "n/k", "lots", "n/k")
    folder = tmp_path / "clean"
    folder.mkdir()
    themes(folder, *range(1, 54))
    clean = field(folder, "theme", "mentions")
    (folder / "themes.csv").unlink()

    one = field(tmp_path, "theme", "mentions")

    assert one.column == "mentions"
    assert 0.7 <= one.confidence < clean.confidence
    assert one.misfits == 3
    assert "in 3 rows no number" in draft(tmp_path)[0].text


def test_a_text_is_no_number_whatever_it_is_called(tmp_path: Path) -> None:
    themes(tmp_path, *["a few times", "often", "not once"] * 20)

    one = field(tmp_path, "theme", "mentions")

    assert one.column is None


def test_a_text_is_no_answer_for_a_number(tmp_path: Path) -> None:
    csv(tmp_path, "themes.csv", "session,kind,theme,how much,pages",
        [f"S{n % 9},focus group,T{n % 7 + 1:02},rather,{n % 30}" for n in range(N)])  # fmt: skip
    answers = tmp_path.with_suffix(".toml")
    answers.write_text('[tables.theme.fields.mentions]\ncolumn = "how much"\n')
    drafter = Drafter(tmp_path)

    with pytest.raises(InputError, match="holds no numbers") as refused:
        drafter.given(answers)

    assert "pages" in refused.value.expected
    _, asked = draft(tmp_path)
    (question,) = [one for one in asked if "mentions" in one.text]
    assert "how much" not in [one.value for one in question.options]


# -------------------------------------------------------------------- dates


def test_day_numbers_in_a_text_are_excels_dates(tmp_path: Path) -> None:
    csv(tmp_path, "plans.csv", "child id,plan type,start date,end date",
        [f"C{n},{'CP' if n % 2 else 'CIN'},{45000 + n},{45200 + n}" for n in range(N)])  # fmt: skip

    drawn, _ = draft(tmp_path)

    assert tomllib.loads(drawn.text)["tables"]["plan"]["date_format"] == "excel"


def test_a_column_that_a_person_names_is_read_as_it_is_written(tmp_path: Path) -> None:
    csv(tmp_path, "plans.csv", "child id,plan type,start date,zzz",
        [f"C{n},CIN,{1 + n % 28:02}/02/2026,{46100 + n}" for n in range(N)])  # fmt: skip

    drawn, _ = draft(tmp_path, {"Which column is end?": "zzz"})

    assert mapped(drawn, "plan", "end") == {"column": "zzz", "date_format": "excel"}


def spells(folder: Path, header: str = "end", gap: int = 0) -> None:
    """Allocations of ten children, six spells each, `gap` days from one to the next."""
    rows = [
        f"C{child},W{child}{spell},T1,lead,2026-0{spell + 1}-05,2026-0{spell + 2}-{5 - gap:02}"
        for child in range(10) for spell in range(6)
    ]  # fmt: skip
    csv(folder, "allocations.csv", f"child id,worker id,team id,role,start,{header}", rows)


@pytest.mark.parametrize(
    ("header", "gap", "first"), [("end", 0, "0"), ("end", 1, "1"), ("last day", 0, "1")]
)
def test_whether_an_end_is_the_last_day_is_asked_once(
    header: str, gap: int, first: str, tmp_path: Path
) -> None:
    spells(tmp_path, header, gap)

    drawn, asked = draft(tmp_path, {"Which day is in": "1"})

    (question,) = [one for one in asked if "Which day is in" in one.text]
    assert question.options[0].value == first
    assert question.proposed
    assert mapped(drawn, "allocation", "end") == {"column": header, "add_days": 1}


def test_an_end_that_nobody_spoke_of_is_what_the_specification_means(tmp_path: Path) -> None:
    spells(tmp_path, gap=1)

    drawn, _ = draft(tmp_path)

    assert mapped(drawn, "allocation", "end") == {"column": "end"}
    assert "# open: does 'end' hold the last day? Then add_days = 1" in drawn.text


# -------------------------------------------------------------------- names of people


@pytest.mark.parametrize(
    ("header", "value"), [("Email", "a.birch{}@kent.example"), ("Name", "Ava Birch{}"),
                          ("Respondent", "r{}@kent.example"), ("Completed by", "Ivo Marsh{}")],
)  # fmt: skip
def test_persons_are_never_proposed_for_a_team(header: str, value: str, tmp_path: Path) -> None:
    letters = "abcdefghijklmnop"
    rows = [f"{n},{value.format(letters[n % 16])},Agree,Disagree,Agree" for n in range(N)]
    csv(tmp_path, "staff survey.csv", f"ID,{header},S01,S02,S03", rows)

    one = field(tmp_path, "survey_response", "team_id")

    assert one.column != header
    assert header not in [each.column for each in one.candidates]


def test_a_team_that_is_called_like_a_person_is_still_a_team(tmp_path: Path) -> None:
    names = ("Rother Weald", "Forest Hill", "Marsh Coast", "Ashford Vale", "Ivy Down")
    rows = [f"{n},{names[n % 5]},Agree,Disagree,Agree" for n in range(N)]
    csv(tmp_path, "staff survey.csv", "ID,Team name,S01,S02,S03", rows)

    assert field(tmp_path, "survey_response", "team_id").column == "Team name"


def test_no_answer_is_suggested_that_is_less_sure_than_the_threshold(tmp_path: Path) -> None:
    csv(tmp_path, "supervision.csv", "form id,child,worker,held,recorded,type",
        [f"{n},C{n % 7},W{n % 5},{1 + n % 28:02}/03/2026,{1 + n % 28:02}/04/2026,case"
         for n in range(N)])  # fmt: skip
    asked: list[Question] = []

    Drafter(tmp_path).draft(asked.append, asked_below=1.0)

    unsure = [one for one in asked if "Which column is evidence" in one.text]
    sure = [one for one in asked if "Which column is held_date" in one.text]
    assert [one.proposed for one in (*unsure, *sure)] == [False, True]


# -------------------------------------------------------------------- surveys

REWORDED = (
    "Supervision I get is regular and it is reflective",
    "My supervision time is protected and rarely moved or cancelled",
    "The supervision gives me emotional support for my work",
)


def survey(folder: Path, headings: Sequence[str], name: str = "export.csv") -> None:
    rows = [f"{n};Agree;Disagree;Strongly agree" for n in range(1, N)]
    csv(folder, name, ";".join(["Id", *headings]), rows)


@pytest.mark.parametrize(
    ("headings", "questions"),
    [
        (("Q1", "Q2", "Q5"), ("S01", "S02", "S05")),
        (("1. How often", "2) How safe", "Q3: How useful"), ("S01", "S02", "S03")),
        (("Question 4", "Question 5", "Question 6"), ("S04", "S05", "S06")),
        (REWORDED, ("S01", "S02", "S05")),
    ],
)
def test_columns_that_look_like_questions_are_offered_and_confirmed(
    headings: Sequence[str], questions: Sequence[str], tmp_path: Path
) -> None:
    survey(tmp_path, headings)

    drawn, asked = draft(tmp_path, {"in other words": "yes", "Which column is wave": "="})

    (question,) = [one for one in asked if "in other words" in one.text]
    wide = dict(zip(headings, questions, strict=True))
    assert not question.proposed
    assert all(column in question.text for column in headings)
    assert drawn.decision.tables[0].proposal.wide == wide
    assert drawn.answered.of("survey_response").questions == wide


def test_columns_of_which_nobody_says_what_they_are_are_in_no_mapping(tmp_path: Path) -> None:
    survey(tmp_path, ("Q1", "Q2", "Q3"))

    drawn, _ = draft(tmp_path)

    assert not drawn.usable
    assert '# # open: is this the question? Q1 = "S01"' in drawn.text


def test_each_column_can_be_named_and_some_left_out(tmp_path: Path) -> None:
    survey(tmp_path, ("Q1", "Q2", "Q3"))

    drawn, _ = draft(tmp_path, {"in other words": "", "'Q1'": "S09", "'Q2'": "", "'Q3'": "S03"})

    assert drawn.decision.tables[0].proposal.wide == {"Q1": "S09", "Q3": "S03"}


def test_an_audit_with_numbered_questions_is_no_survey(tmp_path: Path) -> None:
    rows = [f"A{n};C{n};0{1 + n % 9}/02/2026;Good;Good;Inadequate" for n in range(N)]
    csv(tmp_path, "audits.csv", "Audit id;Child;Audit date;Q1 plan;Q2 visits;Q3 overall", rows)

    tables = propose(profile_folder(tmp_path), SPEC).tables

    assert "survey_response" not in tables
    assert tables["audit"].of("audit_date").column == "Audit date"


# -------------------------------------------------------------------- codes


def test_a_better_column_is_not_given_away_to_an_optional_field(tmp_path: Path) -> None:
    kinds = ("Safeguarding North", "MASH", "Assessment East", "CLA Team", "Long Term South")
    areas = ("Help and protection", "Front Door", "Assessment", "Children in care", "Localities")
    rows = [f"T{n},{kinds[n % 5]} {n},{areas[n % 5]}" for n in range(20)]
    csv(tmp_path, "teams.csv", "Team Code,Team Name,Service Area", rows)

    assert field(tmp_path, "team", "service").column == "Service Area"


def teams(folder: Path) -> None:
    services = ("Front Door", "Leaving and after care", "Assessment")
    csv(folder, "teams.csv", "Team Code,Service",
        [f"T{n},{services[n % 3]}" for n in range(30)])  # fmt: skip


def test_the_nearest_code_is_shown_and_counts_only_once_confirmed(tmp_path: Path) -> None:
    teams(tmp_path)

    unseen, asked = draft(tmp_path)
    seen, _ = draft(tmp_path, {"seem to mean": "yes"})

    (question,) = [one for one in asked if "seem to mean" in one.text]
    assert "'Leaving and after care' is Care leavers" in question.text
    assert not question.proposed
    assert "Leaving and after care" not in mapped(unseen, "team", "service")["codes"]
    assert (
        '# open: is it the nearest code? "Leaving and after care" = "care_leavers"' in unseen.text
    )
    assert mapped(seen, "team", "service")["codes"]["Leaving and after care"] == "care_leavers"
    taken_in = tomllib.loads(unseen.text.replace("# open: is it the nearest code? ", ""))
    assert taken_in["tables"]["team"] == tomllib.loads(seen.text)["tables"]["team"]


def test_programs_see_which_codes_are_only_the_nearest(tmp_path: Path) -> None:
    teams(tmp_path)
    found = profile_folder(tmp_path)

    shown = as_data(found, propose(found, SPEC))["tables"]["team"]["fields"]["service"]

    assert shown["nearest"] == {"Leaving and after care": "care_leavers"}
    assert set(shown["codes"]) == {"Front Door", "Assessment"}


def test_a_nearest_code_that_is_wrong_is_asked_for(tmp_path: Path) -> None:
    teams(tmp_path)

    drawn, asked = draft(tmp_path, {"seem to mean": "", "What does": "looked_after"})

    assert len([one for one in asked if "What does" in one.text]) == 1
    assert mapped(drawn, "team", "service")["codes"]["Leaving and after care"] == "looked_after"


@pytest.mark.parametrize(
    "value", ["3 Good", "Good (G)", "GOOD", "goods", "2. Good", "good practice"]
)
def test_what_is_written_only_a_little_differently_is_no_guess(value: str, tmp_path: Path) -> None:
    grades = (value, "Outstanding", "Inadequate")
    csv(tmp_path, "audits.csv", "Audit id,Child,Audit date,Type,Overall grade",
        [f"A{n},C{n},01/02/2026,Case file,{grades[n % 3]}" for n in range(N)])  # fmt: skip

    drawn, asked = draft(tmp_path)

    assert not [one for one in asked if "seem to mean" in one.text]
    assert mapped(drawn, "audit", "overall_grade")["codes"][value] == "good"


# -------------------------------------------------------------------- what a return fills; systems


def test_of_a_return_only_what_it_fills_is_listed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    write_annex_a(data / "annex.xlsx")

    drawn, _ = draft(data)

    (tmp_path / "mapping.toml").write_text(drawn.text)
    filled = set(drawn.proposal.by_return)
    assert filled == set(load(tmp_path / "mapping.toml").tables) == {"episode", "plan"}
    assert "# It fills team, allocation only where this says more" in drawn.text
    assert "# open: no source was found for the table team" in drawn.text


def write_annex_a(place: Path) -> None:
    book = openpyxl.Workbook()
    for number in (1, 3, 6):
        sheet = book.create_sheet(f"List {number}")
        for row in (["Child Unique ID", "Date of Contact"], ["C1", "01/02/2026"]):
            sheet.append(row)
    book.save(place)


@pytest.mark.parametrize(
    ("file", "header", "system"),
    [
        ("Mosaic teams.csv", "Team Code,Service", "mosaic"),
        ("teams.csv", "Team Code,LCS Service", "lcs"),
        ("liquidlogic/teams.csv", "Team Code,Service", "lcs"),
        ("teams.csv", "Team Code,Service", None),
        ("Mosaic teams.csv", "Team Code,LCS Service", None),
        ("other mosaics.csv", "Team Code,Service", None),
    ],
)
def test_a_system_that_names_speak_of_is_suggested(
    file: str, header: str, system: str | None, tmp_path: Path
) -> None:
    (tmp_path / file).parent.mkdir(exist_ok=True)
    csv(tmp_path, file, header, [f"T{n},Assessment" for n in range(9)])

    drawn, asked = draft(tmp_path)

    (question,) = [one for one in asked if "cases kept" in one.text]
    assert question.proposed == (system is not None)
    assert system in (None, question.options[0].value)
    assert ("is it right? case_system" in drawn.text) == (system is not None)
