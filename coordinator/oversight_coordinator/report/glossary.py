"""The terms that a reader of the page may not know, in the order of the alphabet."""

from __future__ import annotations

GLOSSARY = (
    (
        "ASYE",
        "Assessed and supported year in employment: a social worker's first year in practice.",
    ),
    ("Authority", "A local authority with responsibility for children's services."),
    (
        "Case supervision",
        "A conversation in which a manager looks at the work with one child. It may be combined "
        "with personal supervision.",
    ),
    (
        "CIN, CP, CLA",
        "Child in need, child protection, child looked after: why a child has a plan.",
    ),
    (
        "Full-time worker",
        "Working time is added up: two people who each work half of the week count as one.",
    ),
    (
        "Interval",
        "The least and the greatest value that the true figure can have, over all authorities that "
        "answered, given how counts were rounded and which were withheld. It is no margin of "
        "chance.",
    ),
    ("Median", "The value in the middle: half of all are lower and half are higher."),
    (
        "Part 1",
        "The reflection on the family, its capacity to change and its prognosis. It belongs on the "
        "child's file.",
    ),
    (
        "Part 2",
        "The reflection on how the practitioner's own experience shapes the assessment. It belongs "
        "in the practitioner's personal supervision record.",
    ),
    ("Personal supervision", "A conversation in which a manager looks at a worker's own practice."),
    (
        "Pooled",
        "Added up over authorities first, and divided then, so that large authorities count for "
        "more.",
    ),
    ("Quarter", "Three months of the calendar year."),
    (
        "Withheld",
        "Not sent, because few persons stand behind the count, or because one that was withheld "
        "could be worked out from it.",
    ),
)
"""(term, meaning)"""
