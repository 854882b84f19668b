"""The curated programmes: one YAML file each, loaded, checked against the sources, formatted and searched."""
