"""A mapping that the specification allows loads; any other is refused with its line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from oversight_agent.mapping import Mapping, load
from oversight_agent.mapping.codes import Codes
from oversight_agent.problems import problem_of
from oversight_protocol.errors import InputError

GOOD = """\
specification = "1.0"

[tables.worker]
file = "staff.csv"
date_format = "%d/%m/%Y"

# the columns of the personnel system
[tables.worker.fields]
worker_id = { column = "Number" }
role = { column = "Job", codes = { "Social worker" = 5, " Manager " = 3 } }
agency = { column = "Agency", blank = 0 }
fte = { constant = 0.5 }
role_start = { column = "From" }
role_end = { column = "To", date_format = "%Y-%m-%d" }

[tables.worker.fields.kss]
column = "KSS"
"""

NEED = """\
specification = "1.0"

[tables.episode]
file = "referrals.csv"

[tables.episode.fields]
child_id = {{ column = "Child" }}
referral_id = {{ column = "Referral" }}
referral_date = {{ column = "Day" }}
need = {{ column = "Need", codes = {{ "Abuse" = "{code}" }} }}
"""

same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def load_text(folder: Path, text: str | bytes) -> Mapping:
    path = folder / "mapping.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load(path)


def refusal(folder: Path, text: str | bytes) -> str:
    with pytest.raises(InputError) as caught:
        load_text(folder, text)
    return str(caught.value)


def test_a_mapping_holds_every_field_of_a_table_in_order(tmp_path: Path) -> None:
    mapping = load_text(tmp_path, GOOD)

    worker = mapping.tables["worker"]
    assert mapping.specification.version == "1.0"
    assert worker.source.file == "staff.csv"
    assert [each.field for each in worker.fields] == list(worker.table.fields)
    assert [each.column for each in worker.fields] == [
        *["Number", "Job", "Agency", None, "KSS", "From", "To", None, None]
    ]


def test_the_defaults_of_a_table_are_filled_in(tmp_path: Path) -> None:
    mapping = load_text(tmp_path, GOOD)

    fields = {each.field.name: each for each in mapping.tables["worker"].fields}
    assert fields["role_start"].date_formats == ("%d/%m/%Y",)
    assert fields["role_end"].date_formats == ("%Y-%m-%d",)
    assert fields["role"].codes == Codes({"Social worker": 5, "Manager": 3})
    assert fields["agency"].codes == Codes({"0": 0, "1": 1, "": 0})
    assert fields["fte"].constant == 0.5
    assert fields["fte"].codes is None


CHANGES = {
    "a table that is not one": (
        ("[tables.worker]", '[tables.workers]\nfile = "x"\nfields = {}\n[tables.worker]'),
        (3, "no table 'workers'", "write 'worker', if that is meant"),
    ),
    "a field that is not one": (
        ("fte =", "fet ="),
        (12, "the table worker has no field 'fet'", "write 'fte', if that is meant"),
    ),
    "a setting that is not one": (
        ("role_start = { column", "role_start = { colum"),
        (13, "there is no such setting", "write 'column', if that is meant"),
    ),
    "a table's setting that is not one": (
        ('file = "staff.csv"', 'file = "staff.csv"\nencodin = "cp1252"'),
        (5, "there is no such setting", "write 'encoding', if that is meant"),
    ),
    "a code that is not one": (
        ('"Social worker" = 5', '"Social worker" = 7'),
        (10, "this is not a code of role", "one of 1, 2, 3, 4, 5, 6"),
    ),
    "a code as the wrong type": (
        ('"Social worker" = 5', '"Social worker" = "5"'),
        (10, "this is not a code of role", "What to do: write 5."),
    ),
    "a blank that is not a code": (
        ("blank = 0", "blank = 3"),
        (11, "this is not a code of agency", "one of 0, 1"),
    ),
    "a code that is a list": (
        ('" Manager " = 3', '" Manager " = [3]'),
        (10, "this setting does not fit. Expected", "text or a whole number"),
    ),
    "codes that are the same but for white space": (
        ('" Manager " = 3', '"Social worker " = 3'),
        (10, "the same but for white space", "keep one"),
    ),
    "a code for an empty value": (
        ('" Manager " = 3', '" " = 3'),
        (10, "an empty value has no code here", "'blank'"),
    ),
    "codes for a field without": (
        (
            'column = "KSS"',
            'column = "KSS"\n[tables.worker.fields.team_id]\ncolumn = "T"\ncodes.a = 1',
        ),
        (20, "team_id has no code list", "drop 'codes'"),
    ),
    "a required field that is missing": (
        ('worker_id = { column = "Number" }\n', ""),
        (8, "the required field 'worker_id' of worker is not mapped", "name its column"),
    ),
    "a constant beyond the maximum": (
        ("constant = 0.5", "constant = 1.5"),
        (12, "this does not fit fte", "a number at least 0 and at most 1"),
    ),
    "a constant that is not a number": (
        ("constant = 0.5", "constant = nan"),
        (12, "this does not fit fte", "a number"),
    ),
    "a constant of another type": (
        ("constant = 0.5", 'constant = "0.5"'),
        (12, "this does not fit fte", "a number"),
    ),
    "a constant that is neither text, number nor date": (
        ('agency = { column = "Agency", blank = 0 }', "agency = { constant = true }"),
        (11, "does not fit. Expected", "text, a number or a date"),
    ),
    "a constant date as text": (
        ('role_start = { column = "From" }', 'role_start = { constant = "2026-01-01" }'),
        (13, "this does not fit role_start", "a date from 1900 to 2100"),
    ),
    "a constant date long ago": (
        ('role_start = { column = "From" }', "role_start = { constant = 1899-12-31 }"),
        (13, "this does not fit role_start", "a date from 1900 to 2100"),
    ),
    "a constant person": (
        ('column = "Number"', 'constant = "1"'),
        (9, "worker_id identifies a worker and cannot be a constant", "name the column"),
    ),
    "a constant beside a column": (
        ("{ constant = 0.5 }", '{ constant = 0.5, column = "FTE" }'),
        (12, "a column and a constant exclude each other", "drop one"),
    ),
    "a constant with a blank": (
        ("{ constant = 0.5 }", "{ constant = 0.5, blank = 1 }"),
        (12, "'blank' goes with a column", "drop 'blank'"),
    ),
    "neither column nor constant": (
        ("{ constant = 0.5 }", "{}"),
        (12, "this says neither column nor constant", "name the column"),
    ),
    "a date format for a number": (
        ("{ constant = 0.5 }", '{ column = "FTE", date_format = "%d" }'),
        (12, "fte is not a date", "drop the date format"),
    ),
    "a date format without a year": (
        ('date_format = "%Y-%m-%d"', 'date_format = "%m-%d"'),
        (14, "this is not the format of a date", "%d/%m/%Y"),
    ),
    "a table's date format with a directive that is none": (
        ('date_format = "%d/%m/%Y"', 'date_format = "%d/%m/%Q"'),
        (5, "this is not the format of a date", "%d/%m/%Y"),
    ),
    "a date format that pandas would guess": (
        ('date_format = "%d/%m/%Y"', 'date_format = "mixed"'),
        (5, "this is not the format of a date", "%d/%m/%Y"),
    ),
    "a specification that is not installed": (
        ('specification = "1.0"', 'specification = "9.9"'),
        (1, "this version of the specification is not installed", "1.0"),
    ),
    "a specification as a number": (
        ('specification = "1.0"', "specification = 1.0"),
        (1, "this setting does not fit", "text in quotation marks"),
    ),
    "a file outside the folder": (
        ('file = "staff.csv"', 'file = "../staff.csv"'),
        (4, "this setting does not fit. Found: '../staff.csv'. Expected: a file's name", "'..'"),
    ),
    "an encoding that is none": (
        ('file = "staff.csv"', 'file = "staff.csv"\nencoding = "klingon"'),
        (5, "not fit. Found: 'klingon'. Expected: the name of a text encoding", "as utf-8"),
    ),
    "no file": (('file = "staff.csv"\n', ""), (3, "'file' is missing", "add it")),
    "a file and files": (
        ('file = "staff.csv"', 'file = "staff.csv"\nfiles = "staff *.csv"'),
        (5, "'file' and 'files' exclude each other", "drop one"),
    ),
    "a file named twice": (
        ('file = "staff.csv"', 'files = ["a.csv", "a.csv"]'),
        (4, "a file is named twice", "name each file once"),
    ),
    "no file among files": (
        ('file = "staff.csv"', "files = []"),
        (4, "this setting does not fit", "a pattern or a list of names"),
    ),
    "files outside the folder": (
        ('file = "staff.csv"', 'files = ["a.csv", "../b.csv"]'),
        (4, "this setting does not fit", "relative to the data folder"),
    ),
    "a pattern of any depth": (
        ('file = "staff.csv"', 'files = "**/a.csv"'),
        (4, "this setting does not fit", "without '..' and '**'"),
    ),
    "a format that is not one": (
        ('file = "staff.csv"', 'file = "staff.csv"\nformat = "excel"'),
        (5, "this setting does not fit", "'delimited', 'workbook'"),
    ),
    "a header in no row": (
        ('file = "staff.csv"', 'file = "staff.csv"\nheader_row = 0'),
        (5, "this setting does not fit", "greater than or equal to 1"),
    ),
    "a sheet of delimited text": (
        ('file = "staff.csv"', 'file = "staff.csv"\nsheet = "A"'),
        (5, "'sheet' goes with a workbook", "drop 'sheet'"),
    ),
    "an encoding of a workbook": (
        ('file = "staff.csv"', 'file = "staff.xlsx"\nencoding = "cp1252"'),
        (5, "'encoding' goes with delimited text", "drop 'encoding'"),
    ),
    "a header row of a database": (
        ('file = "staff.csv"', 'file = "staff.db"\ntable = "t"\nheader_row = 2'),
        (6, "'header_row' goes with delimited text or a workbook", "drop 'header_row'"),
    ),
    "a database without its table": (
        ('file = "staff.csv"', 'file = "staff.DB"'),
        (3, "'table' is missing", "add it"),
    ),
    "no TOML": (('column = "From" }', 'column = "From"'), (13, "not valid TOML", "bracket")),
    "a text that does not end": (
        ('column = "KSS"', 'column = """KSS'),
        (18, "not valid TOML", "quotation mark"),
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_mapping_that_the_specification_does_not_allow_is_refused_by_line(
    tmp_path: Path, name: str
) -> None:
    (old, new), (line, what, hint) = CHANGES[name]
    assert old in GOOD

    message = refusal(tmp_path, GOOD.replace(old, new, 1))

    assert message.startswith(f"mapping.toml, line {line}: ")
    assert what in message
    assert hint in message


@pytest.mark.parametrize(
    ("source", "names", "formats"),
    [
        ('file = "staff.csv"', ("staff.csv",), ["delimited"]),
        ('file = "staff.XLSX"\nsheet = "A"\nheader_row = 4', ("staff.XLSX",), ["workbook"]),
        ('file = "staff.sqlite3"\ntable = "t"', ("staff.sqlite3",), ["sqlite"]),
        ('file = "staff.csv"\nformat = "workbook"\nsheet = "A"', ("staff.csv",), ["workbook"]),
        ('file = "staff"\nformat = "sqlite"\ntable = "t"', ("staff",), ["sqlite"]),
        ('files = "q *.csv"\ndelimiter = ";"', ("q *.csv",), ["delimited"]),
        ('files = ["1.csv", "2.ods"]\nsheet = "A"', ("1.csv", "2.ods"), ["delimited", "workbook"]),
    ],
)
def test_a_source_has_its_names_and_formats(
    tmp_path: Path, source: str, names: tuple[str, ...], formats: list[str]
) -> None:
    mapping = load_text(tmp_path, GOOD.replace('file = "staff.csv"', source))

    settings_of = mapping.tables["worker"].source
    assert settings_of.names == names
    assert [settings_of.format_of(name) for name in names] == formats


def test_a_table_names_the_columns_that_it_needs_tidied_and_once(tmp_path: Path) -> None:
    text = GOOD.replace('column = "Number"', 'column = " Number\\n of  staff "')
    text = text.replace('column = "KSS"', 'column = "Job"')

    mapping = load_text(tmp_path, text)

    assert mapping.tables["worker"].columns == ("Number of staff", "Job", "Agency", "From", "To")


def test_the_day_numbers_of_excel_are_a_date_format(tmp_path: Path) -> None:
    mapping = load_text(tmp_path, GOOD.replace('"%d/%m/%Y"', '"excel"'))

    assert mapping.tables["worker"].fields[5].date_formats == ("excel",)


@pytest.mark.parametrize(
    ("code", "advised"), [("S99", False), ("N19", False), ("N010", False), ("N09", True)]
)
def test_a_code_with_another_number_is_no_misspelt_one(
    tmp_path: Path, code: str, advised: bool
) -> None:
    message = refusal(tmp_path, NEED.format(code=code))

    assert 'Expected: one of "N0", "N1"' in message
    assert ("if that is meant" in message) == advised


def test_of_several_findings_all_are_told_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = GOOD.replace("constant = 0.5", "constant = 5").replace("worker_id", "worker_idd")

    message = refusal(tmp_path, text)

    required, unknown, constant = message.split("\n")
    assert required.startswith("mapping.toml, line 8: the required field 'worker_id'")
    assert unknown.startswith("mapping.toml, line 9: the table worker has no field 'worker_idd'")
    assert unknown.endswith("What to do: write 'worker_id', if that is meant.")
    assert constant.startswith("mapping.toml, line 12: this does not fit fte")


def test_of_very_many_findings_the_first_twenty_are_told(tmp_path: Path) -> None:
    fields = "".join(f"x{n} = {{ constant = 1 }}\n" for n in range(30))

    message = refusal(
        tmp_path, GOOD.replace("[tables.worker.fields]\n", f"[tables.worker.fields]\n{fields}")
    )

    *told, more = message.split("\n")
    assert len(told) == 20
    assert more == "mapping.toml: 10 more findings."


def test_a_problem_of_a_mapping_is_its_first_finding_with_the_number_of_others(
    tmp_path: Path,
) -> None:
    text = GOOD.replace("constant = 0.5", "constant = 5").replace("worker_id", "worker_idd")

    with pytest.raises(InputError) as caught:
        load_text(tmp_path, text)

    problem = problem_of(caught.value)
    assert problem.file == "mapping.toml, line 8"
    assert problem.found.endswith("(and 2 more in this file)")


def test_a_setting_that_spans_lines_is_named_by_its_first(tmp_path: Path) -> None:
    text = GOOD.replace("constant = 0.5", 'constant = """\nhalf\n"""')

    message = refusal(tmp_path, text)

    assert message.startswith("mapping.toml, line 12: this does not fit fte")


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"a = \xff",
        b"a = " + b"[" * 5_000 + b"]" * 5_000,
        b"a = " + b"1" * 5_000,
        b'specification = "1.0"\ntables = {}',
        b"#" * 300_000,
    ],
)
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, text: bytes) -> None:
    message = refusal(tmp_path, text)

    assert message.startswith("mapping.toml")


def test_a_mapping_that_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^mapping\.toml: there is no such file"):
        load(tmp_path / "mapping.toml")


def test_loading_a_mapping_does_not_import_pandas(tmp_path: Path) -> None:
    (tmp_path / "mapping.toml").write_text(GOOD)
    program = (
        "import sys, pathlib, oversight_agent.problems, oversight_agent.mapping as mapping;"
        "mapping.load(pathlib.Path(sys.argv[1]));"
        "print({'pandas', 'numpy'} & set(sys.modules))"
    )

    run = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "mapping.toml")],
        capture_output=True,
        text=True,
        check=True,
    )

    assert run.stdout.strip() == "set()"


snippets = st.sampled_from(
    [
        *['specification = "1.0"', "[tables.worker]", "[tables.worker.fields]", 'file = "a"'],
        *['role = { column = "x" }', "role = 1", "codes = 1", "[[tables]]", "[tables]", '"', "="],
        *['fields.role.codes."a" = 1', "constant = 2026-01-01T00:00:00Z", "x = [1, {}]", '"" = 1'],
        *['"specification" = "1.0"', "[tables.team.fields.service]", 'column = "y"', "é = 1"],
        *['date_format = "%d%"', 'date_format = "(%Y-%m-%d"', 'blank = "x"', "a = '''", "#"],
    ]
)


@same_folder
@given(lines=st.lists(snippets, max_size=12), end=st.text(max_size=3))
@example(lines=['specification = "1.0"', "[tables.a.b]"], end="")
def test_any_text_loads_or_is_refused(tmp_path: Path, lines: list[str], end: str) -> None:
    text = "\n".join([*lines, end])
    try:
        mapping = load_text(tmp_path, text.encode("utf-8", "replace"))
    except InputError:
        return

    assert mapping.tables


@same_folder
@given(data=st.data())
def test_a_good_mapping_with_a_piece_cut_out_loads_or_is_refused(
    tmp_path: Path, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(GOOD)))
    end = data.draw(st.integers(start, min(len(GOOD), start + 40)))
    try:
        mapping = load_text(tmp_path, GOOD[:start] + GOOD[end:])
    except InputError as error:
        where = error.where
    else:
        where = ""
        assert set(mapping.tables) == {"worker"}

    assert not where or where.startswith("mapping.toml, line ")
