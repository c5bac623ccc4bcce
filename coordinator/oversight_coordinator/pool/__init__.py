"""Pooling: authorities' releases in, one row per figure out.

    intervals   how what holds between figures narrows them
    published   what an attentive reader can say of every figure of one published table
    links       what the tables of one authority say of each other
    answers     who released which table, with its figures and their intervals
    grouping    outcomes put together, as measures count them
    figures     what the kinds of figure share: how they are rounded, what they are made of
    shares, ratios, medians
                the arithmetic of each kind, and of its interval
    pooling     sums over authorities, and each authority by itself
    rows        the rows that come out
    write       pooled.csv and authorities.csv

Rules kept here:

1. A pool is computed from released tables alone: rounded counts and sums, and markers.
2. The figure (estimate, numerator, denominator) is over the authorities that published all that
   it needs: every cell, or the row's total and all other cells. A cell marked `[low]` or `[high]`
   is not published: it bounds the interval alone. The interval (lower, upper) is over all that
   answered the table. These are different statements, and the figure may lie outside the interval
   when much was suppressed. Of a category, neither is over an authority that has no data for its
   dimension.
3. The order of authorities never matters.

docs/figures.md works an example of each kind.
"""

from oversight_coordinator.pool.answers import Moments, NoData, without_data
from oversight_coordinator.pool.pooling import authority_rows, pool
from oversight_coordinator.pool.rows import AUTHORITY_COLUMNS, COLUMNS, AuthorityRow, PooledRow
from oversight_coordinator.pool.write import (
    authorities_csv_bytes,
    csv_bytes,
    write_authorities_csv,
    write_csv,
)

__all__ = [
    "AUTHORITY_COLUMNS",
    "COLUMNS",
    "AuthorityRow",
    "Moments",
    "NoData",
    "PooledRow",
    "authorities_csv_bytes",
    "authority_rows",
    "csv_bytes",
    "pool",
    "without_data",
    "write_authorities_csv",
    "write_csv",
]
