"""Every example of docs/mapping.md is a mapping that loads, and every setting is described.

A source's settings have a page of their own.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from oversight_agent.mapping.return_settings import ReturnSettings
from oversight_agent.mapping.settings import (
    Condition,
    DaysBetween,
    FieldSettings,
    JoinSettings,
    LookupSettings,
    MappingSettings,
    NumberFormat,
    TableSettings,
)
from oversight_agent.sources import SourceSettings, WideSettings
from support.mapped import loaded

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "mapping.md").read_text(encoding="utf-8")
SOURCES = (DOCS / "sources.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```toml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
MODELS = (
    MappingSettings, TableSettings, FieldSettings, Condition, JoinSettings, LookupSettings,
    NumberFormat,
)  # fmt: skip

_IN_TABLES = {"fields", "joins", "tables"}
"""Told as part of a table's name, as [tables.NAME.fields]."""


def test_the_page_has_examples() -> None:
    assert len(EXAMPLES) >= 10


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_is_a_mapping_that_loads(tmp_path: Path, number: int) -> None:
    mapping = loaded(tmp_path, EXAMPLES[number])

    assert mapping.tables


def test_the_examples_use_every_setting_of_the_mapping() -> None:
    wanted = {
        one.alias or name
        for model in MODELS
        for name, one in model.model_fields.items()
        if name not in SourceSettings.model_fields
    }
    shown = "\n".join(EXAMPLES)

    missing = {name for name in wanted if not re.search(rf"\b{name}\b", shown)}

    assert missing == set()
    assert all(re.search(rf"`(\[+)?({name})\b", PAGE) for name in wanted - _IN_TABLES)


@pytest.mark.parametrize(
    "model", [*MODELS, DaysBetween, WideSettings, ReturnSettings, SourceSettings]
)
def test_every_setting_is_described_or_shown_on_one_of_the_two_pages(
    model: type[BaseModel],
) -> None:
    names = {one.alias or name for name, one in model.model_fields.items()}

    # In a line of an example, in a table's name, or as code in the text.
    missing = {
        name for name in names
        if not re.search(rf"^{name} = |^\[.*\b{name}\b|`[^`\n]*\b{name}\b|[{{,] {name} = ",
                         PAGE + SOURCES, re.MULTILINE)
    }  # fmt: skip
    assert missing == set()


def test_the_page_shows_a_survey_whose_columns_become_rows() -> None:
    assert any(".wide.question]" in one for one in EXAMPLES)
    assert "(sources.md" in PAGE
