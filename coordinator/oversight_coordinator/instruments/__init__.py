"""A study's instruments as workbooks: the survey of staff, the code frame of the focus groups.

survey     what a form is made from, and how its export is mapped
themes     the code frame, and a sheet in which sessions are coded
snippets   the lines of `mapping.toml` for both
workbook   sheets that everybody can read
"""

from __future__ import annotations

from oversight_coordinator.instruments.snippets import survey_mapping, theme_mapping
from oversight_coordinator.instruments.survey import survey_workbook
from oversight_coordinator.instruments.themes import themes_csv, themes_workbook

__all__ = [
    "survey_mapping",
    "survey_workbook",
    "theme_mapping",
    "themes_csv",
    "themes_workbook",
]
