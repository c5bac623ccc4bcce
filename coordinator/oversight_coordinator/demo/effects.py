"""What is planted in the synthetic records beside the rates of `profiles`: effects of known size.

Each follows from an authority's rates by a rule that stands here, so that a reader of the demo's
figures, and a test of the records, can tell what should come out. Shares are from 0 to 1.
"""

from __future__ import annotations

from typing import NamedTuple

from oversight_coordinator.demo.profiles import Planted

NOT_RECORDED = 0.07
"""Of case supervisions, those that never come into a record."""
COMBINES_EVERY = 8
"""Of workers, every eighth has case and personal supervision in one, each time or every other."""
ASYE_BETTER = 0.12
"""How much more often the newly qualified have personal supervision in time."""
BOTH_BETTER = 0.25
"""How much more often oversight is graded good where both parts of supervision are recorded."""
OVERALL_BETTER, OVERALL_WORSE = 0.35, 0.08
"""Of audits, those whose overall grade is one above, and one below, that of oversight."""
MODERATION_CHANGES = 0.3
"""Of moderated audits, those whose grade it changes."""
SUPERVISION_LESS = 0.18
"""How many fewer agree that supervision is regular and reflective than agree to other items."""


class Effects(NamedTuple):
    """What is planted in an authority.

    Attributes:
        in_time: share of case supervisions recorded within five working days.
        reflects_family: of the records of part 1 in an audit sample of which it is known, the share
            that reflects on the family; `reflects_practitioner` the same of part 2.
        decided: by type of plan, the share of starts and ends near which a manager decided.
        personal: share of days on which a case holder's last personal supervision lies within the
            standard; `asye` the same of the newly qualified.
        on_time: share of audits whose actions are closed by the day they are due.
        agree: share that agrees to an item of the survey, on average over the other items.
    """

    in_time: float
    reflects_family: float
    reflects_practitioner: float
    decided: dict[str, float]
    personal: float
    asye: float
    on_time: float
    agree: float


def effects_of(planted: Planted) -> Effects:
    """The effects in an authority with these rates: better where its audits or its records are."""
    good, authorised = planted.good, planted.authorised
    personal = 0.3 + 0.5 * authorised
    return Effects(
        in_time=0.9 * authorised,
        reflects_family=0.25 + 0.75 * good,
        reflects_practitioner=0.1 + 0.6 * good,
        decided={"cp": 0.5 + 0.5 * good, "cin": 0.2 + 0.6 * good},
        personal=personal,
        asye=personal + ASYE_BETTER,
        on_time=0.35 + 0.4 * authorised,
        agree=0.45 + 0.4 * good,
    )
