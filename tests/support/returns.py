"""Statutory returns of people who never were, in every year's layout.

Whatever a return says of a person besides their number is `PERSON` or `BIRTH`: neither may be seen
in what is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import openpyxl

from oversight_agent.mapping import Mapped, Pseudonymiser, load, map_table
from oversight_agent.mapping import Mapping as Loaded
from oversight_agent.readers import read
from oversight_agent.sources import LIMITS, SourceLimits
from oversight_agent.tables import RawTable

PERSON = "Ottoline"
BIRTH = "2011-02-03"
SECRET = b"secret of the tests, 32 bytes ok"

CIN_YEARS = tuple(range(2009, 2027))
WORKFORCE_YEARS = tuple(range(2017, 2026))

Values = Mapping[str, Any]


def mapping_of(folder: Path, text: str) -> Loaded:
    """A mapping with the text under [[returns]]."""
    path = folder / "mapping.toml"
    path.write_text(f'specification = "1.0"\n{text}', encoding="utf-8")
    return load(path)


def raw_of(folder: Path, text: str, table: str, limits: SourceLimits = LIMITS) -> RawTable:
    """What a return gives for a table."""
    mapped = mapping_of(folder, text).tables[table]
    return read(mapped.source, folder, mapped.columns, limits)


def mapped_of(folder: Path, text: str, table: str) -> Mapped:
    """What becomes of it."""
    mapping = mapping_of(folder, text).tables[table]
    return map_table(mapping, read(mapping.source, folder, mapping.columns), Pseudonymiser(SECRET))


def rows_of(raw: RawTable) -> list[dict[str, str]]:
    """The rows of a table as they were read."""
    return [
        {str(name): str(value) for name, value in row.items()}
        for row in raw.frame.to_dict("records")
    ]


# ------------------------------------------------------------------------ census


def element(name: str, *inside: str, **values: Any) -> str:
    """An element on lines of its own."""
    held = [f"<{key}>{escape(str(value))}</{key}>" for key, value in values.items()]
    return "\n".join([f"<{name}>", *held, *inside, f"</{name}>"])


def message(collection: str, year: int, date: str, *inside: str) -> str:
    """A return."""
    details = element("CollectionDetails", Collection=collection, Year=year, ReferenceDate=date)
    source = element("Source", SourceLevel="L", LEA="886", SoftwareCode=PERSON)
    return "\n".join([
        '<?xml version="1.0" encoding="utf-8"?>', "<Message>", element("Header", details, source),
        *inside, "</Message>", "",
    ])  # fmt: skip


def cin_census(year: int, *children: str) -> str:
    """A children in need census."""
    return message("CIN", year, f"{year}-03-31", "<Children>", *children, "</Children>")


def child(year: int, number: str, *details: str) -> str:
    """A child in a year's layout."""
    sex = {"Sex": "F"} if year >= 2025 else {"GenderCurrent": "2"}
    return element(
        "Child",
        element("ChildIdentifiers", LAchildID=number, UPN="A123456789123", PersonBirthDate=BIRTH,
                ExpectedPersonBirthDate=BIRTH, **sex),
        element("ChildCharacteristics", element("Disabilities", Disability="HAND"),
                Ethnicity="WBRI"),
        *details,
    )  # fmt: skip


def details(year: int, date: str, *plans: str, **values: Any) -> str:
    """A referral in a year's layout."""
    source = {"ReferralSource": "1A"} if year >= 2014 else {}
    held = {"CINreferralDate": date} | source | {"PrimaryNeedCode": "N4", "ReferralNFA": "false"}
    if year >= 2014:
        assessment = element("Assessments", AssessmentActualStartDate=date)
    else:
        assessment = element("InitialAssessments", InitialAssessmentActualStartDate=date)
    name = "CINDetails" if year < 2011 else "CINdetails"
    return element(name, assessment, *plans, **(held | values))


def cin_plan(start: str, end: str = "") -> str:
    """A child in need plan."""
    return element("CINPlanDates", CINPlanStartDate=start, **_given(CINPlanEndDate=end))


def cp_plan(start: str, end: str = "", category: str = "NEG", previous: Any = 0) -> str:
    """A child protection plan."""
    return element(
        "ChildProtectionPlans", element("Reviews", CPPreviewDate=start),
        CPPstartDate=start, **_given(CPPendDate=end), InitialCategoryOfAbuse="EMO",
        LatestCategoryOfAbuse=category, NumberOfPreviousCPP=previous,
    )  # fmt: skip


def workforce_census(year: int, *workers: str) -> str:
    """A social work workforce census."""
    vacancies = element("LALevelVacancies", NumberOfVacancies=4)
    return message("CSWW", year, f"{year}-09-30", vacancies, *workers)


def worker(number: str, start: str = "2020-01-06", **values: Any) -> str:
    """A worker."""
    held = {
        "AgencyWorker": 0, "SWENo": number, "PersonBirthDate": BIRTH, "GenderCurrent": 1,
        "Ethnicity": "WBRI", "QualInst": PERSON, "OrgRole": 5, "RoleStartDate": start,
        "FTE30": "0.8", "Cases30": 15, "CFKSSstatus": 2,
    }  # fmt: skip
    return element("CSWWWorker", **{k: v for k, v in (held | values).items() if v is not None})


def _given(**values: str) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}


# ----------------------------------------------------------------------- Annex A

LISTS: dict[int, tuple[str, ...]] = {
    3: ("Date of Referral", "Referral Source", "Referral NFA?",
        "Number of Referrals in Last 12 Months"),
    4: ("Continuous Assessment Start Date",),
    5: ("Strategy discussion initiating Section 47 Enquiry Start Date",),
    6: ("CIN Start Date", "Primary Need Code", "Date Child Was Last Seen", "CIN Closure Date",
        "Reason for Closure", "Case Status"),
    7: ("Child Protection Plan Start Date", "Initial Category of Abuse", "Latest Category of Abuse",
        "Child Protection Plan End Date", "Number of Previous Child Protection Plans"),
    8: ("Date Started to be Looked After", "Child's Category of Need", "Placement postcode",
        "Date Ceased to be Looked After"),
    9: ("Eligibility Category",),
}  # fmt: skip
_PERSONAL = ("Child Unique ID", "Gender", "Ethnicity", "Date of Birth", "Age of Child (Years)")
_ALLOCATED = ("Allocated Team", "Allocated Worker")


def annex_a(
    path: Path,
    lists: Mapping[int, Sequence[Values]],
    *,
    titles: int = 0,
    sheets: str = "List {}",
    header: Mapping[str, str] | None = None,
) -> None:
    """Write a workbook; lists that are not given have one row of a child of their own.

    Args:
        path: where to.
        lists: each list's rows, by their columns' names.
        titles: rows above the header.
        sheets: how a sheet is named after its number.
        header: other names of columns.
    """
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, own in LISTS.items():
        rows = lists.get(number, [{"Child Unique ID": f"c{number}00"}])
        more = tuple({name: None for row in rows for name in row})
        names = tuple(dict.fromkeys((*_PERSONAL, *own, *_ALLOCATED, *more)))
        sheet = book.create_sheet(sheets.format(number))
        for _ in range(titles):
            sheet.append([f"List {number}: {PERSON}"])
        sheet.append([(header or {}).get(name, name) for name in names])
        for row in rows:
            filled = {"Gender": PERSON, "Date of Birth": BIRTH, "Placement postcode": PERSON} | row
            sheet.append([filled.get(name) for name in names])
    book.save(path)


# --------------------------------------------------- Standard Safeguarding Dataset


def dataset(folder: Path, tables: Mapping[str, Iterable[Values]], suffix: str = "") -> None:
    """Write tables as delimited text."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        listed = list(rows)
        names = tuple(dict.fromkeys(key for row in listed for key in row))
        lines = [",".join(names)]
        lines += [",".join(str(row.get(key, "")) for key in names) for row in listed]
        (folder / f"{name}{suffix}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def cells_of(raw: RawTable) -> list[str]:
    """Every value that was read."""
    return [str(value) for name in raw.frame for value in raw.frame[name]]
