"""The report of a simulation: one HTML page that needs nothing else, to be shown, printed and sent."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from kofu.population.report.charts import TONES
from kofu.population.report.figures import figures
from kofu.population.report.key_figures import key_figures, leads
from kofu.population.report.tables import Record
from kofu.population.report.wording import Voice

_DETAILED = 20
"""So many programmes are shown with their charts; a page of a hundred would be too large to be sent."""
_HERE = Path(__file__).parent


def render_report(record: Mapping[str, Any], lang: str = "ja") -> str:
    """The page of a record in `lang` ("ja" or "en")."""
    say = Voice(lang, record["population"]["unit"])
    named = without_sweep(record)
    order = sorted(
        range(len(named["programmes"])),
        key=lambda i: -(named["programmes"][i]["variants"][0]["demand"]["low"] or 0),
    )
    shown = sorted(order[:_DETAILED])
    return _template().render(
        say=say,
        record=record,
        named=named,
        title=_title(named, say),
        style=Markup(_style()),
        changed=_changed(named),
        overview=[_overview(programme, say) for programme in named["programmes"]],
        parts=[
            {
                "programme": named["programmes"][i],
                "leads": leads(named, named["programmes"][i], say),
                "rows": key_figures(named["programmes"][i], say),
                "figures": figures(named, record, i, say),
            }
            for i in shown
        ],
        assumptions=_assumptions(named, say),
        share=lambda share: share_text(share, say),
        tones=TONES,
    )


def without_sweep(record: Record) -> Record:
    """The record with its baseline and the variants that a person named; those of a sweep are shown as a whole."""
    swept = {cell["variant"] for cell in (record["sweep"] or {"cells": ()})["cells"]}
    kept = [i for i in range(len(record["variants"])) if i == 0 or i not in swept]
    programmes = [{**p, "variants": [p["variants"][i] for i in kept]} for p in record["programmes"]]
    return {**record, "variants": [record["variants"][i] for i in kept], "programmes": programmes}


@cache
def _template() -> Template:
    found = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    return found.get_template("report.html.j2")


@cache
def _style() -> str:
    return "".join((_HERE / name).read_text(encoding="utf-8") for name in ("report.css", "charts.css"))


def _title(record: Record, say: Voice) -> str:
    programmes = record["programmes"]
    about = say("what_if" if len(record["variants"]) > 1 or record["sweep"] else "simulated")
    if len(programmes) != 1:
        return f"{about} — {say('of_programmes', n=len(programmes))}"
    return f"{about} — {say.pick(programmes[0]['title']['ja'], programmes[0]['title']['en'])}"


def _changed(record: Record) -> list[tuple[str, list[str | None]]]:
    """Each parameter that a variant sets, with its value in every variant."""
    names = dict.fromkeys(name for variant in record["variants"] for name in variant["parameters"])
    return [(name, [variant["parameters"].get(name) for variant in record["variants"]]) for name in names]


def _overview(programme: Record, say: Voice) -> dict[str, Any]:
    """A programme's line in the list: its title and the demand of each variant."""
    demand = next(row for row in key_figures(programme, say) if row.name == say("demand"))
    return {"programme": programme, "title": say.pick(**programme["title"]), "demand": demand.values}


def _assumptions(record: Record, say: Voice) -> list[str]:
    """What the numbers rest on besides the premises, each once."""
    found = [
        say("assume_made", title=record["population"]["title"]),
        say("assume_take_up", share=share_text(record["take_up"], say)),
    ]
    if record["order"]:
        found.append(say("assume_order", order=say(f"order_{record['order']}")))
    found.append(say("assume_range"))
    variants = [variant for programme in record["programmes"] for variant in programme["variants"]]
    weights = dict.fromkeys(v["nation"]["weight"] for v in variants if v["nation"])
    found += [say("assume_nation", weight=say.times(weight)) for weight in weights]
    credit = [line for v in variants if v["credit"] for line in v["credit"]["assumptions"]]
    told = [say.pick(line["ja"], line["en"]) for line in (*record["assumptions"], *credit)]
    return list(dict.fromkeys([*found, *told]))


def share_text(share: str, say: Voice) -> str:
    """A share as it was given, with its percentage: 1/5（20 %）."""
    percent = say.percent(share)
    return share if "%" in share else f"{share}（{percent}）" if say.lang == "ja" else f"{share} ({percent})"
