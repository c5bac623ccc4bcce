"""When a part that ended is started again.

At once if it had run for a while. One that ends again and again soon after its start cannot do its
work (its port is taken, a file is broken): it is tried ever more rarely.
"""

from __future__ import annotations

from collections.abc import Callable

SOON_SECONDS = 5.0
"""A part that ends within this of its start did not come up."""
LONGEST_SECONDS = 30.0
"""A part that never comes up is tried this often."""


class Restarts:
    """The starts of one part.

    Args:
        clock: seconds that never go back.

    Attributes:
        failures: how often in a row the part ended soon after its start.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._started: float | None = None
        self._again_at = float("-inf")
        self.failures = 0

    def started(self) -> None:
        """The part was started now."""
        self._started = self._clock()

    def is_due(self) -> bool:
        """Whether the part, which was found ended, may be started now."""
        now = self._clock()
        if self._started is not None:
            self.failures = self.failures + 1 if now - self._started < SOON_SECONDS else 0
            self._started, self._again_at = None, now + self._pause()
        return now >= self._again_at

    def _pause(self) -> float:
        """None after the first such end, then 1 second, 2, 4 and so on."""
        return 0.0 if self.failures < 2 else min(2.0 ** (self.failures - 2), LONGEST_SECONDS)
