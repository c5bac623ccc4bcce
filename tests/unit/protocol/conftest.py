"""Fixtures over the makers of `support.protocol`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from oversight_protocol.errors import Reason, Refused
from oversight_protocol.study import Study
from oversight_protocol.trust import Trust
from support import protocol


@pytest.fixture
def trust() -> Trust:
    return protocol.network().establish()


@pytest.fixture
def study() -> Study:
    return protocol.study()


@pytest.fixture
def refused() -> Callable[..., Refused]:
    """Call something that must be refused for a reason, and return the refusal."""

    def check(reason: Reason, call: Callable[..., object], *args: object) -> Refused:
        with pytest.raises(Refused) as caught:
            call(*args)
        assert caught.value.reason == reason
        return caught.value

    return check


@pytest.fixture
def ledger_path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.jsonl"
