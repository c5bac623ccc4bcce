"""The report: one self-contained page for people, from the pooled figures.

    page    what the page shows, and writing it
    views   figures, tables and bars as the template needs them
    templates/report.html.j2

Rules kept here:

1. The page needs nothing but itself: no script, no font, no picture from elsewhere.
2. Every figure says how many authorities it comes from, of how many.
3. The same figures and the same date give the same bytes.
4. Everything that came from outside is escaped (Jinja2's autoescape).
"""

from oversight_coordinator.report.page import render, write_report

__all__ = ["render", "write_report"]
