"""What every fact of a sheet has: the lines it stands in."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from pydantic import Field as Meta

from kofu.programme.values import Lines


class Model(BaseModel):
    """Frozen, and strict about keys: an unknown key is an error that names it."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, coerce_numbers_to_str=True
    )


class Fact(Model):
    """Anything a sheet says. `at`: the lines it stands in, in reading order, from 1, in its document."""

    at: Lines
    text: str | None = Meta(
        None, description="the characters printed there, where they differ from the value"
    )
    derived: str | None = Meta(None, description="how the value follows from what is printed, e.g. 1/2 ÷ 3/4")
    doubt: str | None = Meta(None, description="why a reader is not sure; never set in the catalogue")
