"""The Department for Education's children in need census: referrals, and plans of two types.

Layouts since 2009 differ in what surrounds the elements read here, not in these: `CINPlanDates`
came with 2018, `ReferralSource` with 2014. The return numbers no referral: see `referrals`.
"""

from __future__ import annotations

from collections.abc import Iterator

from oversight_agent.readers.request import Request
from oversight_agent.readers.returns.census import check_collection, reference_date
from oversight_agent.readers.returns.rows import Extract, Rows
from oversight_agent.readers.returns.texts import category, code, day, yes_no
from oversight_agent.readers.returns.xml import Element, Layout, Return

_LAYOUT = Layout(
    record="child",
    groups=frozenset({"childidentifiers", "cindetails", "cinplandates", "childprotectionplans"}),
    values=frozenset({
        "lachildid",
        "cinreferraldate", "referralsource", "primaryneedcode", "referralnfa",
        "cinclosuredate", "reasonforclosure",
        "cinplanstartdate", "cinplanenddate",
        "cppstartdate", "cppenddate", "latestcategoryofabuse", "numberofpreviouscpp",
    }),
)  # fmt: skip


def read_cin_census(request: Request, table: str, names: tuple[str, ...]) -> Extract:
    """Read one return for `episode` or `plan`.

    Raises:
        InputError: see `oversight_agent.readers.read`.
    """
    found = Return(request, _LAYOUT)
    rows = Rows(request.name, "line", names, request.limits)
    add = _add_episodes if table == "episode" else _add_plans
    for child in found.records():
        add(rows, _child_id(child), child)
    check_collection(found.header, ("cin",), request)
    return Extract((rows,), reference_date(found.header))


def _add_episodes(rows: Rows, child_id: str, child: Element) -> None:
    for details in child.all("cindetails"):
        rows.add(
            details.line,
            child_id=child_id,
            referral_date=day(details.value("cinreferraldate")),
            source=code(details.value("referralsource")),
            need=code(details.value("primaryneedcode")),
            nfa=yes_no(details.value("referralnfa")),
            close_date=day(details.value("cinclosuredate")),
            reason=code(details.value("reasonforclosure")),
        )


def _add_plans(rows: Rows, child_id: str, child: Element) -> None:
    for plan in _inside(child, "cinplandates"):
        rows.add(
            plan.line,
            child_id=child_id,
            type="cin",
            start=day(plan.value("cinplanstartdate")),
            end=day(plan.value("cinplanenddate")),
        )
    for plan in _inside(child, "childprotectionplans"):
        rows.add(
            plan.line,
            child_id=child_id,
            type="cp",
            start=day(plan.value("cppstartdate")),
            end=day(plan.value("cppenddate")),
            abuse_category=category(plan.value("latestcategoryofabuse")),
            previous_cpp=plan.value("numberofpreviouscpp"),
        )


def _inside(child: Element, name: str) -> Iterator[Element]:
    """The plans of a child, which stand in its referrals."""
    return (plan for details in child.all("cindetails") for plan in details.all(name))


def _child_id(child: Element) -> str:
    found = (group.value("lachildid") for group in child.all("childidentifiers"))
    return next(filter(None, found), child.value("lachildid"))
