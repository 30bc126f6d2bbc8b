"""What may justify a step, as data."""
