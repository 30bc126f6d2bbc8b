"""Gradients of neural networks, derived line by line, each line proved."""

__version__ = "0.1.0"
