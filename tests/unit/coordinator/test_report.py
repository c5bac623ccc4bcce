"""The report: one page that stands alone, says how many answered, and reads the same everywhere."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pytest

from oversight_coordinator.authorities import AUTHORITIES, authority
from oversight_coordinator.outcomes import LaOutcome
from oversight_coordinator.pool import AuthorityRow, PooledRow, csv_bytes
from oversight_coordinator.report import render, write_report
from oversight_protocol.canonical import digest
from oversight_protocol.errors import FAMILY_TEXT, Family, InputError
from oversight_protocol.policy import Rules
from oversight_protocol.release import row_keys
from oversight_protocol.study import (
    BaseTable,
    Cohort,
    Dimension,
    Measure,
    Outcome,
    Period,
    Study,
    Subject,
    Wave,
)

MADE = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)
KNOWN = ("both", "part1_only", "neither")
VOID = {"meta", "br", "img", "link", "input", "hr"}


def measure_of(name, number, title, numerator, denominator=KNOWN):
    return Measure(
        id=name,
        number=number,
        title=title,
        definition=f"Of supervisions, the share: {title}.",
        table="recording",
        numerator=numerator,
        denominator=denominator,
        hypothesis="Conversations take place, and neither part is recorded.",
    )


def study_of(**changed):
    table = BaseTable(
        name="recording",
        title="Where the two parts are recorded",
        population="Supervisions held in the quarter",
        unit="events",
        about_staff=False,
        subjects=(Subject(kind="workers", column="worker"),),
        outcomes=tuple(Outcome(code=code, label=code) for code in (*KNOWN, "unknown")),
        dimensions=(
            Dimension(
                name="service",
                label="Service",
                categories=(
                    Outcome(code="cin_cp", label="Children in need"),
                    Outcome(code="other", label="Other services"),
                ),
            ),
        ),
        reads=("oversight_event",),
        sql="SELECT 1",
    )
    fields = {
        "name": "oversight",
        "version": 1,
        "title": "Management oversight",
        "purpose": "To find out why.",
        "ethics_reference": "KA-17",
        "lawful_basis": "Public task.",
        "spec_version": "1.0",
        "issued": datetime(2026, 1, 1, tzinfo=UTC),
        "expires": datetime(2027, 1, 1, tzinfo=UTC),
        "rules": Rules(),
        "cohort": Cohort(las=("E10000016", "E06000035", "E06000043"), minimum=2),
        "waves": (Wave(id="wave-1", periods=PERIODS),),
        "base_tables": (table,),
        "measures": (
            measure_of("both_parts_recorded", "3", "Both parts recorded", ("both",)),
            measure_of(
                "neither_part_recorded", "6", "Supervisions record neither part", ("neither",)
            ),
            measure_of(
                "location_unknown",
                "7",
                "A title that has by itself nine words already",
                ("unknown",),
                (*KNOWN, "unknown"),
            ),
            measure_of(
                "part1_only", "4", "This title has all ten words and no room more", ("part1_only",)
            ),
        ),
    }
    return Study(**(fields | changed))


PERIODS = (
    Period(id="2026-Q2", label="April to June 2026", start=date(2026, 4, 1), end=date(2026, 6, 30)),
    Period(
        id="2026-Q3",
        label="July to September 2026",
        start=date(2026, 7, 1),
        end=date(2026, 9, 30),
    ),
)
STUDY = study_of()
WAVE = STUDY.waves[0]
LAS = (
    LaOutcome("E10000016", "Kent", "released"),
    LaOutcome("E06000035", "Medway", "refused", Family.POLICY),
    LaOutcome("E06000043", "Brighton and Hove", "unreachable"),
)


def rows_of(study=STUDY, **changed):
    blank = PooledRow(
        study=study.name,
        wave="wave-1",
        table="recording",
        measure="",
        period="",
        dimension="",
        category="",
        estimate=46.8,
        lower=46.1,
        upper=47.3,
        numerator=8245,
        denominator=17615,
        unit="percent",
        las_published=2,
        las_answered=2,
        las_asked=3,
        marker="",
    )
    return tuple(
        replace(
            blank,
            measure=measure.id,
            period=period.id,
            dimension=place[0],
            category=place[1],
            **changed,
        )
        for measure in study.measures
        for period in PERIODS
        for place in row_keys(study.table(measure.table))
    )


def own_rows(study=STUDY, las=("E10000016", "E06000035"), **changed):
    """Each authority's own figures: the second has fewer than the first."""
    return tuple(
        AuthorityRow(
            la=la,
            measure=measure.id,
            period=period.id,
            **(
                {"estimate": 46.8 - at, "lower": 46.1 - at, "upper": 47.3 - at, "numerator": 4120}
                | {"denominator": 8805, "marker": ""}
                | changed
            ),
        )
        for measure in study.measures
        for period in PERIODS
        for at, la in enumerate(las)
    )


class Page(HTMLParser):
    """Elements with their attributes and text, and whether every tag is closed."""

    def __init__(self, html):
        super().__init__()
        self.open, self.elements, self.texts = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1:] != ["style"]:
            self.texts.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def html_of(study=STUDY, rows=None, las=LAS, own=None):
    rows = rows_of(study) if rows is None else rows
    own = own_rows(study) if own is None else own
    return render(study, study.waves[0], rows, own, las, made=MADE)


def page_of(*given, **named):
    return Page(html_of(*given, **named))


def test_the_page_opens_with_what_was_tested_and_the_figure():
    text = page_of().text

    tested = text.index("The hypothesis: supervision takes place, but neither")
    figure = text.index(
        "46.8% Supervisions record neither part, July to September 2026: 17,615 events"
    )
    others = [text.index(word) for word in ("What to read first", "Contents", "Who took part")]

    assert "interval 46.1% to 47.3%; from 2 of 3 authorities." in text[figure:]
    assert [tested, figure, *others] == sorted([tested, figure, *others])


def test_every_pooled_figure_says_how_many_authorities_it_is_from():
    html = html_of(own=())

    cells = re.findall(r"<td><span(.*?)</td>", html, re.DOTALL)

    assert len(cells) == len(rows_of())
    assert all("from 2 of 3 authorities" in cell for cell in cells)


def test_each_measure_has_the_whole_the_services_and_both_quarters():
    page = page_of()

    tables = len(STUDY.measures)
    assert len(page.all("caption")) == 3 * tables + 1
    assert page.text.count("Children in need") == tables
    for measure in STUDY.measures:
        assert {"id": f"m-{measure.id}"} in page.all("h4")
        assert {"href": f"#m-{measure.id}"} in page.all("a")


def test_a_title_has_the_latest_figure_and_at_most_ten_words():
    page = page_of()

    assert "6 Supervisions record neither part: 46.8%" in page.text
    assert "7 A title that has by itself nine words already" in page.text
    assert "nine words already: 46.8%" in page.text
    assert "all ten words and no room more" in page.text
    assert "no room more: 46.8%" not in page.text


@pytest.mark.parametrize(
    ("marker", "word"),
    [("[c]", "withheld"), ("[x]", "no authority answered"), ("[z]", "there were no events")],
)
def test_a_figure_that_is_not_there_is_marked_and_explained(marker, word):
    absent = {"estimate": None, "numerator": None, "denominator": None, "marker": marker}
    bounds = {} if marker == "[c]" else {"lower": None, "upper": None}
    rows = rows_of(**absent, las_published=0, **bounds)

    page = page_of(rows=rows, own=own_rows(**absent, lower=None, upper=None))

    assert page.text.count(marker) > len(rows)
    assert word in page.text
    assert "from 0 of 3 authorities" in page.text
    assert "stays open" in page.text
    assert "No chart: no authority has a figure of its own" in page.text
    assert "None" not in page.text


def test_the_meaning_of_a_marker_stands_above_the_table_that_has_it():
    absent = {"estimate": None, "numerator": None, "denominator": None, "marker": "[c]"}

    html = html_of(rows=rows_of(**absent, las_published=0))

    tables = html.split("<table")[1:]
    with_marker = [at for at, one in enumerate(tables) if '"value">[c]' in one.split("</table>")[0]]
    before = [html.split("<table")[at].split("</table>")[-1] for at in with_marker]
    assert len(with_marker) == 2 * len(STUDY.measures)
    assert all("<b>[c]</b> confidential" in text for text in before)


def test_an_interval_over_more_authorities_than_the_figure_says_so():
    page = page_of(rows=rows_of(las_published=1, las_answered=2))

    assert "from 1 of 3 authorities; the interval covers all 2 that answered" in page.text


def test_a_figure_outside_its_interval_is_explained_and_is_no_heading():
    inside = html_of(rows=rows_of(las_published=1, las_answered=2))
    outside = html_of(rows=rows_of(las_published=1, las_answered=2, lower=75.2, upper=75.8))

    clause = "all 2 that answered, and the figure, of fewer, lies outside it"
    assert clause in outside
    assert "of fewer, lies outside it" not in inside
    figures = re.compile(r"<h4[^>]*>[^\n]*: 46\.8%</h4>")
    assert len(figures.findall(inside)) == 3
    assert not figures.findall(outside)


def test_an_unbounded_interval_is_not_dressed_up_as_a_finding():
    page = page_of(rows=rows_of(lower=0.0, upper=100.0))

    assert "0% to 100%: nothing is known" in page.text


def test_every_authority_is_named_with_its_ending_and_a_refusal_with_its_fixed_sentence():
    page = page_of()

    assert "1 of 3 authorities answered; 1 refused and 1 could not be reached." in page.text
    assert f"Medway Refused {FAMILY_TEXT[Family.POLICY]}" in page.text
    assert "Brighton and Hove Not reached It did not answer in time." in page.text
    assert page.text.index("Brighton and Hove Not") < page.text.index("Kent Answered")


def test_a_table_that_an_authority_refused_is_named_with_the_reason_in_words():
    las = (LaOutcome("E1", "Slough", "released", refused=(("recording", "data, policy"),)), *LAS)

    page = page_of(las=las)

    assert "2 of 4 authorities answered (1 of them not every table)" in page.text
    assert (
        "Slough Answered all but 1 table It answered all but “Where the two parts are recorded” "
        "(the data is not available there; its own policy)." in page.text
    )


def test_a_held_release_says_whose_turn_it_is():
    page = page_of(las=(LaOutcome("E10000016", "Kent", "held"),))

    assert "Held A person at the authority has yet to decide" in page.text


def test_the_approval_and_the_origin_are_on_the_page():
    rows = rows_of()

    text = page_of(rows=rows).text

    assert "Purpose To find out why. Ethics reference KA-17 Lawful basis Public task." in text
    assert "oversight, version 1" in text
    assert "wave-1: April to June 2026, July to September 2026" in text
    assert "Made on 23 November 2026" in text
    assert digest(csv_bytes(rows)) in text
    assert digest(STUDY.canonical()) in text


def test_the_page_needs_nothing_but_itself():
    page = page_of()
    html = html_of()

    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in page.elements}
    assert all(a["href"].startswith("#") for a in page.all("a"))
    assert not re.search(r"(\ssrc=|url\(|@import|https?:)", html)
    assert {"default-src 'none'; style-src 'unsafe-inline'"} <= {
        meta.get("content") for meta in page.all("meta")
    }


def test_the_page_is_well_formed_and_every_anchor_has_its_target():
    page = page_of()

    targets = [attributes["id"] for _, attributes in page.elements if "id" in attributes]

    assert page.open == []
    assert len(set(targets)) == len(targets)
    assert {a["href"][1:] for a in page.all("a")} <= set(targets)
    for _, attributes in page.elements:
        for name in ("aria-labelledby", "aria-describedby"):
            assert name not in attributes or attributes[name] in targets


def test_tables_and_charts_are_accessible():
    page = page_of()

    assert page.all("html") == [{"lang": "en-GB"}]
    assert any(meta.get("name") == "viewport" for meta in page.all("meta"))
    assert len(page.all("caption")) == len(page.all("table"))
    assert all(th.get("scope") in {"col", "row", "rowgroup"} for th in page.all("th"))
    scrolled = [div for div in page.all("div") if div.get("class") == "scroll"]
    assert len(scrolled) == len(page.all("table"))
    assert all(div["tabindex"] == "0" and div["role"] == "region" for div in scrolled)
    charts = [svg for svg in page.all("svg") if svg.get("class") == "chart"]
    assert len(charts) == len(STUDY.measures) + 1
    assert all(chart["role"] == "img" for chart in charts)
    assert all({"aria-labelledby", "aria-describedby"} <= chart.keys() for chart in charts)
    assert "In words: both 46.8% (2 of 3 authorities); neither 46.8% (2 of 3" in page.text


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(dark, light):
    return (luminance(light) + 0.05) / (luminance(dark) + 0.05)


@pytest.mark.parametrize("background", ["#ffffff", "#FFE9A8"])
def test_every_colour_of_text_stands_out(background):
    html = html_of()

    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)[1]
    colours = set(re.findall(r"[ {]color: (#[0-9A-Fa-f]{6})", style)) - {"#ffffff"}

    assert {"#0b0c0c", "#3D3D3D", "#12436D"} == colours
    assert contrast("#12436D", "#ffffff") >= 4.5
    for colour in colours:
        assert contrast(colour, background) >= 4.5


def test_what_comes_from_outside_is_escaped_in_text_and_charts():
    bad = "<script>alert(1)</script>"
    study = study_of(title=bad, purpose=bad)

    html = html_of(study, las=(LaOutcome("E10000016", bad, "released"), LAS[1]))

    assert "<script" not in html
    assert html.count("&lt;script&gt;") >= 4
    assert "&lt;script&gt;alert(1)&lt;/script&gt;</text>" in html


def test_the_same_figures_and_date_give_the_same_bytes(tmp_path):
    later = MADE.replace(hour=23)
    given = {"a": (own_rows(), LAS, MADE), "b": (own_rows(), LAS, MADE)}
    given["c"] = (own_rows()[::-1], LAS[::-1], later)

    for name, (own, las, made) in given.items():
        path = tmp_path / name / "index.html"
        write_report(STUDY, WAVE, rows_of(), own, las, path, made=made)

    first, *others = ((tmp_path / name / "index.html").read_bytes() for name in given)
    assert all(other == first for other in others)
    assert first.startswith(b"<!DOCTYPE html>")


def test_a_study_without_the_lead_measure_opens_with_its_first():
    study = study_of(measures=STUDY.measures[:1])

    page = page_of(study)

    assert "Measure 3: Of supervisions, the share: Both parts recorded." in page.text
    assert "The hypothesis: supervision takes place" not in page.text


def test_a_refusal_has_a_family_and_nothing_else_has():
    with pytest.raises(ValueError, match="family"):
        LaOutcome("E10000016", "Kent", "refused")

    with pytest.raises(ValueError, match="family"):
        LaOutcome("E10000016", "Kent", "released", Family.DATA)


def test_the_network_has_nineteen_authorities_each_with_its_own_codes():
    assert len(AUTHORITIES) == 19
    for name in ("code", "dfe", "name", "slug"):
        assert len({getattr(one, name) for one in AUTHORITIES}) == 19
    assert authority("E06000043").slug == "brighton-and-hove"
    assert all(re.fullmatch(r"[a-z-]+", one.slug) for one in AUTHORITIES)
    assert all(re.fullmatch(r"E(06|10)\d{6}", one.code) for one in AUTHORITIES)


def test_a_code_outside_the_network_is_refused():
    with pytest.raises(InputError, match="E09000001"):
        authority("E09000001")
