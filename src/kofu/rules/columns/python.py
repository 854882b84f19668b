"""From the integer form to a compiled Python function: the exact reader without the walk.

Two bodies are written: a quick one for cases in which every column is stated, and one that checks each part
for None. Python's integers have no largest one, and its // is the floor, so neither ranges nor widths matter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from kofu.rules.columns.form import (
    Binary,
    Case,
    Column,
    Compare,
    Extreme,
    Floor,
    Form,
    Integer,
    Logic,
    Member,
    Not,
    Parameter,
    Stated,
    Truth,
    children,
    walk,
)
from kofu.rules.columns.normal import Normaliser
from kofu.rules.columns.nulls import Nulls
from kofu.rules.tree import Node, Value

Compiled = Callable[[Mapping[str, Value]], tuple[Value | None, ...]]
"""Facts in base units → the value of each root, None where it is unknown."""


def compile_roots(
    roots: Sequence[Node], given: frozenset[str] = frozenset(), settings: Mapping[str, Fraction] | None = None
) -> Compiled:
    """A function that gives what `exact.evaluate` gives for each root. Choices as in any `Fact`'s list."""
    normaliser = Normaliser(given, settings)
    results = [normaliser.normalise(root) for root in roots]
    for root in roots:
        if root.type.kind == "choice":
            raise TypeError("a rule's results are numbers and truth values")
    source, constants = write([form for form, _ in results], [d for _, d in results], normaliser)
    scope: dict[str, object] = {"Fraction": Fraction, **constants}
    exec(compile(source, "<rule>", "exec"), scope)
    return scope["rule"]  # type: ignore[return-value]


def write(
    forms: Sequence[Form], denominators: Sequence[int], normaliser: Normaliser
) -> tuple[str, dict[str, object]]:
    """(source of the function `rule`, the dictionaries of choices that it reads)."""
    columns = [form for form in walk(forms) if isinstance(form, Column)]
    names: dict[Form, str] = {form: f"c{i}" for i, form in enumerate(columns)}
    stated = {form.column for form in walk(forms) if isinstance(form, Stated)}
    constants: dict[str, object] = {}
    lines = ["def rule(facts):", "    get = facts.get"]
    for column in columns:
        lines += _read(column, names[column], normaliser, constants)
    needed = [names[column] for column in columns if column not in stated]
    strict = _strict(list(forms), denominators, names)
    quick = _quick(list(forms), denominators, names)
    if needed:
        lines.append(f"    if {' or '.join(f'{name} is None' for name in needed)}:")
        lines += ["        " + line for line in strict]
    lines += ["    " + line for line in quick]
    return "\n".join(lines), constants


def _read(form: Column, name: str, normaliser: Normaliser, constants: dict[str, object]) -> list[str]:
    lines = [f"    {name} = get({form.name!r})"]
    if form.kind == "choice":
        codes = {choice: code for code, choice in enumerate(normaliser.choices[form.name])}
        constants[f"{name}_codes"] = codes
        lines.append(f"    if {name} is not None: {name} = {name}_codes[{name}]")
    elif form.kind == "number" and (step := normaliser.steps[form.name]) != 1:
        divided = f" / Fraction({step.numerator})" if step.numerator != 1 else ""
        lines.append(f"    if {name} is not None: {name} = {name} * {step.denominator}{divided}")
    return lines


def _result(texts: Sequence[str], denominators: Sequence[int], certain: Sequence[bool]) -> str:
    parts = []
    for text, denominator, sure in zip(texts, denominators, certain, strict=True):
        if denominator == 1:
            parts.append(text)
        else:
            divided = f"Fraction({text}) / {denominator}"
            parts.append(divided if sure else f"None if {text} is None else {divided}")
    return f"return ({', '.join(parts)},)"


def _quick(roots: list[Form], denominators: Sequence[int], names: Mapping[Form, str]) -> list[str]:
    """Every column is stated: parts used twice are named, the rest is written in place."""
    forms = walk(roots)
    uses = Counter(child for form in forms for child in children(form))
    uses.update(roots)
    # A part of an extreme is written twice.
    uses.update(part for form in forms if isinstance(form, Extreme) for part in children(form))
    text: dict[Form, str] = {**names}
    lines: list[str] = []
    for form in forms:
        if form in text:
            continue
        text[form] = _plain(form, [text[child] for child in children(form)])
        if uses[form] > 1 and not isinstance(form, Integer | Truth):
            lines.append(f"t{len(lines)} = {text[form]}")
            text[form] = f"t{len(lines) - 1}"
    return [*lines, _result([text[root] for root in roots], denominators, [True] * len(roots))]


def _strict(roots: list[Form], denominators: Sequence[int], names: Mapping[Form, str]) -> list[str]:
    """Any column may be unknown: every part is named, and None where it is unknown."""
    nulls = Nulls()
    text: dict[Form, str] = {**names}
    lines: list[str] = []
    for form in walk(roots):
        if form in text:
            continue
        parts = children(form)
        written = _checked(form, parts, [text[part] for part in parts], nulls)
        if isinstance(form, Integer | Truth):
            text[form] = written
        else:
            lines.append(f"t{len(lines)} = {written}")
            text[form] = f"t{len(lines) - 1}"
    certain = [not nulls.may(root) for root in roots]
    return [*lines, _result([text[root] for root in roots], denominators, certain)]


def _checked(form: Form, parts: Sequence[Form], texts: Sequence[str], nulls: Nulls) -> str:
    match form:
        case Logic():
            decides = form.op == "or"
            decided = " or ".join(f"{text} is {decides}" for text in texts)
            return (
                f"{decides} if {decided} else None if {_any_unknown(parts, texts, nulls)} else {not decides}"
            )
        case Case():
            written = texts[-1]
            for i in reversed(range(len(form.branches))):
                condition, value = texts[2 * i], texts[2 * i + 1]
                written = f"{value} if {condition} else {written}"
                if nulls.may(parts[2 * i]):
                    written = f"None if {condition} is None else {written}"
            return f"({written})"
        case Stated():
            return _plain(form, texts)
        case _:
            unknown = _any_unknown(parts, texts, nulls)
            return (
                f"None if {unknown} else {_plain(form, texts)}" if unknown != "False" else _plain(form, texts)
            )


def _any_unknown(parts: Sequence[Form], texts: Sequence[str], nulls: Nulls) -> str:
    tests = [f"{text} is None" for part, text in zip(parts, texts, strict=True) if nulls.may(part)]
    return " or ".join(dict.fromkeys(tests)) or "False"


def _plain(form: Form, parts: Sequence[str]) -> str:
    """A form over parts that are all known."""
    match form:
        case Integer() | Truth():
            return str(form.value) if form.value >= 0 else f"({form.value})"
        case Binary() | Compare():
            return f"({parts[0]} {form.op} {parts[1]})"
        case Floor():
            return f"({parts[0]} // {parts[1]})"
        case Extreme():
            comparison = "<=" if form.op == "min" else ">="
            return f"({parts[0]} if {parts[0]} {comparison} {parts[1]} else {parts[1]})"
        case Member():
            return f"({parts[1]} >> {parts[0]} & 1 == 1)"
        case Logic():
            return "(" + f" {form.op} ".join(parts) + ")"
        case Not():
            return f"(not {parts[0]})"
        case Case():
            written = parts[-1]
            for i in reversed(range(len(form.branches))):
                written = f"{parts[2 * i + 1]} if {parts[2 * i]} else {written}"
            return f"({written})"
        case Stated():
            return f"({parts[1]} if {parts[0]} is None else {parts[0]})"
        case Column() | Parameter():
            raise TypeError(f"has no name: {form}")
