"""The agent's ClientApp for a stock Flower SuperNode, with the agent's folder from the environment.

The agent's own node (`oversight-agent run`) is the normal way. An authority that must run Flower's
SuperNode instead names this app: it answers each request to the end within the message, since a
stock node keeps no process of ours between messages.
"""

from __future__ import annotations

from oversight_agent import config, service
from oversight_agent.node import make_app


def _answer(request: bytes) -> bytes:
    return service.answer_now(config.load(config.find_home(None)), request).canonical()


app = make_app(_answer)
"""The ClientApp."""
