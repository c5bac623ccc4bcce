"""The only package that touches Flower's server side: the SuperLink, its nodes, our ServerApp."""

LEASE = "dispatcher"
"""The name of the lease in the store that one dispatcher at a time holds."""
