"""Definition -> Derivation, one rule at one place at a time."""
