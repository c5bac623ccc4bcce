"""The children in need census of 2026, as a system writes it for the Department for Education.

What it can say of an authority's records is in `as_returned`: referrals, and plans of two types,
each inside a referral. A child with a plan and without a referral gets one on the day of its first
plan, for the census has no other place for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

from oversight_coordinator.demo.records import Plan, Referral, World

_PLANS = ("cin", "cp")
_OLDEST, _SPREAD_DAYS = date(2008, 5, 1).toordinal(), 6000
_HEAD = """\
<?xml version="1.0" encoding="utf-8"?>
<!-- Synthetic: nothing in this file is of a person. -->
<Message>
  <Header>
    <CollectionDetails>
      <Collection>CIN</Collection>
      <Year>2026</Year>
      <ReferenceDate>2026-10-31</ReferenceDate>
    </CollectionDetails>
    <Source>
      <SourceLevel>L</SourceLevel>
      <LEA>{lea}</LEA>
      <SoftwareCode>Example</SoftwareCode>
      <DateTime>2026-10-31T18:00:00</DateTime>
    </Source>
  </Header>
  <Children>
"""
_FOOT = """\
  </Children>
</Message>
"""


def as_returned(world: World) -> World:
    """The records as a census holds them."""
    plans = [of_its_type(plan) for plan in world.plans if plan.type in _PLANS]
    known = {referral.child_id for referral in world.referrals}
    first: dict[str, date] = {}
    for plan in plans:
        if plan.child_id not in known:
            first[plan.child_id] = min(plan.start, first.get(plan.child_id, plan.start))
    more = (
        Referral(f"plan-{child}", child, day, None, None, None, None, None)
        for child, day in first.items()
    )
    return world.replaced({"plan": plans, "episode": (*world.referrals, *more)})


def of_its_type(plan: Plan) -> Plan:
    """A plan as a return has it, which asks some things of child protection plans alone."""
    return plan if plan.type == "cp" else plan._replace(abuse_category=None, previous_cpp=None)


def write_census(path: Path, world: World, *, lea: str, prefix: str) -> None:
    """Write the census of records that `as_returned` gave, a file that is there replaced.

    Args:
        path: the file.
        world: an authority's records.
        lea: the authority's number at the Department for Education.
        prefix: what its system puts before a child's number.
    """
    referrals: dict[str, list[Referral]] = defaultdict(list)
    plans: dict[str, list[Plan]] = defaultdict(list)
    for referral in world.referrals:
        referrals[referral.child_id].append(referral)
    for plan in world.plans:
        plans[plan.child_id].append(plan)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(_HEAD.format(lea=lea))
        for child in sorted(referrals):
            file.writelines(_child(child, prefix, referrals[child], plans[child]))
        file.write(_FOOT)


def _child(
    child: str, prefix: str, referrals: Sequence[Referral], plans: Sequence[Plan]
) -> Iterator[str]:
    born = date.fromordinal(_OLDEST + int(child) * 37 % _SPREAD_DAYS)
    yield "    <Child>\n      <ChildIdentifiers>\n"
    yield from _values(8, {"LAchildID": prefix + child, "UPNunknown": "UN1"})
    yield from _values(8, {"PersonBirthDate": born.isoformat(), "Sex": "U"})
    yield "      </ChildIdentifiers>\n      <ChildCharacteristics>\n"
    yield from _values(8, {"Ethnicity": "NOBT"})
    yield "      </ChildCharacteristics>\n"
    ordered = sorted(referrals, key=lambda one: (one.referral_date, one.referral_id))
    inside = _placed(ordered, plans)
    for place, referral in enumerate(ordered):
        yield from _details(referral, inside.get(place, ()))
    yield "    </Child>\n"


def _placed(referrals: Sequence[Referral], plans: Sequence[Plan]) -> Mapping[int, list[Plan]]:
    """By the place of a referral, the plans inside it: the last one before a plan's start."""
    found: dict[int, list[Plan]] = defaultdict(list)
    for plan in plans:
        before = sum(one.referral_date <= plan.start for one in referrals)
        found[max(before - 1, 0)].append(plan)
    return found


def _details(referral: Referral, plans: Sequence[Plan]) -> Iterator[str]:
    yield "      <CINdetails>\n"
    yield from _values(8, {
        "CINreferralDate": _day(referral.referral_date),
        "ReferralSource": referral.source,
        "PrimaryNeedCode": referral.need,
        "CINclosureDate": _day(referral.close_date),
        "ReasonForClosure": referral.reason,
    })  # fmt: skip
    for plan in plans:
        if plan.type == "cin":
            dates = {"CINPlanStartDate": _day(plan.start), "CINPlanEndDate": _day(plan.end)}
            yield from _group("CINPlanDates", dates)
    yield from _values(8, {"ReferralNFA": _flag(referral.nfa)})
    for plan in plans:
        if plan.type == "cp":
            yield from _group("ChildProtectionPlans", _protection(plan))
    yield "      </CINdetails>\n"


def _protection(plan: Plan) -> dict[str, str | None]:
    return {
        "CPPstartDate": _day(plan.start),
        "CPPendDate": _day(plan.end),
        "InitialCategoryOfAbuse": plan.abuse_category,
        "LatestCategoryOfAbuse": plan.abuse_category,
        "NumberOfPreviousCPP": None if plan.previous_cpp is None else str(plan.previous_cpp),
    }


def _group(name: str, values: Mapping[str, str | None]) -> Iterator[str]:
    yield f"        <{name}>\n"
    yield from _values(10, values)
    yield f"        </{name}>\n"


def _values(indent: int, values: Mapping[str, str | None]) -> Iterator[str]:
    for name, value in values.items():
        if value is not None:
            yield f"{' ' * indent}<{name}>{escape(value)}</{name}>\n"


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _flag(flag: int | None) -> str | None:
    return None if flag is None else ("false", "true")[flag]
