"""`oversight-agent spec`: what people see, what programs read, what is written."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import pytest

from oversight_agent.cli import main
from oversight_protocol import specification
from support.requests import Home
from support.spec_rows import as_csv, rows
from support.versions import altered, field

NEWEST = specification.load(specification.versions()[-1])
POINTS = [f"{table.name}.{one.name}" for table in NEWEST.resources for one in table.fields]


@dataclass
class Result:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


Spec = Callable[..., Result]


@pytest.fixture
def spec(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Spec:
    def call(*arguments: str, columns: int = 80) -> Result:
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.delenv("OVERSIGHT_AGENT_HOME", raising=False)
        monkeypatch.setattr("sys.argv", ["oversight-agent", "spec", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Result(int(ended.value.code or 0), said.out, said.err)

    return call


def test_versions_are_listed_with_the_studies_that_name_them(spec: Spec):
    seen, read = spec("list"), spec("list", "--json")

    assert seen.status == 0
    assert re.search(r"^1\.0 +12 +\d+ +management-oversight-2026 ", seen.out, re.MULTILINE)
    assert read.json[0] | {"fields": 0} == {
        "version": "1.0", "title": NEWEST.title, "tables": 12, "fields": 0,
        "studies": ["management-oversight-2026"], "mapping": None,
    }  # fmt: skip


def test_an_agents_versions_are_listed_with_the_files_that_map_them(spec: Spec, home: Home):
    named = ("--home", str(home.folder))

    assert re.search(r" mapping\.toml$", spec("list", *named).out, re.MULTILINE)
    assert spec("list", *named, "--json").json[0]["mapping"] == "mapping.toml"

    (home.folder / "mapping.toml").unlink()

    assert re.search(r" not mapped$", spec("list", *named).out, re.MULTILINE)


def test_all_tables_are_shown_with_what_they_hold(spec: Spec):
    seen, read = spec("show"), spec("show", "--json")

    assert [table["name"] for table in read.json["tables"]] == list(NEWEST.table_names)
    for table in NEWEST.resources:
        line = rf"^{table.name} +{re.escape(table.description[:20])}"
        assert re.search(line, seen.out, re.MULTILINE)


def test_a_table_is_shown_with_its_fields_keys_and_references(spec: Spec):
    seen, read = spec("show", "worker"), spec("show", "worker", "--json").json

    assert "Key           worker_id, role_start\n" in seen.out
    assert "each team_id stands in team.team_id" in seen.out
    assert re.search(r"^role +code +required, dimension +Role$", seen.out, re.MULTILINE)
    assert [one["name"] for one in read["fields"]] == [
        one.name for one in NEWEST.table("worker").fields
    ]
    assert read["references"] == [["team_id", "team.team_id"]]


def test_a_field_is_shown_in_full_with_its_codes(spec: Spec):
    seen, read = spec("show", "worker.role"), spec("show", "worker.role", "--json").json

    assert re.search(r"^4 +Senior practitioner$", seen.out, re.MULTILINE)
    assert "OrgRole" in seen.out
    assert "measure" in seen.out
    assert read["codes"][3] == [4, "Senior practitioner"]
    assert read["uses"][0]["figures"]["caseload"]


@pytest.mark.parametrize("columns", [72, 80, 200])
def test_everything_can_be_shown_within_the_terminals_width(columns: int, spec: Spec):
    for what in ([], *([name] for name in (*NEWEST.table_names, *POINTS))):
        seen = spec("show", *what, columns=columns)

        assert (seen.status, seen.err) == (0, "")
        assert max(map(len, seen.out.splitlines())) <= columns, what
        assert not re.search(r"[ \t]$", seen.out, re.MULTILINE)


@pytest.mark.parametrize(
    ("what", "meant"),
    [
        ("wrker", "'worker'"),
        ("worker.rol", "'worker.role'"),
        ("oversight-event", "oversight_event"),
    ],
)
def test_a_name_that_is_misspelt_is_told_with_the_nearest(what: str, meant: str, spec: Spec):
    seen = spec("show", what)

    assert (seen.status, seen.out) == (2, "")
    assert meant in seen.err


@pytest.mark.parametrize("what", ["worker.", ".role", "worker.role.x", "zzzzzz"])
def test_a_name_that_is_near_to_nothing_is_told_with_all(what: str, spec: Spec):
    seen = spec("show", what)

    assert (seen.status, seen.out) == (2, "")
    assert "Expected: one of" in seen.err


def test_a_version_that_is_not_installed_is_told_with_those_that_are(spec: Spec):
    seen = spec("show", "--version", "9.9")

    assert seen.status == 2
    assert "Expected: one of 1.0" in seen.err


def _names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("form", "some", "others"),
    [
        ("html", {"specification.html"}, {"specification.md", "tables/worker.csv"}),
        ("markdown", {"specification.md"}, {"specification.html", "tables/worker.csv"}),
        ("csvw", {"tables/worker.csv-metadata.json", "tables/csv-metadata.json",
                  "tables/codes.csv"}, {"tables/datapackage.json", "specification.html"}),
        ("frictionless", {"tables/datapackage.json", "tables/worker.csv"},
         {"tables/worker.csv-metadata.json", "specification.html"}),
        ("all", {"specification.html", "specification.md", "specification.json",
                 "tables/datapackage.json", "tables/worker.csv-metadata.json"}, set()),
    ],
)  # fmt: skip
def test_the_documents_that_are_asked_for_are_written(
    form: str, some: set[str], others: set[str], spec: Spec, tmp_path: Path
):
    read = spec("export", str(tmp_path / "out"), "--format", form, "--json")

    written = _names(tmp_path / "out")
    assert read.status == 0
    assert {str(Path(one).relative_to(tmp_path / "out")) for one in read.json["files"]} == written
    assert some <= written
    assert not others & written


def test_every_file_that_the_package_names_is_there(spec: Spec, tmp_path: Path):
    spec("export", str(tmp_path), "--format", "frictionless")

    package = json.loads((tmp_path / "tables" / "datapackage.json").read_text(encoding="utf-8"))
    for resource in package["resources"]:
        header = (tmp_path / "tables" / resource["path"]).read_text(encoding="utf-8").strip()
        assert header.split(",") == [one["name"] for one in resource["schema"]["fields"]]


def test_an_export_can_be_repeated(spec: Spec, tmp_path: Path):
    first = spec("export", str(tmp_path))
    before = {name: (tmp_path / name).read_bytes() for name in _names(tmp_path)}

    assert spec("export", str(tmp_path)).out == first.out
    assert {name: (tmp_path / name).read_bytes() for name in _names(tmp_path)} == before


def test_a_folder_with_somebodys_data_is_left_as_it_is(spec: Spec, tmp_path: Path):
    table = NEWEST.table("team")
    path = tmp_path / "tables" / "team.csv"
    path.parent.mkdir()
    path.write_text(as_csv(table, rows(NEWEST)["team"]), encoding="utf-8")

    seen = spec("export", str(tmp_path))

    assert seen.status == 2
    assert "team.csv" in seen.err
    assert "team-1" not in seen.err
    assert _names(tmp_path) == {"tables/team.csv"}


class _Page(HTMLParser):
    """What a page links to, and what can be linked to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.anchors: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, _: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id":
                self.anchors.append(value or "")
            elif name == "href":
                self.targets.append(value or "")
            elif name == "src":
                self.loads.append(value or "")


def test_the_page_needs_no_other_file_and_all_its_links_lead_somewhere(spec: Spec, tmp_path: Path):
    spec("export", str(tmp_path), "--format", "html")

    text = (tmp_path / "specification.html").read_text(encoding="utf-8")
    page = _Page(text)
    assert page.loads == []
    assert len(page.targets) > 100
    assert {target for target in page.targets if not target.startswith("#")} == set()
    assert {target.removeprefix("#") for target in page.targets} <= set(page.anchors)
    assert len(set(page.anchors)) == len(page.anchors)
    assert set(POINTS) <= set(page.anchors)
    assert "url(" not in text


def test_a_draft_is_compared_with_a_version(spec: Spec, tmp_path: Path):
    def change(version) -> None:
        field(version, "worker.kss")["retired"] = {"since": "1.1", "reason": "Nobody used it."}

    draft = tmp_path / "draft.json"
    draft.write_text(json.dumps(altered("1.1", change)), encoding="utf-8")

    seen, read = spec("diff", "1.0", str(draft)), spec("diff", "1.0", str(draft), "--json")

    assert seen.status == 0
    assert "MINOR\n  worker.kss: the field was retired\n" in seen.out
    assert read.json["breaches"] == []
    assert [one["place"] for one in read.json["changes"]] == ["worker.kss"]


def test_a_draft_that_may_not_be_published_says_why_and_fails(spec: Spec, tmp_path: Path):
    draft = tmp_path / "draft.json"
    newer = altered("1.1", lambda version: field(version, "worker.fte").update(type="integer"))
    draft.write_text(json.dumps(newer), encoding="utf-8")

    seen = spec("diff", "1.0", str(draft))

    assert seen.status == 1
    assert "cannot be published as it is:\n  - a major change needs version 2.0" in seen.out


@pytest.mark.parametrize("newer", ["1.0", "specification.json"])
def test_a_version_beside_itself_differs_in_nothing_and_is_no_publication(
    newer: str, spec: Spec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    spec("export", ".")

    seen, read = spec("diff", "1.0", newer), spec("diff", "1.0", newer, "--json")

    assert (seen.status, seen.out) == (0, "Nothing differs: both are version 1.0.\n")
    assert (read.status, read.json["changes"], read.json["breaches"]) == (0, [], [])


def test_another_draft_under_the_same_number_cannot_be_published(spec: Spec, tmp_path: Path):
    draft = tmp_path / "draft.json"
    newer = altered("1.0", lambda version: field(version, "worker.fte").update(title="Share"))
    draft.write_text(json.dumps(newer), encoding="utf-8")

    seen = spec("diff", "1.0", str(draft))

    assert seen.status == 1
    assert "version 1.0 does not come after 1.0" in seen.out


@pytest.mark.parametrize("text", ["{", "[]", '{"name": "x"}'])
def test_a_draft_that_is_no_specification_is_told_so(text: str, spec: Spec, tmp_path: Path):
    draft = tmp_path / "draft.json"
    draft.write_text(text, encoding="utf-8")

    seen = spec("diff", "1.0", str(draft))

    assert seen.status == 2
    assert "holds no specification" in seen.err


def test_what_is_exported_is_where_a_draft_may_start(spec: Spec, tmp_path: Path):
    spec("export", str(tmp_path))

    seen = spec("diff", "1.0", str(tmp_path / "specification.json"), "--json")

    assert seen.json["changes"] == []
