"""The first study as data: it holds together, and an error says where it does not."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from oversight_coordinator.studies import MANAGEMENT_OVERSIGHT_2026, load_package
from oversight_protocol import specification
from oversight_protocol.errors import InputError
from oversight_protocol.policy import FLOORS
from oversight_protocol.study import Study

ISSUED = datetime(2026, 10, 1, 9, 30, tzinfo=UTC)
EXPIRES = datetime(2027, 10, 1, tzinfo=UTC)
KENT, MEDWAY = "E10000016", "E06000035"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the package that a test may spoil."""
    copy = tmp_path / "study"
    shutil.copytree(MANAGEMENT_OVERSIGHT_2026, copy)
    return copy


def _load(folder: Path = MANAGEMENT_OVERSIGHT_2026, las: list[str] | None = None) -> Study:
    return load_package(folder, issued=ISSUED, expires=EXPIRES, las=las)


def _spoil(folder: Path, old: str, new: str) -> None:
    file = folder / "study.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_first_study_asks_the_nineteen_authorities_for_two_quarters() -> None:
    study = _load()

    assert (study.name, study.version, study.spec_version) == (
        "management-oversight-2026",
        1,
        "1.0",
    )
    assert (study.issued, study.expires) == (ISSUED, EXPIRES)
    assert len(set(study.cohort.las)) == 19
    assert study.cohort.minimum == 2
    [wave] = study.waves
    assert [period.id for period in wave.periods] == ["2026-Q2", "2026-Q3"]


def test_its_measures_are_those_of_recording_and_authorisation() -> None:
    study = _load()

    numbers = {measure.number: measure.id for measure in study.measures}
    assert numbers == {
        "1": "part1_on_child_file",
        "2": "part2_in_supervision_record",
        "3": "both_parts_recorded",
        "4": "part1_only",
        "5": "part2_only",
        "6": "neither_part_recorded",
        "6a": "parts_misplaced",
        "7": "location_unknown",
        "20": "supervision_authorised",
    }
    assert all(measure.hypothesis for measure in study.measures)


def test_shares_of_known_recording_leave_out_only_what_is_unknown() -> None:
    study = _load()

    outcomes = study.table("recording").outcome_codes
    known = tuple(code for code in outcomes if code != "unknown")
    denominators = {m.number: m.denominator for m in study.measures if m.table == "recording"}
    assert denominators.pop("7") == outcomes
    assert set(denominators.values()) == {known}


def test_its_rules_are_no_looser_than_the_floors() -> None:
    study = _load()

    assert all(getattr(study.rules, name) >= floor.value for name, floor in FLOORS.items())
    assert not study.rules.zeros_may_be_shown


def test_its_tables_read_and_break_down_what_the_specification_holds() -> None:
    study = _load()

    spec = specification.load(study.spec_version)
    team = spec.table("team")
    assert team is not None
    service = team.field("service")
    assert service is not None
    for table in study.base_tables:
        assert set(table.reads) <= set(spec.table_names)
        [dimension] = table.dimensions
        assert dimension.codes == (*(service.codes or ()), "unknown")


def test_workers_are_subjects_of_both_tables_and_children_may_be_missing_in_one() -> None:
    study = _load()

    subjects = {
        table.name: {subject.kind: subject.optional for subject in table.subjects}
        for table in study.base_tables
    }
    assert subjects == {
        "recording": {"children": True, "workers": False},
        "authorised": {"children": False, "workers": False},
    }
    assert all(table.about_staff for table in study.base_tables)


def test_the_cohort_can_be_restricted_to_some_of_its_authorities() -> None:
    study = _load(las=[KENT, MEDWAY])

    assert study.cohort.las == (KENT, MEDWAY)


@pytest.mark.parametrize("las", [[KENT, "E99999999"], [KENT]], ids=["another", "too few"])
def test_the_cohort_cannot_be_another_one_or_smaller_than_its_minimum(las: list[str]) -> None:
    with pytest.raises(InputError):
        _load(las=las)


def test_the_same_folder_and_dates_give_the_same_bytes() -> None:
    first, second = _load(), _load()

    assert first.canonical() == second.canonical()


def test_the_sql_of_a_table_is_its_file(folder: Path) -> None:
    study = _load(folder)

    assert study.table("recording").sql == (folder / "recording.sql").read_text(encoding="utf-8")


def test_a_study_that_does_not_hold_together_is_refused_with_its_field(folder: Path) -> None:
    _spoil(folder, "minimum_persons = 10", "minimum_persons = 9")

    with pytest.raises(InputError, match=r"study.toml.*rules"):
        _load(folder)


def test_a_setting_that_studies_do_not_have_is_refused(folder: Path) -> None:
    _spoil(folder, "version = 1", "version = 1\nsurprise = true")

    with pytest.raises(InputError, match=r"study\.toml"):
        _load(folder)


def test_a_file_that_is_not_toml_is_refused_with_its_line(folder: Path) -> None:
    _spoil(folder, "version = 1", "version = one")

    with pytest.raises(InputError, match="line"):
        _load(folder)


def test_a_missing_sql_file_is_named(folder: Path) -> None:
    (folder / "authorised.sql").unlink()

    with pytest.raises(InputError, match=r"authorised\.sql"):
        _load(folder)


def test_a_table_cannot_name_a_file_outside_the_folder(folder: Path) -> None:
    _spoil(folder, 'name = "recording"', 'name = "../recording"')

    with pytest.raises(InputError, match="name"):
        _load(folder)
