"""Pages and data over the catalogue, for people and for programs."""
