"""What programmes pay to one firm or one project: amounts, matches, combinations."""
