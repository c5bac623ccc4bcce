"""Statutory returns: what each holds for a table of the specification, by its fields.

    xml, census         the Department's census returns, piece by piece
    cin_census          children in need: `episode`, `plan`
    workforce_census    children's social work workforce: `worker`
    annex_a             Ofsted's Annex A: `episode`, `plan`, `allocation`, `team`
    ssd                 the Standard Safeguarding Dataset: the same
    texts               codes, days and names as the specification has them
    referrals           which rows are one referral, where a return numbers none
    rows                rows with their places; several returns as one

A return's columns are named as the specification's fields, so that mapping handles it like any
table. Unlike other readers, these choose and arrange: what is unknown they leave as it stands.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from oversight_agent.readers.locate import locate
from oversight_agent.readers.request import Request
from oversight_agent.readers.returns.annex_a import read_annex_a
from oversight_agent.readers.returns.cin_census import read_cin_census
from oversight_agent.readers.returns.referrals import identify
from oversight_agent.readers.returns.rows import Extract, Table, in_order, merged
from oversight_agent.readers.returns.ssd import read_ssd
from oversight_agent.readers.returns.ssd_dataset import Read
from oversight_agent.readers.returns.workforce_census import read_workforce_census
from oversight_agent.sources import SourceLimits, SourceSettings
from oversight_agent.tables import RawTable

__all__ = ["KEYED", "read_return"]

_READERS: dict[str, Callable[[Request, str, tuple[str, ...]], Extract]] = {
    "cin-census": read_cin_census,
    "workforce-census": read_workforce_census,
    "annex-a": read_annex_a,
}

KEYED = {
    "team": Table("team", ("team_id",)),
    "worker": Table("worker", ("worker_id", "role_start"), "role_end"),
    "allocation": Table("allocation", ("child_id", "worker_id", "start"), "end"),
    "episode": Table("episode", ("referral_id",)),
    "plan": Table("plan", ("child_id", "type", "start"), "end"),
}
"""The tables that returns fill. A referral without further action never has an end."""


def read_return(
    source: SourceSettings,
    folder: Path,
    names: tuple[str, ...],
    limits: SourceLimits,
    read: Read,
) -> RawTable:
    """Read a return, or several of one kind, for the table that its settings name.

    Args:
        source: its settings; `table` is a table of the specification.
        folder: the data folder.
        names: the table's fields that are wanted.
        limits: the most that is read of each file, and of rows in all.
        read: reads an ordinary source.

    Raises:
        InputError: see `oversight_agent.readers.read`.
    """
    table = source.table or ""
    files = locate(source, folder, limits) if source.names else ()
    if source.format == "ssd":
        extracts = read_ssd(source, files, table, names, limits, read)
    else:
        reader = _READERS[source.format or ""]
        requests = (Request(source, name, folder / name, None, limits) for name in files)
        extracts = in_order(reader(request, table, names) for request in requests)
        if table == "episode":
            identify(extracts)
    return merged(extracts, KEYED[table])
