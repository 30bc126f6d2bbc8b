"""The order of the stages; no other package knows it."""
