"""The coordinator at Kent."""
