"""Where the two parts of supervisions are recorded: each outcome's places, by their weights."""

from __future__ import annotations

from oversight_coordinator.demo.dice import Weighted
from oversight_coordinator.demo.profiles import Profile
from oversight_coordinator.demo.records import Event

Places = tuple[str | None, str | None]
"""Where part 1 and part 2 are recorded."""

_FILE, _RECORD, _NEITHER = "child_file", "supervision_record", "neither"

_PLACES: dict[str, dict[Places, float]] = {
    "both": {(_FILE, _RECORD): 9, ("both", _RECORD): 1, (_FILE, "both"): 1},
    "part1_only": {(_FILE, _NEITHER): 8, (_FILE, _FILE): 2, ("both", _NEITHER): 1},
    "part2_only": {(_NEITHER, _RECORD): 6, (_RECORD, _RECORD): 3, (_NEITHER, "both"): 1},
    "misplaced": {(_RECORD, _NEITHER): 5, (_NEITHER, _FILE): 3, (_RECORD, _FILE): 1},
    "neither": {(_NEITHER, _NEITHER): 1},
    "unknown": {
        (None, None): 4,
        ("unknown", "unknown"): 3,
        (_FILE, "unknown"): 2,
        (None, _NEITHER): 1,
        ("unknown", _RECORD): 1,
    },
}
_KINDS = {places: outcome for outcome, weights in _PLACES.items() for places in weights}


def places_of(profile: Profile, service: str) -> Weighted[Places]:
    """The places of a service's supervisions, as planted."""
    return _weighted(_shares(profile, service))


def recording_of(event: Event) -> str:
    """The outcome that was planted in an event's places."""
    return _KINDS[event.part1_location, event.part2_location]


def _weighted(shares: dict[str, float]) -> Weighted[Places]:
    """Places by weight, from outcomes by weight."""
    return Weighted({
        places: share * weight / sum(_PLACES[outcome].values())
        for outcome, share in shares.items()
        for places, weight in _PLACES[outcome].items()
    })  # fmt: skip


def _shares(profile: Profile, service: str) -> dict[str, float]:
    planted, neither = profile.planted, profile.neither_in(service)
    known = {
        "neither": neither,
        "part1_only": 1 - neither - planted.both - planted.part2_only - planted.misplaced,
        "both": planted.both,
        "part2_only": planted.part2_only,
        "misplaced": planted.misplaced,
    }
    shares = {outcome: share * (1 - planted.unknown) for outcome, share in known.items()}
    return {**shares, "unknown": planted.unknown}


WELL_RECORDED = _weighted({"both": 8.0, "part1_only": 1.0, "neither": 1.0})
"""The places of what no figure of recording may count."""
