"""Errors that are the user's to mend: one sentence in each language, and how the command ends."""

from __future__ import annotations

import os


class KofuError(ValueError):
    """What a user can mend; `ja` and `en` name what is wrong, where, and what to do. Never shown as a trace.

    `exit_code`: 2 for a wrong input or call; a subclass says 1 where a check found something. It is a
    ValueError so that a validator of the model may raise it and keep both languages.
    """

    exit_code = 2

    def __init__(self, ja: str, en: str) -> None:
        super().__init__(ja, en)  # both, so that it comes whole out of another process
        self.ja = ja
        self.en = en

    def __str__(self) -> str:
        """The sentence that a trace shows: in the language of KOFU_LANG."""
        return self.say(os.environ.get("KOFU_LANG", "ja"))

    def say(self, lang: str) -> str:
        """The sentence in `lang` ("ja" or "en")."""
        return self.en if lang == "en" else self.ja
