"""The specification's documents as files: the page, and the folder that `spec export` writes."""

from __future__ import annotations

from oversight_agent.dictionary.export import FORMATS, Format, export
from oversight_agent.dictionary.page import page

__all__ = ["FORMATS", "Format", "export", "page"]
