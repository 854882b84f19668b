"""The reasons of an answer in Japanese and English."""

from __future__ import annotations

from kofu.quoting.combination.answer import Answer, Kind, Reason

_SENTENCES: dict[Kind, tuple[str, str]] = {
    "cap_reached": ("{offer}は上限額 {yen}円に達しています。", "{offer} reaches its cap of {yen} yen."),
    "all_costs_used": (
        "{offer}は対象となる経費をすべて使っています。",
        "{offer} pays for every cost that it may pay for.",
    ),
    "rest_paid_elsewhere": (
        "{offer}の対象となる経費の残りは{others}が受け持ちます。",
        "The rest of the costs that {offer} may pay for goes to {others}.",
    ),
    "exclusive": ("{offer}は{others}と併用できません。", "{offer} cannot be combined with {others}."),
    "minimum_out_of_reach": (
        "{offer}の対象となる経費は、すべて合わせても下限に {yen}円足りません。",
        "All costs that {offer} may pay for are {yen} yen below its minimum.",
    ),
    "minimum_not_reached": (
        "{others}が受け持ったあとの経費では、{offer}の下限に {yen}円足りません。",
        "What {others} leave is {yen} yen below the minimum cost of {offer}.",
    ),
    "better_rate_elsewhere": (
        "{offer}の対象となる経費は、より高い補助率の{others}が受け持ちます。",
        "The costs that {offer} may pay for go to {others} at a better rate.",
    ),
    "costs_used_elsewhere": (
        "{offer}の対象となる経費は{others}が受け持ち、加えても総額は増えません。",
        "The costs that {offer} may pay for go to {others}; adding it does not raise the total.",
    ),
    "brings_nothing": (
        "{offer}は、対象となる経費をすべて充てても1円になりません。",
        "{offer} grants not one yen even for every cost that it may pay for.",
    ),
}


def sentence(reason: Reason, lang: str) -> str:
    """A reason as one sentence in `lang` ("ja" or "en")."""
    said = _SENTENCES[reason.kind][lang == "en"]
    yen = "" if reason.yen is None else f"{reason.yen:,}"
    return said.format(offer=reason.offer, others=_names(reason.others, lang), yen=yen)


def certificate(answer: Answer, lang: str) -> str:
    """How sure the answer is: proved best, or within how many yen."""
    gap = answer.gap_yen
    if lang == "en":
        return (
            f"Proved: within {gap:,} yen of the best possible total."
            if gap
            else "Proved: no combination grants more."
        )
    return (
        f"最大額との差は {gap:,}円以内です（証明済み）。"
        if gap
        else "これを超える組み合わせはありません（証明済み）。"
    )


def second(answer: Answer, lang: str) -> str:
    """How the runner-up differs from the best."""
    other = answer.runner_up
    if other is None:
        return "There is no other combination." if lang == "en" else "ほかの組み合わせはありません。"
    less = f"{answer.total - other.total:,}"
    dropped, added = _names(answer.dropped, lang), _names(answer.added, lang)
    if lang == "en":
        instead = f", with {added} instead" if added else ""
        return f"The runner-up goes without {dropped}{instead}: {less} yen less."
    instead = f"{dropped}の代わりに{added}を使う案" if added else f"{dropped}を使わない案"
    return f"次点は、{instead}です（{less}円少ない）。"


def _names(names: tuple[str, ...], lang: str) -> str:
    return ("、" if lang == "ja" else ", ").join(names)
