"""A large catalogue made of the real one: new ids, and titles and names mixed from its words."""

from __future__ import annotations

import random
from collections.abc import Iterator

from kofu.programme.model import Programme


def many(programmes: list[Programme], count: int, seed: int = 20241129) -> Iterator[Programme]:
    """`count` made-up programmes, the same for the same seed."""
    pick = random.Random(seed)
    titles = [p.title.ja for p in programmes]
    for number in range(count):
        base, other = pick.choice(programmes), pick.choice(titles)
        half = len(base.title.ja) // 2
        title = base.title.model_copy(update={"ja": base.title.ja[:half] + other[len(other) // 2 :]})
        yield base.model_copy(update={"id": f"made-up-{number}", "title": title})
