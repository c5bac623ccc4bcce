"""`oversight-agent`: the agent's command line.

Flower and the data libraries are imported by the commands that need them, so that help is instant.
"""

from oversight_agent.cli.main import app, main

__all__ = ["app", "main"]
