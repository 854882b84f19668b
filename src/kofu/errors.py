"""Errors that are the user's to mend: one sentence in each language, and the exit code of the command line."""

from __future__ import annotations


class KofuError(ValueError):
    """Base of every error that a user can mend; `ja` and `en` name what is wrong, where, and what to do.

    `exit_code` is what the command line leaves with: 1 unless a subclass says otherwise. It is a ValueError
    so that a validator may raise it and keep both languages.
    """

    exit_code = 1

    def __init__(self, ja: str, en: str | None = None) -> None:
        super().__init__(ja)
        self.ja = ja
        self.en = en or ja
