"""What changed between versions, how heavy it is, and what may be published."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from oversight_protocol import specification
from oversight_protocol.spec_changes import breaches, compare, weight
from support.versions import Content, draft, field, schema

OLD = specification.load(specification.versions()[-1])
NEXT, NEXT_MAJOR = "1.1", "2.0"

RETIRED = {"since": NEXT, "reason": "Nobody used it."}


def _add(point: str, **more: object) -> Callable[[Content], object]:
    table, name = point.split(".")
    new = {"name": name, "type": "date", "title": "New", "description": "New.", **more}
    return lambda version: schema(version, table)["fields"].append(new)


def _set(point: str, **more: object) -> Callable[[Content], object]:
    return lambda version: field(version, point).update(more)


def _limit(point: str, **more: object) -> Callable[[Content], object]:
    return lambda version: field(version, point).setdefault("constraints", {}).update(more)


def _codes(point: str, *codes: object) -> Callable[[Content], object]:
    def change(version: Content) -> None:
        one = field(version, point)
        one["constraints"]["enum"] = list(codes)
        one["categories"] = [{"value": code, "label": str(code)} for code in codes]

    return change


def _drop(point: str) -> Callable[[Content], object]:
    def change(version: Content) -> None:
        fields = schema(version, point.split(".", maxsplit=1)[0])["fields"]
        fields.remove(field(version, point))

    return change


def _drop_table(name: str) -> Callable[[Content], object]:
    def change(version: Content) -> None:
        version["resources"] = [one for one in version["resources"] if one["name"] != name]

    return change


WORDING = [
    ("team.service", _set("team.service", title="Another title")),
    ("team.service", _set("team.service", description="Another description.")),
    ("worker.fte", _set("worker.fte", standard={"title": "Another"})),
    ("package", lambda version: version.update(description="Reworded.")),
]
MINOR = [
    ("worker.hired", _add("worker.hired")),
    ("plan.abuse_category", _codes("plan.abuse_category", "NEG", "PHY", "SAB", "EMO", "MUL", "X")),
    ("worker.kss", _set("worker.kss", retired=RETIRED)),
    ("worker.fte", _limit("worker.fte", maximum=2)),
    ("survey_response.question_id", _limit("survey_response.question_id", maxLength=5)),
    ("standard.max_interval_days", _limit("standard.max_interval_days", minimum=0)),
    ("team.service", _limit("team.service", required=False)),
    ("worker.kss", _set("worker.kss", dimension=True)),
    ("worker", lambda version: schema(version, "worker").pop("foreignKeys")),
    ("package", lambda version: version["bankHolidays"]["years"].update({"2099": ["2099-12-25"]})),
]
MAJOR = [
    ("worker.hired", _add("worker.hired", constraints={"required": True})),
    ("plan.abuse_category", _codes("plan.abuse_category", "NEG", "PHY", "SAB", "EMO")),
    ("worker.kss", _drop("worker.kss")),
    ("theme", _drop_table("theme")),
    ("worker.fte", _set("worker.fte", type="integer")),
    ("worker.fte", _set("worker.fte", unit="hours")),
    ("worker.fte", _limit("worker.fte", maximum=0.5)),
    ("plan.previous_cpp", _limit("plan.previous_cpp", required=True)),
    ("survey_response.question_id", _limit("survey_response.question_id", pattern="^Q[0-9]$")),
    ("worker.supervisor_id", _set("worker.supervisor_id", pseudonym="team")),
    ("team.service", _set("team.service", dimension=False)),
    ("team", lambda version: schema(version, "team").update(primaryKey=["team_id", "service"])),
    ("package", lambda version: version["bankHolidays"]["years"].update({"2026": ["2026-12-25"]})),
]
CASES = [
    pytest.param(heavy, place, change, id=f"{heavy}-{number}-{place}")
    for heavy, cases in (("wording", WORDING), ("minor", MINOR), ("major", MAJOR))
    for number, (place, change) in enumerate(cases, 1)
]


@pytest.mark.parametrize(("heavy", "place", "change"), CASES)
def test_a_change_is_told_with_its_place_and_weight(heavy: str, place: str, change: Callable):
    found = compare(OLD, draft(NEXT, change))

    assert (weight(found), found[0].place) == (heavy, place)
    assert all(one.consequence for one in found if one.weight != "wording")


def test_the_same_content_has_no_change():
    assert compare(OLD, draft(NEXT)) == ()


@pytest.mark.parametrize(("heavy", "place", "change"), CASES)
def test_only_a_major_change_needs_a_major_version(heavy: str, place: str, change: Callable):
    as_minor = any("needs version 2.0" in one for one in breaches(OLD, draft(NEXT, change)))
    as_major = any("in vain" in one for one in breaches(OLD, draft(NEXT_MAJOR, change)))

    assert (as_minor, as_major) == (heavy == "major", heavy != "major")


def test_a_version_comes_after_the_one_before_by_its_numbers():
    assert breaches(draft("1.9"), draft("1.10")) == ()
    assert "does not come after" in breaches(draft("1.10"), draft("1.9"))[0]
    assert "does not come after" in breaches(OLD, OLD)[0]


def test_a_field_is_retired_before_it_is_dropped():
    retired = draft(NEXT, _set("worker.kss", retired=RETIRED))
    dropped = draft(NEXT_MAJOR, _drop("worker.kss"))

    assert breaches(OLD, retired) == ()
    assert breaches(retired, dropped) == ()
    assert breaches(OLD, dropped) == ("worker.kss is dropped without having been retired",)


def test_a_required_field_is_retired_by_a_minor_version_that_lets_it_be_empty():
    def change(version: Content) -> None:
        _set("team.service", retired=RETIRED)(version)
        _limit("team.service", required=False)(version)

    assert breaches(OLD, draft(NEXT, change)) == ()


def test_a_table_is_dropped_only_with_all_its_fields_retired():
    wrong = breaches(OLD, draft(NEXT_MAJOR, _drop_table("theme")))

    assert len(wrong) == len(OLD.table("theme").fields)


def test_the_installed_versions_keep_these_rules():
    """With a next version that breaks them at the end, to see that they are looked at."""
    known = [specification.load(version) for version in specification.versions()]
    first, last = known[0], known[-1]
    wrong = draft(f"{specification.numbers(last.version)[0]}.99", _drop("worker.kss"))

    found = [(new.version, breaches(old, new)) for old, new in pairwise([*known, wrong])]

    assert first.version == "1.0"
    assert [version for version, broken in found if broken] == [wrong.version]
