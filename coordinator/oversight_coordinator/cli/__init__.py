"""`oversight`: the coordinator's command line.

Data libraries and Flower are imported by the commands that need them, so that help is instant.
"""

from oversight_coordinator.cli.main import app, main

__all__ = ["app", "main"]
