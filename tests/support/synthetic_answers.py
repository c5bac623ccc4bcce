"""What nineteen authorities could answer to the first study: the report's tests and pictures.

Rules kept here:

1. Figures are drawn from weights by a seed, rounded to 5; a count below 10 is hidden, and a second
   one of its row with it. They look like releases; nothing is claimed of how they came about.
2. One authority is out of reach, one is held, one refuses a table by its policy, and one lacks two.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime

from oversight_coordinator.authorities import AUTHORITIES
from oversight_coordinator.outcomes import LaOutcome
from oversight_coordinator.pool import authority_rows, pool
from oversight_coordinator.studies import MANAGEMENT_OVERSIGHT_2026, load_package
from oversight_protocol.release import Cell, Release, Row, TableAnswer, row_keys

MADE = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)
UNREACHABLE, HELD = "E06000038", "E06000041"
REFUSED = {
    ("E06000039", "caseload"): "policy",
    ("E06000046", "audit_grade"): "data",
    ("E06000046", "audit_completion"): "data",
}
SIZES = {"E10000016": 9.0, "E10000014": 8.0, "E10000030": 7.0, "E10000032": 5.5, "E10000011": 4.0}
"""Counties; all others are 1 to 3 times the smallest."""

WEIGHTS = {
    "recording": (11, 31, 3, 4, 44, 7),
    "authorised": (83, 17),
    "actions": (71, 22, 7),
    "since_supervision": (52, 4, 14, 5, 3, 9, 6, 4, 3),
    "supervision_gap": (8, 30, 24, 14, 11, 7, 5, 1),
    "audit_completion": (78, 22),
    "audit_grade": (3, 38, 42, 10, 7),
    "rereferral": (26, 74),
    "plan_duration": (31, 23, 25, 16, 5),
    "worker_changes": (47, 34, 19),
    "part1_reflection": (54, 38, 8),
    "part2_reflection": (35, 55, 10),
    "grade_by_recording": (14, 9, 26, 51),
    "personal_supervision": (68, 32),
    "recorded_in_time": (61, 25, 14),
    "plan_decisions": (58, 42),
    "audit_relative": (31, 60, 9),
    "audit_moderation": (22, 74, 4),
    "audit_actions": (64, 36),
    "survey": (11, 19, 18, 36, 16),
    "cp_start": (25, 70, 5),
}
ROWS = {
    "recording": 900, "authorised": 800, "actions": 800, "since_supervision": 600,
    "supervision_gap": 700, "audit_completion": 60, "audit_grade": 55, "rereferral": 450,
    "plan_duration": 420, "worker_changes": 250, "caseload": 45, "span": 12,
    "part1_reflection": 120, "part2_reflection": 60, "grade_by_recording": 45,
    "personal_supervision": 50, "recorded_in_time": 800, "plan_decisions": 260,
    "audit_relative": 55, "audit_moderation": 30, "audit_actions": 40, "fte_by_agency": 50,
    "survey": 520, "cp_start": 60,
}  # fmt: skip
MEANS = {"children": 16.5, "fte": 0.9, "supervisees": 5.6}


def study(las=None):
    return load_package(
        MANAGEMENT_OVERSIGHT_2026,
        issued=datetime(2026, 11, 1, tzinfo=UTC),
        expires=datetime(2027, 11, 1, tzinfo=UTC),
        las=las,
    )


def figures(asked=None, seed=20261123):
    """(study, wave, pooled rows, authorities' rows, endings) for `render`."""
    found = study(asked)
    wave, las = found.waves[0], list(found.cohort.las)
    answers = {la: release(found, la, seed) for la in las if la not in (UNREACHABLE, HELD)}
    rows = pool(found, wave, las, answers), authority_rows(found, wave, las, answers)
    return found, wave, *rows, tuple(ending(la) for la in las)


def ending(la):
    name = next(one.name for one in AUTHORITIES if one.code == la)
    outcome = {UNREACHABLE: "unreachable", HELD: "held"}.get(la, "released")
    refused = tuple((table, why) for (who, table), why in REFUSED.items() if who == la)
    return LaOutcome(la, name, outcome, None, refused)


def release(found, la, seed):
    dice = random.Random(f"{seed} {la}")
    size = SIZES.get(la) or dice.uniform(1, 3)
    tilt = dice.uniform(-0.35, 0.35)
    digest = "0" * 64
    return Release.model_construct(
        ticket="t", ticket_digest=digest, study=digest, wave=found.waves[0].id, la=la,
        answered=MADE, rules=found.rules,
        tables=tuple(
            answer(table, period.id, la, size, tilt, dice)
            for table in found.base_tables
            for period in found.waves[0].periods
        ),
    )  # fmt: skip


def answer(table, period, la, size, tilt, dice):
    if family := REFUSED.get((la, table.name)):
        return TableAnswer.model_construct(
            table=table.name, period=period, status="refused", family=family, rows=()
        )
    number = round(size * ROWS[table.name] * dice.uniform(0.95, 1.05))
    if table.outcomes:
        values = parted(number, tilted(WEIGHTS[table.name], tilt), dice)
    else:
        values = [round(number * MEANS[m] * (1 + tilt / 3)) for m in table.magnitude_names]
    lines = {("", ""): (values, number)}
    for dimension in table.dimensions:
        weights = [dice.uniform(0.5, 3) for _ in dimension.codes]
        parts = [parted(value, weights, dice) for value in (*values, number)]
        for at, code in enumerate(dimension.codes):
            *own, total = (part[at] for part in parts)
            lines[dimension.name, code] = (own, sum(own) if table.outcomes else total)
    if table.outcomes:
        lines["", ""] = (values, sum(values))
    rows = tuple(row(table, key, *lines[key]) for key in row_keys(table))
    return TableAnswer.model_construct(
        table=table.name, period=period, status="released", family=None, rows=rows
    )


def tilted(weights, tilt):
    """The last outcomes more common, the first ones less, or the other way round."""
    middle = (len(weights) - 1) / 2
    return [w * (1 + tilt * (at - middle) / middle) for at, w in enumerate(weights)]


def parted(number, weights, dice):
    """A number in parts of about these weights, which add up to it."""
    drawn = [weight * dice.uniform(0.93, 1.07) for weight in weights]
    ends, before = [], 0.0
    for weight in drawn:
        before += weight
        ends.append(round(number * before / sum(drawn)))
    return [end - start for start, end in zip([0, *ends], ends, strict=False)]


def row(table, key, values, total):
    shown = [5 * round(value / 5) if value >= 10 else None for value in values]
    if table.outcomes and shown.count(None) == 1:
        # The smallest other one: else the hidden one is what the total leaves over.
        least = min((v for v in shown if v is not None), default=None)
        shown[shown.index(least)] = None
    if not table.outcomes and total < 10:
        shown = [None] * len(shown)
    names = table.outcome_codes or table.magnitude_names
    cells = tuple(cell(name, value) for name, value in zip(names, shown, strict=True))
    whole = cell("all", 5 * round(total / 5) if total >= 10 else None)
    own, sums = (cells, ()) if table.outcomes else ((), cells)
    return Row(dimension=key[0], category=key[1], cells=own, total=whole, sums=sums)


def cell(name, value):
    return Cell(outcome=name, value=value, marker="" if value is not None else "[c]")
