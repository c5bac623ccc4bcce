"""A spoilt source: bad rows in one file, as a careless export has them, and nowhere else."""

from __future__ import annotations

import pytest

from oversight_coordinator.demo.careless import careless, spoilt
from oversight_coordinator.demo.generate import SYNTHETIC, generate, make_world
from oversight_coordinator.demo.layouts import Column, Delimited, Layout
from oversight_protocol.specification import load

MEDWAY = "E06000035"


@pytest.fixture(scope="module")
def audits():
    return make_world(SYNTHETIC[0], 7, 0.1).audits


def test_some_dates_and_codes_mean_nothing_and_every_other_value_stays(audits):
    fields = {field.name: field for field in load("1.0").table("audit").fields}
    wrong = careless(audits)

    bad_dates = [row for row in wrong if row.audit_date == "31/02/2026"]
    bad_types = [row for row in wrong if row.type not in fields["type"].codes]
    untouched = [row for row, before in zip(wrong, audits, strict=True) if row == before]

    assert min(len(bad_dates), len(bad_types)) >= 3
    assert len(untouched) > 0.8 * len(audits)
    assert [row.audit_id for row in wrong] == [row.audit_id for row in audits]


def test_the_same_rows_are_wrong_every_time(audits):
    assert careless(audits) == careless(audits)


def test_records_of_another_table_are_left_alone():
    teams = make_world(SYNTHETIC[0], 7, 0.02).teams

    assert careless(teams) == teams


def test_a_spoilt_layout_writes_what_is_in_no_list_of_codes(audits, tmp_path):
    words = {"case_file": "Case audit", "supervision": "Supervision audit", "thematic": "Theme"}
    columns = (
        Column("Audit", "audit_id"),
        Column("Kind", "type", codes=words),
        Column("Done", "audit_date", date_format="%d/%m/%Y"),
    )
    layout = Layout(table="audit", source=Delimited("audits.csv"), columns=columns)

    spoilt(layout).write(tmp_path, careless(audits))

    lines = (tmp_path / "audits.csv").read_text("utf-8-sig").splitlines()

    assert any(line.endswith(",31/02/2026") for line in lines)
    assert any(",Peer review," in line for line in lines)
    assert any(",Case audit," in line for line in lines)


def test_only_the_spoilt_authoritys_files_change_and_the_truth_does_not(tmp_path):
    right = generate(tmp_path / "right", 2, scale=0.02, seed=7)

    wrong = generate(tmp_path / "wrong", 2, scale=0.02, seed=7, spoil=[MEDWAY])

    def files(name, slug):
        folder = tmp_path / name / "las" / slug
        return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    assert wrong == right
    assert files("wrong", "kent") == files("right", "kent")
    before, after = files("right", "medway"), files("wrong", "medway")
    assert before.keys() == after.keys()
    assert before["mapping.toml"] == after["mapping.toml"]
    assert sum(before[name] != after[name] for name in before) == 1
