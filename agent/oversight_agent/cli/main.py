"""The commands, and what becomes of errors: a sentence on standard error and an exit status.

0 success · 1 failure · 2 usage or input · 3 refused · 4 held
"""

from __future__ import annotations

import os
import sys

import typer
import typer.core

from oversight_agent.cli import (
    coverage,
    data,
    doctor,
    history,
    home,
    init,
    ledger,
    protect,
    releases,
    snapshots,
    spec,
    studies,
)
from oversight_protocol.errors import OversightError

# Plain help: with rich, and markup off, Typer prints its brackets with backslashes.
typer.core.HAS_RICH = False

app = typer.Typer(
    name="oversight-agent", no_args_is_help=True, add_completion=False, rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="The agent of Federated Oversight: answers signed questions with protected statistics.",
)  # fmt: skip
init.add_to(app)
home.add_to(app)
doctor.add_to(app)
data.add_to(app)
coverage.add_to(app)
spec.add_to(app)
studies.add_to(app)
releases.add_to(app)
protect.add_to(app)
snapshots.add_to(app)
history.add_to(app)
ledger.add_to(app)


def main() -> None:
    """Run the command line."""
    try:
        app()
    except OversightError as error:
        sys.stderr.write(f"oversight-agent: {error}\n")
        raise SystemExit(error.exit_status) from None
    except KeyboardInterrupt:
        sys.stderr.write("oversight-agent: stopped\n")
        raise SystemExit(130) from None
    except BrokenPipeError:
        # Whoever read our output has gone; nothing more can be said to them.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        sys.stderr.write(f"oversight-agent: {place}{error.strerror or type(error).__name__}\n")
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
