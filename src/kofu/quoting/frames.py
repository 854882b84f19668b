"""Many firms at once: a table of facts in, a table of answers out.

What is stated goes through the columns reader, in one pass for all firms. What a firm leaves open, a null or a
column that is not there, is unknown: for those cells the bounds reader answers, never zero and never "no".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from kofu.errors import KofuError
from kofu.quoting.book import ASSUMED, Book
from kofu.quoting.record import high_of
from kofu.quoting.tables import Columns, columns_of, count_of, like, load
from kofu.rules.agreement import must_agree_in_rows
from kofu.rules.bounds import Estimate, reader
from kofu.rules.case import read_case, spec_of
from kofu.rules.columns.duckdb import BEFORE
from kofu.rules.columns.plan import ELIGIBLE, Input, Plan, plan
from kofu.rules.rule import AMOUNT, Rule
from kofu.rules.tree import FactSpec, Value
from kofu.rules.values import is_unknown, read_value
from kofu.rules.vocabulary import normal

_ROW = "·row"
_ANSWERS = ("eligible", "low", "high")

Verdict = tuple[bool | None, int, int | None]
"""Eligible, and the least and the most yen; None: nothing bounds it but what a missing number can be at all."""


def match_table(book: Book, table: Any, keep: Collection[str] = ()) -> Any:
    """The same kind of table, a row for each firm: the columns of `keep`, then for each programme of the book
    `id.eligible` (null: it depends), `id.low` and `id.high` in yen (null: nothing bounds it yet).

    Every other column is a fact by its name, in the unit of that fact where it holds plain numbers.

    Raises:
        KofuError: a column that is no fact, or a cell that its fact cannot have; it names column and row.
    """
    given = columns_of(table)
    absent = [name for name in keep if name not in given]
    if absent:
        raise KofuError(f"表に「{absent[0]}」という列がありません", f"the table has no column {absent[0]!r}")
    rows = count_of(table, given)
    facts = _read({name: column for name, column in given.items() if name not in keep}, book.rules)
    for number, error in must_agree_in_rows(facts):
        raise KofuError(f"{number}行目: {error.ja}", f"row {number}: {error.en}")
    answers: Columns = {name: given[name] for name in keep}
    for identifier, column in _match(book, facts, rows).items():
        for i, what in enumerate(_ANSWERS):
            answers[f"{identifier}.{what}"] = [answer[i] for answer in column]
    return like(table, answers)


def _read(columns: Columns, rules: Sequence[Rule]) -> dict[str, list[Value | None]]:
    """Every cell in base units; a value that stands often is read once."""
    own = {setting.name for rule in rules for setting in rule.settings if setting.is_open}
    found: dict[str, list[Value | None]] = {}
    for written, cells in columns.items():
        name = normal(written).strip()
        if name in found:
            raise KofuError(f"「{name}」という列が2つあります", f"the column {name!r} stands twice")
        _check_name(written, rules)
        spec = None if name in own else spec_of(name)
        known: dict[tuple[type, Any], Value | None] = {}
        column: list[Value | None] = []
        for number, cell in enumerate(cells, 1):
            key = type(cell), cell if cell.__hash__ else repr(cell)
            if key not in known:
                known[key] = _cell(written, number, cell, spec, rules)
            column.append(known[key])
        found[name] = [ASSUMED.get(name) if value is None else value for value in column]
    return found


def _check_name(name: str, rules: Sequence[Rule]) -> None:
    try:
        read_case({name: None}, rules)
    except KofuError as error:
        raise KofuError(
            f"列「{name}」: {error.ja}。事実でない列は keep に挙げてください",
            f"column {name!r}: {error.en}; name columns that are no facts in keep",
        ) from error


def _cell(name: str, number: int, cell: Any, spec: FactSpec | None, rules: Sequence[Rule]) -> Value | None:
    """One cell; where the fact is one of all programmes, `spec` spares looking for its name each time."""
    try:
        if spec is not None:
            return None if is_unknown(cell) else read_value(spec, cell)
        return next(iter(read_case({name: cell}, rules).values()), None)
    except KofuError as error:
        raise KofuError(
            f"列「{name}」の{number}行目: {error.ja}", f"column {name!r}, row {number}: {error.en}"
        ) from error


def _match(book: Book, facts: Mapping[str, list[Value | None]], rows: int) -> dict[str, list[Verdict]]:
    """For each programme its verdict on every row."""
    columns: dict[str, list[Value | None]] = {name: [value] * rows for name, value in ASSUMED.items()}
    columns |= facts
    found: dict[str, list[Verdict]] = {p.id: [] for p in book.programmes.values() if p.benefits}
    rules = [rule for rule in book.rules if rule.programme in found]
    if not rules or not rows:
        return found
    reads = {rule.hash: _reads(rule) & columns.keys() for rule in rules}
    by_programme: dict[str, list[tuple[int, Rule]]] = defaultdict(list)
    for place, rule in enumerate(rules):
        by_programme[rule.programme].append((place, rule))
    memory: dict[tuple[Any, ...], Estimate] = {}
    for number, results in enumerate(_worked_out(rules, columns, rows)):
        for identifier, own in by_programme.items():
            verdicts = []
            for place, rule in own:
                eligible, total = results[2 * place], results[2 * place + 1]
                if eligible is None or total is None:
                    case = {n: v for n in reads[rule.hash] if (v := columns[n][number]) is not None}
                    key = (rule.programme, rule.key, *sorted(case.items(), key=lambda item: item[0]))
                    if key not in memory:
                        memory[key] = reader(rule).estimate(case, figures=False)
                    guess = memory[key]
                    verdicts.append((guess.eligible, int(guess.total.low), high_of(guess.total)))
                else:
                    verdicts.append((eligible, total, total))
            found[identifier].append(_joined(verdicts))
    return found


def _reads(rule: Rule) -> set[str]:
    return {n.name for part in (rule.facts, rule.named, rule.settings) for n in part}


def _joined(verdicts: Sequence[Verdict]) -> Verdict:
    """Of a programme from those of its benefits, as `kofu.quoting.match.Match` has it."""
    sure = [v[0] for v in verdicts]
    fits = True if True in sure else None if None in sure else False
    if fits is False:
        return False, 0, 0
    some = [v for v in verdicts if v[0] is fits]
    highs = [v[2] for v in some if v[2] is not None]
    return fits, max(v[1] for v in some), max(highs) if len(highs) == len(some) else None


def _worked_out(
    rules: Sequence[Rule], columns: Mapping[str, list[Value | None]], rows: int
) -> Iterator[tuple[Any, ...]]:
    """For each row the verdict and the total of every rule, None where it is unknown."""
    import duckdb

    connection = duckdb.connect()
    for statement in BEFORE:
        connection.execute(statement)
    made = _plan(rules, columns)
    loaded: dict[str, list[Any]] = {_ROW: list(range(rows))}
    types = {_ROW: "BIGINT"}
    for column in made.inputs:
        loaded[column.name] = _codes(column, columns[column.name])
        types[column.name] = "BOOLEAN" if column.kind == "truth" else "BIGINT"
    load(connection, "firms", loaded, types)
    if made.survey:
        row = connection.execute(made.survey).fetchone()
        assert row is not None
        made = _plan(rules, columns, made.surveyed(row))
    for number, statement in enumerate(made.statements):
        connection.execute(f"CREATE TABLE b{number} AS {statement}")
    joined = " JOIN ".join(
        f"b{number}" + (f' USING ("{_ROW}")' if number else "") for number in range(len(made.statements))
    )
    names = ", ".join(result.column for result in made.results)
    cursor = connection.execute(f'SELECT {names} FROM {joined} ORDER BY "{_ROW}"')
    assert [r.what for r in made.results[:2]] == [ELIGIBLE, AMOUNT]
    while chunk := cursor.fetchmany(1000):
        yield from chunk


def _plan(
    rules: Sequence[Rule], columns: Mapping[str, list[Value | None]], certain: Collection[str] = ()
) -> Plan:
    every = {name for rule in rules for name in _reads(rule)}
    derived = {node.name for rule in rules for node in rule.named}
    return plan(
        rules,
        "firms",
        keep=(_ROW,),
        totals_only=True,
        given=sorted(derived & columns.keys()),
        missing=sorted(every - columns.keys()),
        certain=certain,
    )


def _codes(column: Input, values: Sequence[Value | None]) -> list[int | bool | None]:
    """The integers that the plan reads."""
    place = {choice: number for number, choice in enumerate(column.choices)}

    def code(value: Value | None) -> int | bool | None:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return place[value]
        count = Fraction(value) / column.step
        if count.denominator != 1:
            raise KofuError(
                f"列「{column.name}」の値 {value} は{column.step}の倍数にしてください",
                f"column {column.name!r}: {value} must be a multiple of {column.step}",
            )
        return int(count)

    return list(map(code, values))
