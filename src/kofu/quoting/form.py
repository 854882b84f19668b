"""The form of a calculator, made from the facts that a rule reads: what is asked, how, and what was answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from kofu.errors import KofuError
from kofu.quoting.book import ASSUMED
from kofu.quoting.record import question_record
from kofu.rules.case import read_case
from kofu.rules.rule import Rule
from kofu.rules.tree import FactSpec, Setting, Value
from kofu.rules.units import name_of
from kofu.rules.values import show_number
from kofu.rules.vocabulary import FactEntry, normal, vocabulary

OWN = "自社"
RATE = "割合"
_SMALL_RATE = Fraction(1, 5)
"""What goes no higher is a rate of interest or the like."""
YES_NO = (("はい", "はい", "Yes"), ("いいえ", "いいえ", "No"))


@dataclass(frozen=True)
class Field:
    """One question. `answer`: as typed, for a choice the choice itself; `error`: what is wrong with it."""

    name: str
    kind: str
    """truth, choice or number; fixed: settled by what was chosen before, not asked."""
    question: str
    help: str | None = None
    known_by: str = OWN
    choices: tuple[tuple[str, str], ...] = ()
    """(value, words) of a truth or a choice."""
    unit: str = ""
    example: str = ""
    """An answer as people write it, where the unit does not say it all: 1.3%, 2/3."""
    at: tuple[int, ...] = ()
    """The lines of an open parameter."""
    answer: str = ""
    error: KofuError | None = None


@dataclass(frozen=True)
class Form:
    """The questions of one rule with what was answered: `facts` holds what could be read."""

    rule: Rule
    fields: tuple[Field, ...]
    facts: Mapping[str, Value]

    @property
    def errors(self) -> tuple[Field, ...]:
        """The fields whose answer cannot be read."""
        return tuple(field for field in self.fields if field.error)

    @property
    def answered(self) -> list[tuple[str, str]]:
        """(name, answer) of every answered field, as an address carries them; not what is assumed anyway."""
        return [(f.name, f.answer) for f in self.fields if f.answer and ASSUMED.get(f.name) != f.answer]


def form_of(rule: Rule, answers: Mapping[str, str], lang: str) -> Form:
    """The form of `rule`, with `answers` by name as typed; other names are ignored."""
    typed = {normal(name): text.strip() for name, text in answers.items()}
    facts: dict[str, Value] = {**ASSUMED}
    fields = []
    settings = _open_settings(rule)
    names = dict.fromkeys([*(fact.name for fact in rule.facts), *settings])
    for name in names:
        raw, error = typed.get(name, ""), None
        try:
            facts |= read_case({name: raw}, [rule])
        except KofuError as caught:
            error = caught
        setting = settings.get(name)
        field = _setting(setting, lang) if setting else _fact(vocabulary()[name], lang)
        shown = raw if error else _shown(field, facts.get(name), raw)
        fields.append(_answered(field, shown, error))
    return Form(rule, tuple(fields), facts)


def _open_settings(rule: Rule) -> dict[str, Setting]:
    """Of the open parameters of each name the one that leaves most open."""
    found: dict[str, Setting] = {}
    for setting in rule.settings:
        known = found.get(setting.name, setting)
        if setting.is_open and (len(setting.options), setting.high) >= (len(known.options), known.high):
            found[setting.name] = setting
    return found


def fact_field(name: str, lang: str, answer: str = "", error: KofuError | None = None) -> Field:
    """The question about one fact of the vocabulary."""
    return _answered(_fact(vocabulary()[name], lang), answer, error)


def _answered(field: Field, answer: str, error: KofuError | None) -> Field:
    return Field(**{**field.__dict__, "answer": answer, "error": error})


def _fact(entry: FactEntry, lang: str) -> Field:
    spec: FactSpec = entry.spec
    choices = tuple((choice, entry.shown(choice, lang)) for choice in spec.choices)
    if spec.type.kind == "truth":
        choices = tuple((value, en if lang == "en" else ja) for value, ja, en in YES_NO)
    unit = (spec.unit or name_of(spec.type.unit)) if spec.type.kind == "number" else ""
    return Field(
        entry.name,
        "fixed" if entry.name in ASSUMED else spec.type.kind,
        entry.question(lang),
        entry.help(lang),
        entry.known_by,
        choices,
        unit,
        rate_example(spec) if unit == RATE else "",
    )


def rate_example(spec: FactSpec) -> str:
    """A share as the answer to this fact looks: an interest rate 1.3%, a larger part 80%."""
    return "1.3%" if spec.high <= _SMALL_RATE else "80%"


def _setting(setting: Setting, lang: str) -> Field:
    """A parameter that the sheet leaves open, asked like a fact; listed options are choices."""
    record = question_record(setting.name, (setting,), lang)
    options = [show_number(option, setting.type, "ja") for option in setting.options]
    words = [show_number(option, setting.type, lang) for option in setting.options]
    return Field(
        setting.name,
        "choice" if options else "number",
        record["question"],
        None,
        record["known_by"],
        tuple(zip(options, words, strict=True)),
        "" if options else name_of(setting.type.unit),
        _setting_example(setting),
        setting.at,
    )


def _setting_example(setting: Setting) -> str:
    """A share that the sheet allows: the largest where it names one."""
    if setting.high < 1:
        return show_number(setting.high, setting.type, "ja")
    return "50%" if "%" in setting.text else "2/3"


def _shown(field: Field, value: Value | None, raw: str) -> str:
    """The answer as the form shows it: a choice in its own words, a number as it was typed."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return YES_NO[0][0] if value else YES_NO[1][0]
    return value if isinstance(value, str) else raw
