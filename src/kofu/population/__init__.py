"""Many firms: making them, bringing one's own, simulating programmes over them, and what if."""
