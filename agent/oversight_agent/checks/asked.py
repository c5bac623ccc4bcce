"""Whose measures a check looks at: a study, and one of its waves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from oversight_protocol.errors import InputError
from oversight_protocol.study import Study, Wave


@dataclass(frozen=True)
class Asked:
    """Which study's measures were looked at.

    Attributes:
        accepted: whether the study was signed and accepted here, or is the installed one.
    """

    study: Study
    wave: Wave
    accepted: bool


def asked_of(
    study: Study, today: date, wave: str | None = None, *, accepted: bool = False
) -> Asked:
    """A study with the wave to look at: the one named, else the latest that has begun.

    Raises:
        InputError: the study has no such wave.
    """
    if wave is not None:
        require_wave(study, wave)
        return Asked(study, study.wave(wave), accepted)
    begun = [one for one in study.waves if _start(one) <= today]
    return Asked(study, max(begun, key=_start) if begun else study.waves[0], accepted)


def require_wave(study: Study, wave: str) -> None:
    """Check that a study has the wave that somebody named.

    Raises:
        InputError: it has not; the message lists those that it has.
    """
    waves = [one.id for one in study.waves]
    if wave not in waves:
        raise InputError(
            f"{study.name} has no such wave",
            where="--wave",
            found=f"'{wave}'",
            expected=" or ".join(waves),
            advice="name one of these",
        )


def _start(wave: Wave) -> date:
    return min(period.start for period in wave.periods)
