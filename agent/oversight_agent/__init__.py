"""The agent that runs inside an authority."""
