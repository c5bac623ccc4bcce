"""The trivial ClientApp that both sides of the round trip run: it sends back what it got."""

from oversight_agent.node import make_app

app = make_app(lambda body: body)
