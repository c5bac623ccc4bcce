"""The first study as data: it holds together, and an error says where it does not."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

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


def test_it_has_these_base_tables_and_measures() -> None:
    study = _load()

    assert [table.name for table in study.base_tables] == [
        "recording", "part1_reflection", "part2_reflection", "grade_by_recording",
        "recorded_in_time", "authorised", "actions", "since_supervision",
        "personal_supervision", "supervision_gap", "plan_decisions", "audit_completion",
        "audit_grade", "audit_relative", "audit_moderation", "audit_actions", "caseload",
        "span", "fte_by_agency", "survey", "rereferral", "plan_duration", "cp_start",
        "worker_changes",
    ]  # fmt: skip
    assert {measure.number: measure.id for measure in study.measures} == {
        "1": "part1_on_child_file",
        "2": "part2_in_supervision_record",
        "3": "both_parts_recorded",
        "4": "part1_only",
        "5": "part2_only",
        "6": "neither_part_recorded",
        "6a": "parts_misplaced",
        "7": "location_unknown",
        "8": "part1_reflects_family",
        "9": "part2_reflects_practitioner",
        "10a": "oversight_good_where_both",
        "10b": "oversight_good_where_not_both",
        "10c": "oversight_good_difference",
        "11": "within_local_standard",
        "12": "within_31_days",
        "13": "within_42_days",
        "14": "none_in_90_days",
        "15": "never_since_allocation",
        "16": "personal_supervision_in_standard",
        "17": "asye_supervision_in_standard",
        "18": "median_days_between",
        "19": "recorded_within_5_days",
        "20": "supervision_authorised",
        "21": "actions_set",
        "22": "decision_at_plan_change",
        "23": "audits_completed",
        "24": "oversight_good_or_better",
        "25": "oversight_inadequate",
        "26": "oversight_below_overall",
        "27": "changed_on_moderation",
        "28": "audit_actions_on_time",
        "29": "cases_per_fte",
        "30": "supervisees_per_manager",
        "31": "agency_share",
        "32": "supervision_regular_and_reflective",
        "32a": "survey_strongly_disagree",
        "32b": "survey_disagree",
        "32c": "survey_neither",
        "32d": "survey_agree",
        "32e": "survey_strongly_agree",
        "33": "rereferrals",
        "34a": "plan_up_to_3_months",
        "34b": "plan_3_to_6_months",
        "34c": "plan_6_to_12_months",
        "34d": "plan_12_to_24_months",
        "34e": "plan_24_months_or_more",
        "35": "subsequent_cp_plans",
        "36": "three_or_more_workers",
    }


def test_every_measure_says_in_few_words_what_it_shows_and_what_it_tests() -> None:
    study = _load()

    assert all(len(measure.title.split()) <= 10 for measure in study.measures)
    assert all(measure.hypothesis for measure in study.measures)
    assert len({measure.title for measure in study.measures}) == len(study.measures)


def test_every_base_table_has_a_measure() -> None:
    study = _load()

    assert {measure.table for measure in study.measures} == {t.name for t in study.base_tables}


@pytest.mark.parametrize(
    ("distribution", "table"), [("plan_duration", "plan_duration"), ("survey_answers", "survey")]
)
def test_a_distribution_splits_its_whole_once(distribution: str, table: str) -> None:
    study = _load()

    parts = [measure for measure in study.measures if measure.distribution == distribution]
    outcomes = study.table(table).outcome_codes
    assert tuple(code for measure in parts for code in measure.numerator) == outcomes
    assert {measure.denominator for measure in parts} == {outcomes}
    assert {one.distribution for one in study.measures} == {None, "plan_duration", "survey_answers"}


def test_what_is_no_share_names_its_unit() -> None:
    study = _load()

    units = {measure.id: measure.unit for measure in study.measures if measure.kind != "share"}
    assert units == {
        "oversight_good_difference": "percentage points",
        "median_days_between": "days",
        "cases_per_fte": "children per full-time worker",
        "supervisees_per_manager": "supervisees per manager",
        "agency_share": "percent",
    }


def test_figures_of_one_category_are_of_these() -> None:
    study = _load()

    places = {m.number: (m.place.dimension, m.place.code) for m in study.measures if m.place}
    assert places == {
        "17": ("asye", "asye"),
        "31": ("agency", "agency"),
        "32": ("question", "S01"),
    }


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


def test_its_tables_read_what_the_specification_holds_and_nothing_besides() -> None:
    study = _load()

    spec = specification.load(study.spec_version)
    for table in study.base_tables:
        assert set(table.reads) <= {*spec.table_names, specification.CALENDAR}
        statement = sqlglot.parse_one(table.sql, dialect="duckdb")
        named = {one.name for one in statement.find_all(exp.Table)}
        own = {one.alias for one in statement.find_all(exp.CTE)}
        assert named - own == set(table.reads), table.name


def test_services_are_those_of_the_specification_and_unknown() -> None:
    study = _load()

    team = specification.load(study.spec_version).table("team")
    assert team is not None
    service = team.field("service")
    assert service is not None
    found = {
        dimension.codes
        for table in study.base_tables
        for dimension in table.dimensions
        if dimension.name == "service"
    }
    assert found == {(*(service.codes or ()), "unknown")}


def test_each_table_is_broken_down_by_these_dimensions() -> None:
    study = _load()

    assert {t.name: [d.name for d in t.dimensions] for t in study.base_tables} == {
        "recording": ["service", "role", "agency", "asye"],
        "part1_reflection": ["service"],
        "part2_reflection": ["service"],
        "grade_by_recording": [],
        "recorded_in_time": ["service"],
        "authorised": ["service"],
        "actions": ["service"],
        "since_supervision": ["service", "plan_type"],
        "personal_supervision": ["asye", "agency", "role"],
        "supervision_gap": ["service"],
        "plan_decisions": ["plan_type"],
        "audit_completion": ["audit_type"],
        "audit_grade": ["audit_type", "service"],
        "audit_relative": [],
        "audit_moderation": [],
        "audit_actions": [],
        "caseload": ["role", "agency", "asye"],
        "span": [],
        "fte_by_agency": ["agency"],
        "survey": ["question"],
        "rereferral": [],
        "plan_duration": ["plan_type"],
        "cp_start": [],
        "worker_changes": ["service"],
    }


def test_a_table_that_names_workers_is_about_staff_and_a_child_may_be_missing_in_two() -> None:
    study = _load()

    kinds = {table.name: {s.kind for s in table.subjects} for table in study.base_tables}
    assert {name for name, of in kinds.items() if of == {"children", "workers"}} == {
        "recording", "part1_reflection", "recorded_in_time", "authorised", "actions",
    }  # fmt: skip
    assert {name for name, of in kinds.items() if of == {"workers"}} == {
        "part2_reflection", "personal_supervision", "caseload", "span", "fte_by_agency",
        "survey",
    }  # fmt: skip
    assert all(t.about_staff == ("workers" in kinds[t.name]) for t in study.base_tables)
    optional = [t.name for t in study.base_tables if any(s.optional for s in t.subjects)]
    assert optional == ["recording", "part1_reflection"]


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


def test_the_sql_of_a_table_is_its_file_with_the_fragments_in_their_places(folder: Path) -> None:
    (folder / "fragments" / "child_team.sql").write_text("child_team AS (SELECT 1)\n")
    (folder / "authorised.sql").write_text(
        "WITH a AS (SELECT 2),\n-- include: child_team\nSELECT 3"
    )
    (folder / "actions.sql").write_text(
        "WITH\n-- include: child_team,\na AS (SELECT 2)\nSELECT 3\n"
    )

    study = _load(folder)

    assert study.table("span").sql != (folder / "span.sql").read_text(encoding="utf-8")
    assert study.table("rereferral").sql == (folder / "rereferral.sql").read_text(encoding="utf-8")
    assert study.table("authorised").sql == (
        "WITH a AS (SELECT 2),\nchild_team AS (SELECT 1)\nSELECT 3"
    )
    assert study.table("actions").sql == (
        "WITH\nchild_team AS (SELECT 1),\na AS (SELECT 2)\nSELECT 3\n"
    )


def test_every_fragment_is_used_and_none_is_left_to_include(folder: Path) -> None:
    fragments = {file.stem for file in (folder / "fragments").iterdir()}

    study = _load(folder)

    used = {
        name
        for file in folder.glob("*.sql")
        for name in re.findall(
            r"^-- include: (\w+)", file.read_text(encoding="utf-8"), re.MULTILINE
        )
    }
    assert used == fragments
    assert not any("include" in table.sql for table in study.base_tables)


def test_a_missing_fragment_is_named(folder: Path) -> None:
    (folder / "fragments" / "spell.sql").unlink()

    with pytest.raises(InputError, match=r"fragments/spell\.sql"):
        _load(folder)


@pytest.mark.parametrize(
    "line",
    ["-- include: ../study", "--include: spell", "  -- include: spell", "-- Include: spell;"],
)
def test_a_line_that_only_looks_like_an_include_is_refused_with_its_file(
    folder: Path, line: str
) -> None:
    (folder / "span.sql").write_text(f"{line}\nSELECT 1\n", encoding="utf-8")

    with pytest.raises(InputError, match=r"span\.sql"):
        _load(folder)


def test_a_fragment_includes_no_other(folder: Path) -> None:
    (folder / "fragments" / "post.sql").write_text("-- include: post\n", encoding="utf-8")

    with pytest.raises(InputError, match="include"):
        _load(folder)


def test_a_dimension_that_is_named_but_not_defined_is_refused(folder: Path) -> None:
    _spoil(folder, "[dimensions.service]", "[dimensions.services]")

    with pytest.raises(InputError, match="recording names a dimension"):
        _load(folder)


def test_a_dimension_may_stand_in_its_table(folder: Path) -> None:
    inline = '{ name = "plan_type", label = "Kind", categories = [{ code = "a", label = "A" }] }'
    _spoil(folder, 'dimensions = ["cin_or_cp"]', f"dimensions = [{inline}]")

    [dimension] = _load(folder).table("plan_decisions").dimensions

    assert dimension.codes == ("a",)


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
