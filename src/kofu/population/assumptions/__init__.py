"""What a simulation assumes beside its population: premises on facts, the call, payments, credit."""
