"""Says before the tests which of them this machine cannot run, and how to change that."""

import shutil
import sys

OPTIONAL = {
    "strace": ("the test that watches every connection", "apt-get install strace"),
}

for program, (tests, command) in OPTIONAL.items():
    if shutil.which(program) is None:
        sys.stdout.write(f"Skipped without {program}: {tests}. To run it: {command}\n")
