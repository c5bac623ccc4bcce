"""Synthetic authorities: the same for the same seed, true to what was planted, and countable."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
import tomllib
from collections import Counter
from datetime import datetime

import pytest

from oversight_coordinator.demo.generate import QUARTERS, SYNTHETIC, generate, make_world
from oversight_coordinator.demo.profiles import SERVICES
from oversight_coordinator.demo.truth import CATEGORIES, OUTCOMES, RECORDING, Key
from oversight_protocol.errors import InputError
from oversight_protocol.specification import load

SEED = 7
KENT, MEDWAY, BRIGHTON = "E10000016", "E06000035", "E06000043"
SLUGS = {KENT: "kent", MEDWAY: "medway", BRIGHTON: "brighton-and-hove"}
KNOWN = tuple(outcome for outcome in RECORDING if outcome != "unknown")
PERIODS = [period.id for period in QUARTERS]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    return folder, generate(folder, 3, SEED)


@pytest.fixture(scope="module")
def read(made):
    """Tables by (la, name), read back from the files by the mapping alone: text and dates."""
    folder, _ = made
    return {
        (la, name): tuple(mapped_rows(folder / "las" / slug, table, name))
        for la, slug in SLUGS.items()
        for name, table in mapping_of(folder, slug)["tables"].items()
    }


def mapping_of(folder, slug):
    return tomllib.loads((folder / "las" / slug / "mapping.toml").read_text("utf-8"))


def mapped_rows(folder, table, name):
    text = (folder / "data" / table["file"]).read_bytes().decode(table.get("encoding", "utf-8-sig"))
    dates = {field.name for field in load("1.0").table(name).fields if field.type == "date"}
    for row in csv.DictReader(io.StringIO(text, newline=""), delimiter=table.get("delimiter", ",")):
        yield {
            field: mapped_value(row, settings, table, is_date=field in dates)
            for field, settings in table["fields"].items()
        }


def mapped_value(row, settings, table, *, is_date):
    if "constant" in settings:
        return settings["constant"]
    found = row[settings["column"]]
    if not found:
        return settings.get("blank")
    if is_date:
        form = settings.get("date_format", table.get("date_format", "%Y-%m-%d"))
        return datetime.strptime(found, form).date()  # noqa: DTZ007 - a day has no zone
    return settings["codes"][found] if "codes" in settings else found


def contents(folder):
    return {
        path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes_in_another_process(made, tmp_path):
    folder, truth = made
    program = (
        "from pathlib import Path; from oversight_coordinator.demo.generate import generate;"
        f"print(generate(Path({str(tmp_path)!r}), 3, {SEED}).to_json(), end='')"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "12345", "LC_ALL": "C", "TZ": "Asia/Tokyo"}

    again = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, check=True
    )

    assert again.stdout.decode() == truth.to_json()
    assert contents(tmp_path) == contents(folder)


def test_another_seed_gives_other_data(made, tmp_path):
    folder, truth = made

    other = generate(tmp_path, 1, SEED + 1)

    events = "las/kent/data/supervision forms.csv"
    assert (tmp_path / events).read_bytes() != (folder / events).read_bytes()
    assert any(other.counts[key] != truth.counts[key] for key in other.counts)


def test_fewer_authorities_are_the_first_of_them_unchanged(made, tmp_path):
    folder, _ = made

    generate(tmp_path, 2, SEED)

    assert sorted(path.name for path in (tmp_path / "las").iterdir()) == ["kent", "medway"]
    whole = contents(folder)
    assert all(whole[path] == found for path, found in contents(tmp_path).items())


@pytest.mark.parametrize("las", [0, 4, 19, -1])
def test_a_number_of_authorities_that_is_not_there_is_refused(las, tmp_path):
    with pytest.raises(InputError, match="three synthetic authorities"):
        generate(tmp_path, las, SEED)

    assert list(tmp_path.iterdir()) == []


def test_every_required_field_is_mapped_and_every_mapped_field_is_of_the_specification(made):
    folder, _ = made

    for slug in SLUGS.values():
        mapping = mapping_of(folder, slug)

        assert mapping["specification"] == "1.0"
        assert set(mapping["tables"]) == {"team", "worker", "allocation", "oversight_event"}
        for name, table in mapping["tables"].items():
            fields = {field.name: field for field in load("1.0").table(name).fields}
            assert set(table["fields"]) <= set(fields)
            assert {n for n, f in fields.items() if f.required} <= set(table["fields"])


def test_every_mapped_code_is_of_the_specification(read):
    for (_, name), rows in read.items():
        for field in load("1.0").table(name).fields:
            found = {row[field.name] for row in rows if field.name in row} - {None}
            if field.codes is not None:
                assert {str(code) for code in found} <= {str(code) for code in field.codes}
            if field.required:
                assert all(row[field.name] is not None for row in rows)


def test_primary_keys_are_unique_and_foreign_keys_are_met(read):
    for (la, name), rows in read.items():
        schema = load("1.0").table(name).table
        keys = Counter(tuple(row[part] for part in schema.primary_key) for row in rows)
        assert max(keys.values()) == 1
        for key in schema.foreign_keys:
            (column,), there = key.fields, read[la, key.reference.resource]
            known = {row[key.reference.fields[0]] for row in there}
            assert {row[column] for row in rows} - {None} <= known


@pytest.mark.parametrize("seed", range(3))
def test_no_two_case_holders_of_a_child_start_on_one_day(seed):
    world = make_world(SYNTHETIC[1], seed)

    holding = [one for one in world.allocations if one.role == "case_holder"]
    starts = Counter((one.child_id, one.start) for one in holding)
    keys = Counter((one.child_id, one.worker_id, one.start) for one in world.allocations)

    assert max(starts.values()) == 1
    assert max(keys.values()) == 1
    assert all(one.end is None or one.start < one.end for one in world.allocations)


def test_the_three_exports_have_nothing_in_common_but_their_content(made):
    folder, _ = made
    tables = [mapping_of(folder, slug)["tables"]["oversight_event"] for slug in SLUGS.values()]

    for name, default in (("file", ""), ("delimiter", ","), ("date_format", "%Y-%m-%d")):
        assert len({table.get(name, default) for table in tables}) == 3
    assert len({table.get("encoding", "utf-8-sig") for table in tables}) == 3
    columns = [{f.get("column") for f in table["fields"].values()} - {None} for table in tables]
    assert columns[0].isdisjoint(columns[1])
    assert columns[1].isdisjoint(columns[2])
    assert columns[0].isdisjoint(columns[2])


def test_each_encoding_is_needed(made):
    folder, _ = made
    data = {path.parts[1]: b"" for path in contents(folder)}
    for path, found in contents(folder).items():
        data[path.parts[1]] += found if path.suffix == ".csv" else b""

    assert data["kent"].startswith(b"\xef\xbb\xbf")
    assert "£".encode("cp1252") in data["medway"]
    with pytest.raises(UnicodeDecodeError):
        data["medway"].decode("utf-8")
    assert not data["brighton-and-hove"].isascii()


def test_names_births_and_notes_are_in_the_files_and_in_no_mapped_field(made, read):
    folder, _ = made

    for la, slug in SLUGS.items():
        files = b"".join(p.read_bytes() for p in (folder / "las" / slug / "data").iterdir())
        mapped = {
            str(value)
            for (of, _), rows in read.items()
            if of == la
            for r in rows
            for value in r.values()
        }

        assert b"Example" in files
        assert b"Child 00042" in files
        assert b"Synthetic note" in files
        assert not [value for value in mapped if "xample" in value or "note" in value]
        # Dates of birth go back to 2008, and no date that is mapped does.
        assert min(value for value in mapped if value[:2] == "20" and value[4:5] == "-") > "2009"


def test_events_reach_beyond_the_two_quarters_on_both_sides(read):
    for la in SLUGS:
        held = [row["held_date"] for row in read[la, "oversight_event"]]

        assert min(held) < QUARTERS[0].start
        assert max(held) > QUARTERS[-1].end
        assert {day.month for day in held} >= {4, 5, 6, 7, 8, 9}


@pytest.mark.parametrize(
    ("la", "children", "teams", "workers"),
    [(KENT, 4500, 60, 450), (MEDWAY, 1200, 18, 135), (BRIGHTON, 1000, 17, 125)],
)
def test_authorities_are_as_large_as_those_of_their_kind(read, la, children, teams, workers):
    day = QUARTERS[1].end

    is_open = {
        row["child_id"]
        for row in read[la, "allocation"]
        if row["role"] == "case_holder" and runs(row["start"], row["end"], day)
    }
    in_post = {
        row["worker_id"]
        for row in read[la, "worker"]
        if runs(row["role_start"], row["role_end"], day)
    }

    assert len(is_open) == pytest.approx(children, rel=0.12)
    assert len(read[la, "team"]) == pytest.approx(teams, abs=1)
    assert len(in_post) == pytest.approx(workers, rel=0.15)


def test_small_services_make_cells_that_must_be_suppressed(made, read):
    _, truth = made
    teams = Counter(row["service"] for row in read[MEDWAY, "team"])
    place = (MEDWAY, "recording", PERIODS[0], "service")

    small = [
        truth.value(*place, service, [outcome]) for service in SERVICES for outcome in RECORDING
    ]

    assert sum(1 for count in small if 0 < count < 10) > 0
    assert teams["youth_justice"] < 3
    assert truth.value(*place, "other", RECORDING) == 0


@pytest.mark.parametrize(("la", "percent"), [(KENT, 46), (MEDWAY, 52), (BRIGHTON, 41)])
def test_the_share_that_records_neither_part_is_the_one_that_was_planted(made, la, percent):
    _, truth = made

    def events(*outcomes):
        return sum(truth.value(la, "recording", p, "", "", outcomes) for p in PERIODS)

    others = {outcome: events(outcome) for outcome in KNOWN if outcome != "neither"}
    assert 100 * events("neither") / events(*KNOWN) == pytest.approx(percent, abs=3)
    assert max(others, key=others.get) == "part1_only"
    assert 100 * events("both") / events(*KNOWN) < 12


def test_services_differ_as_planted(made):
    _, truth = made

    def neither(service):
        place = ("recording", PERIODS[1], "service", service)
        return truth.percent(SLUGS, place, ["neither"], KNOWN)

    assert neither("front_door") > neither("cin_cp") > neither("disabled_children")


def runs(start, end, day):
    return start <= day and (end is None or end > day)


def service_of(event, day, read, la):
    """The definition again, from the files, one event at a time."""
    services = {row["team_id"]: row["service"] for row in read[la, "team"]}
    holding = [
        row
        for row in read[la, "allocation"]
        if row["child_id"] == event["child_id"]
        and row["role"] == "case_holder"
        and runs(row["start"], row["end"], day)
    ]
    if event["child_id"] and holding:
        return services[max(holding, key=lambda row: row["start"])["team_id"]]
    posts = [
        row
        for row in read[la, "worker"]
        if row["worker_id"] == event["worker_id"]
        and row["team_id"]
        and runs(row["role_start"], row["role_end"], event["held_date"])
    ]
    return services[posts[0]["team_id"]] if posts else "unknown"


def recording_of(event):
    first, second = event["part1_location"], event["part2_location"]
    if {first, second} & {None, "unknown"}:
        return "unknown"
    on_file = first in {"child_file", "both"}
    in_record = second in {"supervision_record", "both"}
    if not on_file and not in_record:
        return "neither" if (first, second) == ("neither", "neither") else "misplaced"
    return "both" if on_file and in_record else "part1_only" if on_file else "part2_only"


def is_authorised(event, day):
    return event["authorised_date"] is not None and event["authorised_date"] <= day


@pytest.mark.parametrize("period", QUARTERS, ids=PERIODS)
@pytest.mark.parametrize("la", [MEDWAY, BRIGHTON])
def test_the_truth_is_what_the_files_say_by_the_definitions(made, read, la, period):
    _, truth = made
    day, counts = period.end, Counter()

    for event in read[la, "oversight_event"]:
        if not period.start <= event["held_date"] <= day:
            continue
        service = service_of(event, day, read, la)
        if event["type"] in {"case", "personal", "combined"}:
            counts["recording", service, recording_of(event)] += 1
        if event["type"] in {"case", "combined"} and event["child_id"]:
            outcome = "authorised" if is_authorised(event, day) else "not_authorised"
            counts["authorised", service, outcome] += 1

    for key, count in truth.counts.items():
        if (key.la, key.period, key.dimension) == (la, period.id, "service"):
            assert count == counts[key.table, key.category, key.outcome], key


def test_services_add_up_to_the_whole(made):
    _, truth = made

    for la in SLUGS:
        for table, outcomes in OUTCOMES.items():
            for period in PERIODS:
                for outcome in outcomes:
                    whole, *parts = (
                        truth.counts[Key(la, table, period, *place, outcome)]
                        for place in CATEGORIES
                    )
                    assert whole == sum(parts)


def test_what_must_not_count_occurs_and_does_not(made, read):
    _, truth = made

    events = [
        row
        for row in read[KENT, "oversight_event"]
        if QUARTERS[0].start <= row["held_date"] <= QUARTERS[0].end
    ]
    kinds = Counter(row["type"] for row in events)
    counted = kinds["case"] + kinds["personal"] + kinds["combined"]

    assert kinds["group"] > 0
    assert kinds["management_decision"] > 0
    assert truth.value(KENT, "recording", PERIODS[0], "", "", RECORDING) == counted
    late = [e for e in events if e["authorised_date"] and e["authorised_date"] > QUARTERS[0].end]
    assert late


def test_an_unlisted_worker_leaves_a_service_unknown(made):
    _, truth = made

    assert truth.value(KENT, "recording", PERIODS[0], "service", "unknown", RECORDING) > 0


def test_asking_for_a_cell_that_is_not_counted_is_a_mistake(made):
    _, truth = made

    with pytest.raises(KeyError):
        truth.value(KENT, "recording", PERIODS[0], "service", "housing", ["neither"])


def test_a_percentage_over_several_authorities_is_that_of_their_sums(made):
    _, truth = made
    place = ("authorised", PERIODS[0], "", "")

    percent = truth.percent([KENT, MEDWAY], place, ["authorised"], OUTCOMES["authorised"])

    above = sum(truth.value(la, *place, ["authorised"]) for la in (KENT, MEDWAY))
    below = sum(truth.value(la, *place, OUTCOMES["authorised"]) for la in (KENT, MEDWAY))
    assert percent == 100 * above / below


def test_the_truth_is_written_with_one_form(made, tmp_path):
    _, truth = made

    truth.write(tmp_path / "truth.json")

    assert (tmp_path / "truth.json").read_text("utf-8") == truth.to_json()
    assert str(truth.value(KENT, "recording", PERIODS[0], "", "", ["both"])) in truth.to_json()


def test_the_truth_shows_no_counts_when_printed(made):
    _, truth = made

    assert repr(truth) == "Truth()"
