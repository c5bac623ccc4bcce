"""Every example of docs/mapping.md is a mapping that loads, and the page names every setting."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from oversight_agent.mapping.settings import (
    Condition,
    FieldSettings,
    JoinSettings,
    LookupSettings,
    MappingSettings,
    NumberFormat,
    TableSettings,
)
from oversight_agent.sources import SourceSettings
from support.mapped import loaded

PAGE = (Path(__file__).parents[3] / "docs" / "mapping.md").read_text(encoding="utf-8")
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
    # The settings of a source have a page of their own.
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
