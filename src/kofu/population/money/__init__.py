"""What totals mean, in exact numbers: budgets, distributions, estimates, payers, loans."""
