"""From rules to counts over the rows: forms, tallies, units of work, engines."""
