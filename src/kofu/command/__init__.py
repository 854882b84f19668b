"""The commands of kofu: how they are called, what each does, what it prints."""
