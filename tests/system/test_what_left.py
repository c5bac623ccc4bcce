"""What the authorities' files became: no small count and nothing personal outside of them."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser

import duckdb
import pytest

from support.outside import CODES, SLUGS, all_texts, ledger_entries, payload

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("demo")]

RELEASE_FIELDS = {
    "type", "ticket", "ticket_digest", "study", "wave", "la", "answered", "rules", "coarsest_base",
    "tables",
}  # fmt: skip
ENCODINGS = {"kent": "utf-8-sig", "medway": "cp1252", "brighton-and-hove": "utf-8"}


def numbers_in(value):
    """All numbers in a document of JSON's types."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [number for part in value for number in numbers_in(part)]
    return [value] if isinstance(value, int | float) and not isinstance(value, bool) else []


def too_fine(counts):
    """The counts that could be of 1 to 9 persons, or that were not rounded."""
    return [count for count in counts if count is not None and (0 < count < 10 or count % 5)]


def test_the_check_itself_finds_small_and_unrounded_counts():
    assert too_fine([0, 10, 15, 1205, None]) == []
    assert too_fine([1, 5, 9, 12, 7.5]) == [1, 5, 9, 12, 7.5]


def releases(demo):
    """Every release wherever it is kept: what was sent, received and stored."""
    found = {f"store {la}": one for la, one in demo.store_answers().items()}
    for entry in ledger_entries(demo.coordinator):
        if entry["kind"] == "answer-received":
            found[f"coordinator's ledger {entry['body']['la']}"] = payload(
                entry["body"]["envelope"]
            )
    for slug in SLUGS:
        for entry in ledger_entries(demo.agent(slug)):
            if entry["kind"] == "answered":
                found[f"sent by {slug}"] = payload(entry["body"]["answer"])
                found[f"recorded by {slug}"] = entry["body"]["release"]
    return found


def test_no_release_anywhere_holds_a_small_or_unrounded_count(kept_demo):
    found = releases(kept_demo)

    assert len(found) == 12
    for where, release in found.items():
        counts = numbers_in(release["tables"])
        assert set(release) == RELEASE_FIELDS
        assert len(counts) > 50
        assert too_fine(counts) == [], where


def test_what_was_sent_is_what_was_recorded_received_and_stored(kept_demo):
    found = releases(kept_demo)

    for slug, la in CODES.items():
        sent = found[f"sent by {slug}"]
        assert found[f"store {la}"] == found[f"coordinator's ledger {la}"] == sent
        assert found[f"recorded by {slug}"]["tables"] == sent["tables"]


def test_pooled_figures_hold_no_small_or_unrounded_count(kept_demo):
    counts = [
        int(row[name])
        for row in kept_demo.csv_rows()
        for name in ("numerator", "denominator")
        if row[name]
    ]
    in_json = [
        row[name] for row in kept_demo.document["measures"] for name in ("numerator", "denominator")
    ]

    assert len(counts) > 200
    assert too_fine(counts) == too_fine(in_json) == []


class Cells(HTMLParser):
    """The words of a page's table cells, of its headline figure, and of its other paragraphs."""

    def __init__(self):
        super().__init__()
        self.cells, self.headline, self.prose, self._into = [], [], [], None

    def handle_starttag(self, tag, attrs):
        if tag == "td":
            self.cells.append([])
            self._into = self.cells[-1]
        elif tag == "p":
            self._into = self.headline if ("class", "headline") in attrs else self.prose

    def handle_endtag(self, tag):
        if tag in ("td", "p"):
            self._into = None

    def handle_data(self, data):
        if self._into is not None:
            self._into.extend(data.split())


AUTHORITIES = re.compile(
    r"from [0-3] of 3 authorities(; the interval covers all [0-3] that answered)?"
)
HARMLESS = re.compile(r"\d[\d,]*\.\d%?|\b0% to 100%|\b95%|\b\d+( to \d+)? days")
"""Figures with a decimal, limits of a funnel, bounds of a median: none is a count of persons."""
COUNT = re.compile(r"\bof ([\d,]+)")


def test_the_report_shows_shares_and_no_small_or_unrounded_count(kept_demo):
    page = Cells()
    page.feed((kept_demo.out / "report" / "index.html").read_text("utf-8"))

    cells = [" ".join(words) for words in page.cells]
    pooled = [cell for cell in cells if AUTHORITIES.search(cell)]
    bare = [HARMLESS.sub("", AUTHORITIES.sub("", cell)) for cell in cells]
    behind = [number for cell in bare for number in COUNT.findall(cell)]
    said = re.findall(r"([\d,]+) \w+; interval", " ".join(page.headline))
    told = re.findall(r"% of ([\d,]+)", " ".join(page.prose))

    assert len(pooled) == len(kept_demo.csv_rows())
    assert len(said) == 1
    assert len(told) > 10
    assert len(behind) > 100
    assert [cell for cell in bare if re.search(r"\d", COUNT.sub("", cell))] == []
    assert too_fine([int(number.replace(",", "")) for number in (*behind, *said, *told)]) == []


def test_true_counts_from_1_to_9_exist_and_every_one_of_them_is_suppressed(kept_demo):
    shown = {
        (la, table["table"], table["period"], row["dimension"], row["category"], cell["outcome"]):
            cell["value"]
        for la, release in kept_demo.store_answers().items()
        for table in release["tables"]
        for row in table["rows"]
        for cell in row["cells"]
    }  # fmt: skip
    small = [
        tuple(one[name] for name in ("la", "table", "period", "dimension", "category", "outcome"))
        for one in kept_demo.truth()
        if 1 <= one["count"] <= 9
    ]

    assert len(small) >= 10
    assert {place[0] for place in small} == set(CODES.values())
    assert [place for place in small if shown[place] is not None] == []


# ---------------------------------------------------------------------- nothing personal


PERSONAL = {
    "kent": (
        "Person ID", "Child's name", "Date of birth", "Staff number", "Supervisee", "Supervisor",
        "Name", "Email", "Form ID",
    ),
    "medway": (
        "Child no", "Name", "DOB", "Payroll no", "Social worker", "Manager", "Employee",
        "Line manager", "Ref",
    ),
    "brighton-and-hove": (
        "CHI_ID", "CHI_NAME", "CHI_DOB", "WKR_ID", "WKR_NAME", "SUPERVISOR_ID", "EVT_ID",
    ),
}  # fmt: skip
"""Columns of the exports that name a person or a record of one."""


def rows_of(slug, path):
    """The rows of an export as its readers would see them."""
    text = path.read_bytes().decode(ENCODINGS[slug])
    delimiter = max(";|,", key=text.splitlines()[0].count)
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def personal_words(demo):
    """What stands in those columns, but for numbers of up to four digits, which any date holds."""
    words = set()
    for slug in SLUGS:
        for path in (demo.out / "las" / slug / "data").glob("*.csv"):
            for row in rows_of(slug, path):
                words |= {row[name] for name in PERSONAL[slug] if name in row}
    return {word for word in words if not re.fullmatch(r"\d{0,4}", word)}


MARKERS = (
    "Child 0", "Example, Child", "Worker 0", "Example team", "quipe Example", "authority.example",
    "Synthetic note",
)  # fmt: skip


TOKENS = (
    re.compile(r"(?<![A-Za-z0-9-])[A-Za-z0-9-]*[A-Za-z-][A-Za-z0-9-]*"),
    re.compile(r"(?<![0-9/])[0-9]+/[0-9/]+"),
    # Digits alone, but not by chance between two signs of base64.
    re.compile(r"(?<![A-Za-z0-9+/=.-])[0-9]+(?![A-Za-z0-9+/=-])"),
)


def personal_in(content, words):
    """What of these words, and of the generator's marks, stands in a content, unwrapped."""
    found = set()
    for text in all_texts(content):
        tokens = {token for form in TOKENS for token in form.findall(text)}
        found |= (tokens & words) | {mark for mark in MARKERS if mark in text}
    return found


DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
BY_CHANCE = 6
"""Characters of a word that packed bytes of a snapshot may well hold by chance, at most."""


def personal_in_file(path, words):
    """The same of a file; of a snapshot, in its texts, and in its bytes the longer words.

    Days of events are in a snapshot, and some are the day on which somebody was born.
    """
    if path.suffix != ".duckdb":
        return personal_in(path.read_bytes(), words)
    with duckdb.connect(path, read_only=True) as connection:
        tables = connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        rows = [
            "\n".join(value for value in row if isinstance(value, str))
            for (name,) in tables
            for row in connection.execute(f'SELECT * FROM "{name}"').fetchall()
        ]
    assert len(rows) > 1000
    longer = {word for word in words if len(word) > BY_CHANCE and not DAY.fullmatch(word)}
    return personal_in("\n".join(rows).encode(), words) | personal_in(path.read_bytes(), longer)


def test_the_files_of_the_authorities_do_hold_what_is_searched_for(kept_demo):
    words = personal_words(kept_demo)

    assert {"KCC00001", "SUP-000001", "W0073", "c-00001", "w0031", "00219"} <= words
    for slug in SLUGS:
        with_persons = [
            path for path in (kept_demo.out / "las" / slug / "data").glob("*.csv")
            if set(rows_of(slug, path)[0]) & set(PERSONAL[slug])
        ]  # fmt: skip
        assert len(with_persons) >= 4
        for path in with_persons:
            assert personal_in(path.read_bytes(), words), path


def test_nothing_personal_stands_in_any_other_file_of_the_demo(kept_demo):
    words = personal_words(kept_demo)
    files = [
        path for path in kept_demo.out.rglob("*")
        if path.is_file() and path.parts[len(kept_demo.out.parts)] != "las"
    ]  # fmt: skip

    found = {str(path): personal_in_file(path, words) for path in files}

    assert len(found) > 50
    assert any(path.suffix == ".duckdb" for path in files)
    assert {path: words for path, words in found.items() if words} == {}


def test_nothing_personal_stands_in_the_store(kept_demo):
    words = personal_words(kept_demo)

    values = list(kept_demo.store_values())

    assert len(values) > 50
    for value in values:
        content = value if isinstance(value, bytes) else str(value).encode()
        assert personal_in(content, words) == set()


def test_nothing_personal_is_printed(kept_demo, second_demo):
    words = personal_words(kept_demo)

    for demo in (kept_demo, second_demo):
        assert personal_in((demo.printed + demo.progress).encode(), words) == set()
