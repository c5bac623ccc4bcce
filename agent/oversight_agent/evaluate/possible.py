"""What cannot be true of numbers that an authority counted itself.

Disclosure control tests all of it once more and stops (`disclosure.checks`). Here it is told by the
names under which the numbers stand in the file.

Rule kept here: a message names what is compared with what, and never a number.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from oversight_agent.tables import UnsafeCell
from oversight_protocol.base_table import Magnitude
from oversight_protocol.errors import InputError
from oversight_protocol.true_counts import CountedCell, Numbers, OwnSum


class Fault(Protocol):
    """Makes the error of one figure."""

    def __call__(
        self, what: str, advice: str, *, found: str = "", expected: str = ""
    ) -> InputError:
        """What is wrong, what to do, what was found, and what was expected."""


def require_possible(one: Numbers, fault: Fault) -> None:
    """Check a figure's numbers against its count.

    Raises:
        InputError: there are more of anything than rows, or workers without rows.
    """
    what = f"the {'figure' if isinstance(one, CountedCell) else 'rest of the row'} cannot be true"
    for name in ("persons", "workers", "teams", "largest_worker"):
        number = getattr(one, name)
        if number is not None and number > one.count:
            raise fault(
                what, "correct one of the two", found=f"more under '{name}' than under 'count'",
                expected=f"at most as many under '{name}' as rows under 'count'",
            )  # fmt: skip
    if one.workers and one.largest_worker == 0:
        raise fault(
            what, "correct one of the two",
            found="some under 'workers', but none under 'largest_worker'",
            expected="at least one row under 'largest_worker'",
        )  # fmt: skip


def require_within(
    part: UnsafeCell, whole: UnsafeCell, total: str, fault: Fault, names: Mapping[str, str]
) -> None:
    """Check that a part, or the rest beside it, has no more behind it than its whole.

    Args:
        part: what stands behind the part.
        whole: what stands behind the whole.
        total: the whole's name.
        fault: makes the error of the part.
        names: what the file calls numbers, where that differs.

    Raises:
        InputError: it has.
    """
    for number in ("children", "workers", "teams", "top_worker"):
        if getattr(part, number) > getattr(whole, number):
            name = names.get(number, number)
            raise fault(
                "the figure, or its 'rest', cannot be true beside the total that it is part of",
                f"correct '{name}' here or in {total}",
                found=f"more under '{name}' here than in {total}",
                expected=f"at most as many under '{name}' as there",
            )


def require_one_row_each(total: UnsafeCell, fault: Fault) -> None:
    """Check that each row of a table with magnitudes is a person.

    Raises:
        InputError: there are other persons than rows.
    """
    if total.count != total.children + total.workers or total.top_worker > 1:
        raise fault(
            "the figure cannot be true: where there are magnitudes, each row is one person",
            "correct 'persons', or leave out what is listed besides 'count', 'persons' and 'sums'",
            found="other persons than rows", expected="as many under 'persons' as under 'count'",
        )  # fmt: skip


def require_sum(said: OwnSum, magnitude: Magnitude, persons: int, fault: Fault) -> None:
    """Check that a sum can be made of its contributions.

    Raises:
        InputError: it cannot.
    """
    two, others = said.largest + said.second, max(persons - 2, 0)
    for is_wrong, found in (
        (said.second > said.largest, "more under 'second' than under 'largest'"),
        (said.largest > magnitude.maximum, "more under 'largest' than the magnitude's 'maximum'"),
        (said.sum < two, "less under 'sum' than 'largest' and 'second' are together"),
        (said.second > 0 and persons < 2, "something under 'second', though of one person alone"),
        (said.sum > two + others * said.second,
         "more under 'sum' than its persons can have, none but one of them more than 'second'"),
    ):  # fmt: skip
        if is_wrong:
            raise fault(
                "the sum cannot be true", "correct the numbers of this sum", found=found,
                expected="under 'largest' and 'second' the two largest contributions to 'sum'",
            )  # fmt: skip
