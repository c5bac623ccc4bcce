"""Reports durable steps; for tests, a step can be held so that a process is killed exactly there.

With `OVERSIGHT_HOLD` unset (always, outside tests) `reached` does nothing. With it naming a folder,
a process that reaches a step for which `<folder>/<step>.hold` exists writes its process identifier
to `<folder>/<step>.reached` and goes on when the `.hold` file is gone.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from oversight_protocol.durability import Step

HOLD_VARIABLE = "OVERSIGHT_HOLD"
_LOOK_AGAIN_SECONDS = 0.01


def reached(step: Step) -> None:
    """Say that a step is durable."""
    folder = os.environ.get(HOLD_VARIABLE)
    if folder is None:
        return
    hold = Path(folder) / f"{step}.hold"
    if hold.exists():
        partial = Path(folder) / f".{step}.{os.getpid()}"
        partial.write_text(str(os.getpid()), encoding="ascii")
        partial.replace(Path(folder) / f"{step}.reached")
    while hold.exists():
        time.sleep(_LOOK_AGAIN_SECONDS)
