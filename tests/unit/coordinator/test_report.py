"""The report: one page that stands alone, says how many answered, and reads the same everywhere."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pytest

from oversight_coordinator.authorities import AUTHORITIES, authority
from oversight_coordinator.outcomes import LaOutcome
from oversight_coordinator.pool import PooledRow, csv_bytes
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
            measure_of("neither_part_recorded", "6", "Neither part recorded", ("neither",)),
            measure_of("location_unknown", "7", "Unknown", ("unknown",), (*KNOWN, "unknown")),
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


def page_of(study=STUDY, rows=None, las=LAS):
    return Page(render(study, study.waves[0], rows_of(study) if rows is None else rows, las, MADE))


def test_the_page_opens_with_the_answer_to_the_hypothesis():
    text = page_of().text

    assert "Conversations take place, and neither part is recorded." in text
    assert "In July to September 2026 the share was 46.8% of 17,615 events" in text
    assert "2 of 3 authorities; 46.1% to 47.3% over all 2 that answered" in text
    assert text.index("July to September 2026 the share") < text.index("June 2026 the share")


def test_every_figure_says_how_many_authorities_it_is_from():
    html = render(STUDY, WAVE, rows_of(), LAS, MADE)

    cells = re.findall(r"<td>(.*?)</td>", html, re.DOTALL)
    figures = [cell for cell in cells if "value" in cell]

    assert len(figures) == len(rows_of())
    assert all("2 of 3 authorities" in figure for figure in figures)


def test_each_measure_has_the_whole_the_services_and_both_quarters():
    page = page_of()

    assert page.text.count("All together") == len(STUDY.measures)
    assert page.text.count("Children in need") == len(STUDY.measures)
    for measure in STUDY.measures:
        assert {"id": measure.id} in page.all("h3")
        assert {"href": f"#{measure.id}"} in page.all("a")


@pytest.mark.parametrize(
    ("marker", "word"),
    [("[c]", "withheld"), ("[x]", "no authority answered"), ("[z]", "no events")],
)
def test_a_figure_that_is_not_there_is_marked_and_explained(marker, word):
    absent = {"estimate": None, "numerator": None, "denominator": None, "marker": marker}
    rows = rows_of(**absent, las_published=0, **({} if marker == "[c]" else {"lower": None}))

    page = page_of(rows=rows)

    assert page.text.count(marker) > len(rows)
    assert word in page.text
    assert "0 of 3 authorities" in page.text
    assert "None" not in page.text


def test_an_interval_over_more_authorities_than_the_figure_says_so():
    page = page_of(rows=rows_of(las_published=1, las_answered=2))

    assert "1 of 3 authorities; range from 2" in page.text


def test_an_unbounded_interval_is_not_dressed_up_as_a_finding():
    page = page_of(rows=rows_of(lower=0.0, upper=100.0))

    assert "0% to 100%: nothing is known" in page.text


def test_every_authority_is_named_with_its_ending_and_a_refusal_with_its_fixed_sentence():
    page = page_of()

    assert "1 of 3 authorities released figures" in page.text
    assert f"Medway Refused {FAMILY_TEXT[Family.POLICY]}" in page.text
    assert "Brighton and Hove Not reached It did not answer in time." in page.text
    assert page.text.index("Brighton and Hove Not") < page.text.index("Kent Released")


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
    html = render(STUDY, WAVE, rows_of(), LAS, MADE)

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


def test_tables_and_chart_are_accessible():
    page = page_of()

    assert page.all("html") == [{"lang": "en-GB"}]
    assert any(meta.get("name") == "viewport" for meta in page.all("meta"))
    assert len(page.all("caption")) == len(page.all("table")) == len(STUDY.measures) + 1
    assert all(th.get("scope") in {"col", "row", "rowgroup"} for th in page.all("th"))
    scrolled = [div for div in page.all("div") if div.get("class") == "scroll"]
    assert len(scrolled) == len(page.all("table"))
    assert all(div["tabindex"] == "0" and div["role"] == "region" for div in scrolled)
    (svg,) = page.all("svg")
    assert svg["role"] == "img"
    assert "In words: Both parts recorded 46.8% (2 of 3 authorities)" in page.text


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(dark, light):
    return (luminance(light) + 0.05) / (luminance(dark) + 0.05)


@pytest.mark.parametrize("background", ["#ffffff", "#FFE9A8"])
def test_every_colour_of_text_stands_out(background):
    html = render(STUDY, WAVE, rows_of(), LAS, MADE)

    colours = set(re.findall(r"[ {](?:color|fill): (#[0-9A-Fa-f]{6})", html))

    assert {"#0b0c0c", "#3D3D3D", "#12436D", "#801650"} == colours
    assert contrast("#12436D", "#ffffff") >= 4.5
    for colour in colours:
        assert contrast(colour, background) >= 4.5


def test_the_chart_splits_one_whole_and_leaves_other_denominators_out():
    page = page_of()

    assert len(page.all("rect")) == 2
    assert [rect.get("class") for rect in page.all("rect")] == [None, "leads"]
    assert all(0 <= float(rect["width"].rstrip("%")) <= 82 for rect in page.all("rect"))


def test_what_comes_from_outside_is_escaped():
    bad = "<script>alert(1)</script>"
    study = study_of(title=bad, purpose=bad)

    html = render(study, study.waves[0], rows_of(study), (LaOutcome("E1", bad, "held"),), MADE)

    assert "<script" not in html
    assert html.count("&lt;script&gt;") >= 4


def test_the_same_figures_and_date_give_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        write_report(STUDY, WAVE, rows_of(), LAS, tmp_path / name / "index.html", made=MADE)

    later = MADE.replace(hour=23)
    write_report(STUDY, WAVE, rows_of(), LAS[::-1], tmp_path / "c" / "index.html", made=later)

    first, *others = ((tmp_path / name / "index.html").read_bytes() for name in ("a", "b", "c"))
    assert all(other == first for other in others)
    assert first.startswith(b"<!DOCTYPE html>")


def test_a_study_without_the_lead_measure_opens_with_its_first():
    study = study_of(measures=STUDY.measures[:1])

    page = page_of(study)

    assert "Measure 3, Both parts recorded." in page.text
    assert page.all("svg") == []


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
