"""Programmes over a population: from the question to the record that everything else reads.

The data's way: forms of every benefit and variant → tallies → counts of all parts, added up → sums, budgets,
years, payers → one record (its shape is in docs/population.md).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from kofu.errors import KofuError
from kofu.population import outcome
from kofu.population.asked import Asked, ask
from kofu.population.assumptions.arrival import default_call
from kofu.population.assumptions.premises import premise_record
from kofu.population.assumptions.years import timing_record
from kofu.population.counting.engines import Setup
from kofu.population.counting.frame import Frame
from kofu.population.counting.sheet import Sheet, is_nothing
from kofu.population.counting.tally import Counts, Tally
from kofu.population.counting.work import Work, open_folder
from kofu.population.credits import credit_record
from kofu.population.dataset import Dataset
from kofu.population.money.distribution import bin_form, distribution
from kofu.population.money.tiers import CREDIT
from kofu.population.question import Question
from kofu.population.queueing import Money, budget_of, moneys, points_of
from kofu.rules.columns.form import Form
from kofu.rules.columns.ranges import Ranges
from kofu.version import __version__

Tick = Callable[[str, int, int], None]
"""Told the step, how many units are done, of how many."""


def simulate(
    question: Question,
    dataset: Dataset,
    setup: Setup | None = None,
    folder: Path | None = None,
    tick: Tick | None = None,
) -> dict[str, Any]:
    """The record of a simulation. `folder`: where the counts of finished units are kept, to go on after a stop.

    Raises:
        KofuError: an empty population, an overlay that fits nothing, an engine that cannot run, a file cut short.
    """
    if not dataset.rows:
        raise KofuError(
            f"{dataset.folder}: 母集団に1行もありません。行のあるファイルを指定してください",
            f"{dataset.folder}: the population has no rows; give a file that has some",
        )
    setup = setup or Setup()
    frame = Frame(dataset, question.premises, question.seed)
    groups = frame.groups(question.by)
    points_of(frame, question)  # so that a slip in it is told before anything is counted
    every = ask(frame, question)
    kept = None if folder is None else open_folder(folder, question.key(dataset))
    with Work(dataset, setup, kept) as work:
        run = _Run(frame, question, Sheet(frame.forms, groups, dataset.rows), work, tick)
        programmes = run.programmes(every)
    return {
        "version": __version__,
        "date": question.date and question.date.isoformat(),
        "engine": setup.engine,
        "seed": question.seed,
        "population": {
            "title": dataset.title,
            "unit": dataset.unit,
            "rows": dataset.rows,
            "represents": dataset.represents,
            "hash": dataset.hash,
            "made": dict(dataset.made),
        },
        "premises": [premise_record(frame.used[name]) for name in sorted(frame.used)],
        "assumptions": _assumptions(question, every),
        "take_up": str(question.take_up),
        "order": question.order,
        "variants": [variant.record() for variant in question.variants.every],
        "programmes": programmes,
        "sweep": question.variants.sweep_record(),
    }


def _assumptions(question: Question, every: list[Asked]) -> list[dict[str, str]]:
    """When calls are open and money is paid: one sentence each, in both languages."""
    found = []
    if question.order == "arrival":
        years = dict.fromkeys(asked.programme.fiscal_year for asked in every)
        calls = [question.call] if question.call else [default_call(year) for year in years]
        found += [line for call in calls for line in call.assumptions()]
    paid = {
        (asked.programme.fiscal_year, rule.instrument): timing_record(
            asked.programme.fiscal_year, rule.instrument, question.timing
        )
        for asked in every
        for rule, m in asked.benefits
        if rule.instrument not in CREDIT and not is_nothing(m.applies)
    }
    found += paid.values()
    return list({line["ja"]: line for line in found}.values())


class _Run:
    """One run: the passes over the population, in order."""

    def __init__(self, frame: Frame, question: Question, sheet: Sheet, work: Work, tick: Tick | None) -> None:
        self._frame, self._question, self._sheet, self._work = frame, question, sheet, work
        self._tick = tick
        self._swept = {variant for _, _, variant in question.variants.cells}

    def programmes(self, every: list[Asked]) -> list[dict[str, Any]]:
        """The records of all programmes, each with its variants."""
        for asked in every:
            self._sheet.ask(asked.forms)
        self._sheet.answered(self._count("totals", self._sheet.tallies()))
        for asked in every:
            if asked.change is not None and outcome.is_mixed(self._sheet, asked.change):
                self._sheet.ask([asked.change.gains])
        if more := self._sheet.tallies():
            self._sheet.answered(self._count("gains", more))
        bins = self._bins(every) if self._question.details else {}
        found: dict[str, list[Asked]] = {}
        for asked in every:
            found.setdefault(asked.programme.id, []).append(asked)
        records = []
        for place, variants in enumerate(found.values()):
            if self._tick and self._question.details:
                self._tick("budgets", place, len(found))
            records.append(self._programme(variants, bins))
        return records

    def _programme(
        self, variants: list[Asked], bins: Mapping[tuple[Form, Form], outcome.Bins]
    ) -> dict[str, Any]:
        programme, question = variants[0].programme, self._question
        paid: list[Money] | list[None] = [None] * len(variants)
        asked_for = any(self._sheet.total(asked.queues) for asked in variants)
        if question.details and question.order is not None and asked_for:
            paid = moneys(self._frame, question, variants, self._sheet, self._quietly)
        made: list[dict[str, Any]] = []
        for asked, own in zip(variants, paid, strict=True):
            made.append(self._variant(asked, own, bins, made))
        return {
            "id": programme.id,
            "title": {"ja": programme.title.ja, "en": programme.title.en},
            "fiscal_year": programme.fiscal_year,
            "budget": budget_of(programme),
            "variants": made,
        }

    def _variant(
        self,
        asked: Asked,
        paid: Money | None,
        bins: Mapping[tuple[Form, Form], outcome.Bins],
        before: list[dict[str, Any]],
    ) -> dict[str, Any]:
        sheet, question, dataset = self._sheet, self._question, self._frame.dataset
        details = question.details
        own = [bins.get((m.asked[0], m.applies)) for _, m in asked.benefits]
        benefits = [
            outcome.benefit_record(sheet, rule, m, None if spread is None else distribution(spread))
            for (rule, m), spread in zip(asked.benefits, own, strict=True)
        ]
        totals = outcome.programme_totals(benefits, asked, sheet)
        years = outcome.years_record(question, asked, benefits, paid)
        # A sweep's variants have distributions only where they ask just what another variant asks.
        known = zip(own, asked.benefits, strict=True)
        told = all(found is not None or not sheet.total(m.applies) for found, (_, m) in known)
        spreads = [found or {} for found in own] if details and told else None
        return {
            "benefits": benefits,
            **totals,
            "payers": outcome.payers_record(asked, benefits),
            "groups": outcome.groups_record(sheet, asked),
            "years": years,
            "money": paid and {**paid.record(), "open": outcome.is_open(asked, benefits, paid)},
            "credit": credit_record(sheet, question, asked) if details else None,
            "nation": outcome.nation_record(dataset, totals, spreads, paid, years),
            "change": outcome.change_record(sheet, asked.change, before[0], totals) if before else None,
            "per_target": outcome.per_target_record(
                asked.programme, dataset, paid.adoption.committed if paid else totals["demand"]["low"]
            ),
        }

    def _bins(self, every: list[Asked]) -> Mapping[tuple[Form, Form], outcome.Bins]:
        """For each benefit that somebody asks for, how what they ask is distributed; not for a sweep's variants."""
        wanted = dict.fromkeys(
            (m.asked[0], m.applies)
            for asked in every
            if asked.variant not in self._swept
            for _, m in asked.benefits
            if self._sheet.total(m.applies)
        )
        ranges, forms = Ranges(), self._frame.forms
        tallies = [
            Tally((bin_form(forms, amount, ranges.of(amount)[1]),), (amount,), applies)
            for amount, applies in wanted
        ]
        counts = self._count("distributions", tallies)
        return {
            asked: {code: (values[0], values[1]) for code, values in found[0].items()} if found else {}
            for asked, found in zip(wanted, counts, strict=True)
        }

    def _count(self, step: str, tallies: list[Tally]) -> list[Counts]:
        tick = self._tick
        return self._work.counts(tallies, None if tick is None else lambda done, of: tick(step, done, of))

    def _quietly(self, tallies: list[Tally]) -> list[Counts]:
        return self._work.counts(tallies)
