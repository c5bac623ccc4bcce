"""What agents and coordinator agree on: data, signatures and proofs; rules without IO."""

PROTOCOL_VERSION = 1
"""Version of the wire format. It changes only when a message that was valid stops being valid."""
