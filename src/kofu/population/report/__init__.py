"""The record of a simulation as a page, charts and tables."""
