"""Nineteen exports of one small world, read back without the code that wrote them.

Once by `support.undone`, which knows mappings as they are documented and nothing of the agent; once
by the agent itself.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from datetime import date, timedelta

import pytest

from oversight_coordinator.authorities import authority
from oversight_coordinator.demo.formats import EXPORTS
from oversight_coordinator.demo.records import (
    Allocation,
    Audit,
    Event,
    Inspection,
    Plan,
    Post,
    Referral,
    Response,
    Standard,
    Team,
    Theme,
    World,
)
from oversight_coordinator.demo.truth_rows_staff import QUESTIONS
from oversight_protocol.specification import load
from support.undone import undone_table

SPECIFICATION = load("1.0")
TABLES = {table.name: table for table in SPECIFICATION.mapped}


def codes(table, field):
    return TABLES[table].field(field).codes


def pick(values, number):
    return values[number % len(values)]


def some(values, number):
    """One of the values, or none."""
    return pick((*values, None), number)


def day(number):
    """Days in each quarter on which formats differ: ends of months, of a year, days below 13."""
    days = ((2025, 12, 31), (2026, 2, 28), (2026, 3, 4), (2026, 5, 12), (2026, 7, 4), (2026, 10, 1))
    return date(*pick(days, number))


def world():
    """Each code of each field, and each field empty, in some record."""
    events = range(60)
    return World(
        teams=tuple(
            Team(f"{n:02d}", None if n == 1 else "01", pick(codes("team", "service"), n))
            for n in range(1, 10)
        ),
        posts=tuple(
            Post(
                f"{n:04d}", pick(codes("worker", "role"), n), n % 2,
                pick((1.0, 0.37, 0.0, 0.8), n), some(codes("worker", "kss"), n),
                date(2018, 1, 31) + timedelta(days=n), some((date(2026, 6, 30),), n),
                some(("0001",), n), some(("02", "09"), n),
            )
            for n in range(1, 13)
        ),
        allocations=tuple(
            Allocation(
                f"{n:05d}", f"{1 + n % 12:04d}", f"{1 + n % 9:02d}",
                pick(codes("allocation", "role"), n), day(n), some((date(2026, 10, 1),), n),
                some(codes("allocation", "change_reason"), n),
            )
            for n in range(1, 21)
        ),
        events=tuple(
            sorted(
                (
                    Event(
                        f"{n + 1:06d}", some(("00007", "00011"), n), f"{1 + n % 12:04d}",
                        some(("0003",), n), day(n),
                        some((day(n),), n // 2), some((day(n),), n // 3),
                        pick(codes("oversight_event", "type"), n),
                        some(codes("oversight_event", "part1_location"), n),
                        some(codes("oversight_event", "part2_location"), n // 2),
                        some(codes("oversight_event", "reflects_family"), n),
                        some(codes("oversight_event", "reflects_practitioner"), n // 2),
                        pick(codes("oversight_event", "actions_set"), n),
                        pick(codes("oversight_event", "evidence"), n),
                    )
                    for n in events
                ),
                key=lambda event: event.held_date,
            )
        ),
        referrals=tuple(
            Referral(
                f"{n:06d}", f"{n % 7:05d}", day(n), some(codes("episode", "source"), n),
                some(codes("episode", "need"), n), some((0, 1), n), some((day(n + 1),), n),
                some(codes("episode", "reason"), n),
            )
            for n in range(1, 40)
        ),
        plans=tuple(
            Plan(
                f"{n:05d}", pick(codes("plan", "type"), n), day(n), some((date(2026, 12, 3),), n),
                some(codes("plan", "abuse_category"), n), some((0, 2, 11), n),
            )
            for n in range(1, 25)
        ),
        standards=tuple(
            Standard(cohort, 20 + n, day(n)) for n, cohort in enumerate(codes("standard", "cohort"))
        ),
        audits=tuple(
            Audit(
                f"{n:05d}", f"{n % 7:05d}", some((day(n),), n), some((day(n + 1),), n // 2),
                pick(codes("audit", "type"), n), some(codes("audit", "overall_grade"), n),
                some(codes("audit", "oversight_grade"), n + 1), some(("Y", "N"), n),
                some(codes("audit", "moderated_grade"), n + 2), some((day(n + 2),), n),
                some((day(n + 3),), n // 3),
            )
            for n in range(1, 37)
        ),
        responses=tuple(
            Response(
                f"{n:04d}", day(n // 4), question, 1 + (n + place) % 5,
                some(codes("survey_response", "role"), n), some(("02", "09"), n),
            )
            for n in range(1, 12)
            for place, question in enumerate(QUESTIONS)
            if (n + place) % 7
        ),
        themes=tuple(
            Theme(f"{n % 3:02d}", pick(codes("theme", "kind"), n % 3), f"T{n:02d}", n)
            for n in range(1, 15)
        ),
        inspections=tuple(
            Inspection(
                framework, day(n),
                *(some(codes("inspection", "overall"), n + more) for more in range(5)),
                pick(codes("inspection", "public"), n),
            )
            for n, framework in enumerate(codes("inspection", "framework"))
        ),
    )  # fmt: skip


WORLD = world()


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """By ONS code, a folder with `data` and the mapping."""
    made = {}
    for code, export in EXPORTS.items():
        made[code] = folder = tmp_path_factory.mktemp(code)
        export.write(folder / "data", export.shown(WORLD))
        (folder / "mapping.toml").write_text(export.mapping(authority(code).name), "utf-8")
    return made


def mapping_of(folder):
    return tomllib.loads((folder / "mapping.toml").read_text(encoding="utf-8"))


def expected(value, settings):
    """What should come of a record's value: a blank may stand for a code and for nothing."""
    return settings.get("blank") if value is None else value


@pytest.mark.parametrize("code", EXPORTS)
def test_files_undone_by_their_mapping_are_the_records(folders, code):
    folder, shown = folders[code], EXPORTS[code].shown(WORLD)
    tables = mapping_of(folder)["tables"]
    prefixes = {}

    for name, table in tables.items():
        found, records = undone_table(folder / "data", table, TABLES[name]), shown.table(name)
        assert found
        for field, values in found.items():
            wanted = [expected(getattr(one, field), table["fields"][field]) for one in records]
            kind = TABLES[name].field(field).pseudonym
            if kind:
                pairs = zip(values, wanted, strict=True)
                prefix = next(f.removesuffix(w) for f, w in pairs if w is not None)
                assert prefixes.setdefault(kind, prefix) == prefix
                wanted = [one and prefix + one for one in wanted]
            assert values == wanted, f"{name}.{field}"


def rows_without_identifiers(table, rows):
    """Rows as a count of each, and how often each identifier of a field stands."""
    fields = [field for field in TABLES[table].fields if field.name != "referral_id"]
    plain = Counter(
        tuple(_plain(row[field.name]) for field in fields if not field.pseudonym) for row in rows
    )
    named = {
        field.name: sorted(
            Counter(one for row in rows if (one := _plain(row[field.name])) is not None).values()
        )
        for field in fields
        if field.pseudonym
    }
    return plain, named


def _plain(value):
    """A value of a data frame or a record in one form."""
    if value is None or value != value or str(value) in ("<NA>", "NaT"):  # noqa: PLR0124
        return None
    if hasattr(value, "date"):
        return value.date()
    return round(float(value), 9) if isinstance(value, int | float) else value


@pytest.mark.parametrize("code", EXPORTS)
def test_the_agent_reads_the_records(folders, code):
    from oversight_agent.mapping import Pseudonymiser, load
    from oversight_agent.pipeline.sourcing import sourced

    folder, shown = folders[code], EXPORTS[code].shown(WORLD)
    mapping = load(folder / "mapping.toml")

    found = sourced(mapping, folder / "data", Pseudonymiser(bytes(32)))

    assert found.problems == ()
    assert found.tables.keys() == {name for name in TABLES if shown.table(name)}
    for name, table in found.tables.items():
        settings = mapping_of(folder)["tables"].get(name, {}).get("fields", {})
        records = [
            {key: expected(value, settings.get(key, {})) for key, value in row.items()}
            for row in (record._asdict() for record in shown.table(name))
        ]
        rows = table.frame.to_dict("records")
        assert rows_without_identifiers(name, rows) == rows_without_identifiers(name, records), name
