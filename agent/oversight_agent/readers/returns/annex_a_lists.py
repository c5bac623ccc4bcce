"""Where things stand in Ofsted's Annex A: its lists' sheets and columns, by any of their names.

A name is compared without white space, punctuation and case, and may differ as the years' templates
and the systems' exports do: "Date of Referral", "Date of referral", "ReferralDate".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

REFERRALS, IN_NEED, PROTECTION, LOOKED_AFTER, CARE_LEAVERS = 3, 6, 7, 8, 9


@dataclass(frozen=True)
class ListOf:
    """One list.

    Attributes:
        words: what its sheet may be called besides "List 7", as a pattern.
        columns: by the name that this package uses, the column's name as a pattern.
    """

    words: str
    columns: dict[str, str]


_PEOPLE = {
    "child": r"(childs?)?unique(child)?id(entifier)?|(la)?child(unique)?id(entifier)?",
    "team": r"allocatedteam(name)?|teamallocated",
    "worker": r"allocated(social)?worker(name|id)?|(social)?workerallocated",
    "allocated": r"(worker)?allocat(ion|ed)(start)?(date|from|since)|(worker)?allocationstart"
    r"|(start)?date(of)?(worker)?allocat(ion|ed)|allocatedworker(start)?(date|from|since)",
}
_LOOKED_AFTER = r"(to)?(be)?l(oo|ooo)kedafter"

LISTS = {
    REFERRALS: ListOf("referrals?", _PEOPLE | {
        "date": r"(date)?(of)?referral(received)?(date)?",
        "source": r"(referralsource|sourceof(the)?referral)(code)?",
        "nfa": r"(was|is)?(the)?referral(resultedin)?(nfa|nofurtheraction)(yn)?",
    }),
    4: ListOf("(continuous|socialwork)?assessments?", _PEOPLE),
    5: ListOf("(section|sec|s)47.*", _PEOPLE),
    IN_NEED: ListOf("child(ren)?inneed|cin", _PEOPLE | {
        "start": r"(cin|childinneed)(episode)?start(date)?",
        "need": r"primaryneed(code)?",
        "end": r"(cin|childinneed)(episode)?(closure|closed|end)(date)?",
        "reason": r"reasonfor(cin)?closure",
        "status": r"(current)?casestatus",
    }),
    PROTECTION: ListOf("childprotection(plans?)?|cpp?", _PEOPLE | {
        "start": r"(childprotectionplan|cpplan|cpp)start(date)?",
        "end": r"(childprotectionplan|cpplan|cpp)end(date)?",
        "category": r"(cpp)?latestcategoryofabuse",
        "previous": r"(number|no)of(previous|prior)(childprotectionplans?|cpplans?|cpps?)",
    }),
    LOOKED_AFTER: ListOf("child(ren)?(incare|lookedafter)|lookedafterchildren|cla|lac", _PEOPLE | {
        "start": rf"(date)?(started)?{_LOOKED_AFTER}(start)?(date)?",
        "end": rf"(date)?ceased{_LOOKED_AFTER}(date)?",
    }),
    CARE_LEAVERS: ListOf("(leavingcare|careleavers?)(services)?", _PEOPLE),
}  # fmt: skip
"""The lists that are read, by their numbers."""


def is_sheet(name: str, number: int) -> bool:
    """Whether a sheet of this name is the list of this number."""
    bare = _squeezed(name)
    if re.fullmatch(rf"(ofsted|annexa|aa)*list0?{number}(?![0-9]).*|aa0?{number}(?![0-9]).*", bare):
        return True
    return re.fullmatch(LISTS[number].words, bare) is not None


def fitting(header: tuple[str, ...], number: int, column: str) -> tuple[str, ...]:
    """The names in a list's header that may be this column."""
    pattern = LISTS[number].columns[column]
    return tuple(one for one in header if re.fullmatch(pattern, _squeezed(one)))


def _squeezed(name: str) -> str:
    """A name as it is compared."""
    return re.sub(r"[\W_]", "", name).casefold()
