"""Which results are worked out in one statement: those that share the most parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from kofu.rules.columns.form import Form, children, walk

_SIZE = 16  # one wide statement is slower to plan and to run than some narrow ones


def batches(rules: Sequence[Mapping[str, Form]]) -> list[dict[str, Form]]:
    """The results of all rules (each: name → form) in some statements; those of one rule stay together.

    Rules are put in the order of the parts that most of them have, so that these are worked out in few statements.
    """
    if len(rules) > _SIZE:
        rules = neighbours(rules)
    starts = range(0, len(rules), _SIZE)
    return [{k: form for rule in rules[i : i + _SIZE] for k, form in rule.items()} for i in starts]


def neighbours(rules: Sequence[Mapping[str, Form]]) -> list[Mapping[str, Form]]:
    """The rules in an order in which those that share parts stand together."""
    parts = [[form for form in walk(rule.values()) if children(form)] for rule in rules]
    uses = Counter(form for some in parts for form in some)
    ranks = {form: rank for rank, (form, _) in enumerate(uses.most_common())}
    places = sorted(range(len(rules)), key=lambda i: sorted(ranks[form] for form in parts[i]))
    return [rules[i] for i in places]
