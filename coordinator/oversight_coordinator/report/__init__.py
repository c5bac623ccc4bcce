"""The report: one self-contained page for people, from the pooled figures.

    page      what the page shows, and writing it
    material  the study, the wave and its figures, found by where they stand
    answer    what was tested, and what the figures say of it
    findings  what to read first
    endings   who took part, who did not, and why
    sections  each measure's part of the page
    tables    tables, all in words
    pictures  which chart a measure gets, with its words and how to read it
    funnel_words
              what a funnel plot says
    charts/   charts as SVG
    words     figures, intervals and coverage in plain words
    glossary  terms
    templates/report.html.j2, style.css

Rules kept here:

1. The page needs nothing but itself: no script, no font, no picture from elsewhere.
2. Every figure says how many authorities it comes from, of how many.
3. The same figures and the same date give the same bytes.
4. Everything that came from outside is escaped (Jinja2's autoescape; the charts' own).
5. A sentence about the figures follows from them: what intervals leave open is not claimed.
6. Who cannot see a chart has its words and its table.
"""

from oversight_coordinator.report.page import render, write_report

__all__ = ["render", "write_report"]
