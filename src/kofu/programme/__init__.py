"""What a programme is: the model and its one vocabulary, and nothing else."""
