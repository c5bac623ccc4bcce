"""Why a database refused, in a sentence of ours, by the code that it gives."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError

from oversight_agent.problems import SourceError
from oversight_agent.readers.connections import DRIVERS, Connection, place

_Sentence = tuple[str, str]
"""What is wrong, and what to do."""

_ACCOUNT = (
    "the database does not accept the account or its password",
    "correct the url or the password's file; see that the account is not locked",
)
_RIGHT = (
    "the account may not read the table",
    "ask for the right to read it, as docs/sources.md says, and for no other",
)
_SLOW = (
    "the database took too long",
    "name a view of the years that are needed, or raise timeout_seconds",
)
_BUSY = ("the database takes no more connections", "try again when it is less busy")
_UNREACHED = (
    "the database cannot be reached, or does not accept the account",
    "see that the server runs and that its name, port and database, the account and its password"
    " are right; ask whether a firewall stands between",
)
_UNREAD = (
    "the table cannot be read",
    "see that the account can read it whole with the database's own program",
)

_OPTIONS = "see that what follows the ? in the url is right, or leave it out"

_POSTGRESQL: dict[str, _Sentence] = {
    "28P01": _ACCOUNT,
    "28000": _ACCOUNT,
    "42501": _RIGHT,
    "57014": _SLOW,
    "55P03": _SLOW,
    "53300": _BUSY,
}
_ORACLE: dict[str, _Sentence] = {
    "ORA-01017": _ACCOUNT,
    "ORA-28000": _ACCOUNT,
    "ORA-00942": _RIGHT,
    "ORA-01031": _RIGHT,
    "DPY-4024": _SLOW,
    "ORA-00018": _BUSY,
    "ORA-00020": _BUSY,
}


def refusal(error: Exception, link: Connection, *, connected: bool) -> SourceError:
    """The error of a database that could not be reached or read."""
    codes = _POSTGRESQL | _ORACLE
    what, advice = codes.get(_code(error), _UNREAD if connected else _UNREACHED)
    if not connected and link.url.query:
        advice += f"; and {_OPTIONS}"
    kind = DRIVERS[link.backend].kind
    return SourceError(
        what,
        file=link.name,
        expected=f"a database of {kind} whose tables the account may read",
        advice=advice,
    )


def unusable(link: Connection) -> SourceError:
    """The error of a URL that the library does not take."""
    return SourceError(
        "the URL has a part that cannot be used",
        file=place(link.name),
        expected=f"a URL of {DRIVERS[link.backend].kind} as in docs/sources.md",
        advice=_OPTIONS,
    )


def _code(error: Exception) -> str:
    """The database's own code; a driver of another kind has neither."""
    own = error.orig if isinstance(error, DBAPIError) else None
    oracle = getattr(next(iter(getattr(own, "args", ())), None), "full_code", "")
    return str(getattr(own, "sqlstate", None) or oracle)
