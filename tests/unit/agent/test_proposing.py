"""What is proposed for an authority's data: how often it is right, and how sure it says it is."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from pathlib import Path

import pytest

from oversight_agent.pipeline.profiling import profile_folder
from oversight_agent.proposing.drafting import Drafter
from oversight_agent.proposing.propose import Proposer, propose
from oversight_agent.proposing.returns import filled_by
from oversight_agent.proposing.showing import as_data, is_code_list
from oversight_coordinator.demo.generate import generate
from oversight_protocol import specification
from support.held_out_layouts import PEOPLE, Layout, all_layouts, later_layouts
from support.proposal_score import Marks, marks

SPEC = specification.load("1.0")
LAYOUTS = (*all_layouts(), *later_layouts())


measured_once = pytest.mark.xdist_group("proposals")
"""Of the demo's files, which takes long."""


def measured(data: Path, truth: dict[str, object]) -> Marks:
    """The marks of what is proposed for a data folder."""
    found = profile_folder(data)
    return marks(propose(found, SPEC, filled_by(found.returns)), truth, data)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exports of the demo's nineteen authorities, at a small scale."""
    folder = tmp_path_factory.mktemp("demo")
    generate(folder, 19, scale=0.05)
    return folder / "las"


@pytest.fixture(scope="module")
def of_the_demo(demo: Path) -> dict[str, Marks]:
    """The marks of each authority."""
    return {
        la.name: measured(la / "data", tomllib.loads((la / "mapping.toml").read_text("utf-8")))
        for la in sorted(demo.iterdir())
    }


@pytest.fixture(scope="module", params=LAYOUTS, ids=lambda layout: layout.name)
def layout(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Layout, Path]:
    """A held-out layout, written into a folder."""
    folder = tmp_path_factory.mktemp("layout")
    request.param.write(folder)
    return request.param, folder


def test_on_a_held_out_layout_at_least_85_percent_of_the_fields_are_proposed_right(
    layout: tuple[Layout, Path],
) -> None:
    found = measured(layout[1], layout[0].truth())

    assert found.of >= 10
    assert found.share >= 0.85, found.wrong


@measured_once
def test_on_the_demo_at_least_90_percent_of_the_fields_are_proposed_right(
    of_the_demo: dict[str, Marks],
) -> None:
    right, fields = (sum(getattr(one, n) for one in of_the_demo.values()) for n in ("right", "of"))
    sys.stdout.write(f"\nproposed right: {right} of {fields} fields, {right / fields:.1%}\n")

    assert len(of_the_demo) == 19
    assert fields > 1000
    assert right / fields >= 0.9


@measured_once
def test_no_authority_of_the_demo_is_left_far_behind(of_the_demo: dict[str, Marks]) -> None:
    assert min(one.share for one in of_the_demo.values()) >= 0.75


@measured_once
def test_a_stated_confidence_is_borne_out(of_the_demo: dict[str, Marks]) -> None:
    stated = [pair for one in of_the_demo.values() for pair in one.sure]

    high = [right for confidence, right in stated if confidence >= 0.9]
    asked = [right for confidence, right in stated if confidence < 0.5]

    assert len(high) > 500
    assert sum(high) / len(high) >= 0.95
    assert sum(asked) / len(asked) < sum(high) / len(high)


@measured_once
def test_few_values_become_a_wrong_code(of_the_demo: dict[str, Marks]) -> None:
    wrong = sum(one.values["wrong"] for one in of_the_demo.values())
    right = sum(one.values["right"] for one in of_the_demo.values())

    assert wrong <= 0.03 * right


def test_the_vocabulary_knows_no_name_that_only_the_demo_uses() -> None:
    folder = Path(__file__).parents[3] / "agent/oversight_agent/proposing"

    text = "\n".join(path.read_text("utf-8").lower() for path in folder.rglob("*.*ml"))

    for name in ("bracknell", "portsmouth", "wokingham", "mk audit", "wb_", "rpt0", "p_casenote"):
        assert name not in text


# -------------------------------------------------------------------- nothing personal


def personal_values(data: Path) -> set[str]:
    """Names of persons, and identifiers of a length that says something."""
    values = set(PEOPLE)
    for source in profile_folder(data).sources:
        for column in source.columns:
            if not is_code_list(column, known=1.0) and len(column.values) > 40:
                values |= {value for value in column.values if len(value) >= 5}
    return values


def assert_free_of(values: set[str], text: str) -> None:
    words = set(re.findall(r"[\w'’./:-]+(?: [A-Z][\w'’-]+)?", text))
    assert not values & words
    assert not [name for name in PEOPLE if name in text]


def test_no_value_of_a_person_is_in_what_programs_get(layout: tuple[Layout, Path]) -> None:
    found = profile_folder(layout[1])

    text = json.dumps(as_data(found, propose(found, SPEC)))

    assert_free_of(personal_values(layout[1]), text)


def test_no_value_of_a_person_is_in_the_mapping_or_in_a_question(
    layout: tuple[Layout, Path],
) -> None:
    asked: list[str] = []
    drafter = Drafter(layout[1])

    draft = drafter.draft(lambda question: asked.append(repr(question)), asked_below=1.01)

    assert len(asked) > 10
    assert_free_of(personal_values(layout[1]), draft.text + "\n".join(asked))


def test_nothing_that_holds_values_shows_them_in_a_repr(layout: tuple[Layout, Path]) -> None:
    found = profile_folder(layout[1])

    proposal = propose(found, SPEC)

    assert_free_of(personal_values(layout[1]), repr((found, proposal)))


# -------------------------------------------------------------------- what the values say


def csv(folder: Path, name: str, *rows: str) -> None:
    (folder / name).write_text("\n".join(rows) + "\n", encoding="utf-8")


EVENTS = [
    f"{n},C{n % 7},W{n % 5},M{n % 2},{1 + n % 28:02}/03/2026,{1 + n % 28:02}/04/2026,case"
    for n in range(60)
]


def test_dates_in_the_wrong_order_change_places(tmp_path: Path) -> None:
    # "from" and "to" are written into each other's column.
    rows = [
        f"C{n},W{n % 5},T{n % 3},lead,01/0{2 + n % 7}/2026,0{1 + n % 9}/01/2026" for n in range(40)
    ]
    csv(tmp_path, "allocations.csv", "child id,worker id,team id,role,start,end", *rows)

    table = propose(profile_folder(tmp_path), SPEC).tables["allocation"]

    assert (table.of("start").column, table.of("end").column) == ("end", "start")


def test_identifiers_are_known_by_those_of_other_tables(tmp_path: Path) -> None:
    csv(tmp_path, "supervision.csv", "number,about,X,Y,date held,date recorded,type", *EVENTS)
    workers = [f"W{n},5,0,01/01/2020,M{n % 2}" for n in range(5)]
    managers = [f"M{n},3,0,01/01/2020," for n in range(2)]
    csv(
        tmp_path,
        "workers.csv",
        "worker id,role,agency,start date,supervisor id",
        *workers,
        *managers,
    )

    table = propose(profile_folder(tmp_path), SPEC).tables["oversight_event"]

    assert table.of("worker_id").column == "X"
    assert table.of("supervisor_id").column == "Y"


def test_a_team_that_is_named_is_looked_up(tmp_path: Path) -> None:
    names = ("Rother", "Weald", "Downs", "Forest", "Coast", "Marsh")
    teams = [f"T{n},{name},assessment" for n, name in enumerate(names)]
    csv(tmp_path, "teams.csv", "team code,team name,service", *teams)
    workers = [f"W{n},5,0,01/01/2020,T{n % 6}" for n in range(30)]
    csv(tmp_path, "workers.csv", "worker id,role,agency,start date,team code", *workers)
    cases = [f"C{n},W{n % 30},{names[n % 6]},lead,01/02/2026" for n in range(60)]
    csv(tmp_path, "allocations.csv", "child id,worker id,team,role,start", *cases)

    one = propose(profile_folder(tmp_path), SPEC).tables["allocation"].of("team_id")

    assert one.column == "team"
    assert one.lookup is not None
    assert (one.lookup.key, one.lookup.value) == ("team name", "team code")


def test_a_source_called_by_a_code_holds_that_codes_rows(tmp_path: Path) -> None:
    rows = [f"C{n},01/02/2026,,Neglect" for n in range(20)]
    csv(tmp_path, "cp plans.csv", "child id,start,end,category of abuse", *rows)

    one = propose(profile_folder(tmp_path), SPEC).tables["plan"].of("type")

    assert one.constant == "cp"
    assert one.confidence < 0.9


def test_a_survey_sheet_is_known_by_the_wording_of_its_questions(tmp_path: Path) -> None:
    header = ["Id", "Start time", "1. My supervision is regular and reflective"]
    header += [
        "2. The time for my supervision is protected: it is seldom cut short, moved or cancelled"
    ]
    header += ["3. My supervision gives me the emotional support that my work calls for."]
    rows = [f"{n};18/05/2026 09:0{n % 6};Agree;Disagree;Strongly agree" for n in range(1, 30)]
    csv(tmp_path, "staff survey.csv", ";".join(header), *rows)

    table = propose(profile_folder(tmp_path), SPEC).tables["survey_response"]

    assert table.wide == dict(zip(header[2:], ("S01", "S02", "S05"), strict=True))
    assert table.of("question_id").column == "question"
    assert table.of("response").codes["Agree"] == 4


def test_another_source_can_be_taken_for_a_table(tmp_path: Path) -> None:
    csv(tmp_path, "a.csv", "form id,child,worker,supervisor,held,recorded,type", *EVENTS)
    proposer = Proposer(profile_folder(tmp_path), SPEC)
    proposal = proposer.propose()

    again = proposer.table(SPEC.table("oversight_event"), proposal.sources[0])

    assert again.of("held_date").column == "held"
