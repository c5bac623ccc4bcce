"""`oversight-agent init`: the interview, its answers, and the mapping that comes of them."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

from oversight_agent.mapping import load
from oversight_agent.pipeline.checking import check
from oversight_agent.proposing.answers import read_answers
from support.conversation import END_OF_INPUT, conversation
from support.held_out_exports import FORMS, LIQUID
from support.interviews import Init, exports, new
from support.protocol import KENT
from support.returns import child, cin_census, details

CENSUS = cin_census(2026, child(2026, "a1", details(2026, "2026-01-08")))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An authority's exports, of which all can be told."""
    return exports(tmp_path / "exports", LIQUID.write)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where the agent's folder will be."""
    return tmp_path / "agent"


def usable(home: Path, data: Path) -> dict[str, bool]:
    found = check(home / "mapping.toml", data, home / "keys" / "pseudonym.secret")
    return {one.table: one.usable for one in found.tables}


def tables(home: Path) -> dict[str, dict[str, object]]:
    return tomllib.loads((home / "mapping.toml").read_text("utf-8"))["tables"]


# -------------------------------------------------------------------- without questions


def test_what_is_sure_becomes_a_mapping_that_works(init: Init, home: Path, data: Path) -> None:
    result = init(*new(home, data), "--propose")

    assert result.status == 0
    assert usable(home, data) == dict.fromkeys(
        ("team", "worker", "allocation", "oversight_event", "episode"), True
    )
    assert "oversight-agent check" in result.out


def test_what_is_unsure_stands_there_as_a_comment_with_its_place(
    init: Init, home: Path, data: Path
) -> None:
    init(*new(home, data), "--propose")

    text = (home / "mapping.toml").read_text("utf-8")
    assert "evidence" not in tables(home)["oversight_event"]["fields"]
    assert '# open: is this right? evidence = { constant = "structured" }' in text
    assert "# open: no source was found for the table plan" in text


def test_a_table_that_lacks_a_field_stands_there_as_comments_that_need_only_be_taken_in(
    init: Init, home: Path, data: Path
) -> None:
    init(*new(home, data), "--propose", "--confidence", "0.995")
    text = (home / "mapping.toml").read_text("utf-8") if (home / "mapping.toml").exists() else ""

    assert text == ""

    (data / "return.xml").write_text(CENSUS)
    init(home, "--propose", "--confidence", "0.995")
    text = (home / "mapping.toml").read_text("utf-8")

    assert "tables" not in tomllib.loads(text)
    taken_in = "\n".join(
        line.removeprefix("# ") for line in text.splitlines() if "open:" not in line
    )
    assert "# [tables.team]" in text
    assert "[tables.team]" in taken_in


def test_every_figure_beside_a_field_says_how_sure_it_was(
    init: Init, home: Path, data: Path
) -> None:
    init(*new(home, data), "--propose")

    lines = (home / "mapping.toml").read_text("utf-8").splitlines()
    fields = [line for line in lines if " = { column" in line and not line.startswith("#")]
    assert len(fields) > 20
    assert all(line.endswith("%") for line in fields)


def test_without_a_terminal_nothing_is_asked_and_no_mapping_is_written(
    init: Init, home: Path, data: Path
) -> None:
    result = init(*new(home, data))

    assert result.status == 0
    assert not (home / "mapping.toml").exists()
    assert "oversight-agent init" in result.out


def test_a_mapping_that_is_given_is_copied_and_nobody_is_asked(
    init: Init, home: Path, data: Path, tmp_path: Path
) -> None:
    (tmp_path / "mine.toml").write_text('specification = "1.0"\n')

    init(*new(home, data), "--mapping", tmp_path / "mine.toml", "--propose")

    assert (home / "mapping.toml").read_text() == 'specification = "1.0"\n'


def test_json_shows_the_proposals_with_their_confidence_and_writes_nothing(
    init: Init, home: Path, data: Path
) -> None:
    result = init(*new(home, data), "--json")

    shown = json.loads(result.out)
    role = shown["tables"]["worker"]["fields"]["role"]
    assert role["column"] == "Job Title"
    assert role["confidence"] > 0.8
    assert role["codes"]["Team Manager"] == 3
    assert shown["tables"]["worker"]["fields"]["worker_id"]["examples"] == ["99999"]
    assert shown["mapping"] is None
    assert not (home / "mapping.toml").exists()


# -------------------------------------------------------------------- an agent that is here already


def test_an_agent_without_a_mapping_is_gone_on_with(init: Init, home: Path, data: Path) -> None:
    init(*new(home, data))
    key = (home / "keys" / "signing.key").read_bytes()

    result = init(home, "--propose")

    assert result.status == 0
    assert load(home / "mapping.toml").tables
    assert (home / "keys" / "signing.key").read_bytes() == key


def test_a_mapping_is_never_overwritten(init: Init, home: Path, data: Path) -> None:
    init(*new(home, data))
    (home / "mapping.toml").write_text("# mine\n")

    result = init(home, "--propose")

    assert result.status == 2
    assert "--replace" in result.err
    assert (home / "mapping.toml").read_text() == "# mine\n"


def test_a_replaced_mapping_is_kept_beside_the_new_one(init: Init, home: Path, data: Path) -> None:
    init(*new(home, data))
    for text in ("# first\n", "# second\n"):
        (home / "mapping.toml").write_text(text)
        init(home, "--propose", "--replace")

    assert (home / "mapping.toml.1").read_text() == "# first\n"
    assert (home / "mapping.toml.2").read_text() == "# second\n"
    assert load(home / "mapping.toml").tables


def test_a_mapping_that_is_a_link_is_left_alone(
    init: Init, home: Path, data: Path, tmp_path: Path
) -> None:
    init(*new(home, data))
    (tmp_path / "elsewhere.toml").write_text("# theirs\n")
    (home / "mapping.toml").symlink_to(tmp_path / "elsewhere.toml")

    result = init(home, "--propose", "--replace")

    assert result.status == 2
    assert (tmp_path / "elsewhere.toml").read_text() == "# theirs\n"
    assert (home / "mapping.toml").is_symlink()


@pytest.mark.parametrize("options", [(), ("--la", KENT), ("--name", "Kent")])
def test_a_new_agent_needs_code_and_name(options: Sequence[str], init: Init, home: Path) -> None:
    result = init(home, *options)

    assert result.status == 2
    assert "--la" in result.err
    assert not home.exists()


def test_an_empty_data_folder_is_an_error_that_says_what_to_do(
    init: Init, home: Path, tmp_path: Path
) -> None:
    (tmp_path / "exports").mkdir()

    result = init(*new(home, tmp_path / "exports"), "--propose")

    assert result.status == 2
    assert "put the exports there" in result.err


# -------------------------------------------------------------------- answers from a file

ANSWERS = """\
case_system = "lcs"

[tables.allocation]
source = false

[tables.worker.fields.kss]
leave_out = true

[tables.worker.fields.fte]
leave_out = true

[tables.oversight_event.fields.evidence]
constant = "audit_sample"

[tables.oversight_event.fields.recorded_date]
column = "Form Authorised Date"
"""


@pytest.mark.parametrize("name", ["answers.toml", "answers.json"])
def test_answers_count_whatever_is_proposed(
    name: str, init: Init, home: Path, data: Path, tmp_path: Path
) -> None:
    file = tmp_path / name
    content = tomllib.loads(ANSWERS)
    file.write_text(ANSWERS if name.endswith("toml") else json.dumps(content))

    result = init(*new(home, data), "--answers", file)

    written = tomllib.loads((home / "mapping.toml").read_text("utf-8"))
    event = written["tables"]["oversight_event"]["fields"]
    assert result.status == 0
    assert written["case_system"] == "lcs"
    assert "allocation" not in written["tables"]
    assert "fte" not in written["tables"]["worker"]["fields"]
    assert event["evidence"] == {"constant": "audit_sample"}
    assert event["recorded_date"]["column"] == "Form Authorised Date"


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ('case_system = "lsc"', "lcs"),
        ("[tables.workers]\nsource = false", "worker"),
        ('[tables.worker]\nsource = "Worker Detail.csv"', "Worker Details.csv"),
        ('[tables.worker.fields.rol]\ncolumn = "Job Title"', "role"),
        ('[tables.worker.fields.role]\ncolumn = "Job Titel"', "Job Title"),
        ('[tables.worker.fields.role]\ncodes = { "Social Worker" = 9 }', "1, 2, 3"),
        ('[tables.worker.fields.role]\ncolumn = "Job Title"\nleave_out = true', "one way"),
        ('[tables.worker.fields.role]\ncolum = "Job Title"', "tables.worker.fields.role.colum"),
        ('[tables.worker.fields.role_start]\ndate_format = "%Q"', "format of a date"),
        ("[tables.worker", "not valid TOML"),
    ],
)
def test_an_answer_that_fits_nothing_is_an_error_that_names_what_would(
    answers: str, said: str, init: Init, home: Path, data: Path, tmp_path: Path
) -> None:
    file = tmp_path / "answers.toml"
    file.write_text(answers)

    result = init(*new(home, data), "--answers", file)

    assert result.status == 2
    assert said in result.err
    assert not (home / "mapping.toml").exists()


def test_answers_that_were_saved_give_the_same_mapping_again(
    init: Init, home: Path, data: Path, tmp_path: Path
) -> None:
    given, saved = tmp_path / "answers.toml", tmp_path / "saved.toml"
    given.write_text(ANSWERS)
    init(*new(home, data), "--answers", given, "--save-answers", saved)
    first = (home / "mapping.toml").read_text("utf-8")

    init(home, "--answers", saved, "--replace")

    assert tomllib.loads(saved.read_text("utf-8")) == tomllib.loads(ANSWERS)
    assert (home / "mapping.toml").read_text("utf-8") == first


def test_the_answers_in_the_runbook_are_of_the_form_that_is_read(tmp_path: Path) -> None:
    runbook = Path(__file__).parents[3] / "docs/runbooks/agent.md"
    blocks = re.findall(
        r"^```toml\n(.*?)^```", runbook.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    (example,) = [block for block in blocks if "leave_out_rows" in block]
    (tmp_path / "answers.toml").write_text(example)

    answers = read_answers(tmp_path / "answers.toml")

    assert answers.of("worker").of("role").codes == {"Duty desk": 5}


# -------------------------------------------------------------------- statutory returns


def test_a_return_that_is_named_is_copied_into_the_agents_own_data_folder(
    init: Init, home: Path, tmp_path: Path
) -> None:
    (tmp_path / "cin.xml").write_text(CENSUS)

    result = init(home, "--la", KENT, "--name", "Kent", "--from", tmp_path / "cin.xml")

    written = tomllib.loads((home / "mapping.toml").read_text("utf-8"))
    assert result.status == 0
    assert written["returns"] == [{"kind": "cin-census", "file": "cin.xml"}]
    assert (home / "data" / "cin.xml").stat().st_mode & 0o077 == 0
    assert "return cin-census" in result.out


def test_a_return_outside_a_data_folder_of_others_is_an_error(
    init: Init, home: Path, data: Path, tmp_path: Path
) -> None:
    (tmp_path / "cin.xml").write_text(CENSUS)

    result = init(*new(home, data), "--from", tmp_path / "cin.xml")

    assert result.status == 2
    assert "copy it there" in result.err
    assert not (data / "cin.xml").exists()


def test_a_return_fills_its_tables_and_sources_the_others(
    init: Init, home: Path, data: Path
) -> None:
    (data / "cin.xml").write_text(CENSUS)

    init(*new(home, data), "--propose")

    written = tomllib.loads((home / "mapping.toml").read_text("utf-8"))
    assert written["returns"] == [{"kind": "cin-census", "file": "cin.xml"}]
    assert "episode" not in written["tables"]
    assert "worker" in written["tables"]


# -------------------------------------------------------------------- in a terminal


def test_a_person_is_asked_in_a_terminal_what_cannot_be_told(home: Path, tmp_path: Path) -> None:
    data = tmp_path / "exports"
    data.mkdir()
    FORMS.write(data)
    questions: list[str] = []

    def answer(question: str) -> str:
        questions.append(question)
        if "Which column is evidence?" in question:
            return "1"
        if "cases kept" in question:
            return "3"
        yes = ("_end)", "all of it", "Leave them out")
        return "1" if any(one in question for one in yes) else "0"

    arguments = [str(one) for one in ("init", *new(home, data))]
    status, said = conversation([*arguments, "--save-answers", str(tmp_path / "said.toml")], answer)

    written = tomllib.loads((home / "mapping.toml").read_text("utf-8"))
    saved = tomllib.loads((tmp_path / "said.toml").read_text("utf-8"))
    assert status == 0, said
    assert 2 <= len(questions) <= 25
    assert written["tables"]["oversight_event"]["fields"]["evidence"]["constant"] == "structured"
    assert written["case_system"] == saved["case_system"] == "eclipse"
    assert saved["tables"]["oversight_event"]["fields"]["evidence"] == {"constant": "structured"}


def test_whoever_breaks_off_has_no_half_mapping(home: Path, tmp_path: Path) -> None:
    data = tmp_path / "exports"
    data.mkdir()
    FORMS.write(data)

    status, _ = conversation(
        [str(one) for one in ("init", *new(home, data))], lambda _: END_OF_INPUT
    )

    assert status != 0
    assert not (home / "mapping.toml").exists()
