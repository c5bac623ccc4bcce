"""Compares disclosure control with other programs, if their environments install.

    python tests/oracles/run.py          # in the environment that holds tox

An oracle that does not install here is named in one line and skipped. One that installs is run, and
where its comparison fails, this fails.
"""

from __future__ import annotations

import subprocess
import sys

ORACLES = {"oracle-acro": "ACRO", "oracle-ckp": "cell-key perturbation"}


def tox(environment: str, *options: str, quiet: bool = False) -> bool:
    command = [sys.executable, "-m", "tox", "run", "-e", environment, *options]
    return not subprocess.run(command, capture_output=quiet, check=False).returncode


def compare(environment: str, name: str) -> bool:
    """Whether nothing was found wrong."""
    if not tox(environment, "--notest", quiet=True):
        say(f"Skipped the comparison with {name}: it does not install here. To see why: "
            f".venv-tox/bin/tox -e {environment}")  # fmt: skip
        return True
    say(f"Comparing with {name}:")
    return tox(environment)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    results = [compare(*oracle) for oracle in ORACLES.items()]
    sys.exit(0 if all(results) else 1)
