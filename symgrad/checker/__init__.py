"""Claim -> CheckReport, numerically, knowing no calculus."""
