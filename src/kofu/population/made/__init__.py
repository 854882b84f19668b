"""Populations made up: firms and contracts, calibrated to published numbers, the same from the same seed."""
