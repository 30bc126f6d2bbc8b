"""The catalogues, as data."""
