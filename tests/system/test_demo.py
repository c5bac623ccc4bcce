"""The demo as whoever tries it first meets it: what it prints and what it writes."""

from __future__ import annotations

import re
import subprocess
from html.parser import HTMLParser

import pytest

from oversight_coordinator.demo.generate import generate
from oversight_protocol.study_package import installed
from support.outside import CODES, SCALE, SLUGS

COLUMNS = [
    "study", "wave", "table", "measure", "period", "dimension", "category", "estimate", "lower",
    "upper", "numerator", "denominator", "unit", "las_published", "las_answered", "las_asked",
    "marker",
]  # fmt: skip
COUNTS = ("numerator", "denominator", "las_published", "las_answered", "las_asked")
SHARES = ("estimate", "lower", "upper")
HALF_A_POINT = 0.5

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("demo")]


def as_json_has_it(row):
    typed = {name: row[name] for name in COLUMNS}
    typed |= {name: int(row[name]) if row[name] else None for name in COUNTS}
    return typed | {name: float(row[name]) if row[name] else None for name in SHARES}


def source_bytes(folder):
    files = sorted(path for path in (folder / "las").rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def words_of(page):
    class Words(HTMLParser):
        found = ""

        def handle_data(self, data):
            self.found += f" {data}"

    words = Words()
    words.feed(page)
    return " ".join(words.found.split())


def test_json_output_is_one_document_with_measures_authorities_and_timings(kept_demo):
    document = kept_demo.document

    assert set(document) == {"measures", "las", "timings"}
    assert all(set(row) == {*COLUMNS, "truth", "error"} for row in document["measures"])
    assert all(
        set(one) == {"la", "name", "outcome", "family", "refused"} for one in document["las"]
    )
    assert document["timings"]["total"] > 0


def test_every_authority_released(kept_demo):
    las = {one["la"]: (one["outcome"], one["family"]) for one in kept_demo.document["las"]}

    assert las == dict.fromkeys(CODES.values(), ("released", None))


def test_the_csv_file_has_the_documented_columns_and_the_rows_of_the_json_document(kept_demo):
    header = (kept_demo.out / "pooled.csv").read_text("utf-8").splitlines()[0].split(",")
    in_json = [{name: row[name] for name in COLUMNS} for row in kept_demo.document["measures"]]

    assert header == COLUMNS
    assert [as_json_has_it(row) for row in kept_demo.csv_rows()] == in_json


def test_every_base_table_and_both_quarters_are_pooled_for_the_whole_and_by_dimension(kept_demo):
    rows = kept_demo.csv_rows()
    study = installed()

    assert {row["table"] for row in rows} == {table.name for table in study.base_tables}
    assert {row["measure"] for row in rows} == {measure.id for measure in study.measures}
    for table in {row["table"] for row in rows}:
        assert {row["period"] for row in rows if row["table"] == table} == {"2026-Q2", "2026-Q3"}
    assert {row["dimension"] for row in rows} == {
        "", "service", "role", "agency", "asye", "plan_type", "audit_type", "question",
    }  # fmt: skip


def test_every_interval_contains_the_truth(kept_demo):
    judged = [
        row for row in kept_demo.document["measures"]
        if row["truth"] is not None and row["lower"] is not None
    ]  # fmt: skip

    outside = [row for row in judged if not row["lower"] <= row["truth"] <= row["upper"]]

    assert len(judged) > 100
    assert outside == []


def test_figures_of_whole_authorities_are_within_half_a_point_of_the_truth(kept_demo):
    whole = [
        row for row in kept_demo.document["measures"]
        if not row["dimension"] and row["table"] in ("recording", "authorised", "actions")
    ]  # fmt: skip

    assert len(whole) == 20
    for row in whole:
        assert abs(row["estimate"] - row["truth"]) <= HALF_A_POINT
        assert abs(row["error"] - (row["estimate"] - row["truth"])) <= 0.005 + 1e-9
        assert row["las_published"] == row["las_answered"] == row["las_asked"] == 3


def test_the_truth_beside_the_figures_is_what_the_generator_counted(kept_demo, tmp_path):
    truth = generate(tmp_path, 3, scale=SCALE, seed=7)
    row = next(
        row for row in kept_demo.document["measures"]
        if row["measure"] == "both_parts_recorded" and not row["dimension"]
    )  # fmt: skip
    place = (row["table"], row["period"], "", "")
    known = ("both", "part1_only", "part2_only", "misplaced", "neither")

    assert row["truth"] == truth.percent(CODES.values(), place, ("both",), known)


def test_nobody_but_the_generator_has_the_truth(kept_demo):
    holders = [
        path.relative_to(kept_demo.out)
        for path in kept_demo.out.rglob("*")
        if path.is_file() and b"truth" in path.name.encode() + path.read_bytes()
    ]

    assert [str(path) for path in holders] == ["truth.json"]


def test_the_report_says_of_how_many_authorities_each_figure_is(kept_demo):
    page = (kept_demo.out / "report" / "index.html").read_text("utf-8")

    words = words_of(page)

    assert "3 of 3 authorities answered." in words
    assert all(name in words for name in ("Kent", "Medway", "Brighton and Hove"))
    for row in kept_demo.csv_rows():
        assert f"{row['las_published']} of {row['las_asked']} authorities" in words


def test_the_same_seed_gives_the_same_bytes(kept_demo, second_demo):
    figures = [(demo.out / "pooled.csv").read_bytes() for demo in (kept_demo, second_demo)]

    assert source_bytes(kept_demo.out) == source_bytes(second_demo.out)
    assert figures[0] == figures[1]


def test_another_seed_gives_other_files_and_another_truth(kept_demo, tmp_path):
    truth = generate(tmp_path, 3, scale=SCALE, seed=8)

    other = source_bytes(tmp_path)

    ours = source_bytes(kept_demo.out)
    assert other.keys() == ours.keys()
    assert all(other[name] != ours[name] for name in ours if "supervision" in name)
    assert truth.to_json() != (kept_demo.out / "truth.json").read_text("utf-8")


def test_the_table_for_people_shows_each_figure_beside_the_truth(second_demo):
    rows = [
        row for row in second_demo.csv_rows()
        if not row["dimension"] and row["las_published"] == "3" and row["period"] == "2026-Q3"
    ]  # fmt: skip
    assert len(rows) >= 15

    for row in rows:
        shown = rf"{row['measure']} +{row['estimate']} +"
        shown += rf"{row['lower']} to {row['upper']} +\d+\.\d\d +-?\d\.\d\d +3 of 3"
        assert re.search(shown, second_demo.printed), shown
    assert not re.search(r"-0\.0+\b", second_demo.printed)
    assert re.search(r"lies inside (\d+) of \1 intervals", second_demo.printed)


def test_the_commands_that_it_names_at_its_end_work(second_demo):
    named = re.findall(r"^  (\S*oversight\S* ledger verify .+)$", second_demo.printed, re.MULTILINE)

    assert len(named) == 2
    for line in named:
        subprocess.run(line.split(), check=True, capture_output=True, timeout=60)


def test_nothing_that_it_started_outlives_it(second_demo):
    assert second_demo.survivors == ()
    assert not (second_demo.out / "running.json").exists()


def test_each_agent_has_its_own_process_folder_keys_policy_and_ledger(kept_demo):
    processes = kept_demo.running()
    homes = [kept_demo.agent(slug) for slug in SLUGS]
    agents = [processes[f"agent-{slug}"] for slug in SLUGS]

    assert len({process.pid for process in agents}) == 3
    for home, process in zip(homes, agents, strict=True):
        assert process.cmdline()[-2:] == ["--home", str(home)]
        assert home.stat().st_mode & 0o777 == 0o700
        assert (home / "policy.toml").is_file()
    for name in ("keys/node.key", "keys/signing.key", "keys/pseudonym.secret", "ledger.jsonl"):
        assert {(home / name).stat().st_mode & 0o777 for home in homes} == {0o600}
        assert len({(home / name).read_bytes() for home in homes}) == 3


def test_every_private_key_is_readable_by_its_owner_only(kept_demo):
    keys = [path for path in kept_demo.out.rglob("*.key") if path.is_file()]

    assert len(keys) >= 15
    assert {path.stat().st_mode & 0o777 for path in keys} == {0o600}
