"""The history: everything this authority released, and what a new table would tell beside it.

    memory       what is remembered of a table, in the clear and under seal
    sealing      keys from the authority's secret
    store        the file, its rows and their chain; `entries`, `content` what is in a row
    record_sets  who stands behind a figure; `sketches` rough pictures of that
    recall       a history, opened
    ties         how new tables are tied by definition to released ones
    unforeseen   which figures are too close without a tie; `matching` finds them
    stage        these in their order, for a worker
    against      whether history and ledger know the same
    explaining   why a table would be refused, in words, and what would pass

Rules kept here:

1. The history stays inside the authority. It grows by what was released or withheld, never by what
   was asked.
2. A released table is in it before it is in the ledger, and so before it leaves.
3. The lasting process keeps what workers sealed, and opens none of it.
4. Without the secret, or with a history that is not the newest, nothing is answered.
5. Importing this package needs neither numpy nor pandas.
"""

from __future__ import annotations

from oversight_agent.history.errors import HistoryError, HistoryMovedError
from oversight_agent.history.memory import OWN, Answered, Head, Memory, Span
from oversight_agent.history.recall import FILE, History, Recalled
from oversight_agent.history.sealing import Sealing

__all__ = [
    "FILE",
    "OWN",
    "Answered",
    "Head",
    "History",
    "HistoryError",
    "HistoryMovedError",
    "Memory",
    "Recalled",
    "Sealing",
    "Span",
]
