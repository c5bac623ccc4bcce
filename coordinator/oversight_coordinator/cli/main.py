"""The commands, and what becomes of errors: a sentence on standard error and an exit status.

0 success · 1 failure · 2 usage or input · 3 refused · 4 held
"""

from __future__ import annotations

import os
import sys

import typer
import typer.core

from oversight_coordinator.cli import agents, asking, coverage, demo, home, studies, trust
from oversight_protocol.errors import OversightError

# Plain help: with rich, and markup off, Typer prints its brackets with backslashes.
typer.core.HAS_RICH = False

app = typer.Typer(
    name="oversight", no_args_is_help=True, add_completion=False, rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="The coordinator of Federated Oversight: asks signed questions, pools the answers.",
)  # fmt: skip
home.add_to(app)
trust.add_to(app)
studies.add_to(app)
agents.add_to(app)
asking.add_to(app)
coverage.add_to(app)
demo.add_to(app)


def main() -> None:
    """Run the command line."""
    try:
        app()
    except OversightError as error:
        sys.stderr.write(f"oversight: {error}\n")
        raise SystemExit(error.exit_status) from None
    except KeyboardInterrupt:
        sys.stderr.write("oversight: stopped\n")
        raise SystemExit(130) from None
    except BrokenPipeError:
        # Whoever read our output has gone; nothing more can be said to them.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        sys.stderr.write(f"oversight: {where}{error.strerror or type(error).__name__}\n")
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
