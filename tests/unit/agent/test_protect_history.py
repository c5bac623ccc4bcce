"""`oversight-agent protect --history --record`: own tables beside what was published before."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from oversight_agent import config, keys
from oversight_agent.cli import main
from oversight_agent.history import HistoryError
from oversight_agent.ledger import LedgerFile
from oversight_agent.pipeline.remembering import Remembering
from oversight_protocol.schema_export import schemas
from support.commands import Ended, call
from support.own_counts import Json, write
from support.requests import Home

Protect = Callable[..., Ended]
QUARTER = {"id": "2026Q1", "start": "2026-01-01", "end": "2026-03-31"}
NEXT = {"id": "2026Q2", "start": "2026-04-01", "end": "2026-06-30"}
HALF_YEAR = {"id": "2026H1", "start": "2026-01-01", "end": "2026-06-30"}
SHIFTED = {"id": "shifted", "start": "2026-02-01", "end": "2026-04-30"}


@pytest.fixture
def protect(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Protect:
    """The command, run in this process."""
    return partial(call, main, monkeypatch, capfd, "oversight-agent", "protect")


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Protect:
    """The list of what was recorded."""
    return partial(call, main, monkeypatch, capfd, "oversight-agent", "history", "show")


def table(yes: int, no: int, period: Json = QUARTER, name: str = "open_cases") -> Json:
    """Children by one question."""
    return {
        "name": name, "period": period, "unit": "children", "subjects": ["children"],
        "outcomes": ["yes", "no"],
        "cells": [{"outcome": "yes", "count": yes}, {"outcome": "no", "count": no}],
    }  # fmt: skip


def begin(home: Home) -> None:
    """The agent's history, as its first answer begins it."""
    settings = config.load(home.folder)
    file = LedgerFile(settings.ledger, settings.origin, keys.signing_key(home.folder))
    with file.locked() as ledger:
        Remembering(settings).frozen(ledger, datetime(2026, 4, 1, tzinfo=UTC))


def file_of(*tables: Json, **more: Any) -> Json:
    return {"form": "true-counts", "version": 1, "tables": list(tables), **more}


def values(document: Json, number: int = 0) -> dict[str, int | None]:
    return {one["outcome"]: one["value"] for one in document["tables"][number]["figures"]}


def done(result: Ended) -> Json:
    assert result.status == 0, result.err
    document: Json = json.loads(result.out)
    Draft202012Validator(schemas()["protected-tables"]).validate(document)
    return document


def test_what_is_recorded_is_in_the_history_and_verifies(
    protect: Protect, show: Protect, tmp_path: Path
) -> None:
    folder = tmp_path / "published"

    document = done(protect(write(tmp_path, file_of(table(60, 40))), "--history", folder,
                            "--record", "--json"))  # fmt: skip
    listed = json.loads(show("--history", folder, "--json").out)

    assert document["recorded"] is True
    assert [(one["table"], one["period"], one["for"]) for one in listed] == [
        ("open_cases", "2026Q1", "own publication")
    ]
    assert (folder / "keys" / "pseudonym.secret").stat().st_mode & 0o077 == 0


def test_without_record_nothing_is_kept(protect: Protect, show: Protect, tmp_path: Path) -> None:
    folder = tmp_path / "published"
    protect(write(tmp_path, file_of(table(60, 40))), "--history", folder, "--record")

    other = write(tmp_path, file_of(table(80, 70, NEXT)))
    document = done(protect(other, "--history", folder, "--json"))

    assert document["recorded"] is False
    assert len(json.loads(show("--history", folder, "--json").out)) == 1


def test_a_table_that_was_recorded_is_answered_as_it_was_even_by_stricter_rules(
    protect: Protect, show: Protect, tmp_path: Path
) -> None:
    folder = tmp_path / "published"
    path = write(tmp_path, file_of(table(60, 40)))
    policy = tmp_path / "policy.toml"
    policy.write_text("[rules]\nminimum_persons = 50\n")
    first = done(protect(path, "--history", folder, "--record", "--json"))

    again = done(protect(path, "--history", folder, "--record", "--policy", policy, "--json"))

    assert again["tables"][0] == {**first["tables"][0], "recorded_before": True}
    assert again["report"] == first["report"]
    assert values(again)["no"] == 40
    assert len(json.loads(show("--history", folder, "--json").out)) == 1


def test_a_correction_by_a_few_children_does_not_show_how_many(
    protect: Protect, tmp_path: Path
) -> None:
    folder = tmp_path / "published"
    corrected = write(tmp_path, file_of(table(63, 40)), "corrected.json")
    alone = done(protect(corrected, "--json"))
    protect(write(tmp_path, file_of(table(60, 40))), "--history", folder, "--record")

    beside = done(protect(corrected, "--history", folder, "--json"))

    assert values(alone) == {"all": 105, "yes": 65, "no": 40}
    assert values(beside)["yes"] is None
    assert any("were changed since" in one for one in beside["report"][0]["history"])


def test_a_recorded_table_is_printed_with_what_was_recorded_beside_it_since(
    protect: Protect, tmp_path: Path
) -> None:
    folder = tmp_path / "published"
    tables = [
        by_service({"north": (43, 50), "south": (90, 58)}, HALF_YEAR),
        by_service({"north": (40, 30), "south": (50, 33)}, QUARTER),
        by_service({"north": (3, 20), "south": (40, 25)}, NEXT),
    ]
    every = write(tmp_path, file_of(*tables), "every.json")
    last = write(tmp_path, file_of(tables[2]), "last.json")
    for number, one in enumerate(tables):
        protect(write(tmp_path, file_of(one), f"{number}.json"), "--history", folder, "--record")

    alone, together = (done(protect(path, "--history", folder, "--json")) for path in (last, every))

    assert alone["tables"][0]["figures"] == together["tables"][2]["figures"]


def test_the_interval_beside_a_correction_does_not_tell_its_direction(
    protect: Protect, tmp_path: Path
) -> None:
    folder = tmp_path / "published"
    protect(write(tmp_path, file_of(table(60, 40))), "--history", folder, "--record")

    added, left_out = (
        done(protect(write(tmp_path, file_of(table(yes, 40))), "--history", folder, "--json"))
        for yes in (61, 59)
    )

    assert values(added)["yes"] is None
    assert added["tables"][0]["figures"] == left_out["tables"][0]["figures"]


def test_a_half_year_after_one_of_its_quarters_hides_what_would_give_the_other_away(
    protect: Protect, tmp_path: Path
) -> None:
    folder = tmp_path / "published"
    half = write(tmp_path, file_of(table(64, 95, HALF_YEAR)), "half.json")
    alone = done(protect(half, "--json"))
    protect(write(tmp_path, file_of(table(60, 40))), "--history", folder, "--record")

    beside = done(protect(half, "--history", folder, "--json"))

    assert values(alone)["yes"] == 65
    assert values(beside)["yes"] is None
    [low, high] = next(
        one["interval"] for one in beside["tables"][0]["figures"] if one["outcome"] == "yes"
    )
    # The quarter showed 60, so 58 to 62: the other quarter's may be any small count.
    assert low - 62 <= 0
    assert high - 58 >= 9


def test_days_that_overlap_are_withheld_and_it_is_said_what_would_pass(
    protect: Protect, tmp_path: Path
) -> None:
    folder = tmp_path / "published"
    protect(write(tmp_path, file_of(table(60, 40))), "--history", folder, "--record")
    shifted = write(tmp_path, file_of(table(61, 40, SHIFTED)), "shifted.json")

    document = done(protect(shifted, "--history", folder, "--record", "--json"))
    again = done(protect(shifted, "--history", folder, "--json"))

    assert document["tables"][0]["status"] == "withheld"
    assert set(values(document).values()) == {None}
    reasons = document["report"][0]["history"]
    assert "the next whole quarter is 2026-Q3, once it is over" in reasons[0]
    assert again["tables"][0]["recorded_before"] is True
    assert again["tables"][0]["status"] == "withheld"


OF_A_STUDY = re.compile(r"\b(study|wave|snapshot|mapping)", re.IGNORECASE)


def by_service(counts: Json, period: Json) -> Json:
    """Children by one question and by service."""
    return table(0, 0, period) | {
        "dimensions": [{"name": "service", "codes": list(counts)}],
        "cells": [
            {"at": {"service": service}, "outcome": outcome, "count": count}
            for service, both in counts.items()
            for outcome, count in zip(("yes", "no"), both, strict=True)
        ],
    }


def test_an_authority_is_told_what_it_can_do_about_its_own_publications(
    protect: Protect, show: Protect, tmp_path: Path
) -> None:
    folder = tmp_path / "published"
    earlier = {"a": (60, 40), "b": (50, 33), "c": (44, 20)}
    protect(write(tmp_path, file_of(by_service(earlier, QUARTER))),
            "--history", folder, "--record")  # fmt: skip
    corrected = write(tmp_path, file_of(by_service(earlier | {"a": (63, 40)}, QUARTER)))

    beside = done(protect(corrected, "--history", folder, "--json"))
    [[reason]] = [one["history"] for one in beside["report"]]
    shown = show("--history", folder, "--candidate", corrected).out
    later = show("--history", folder, "--table", "open_cases",
                 "--period", "2026-04-01..2026-06-30").out  # fmt: skip

    assert re.search(r"as 'open_cases' for 2026Q1, recorded on \d", reason)
    for advice in ("again, unchanged", "leave out the category", "wait for the next period"):
        assert advice in reason
    assert reason in shown
    assert "coarser categories" in later
    assert "nothing is hidden for it" in later
    assert not OF_A_STUDY.search(reason + shown + later)
    # The advice is true: it passes without the category, and as it was.
    for counts in ({"b": (50, 33), "c": (44, 20)}, earlier):
        passes = write(tmp_path, file_of(by_service(counts, QUARTER)), "passes.json")
        figures = done(protect(passes, "--history", folder, "--json"))["tables"][0]["figures"]
        assert all(one["value"] is not None for one in figures)


def test_other_categories_for_days_around_earlier_ones_are_withheld_and_it_is_said_why(
    protect: Protect, tmp_path: Path
) -> None:
    folder = tmp_path / "published"
    halves = {"a": (120, 80), "b": (100, 66), "c": (88, 40)}
    protect(write(tmp_path, file_of(by_service({"a": (60, 40), "b": (50, 33), "c": (44, 20)},
            QUARTER))), "--history", folder, "--record")  # fmt: skip
    fewer = {"ab": (220, 146), "c": (88, 40)}

    other, same = (
        done(protect(write(tmp_path, file_of(by_service(counts, HALF_YEAR))),
                     "--history", folder, "--json"))
        for counts in (fewer, halves)
    )  # fmt: skip

    assert other["tables"][0]["status"] == "withheld"
    [reason] = other["report"][0]["history"]
    assert "its outcomes or categories are others" in reason
    assert "Keep the outcomes and categories of the earlier table" in reason
    # The advice is true.
    assert same["tables"][0]["status"] == "released"


def test_days_that_overlap_in_one_file_are_both_withheld(protect: Protect, tmp_path: Path) -> None:
    path = write(tmp_path, file_of(table(60, 40), table(63, 40, SHIFTED)))

    document = done(protect(path, "--json"))

    assert [one["status"] for one in document["tables"]] == ["withheld", "withheld"]
    assert all(one["history"] for one in document["report"])


def test_a_link_holds_with_a_table_that_was_recorded_before(
    protect: Protect, tmp_path: Path
) -> None:
    folder = tmp_path / "published"
    wide, narrow = table(64, 40, name="wide"), table(60, 40, name="narrow")
    protect(write(tmp_path, file_of(wide)), "--history", folder, "--record")
    link = {"kind": "contained", "tables": ["wide", "narrow"]}

    apart = done(protect(write(tmp_path, file_of(wide, narrow)), "--history", folder, "--json"))
    linked = done(protect(write(tmp_path, file_of(wide, narrow, links=[link])),
                          "--history", folder, "--json"))  # fmt: skip

    assert values(apart, 1) == {"all": 100, "yes": 60, "no": 40}
    assert values(linked, 0) == values(apart, 0)
    assert values(linked, 1)["all"] is None


def test_a_public_figure_of_one_period_is_none_of_another(protect: Protect, tmp_path: Path) -> None:
    path = write(tmp_path, file_of(
        table(60, 3), table(60, 3, NEXT), public=[{"table": "open_cases@2026Q1", "outcome": "no"}],
    ))  # fmt: skip

    document = done(protect(path, "--json"))

    known, unknown = (
        next(one["interval"] for one in each["figures"] if one["outcome"] == "no")
        for each in document["tables"]
    )
    assert known == [3, 3]
    assert unknown[0] == 0
    assert unknown[1] is None or unknown[1] >= 9


def test_a_history_that_is_not_there_or_was_altered_stops_all(
    protect: Protect, tmp_path: Path
) -> None:
    path, folder = write(tmp_path, file_of(table(60, 40))), tmp_path / "published"
    nowhere = protect(path, "--history", folder, "--json")
    unsaid = protect(path, "--record", "--json")
    protect(path, "--history", folder, "--record")

    with sqlite3.connect(folder / "history.db") as database:
        database.execute("UPDATE released SET ticket = 'another'")
    altered = protect(path, "--history", folder, "--json")
    (folder / "history.db").unlink()
    lost = protect(path, "--history", folder, "--record", "--json")

    for result, says in (
        (nowhere, "no history in this folder"), (unsaid, "--record"), (altered, "altered"),
        (lost, "missing"),
    ):  # fmt: skip
        assert (result.status, result.out) == (2, "")
        assert says in result.err
    assert not (folder / "history.db").exists()


@pytest.mark.parametrize("record", [(), ("--record",)])
def test_a_file_in_place_of_the_history_s_folder_is_told(
    record: tuple[str, ...], protect: Protect, tmp_path: Path
) -> None:
    path = write(tmp_path, file_of(table(60, 40)))

    itself = protect(path, "--history", path, *record, "--json")
    below = protect(path, "--history", path / "published", *record, "--json")

    assert (itself.status, itself.out) == (2, "")
    assert f"{path}: this is no folder" in itself.err
    assert "name the folder" in itself.err
    assert (below.status, below.out) == (2, "")
    says = "no history can be begun in this folder" if record else "no history in this folder"
    assert f"{path / 'published'}: " in below.err
    assert says in below.err


def test_own_publications_are_kept_in_the_agent_s_history_once_it_has_begun(
    home: Home, protect: Protect, show: Protect, tmp_path: Path
) -> None:
    path = write(tmp_path, file_of(table(60, 40)))
    before = protect(path, "--home", home.folder, "--record", "--json")
    begin(home)

    document = done(protect(path, "--home", home.folder, "--record", "--json"))
    corrected = write(tmp_path, file_of(table(63, 40)))
    beside = done(protect(corrected, "--home", home.folder, "--json"))
    (home.folder / "history.db").unlink()
    lost = protect(path, "--home", home.folder, "--json")

    assert (before.status, before.out) == (2, "")
    assert "start the agent once" in before.err
    assert document["recorded"] is True
    assert values(beside)["yes"] is None
    assert (lost.status, lost.out) == (2, "")
    assert "missing" in lost.err


@pytest.mark.parametrize("option", ["--home", "--history"])
def test_an_agent_s_history_without_what_was_recorded_last_is_noticed_at_once(
    option: str, home: Home, protect: Protect, tmp_path: Path
) -> None:
    begin(home)
    earlier = (home.folder / "history.db").read_bytes()
    path = write(tmp_path, file_of(table(60, 40)))
    for _ in range(2):
        done(protect(path, option, home.folder, "--record", "--json"))
    (home.folder / "history.db").write_bytes(earlier)

    result = protect(path, option, home.folder, "--json")

    assert (result.status, result.out) == (2, "")
    assert "older than the ledger says" in result.err
    with pytest.raises(HistoryError, match="older than the ledger says"):
        begin(home)
    # What was recorded before is not recorded again.
    assert home.kinds() == ["history-begun", "publication-recorded"]


def test_one_history_is_named_and_not_two(home: Home, protect: Protect, tmp_path: Path) -> None:
    path, folder = write(tmp_path, file_of(table(60, 40))), tmp_path / "published"

    both = protect(path, "--home", home.folder, "--history", folder, "--record", "--json")

    assert (both.status, both.out) == (2, "")
    assert "--history, --home: two histories are named" in both.err
    assert f"{folder} and {home.folder}" in both.err
    assert "leave --home out" in both.err
    assert not folder.exists()


@pytest.mark.parametrize("option", ["--home", "--history"])
def test_the_agent_s_policy_holds_and_of_two_policies_the_stricter(
    option: str, home: Home, protect: Protect, tmp_path: Path
) -> None:
    begin(home)
    path, other = write(tmp_path, file_of(table(60, 40))), tmp_path / "other.toml"
    (home.folder / "policy.toml").write_text("[rules]\nminimum_persons = 50\n")
    other.write_text("[rules]\nminimum_persons = 20\nrounding_base = 10\n")

    beside = done(protect(path, option, home.folder, "--json"))
    both = done(protect(path, option, home.folder, "--policy", other, "--json"))
    other.write_text("[rules]\nminimum_persons = 70\n")
    stricter = done(protect(path, option, home.folder, "--policy", other, "--json"))
    said = protect(path, option, home.folder, "--policy", other)
    (home.folder / "policy.toml").write_text("[rules]\nminimum_persons = 5\n")
    loose = protect(path, option, home.folder, "--json")

    assert (beside["rules"]["minimum_persons"], beside["rules"]["rounding_base"]) == (50, 5)
    assert values(beside)["no"] is None
    assert (both["rules"]["minimum_persons"], both["rules"]["rounding_base"]) == (50, 10)
    assert stricter["rules"]["minimum_persons"] == 70
    assert f"the file's and of {other} and {home.folder / 'policy.toml'}." in said.out
    assert (loose.status, loose.out) == (2, "")
    assert "floor" in loose.err


def test_a_file_that_cannot_be_used_records_nothing(
    protect: Protect, show: Protect, tmp_path: Path
) -> None:
    folder = tmp_path / "published"
    protect(write(tmp_path, file_of(table(60, 40))), "--history", folder, "--record")
    wrong = table(60, 40, NEXT)
    wrong["cells"].append({"outcome": "all", "count": 7})

    refused = protect(write(tmp_path, file_of(table(60, 40, NEXT, "other"), wrong)),
                      "--history", folder, "--record", "--json")  # fmt: skip

    assert (refused.status, refused.out) == (2, "")
    assert len(json.loads(show("--history", folder, "--json").out)) == 1
