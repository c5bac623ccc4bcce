"""Says before the tests which of them this machine cannot run, and how to change that."""

import shutil
import sys

OPTIONAL = {
    "chromium": (
        "the tests of the report as pages (WCAG, pictures)",
        "apt-get install chromium fonts-dejavu-core",
    ),
    "strace": ("the test that watches every connection", "apt-get install strace"),
    "systemd-analyze": ("the tests of the systemd units", "apt-get install systemd"),
}

for program, (tests, command) in OPTIONAL.items():
    if shutil.which(program) is None:
        sys.stdout.write(f"Skipped without {program}: {tests}. To run it: {command}\n")
