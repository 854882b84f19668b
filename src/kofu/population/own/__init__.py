"""Populations that users bring: CSV and Parquet files, read into whole numbers."""
