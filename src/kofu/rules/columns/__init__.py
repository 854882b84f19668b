"""The columns reader: a rule as whole numbers, for millions of cases at once, on any engine."""
