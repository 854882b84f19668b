"""The simulator's addresses: its page, answers on the sample at once, and exact runs as jobs."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from litestar import HttpMethod, Request, route
from litestar.exceptions import NotFoundException, SerializationException
from litestar.handlers import HTTPRouteHandler
from litestar.serialization import decode_json, encode_json
from litestar.types import Scope

from kofu.cache import cache_folder
from kofu.errors import KofuError
from kofu.population.counting.engines import Setup
from kofu.population.question import Question
from kofu.population.report.report import render_report
from kofu.population.report.tables import csv_text, tables
from kofu.population.simulate import simulate
from kofu.site.answers import API, CSV, HTML, JSON, SAFE, Headers, Reply, error_reply, for_request
from kofu.site.jobs import Job, Jobs
from kofu.site.params import MAX_BODY, Asked, BadRequestError, address, parse
from kofu.site.render import page
from kofu.site.sample import SAMPLE, population
from kofu.site.shelf import BusyError, NotFoundError, Shelf
from kofu.site.simulate_asked import (
    Asking,
    from_address,
    from_body,
    from_record,
    with_rows,
)
from kofu.site.simulator import DEFAULT, TAKE_UPS, answer_of, form_of, programmes
from kofu.site.words import say_in

Json = dict[str, Any]
_KEPT = 64
_LINE = 16
"""So many may wait for an answer on the sample."""
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


class Simulator:
    """What answers: the sample with the answers given last, and the jobs."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.jobs = Jobs(cache_folder() / "jobs", shelf.store.path, shelf.stamp)
        self._kept: OrderedDict[str, Json] = OrderedDict()
        self._turn = asyncio.Semaphore(1)
        self._line = 0

    async def on_sample(self, asking: Asking) -> Json:
        """The record on the sample, worked out beside everything else that the server does.

        Raises:
            KofuError: what is asked cannot be.
            BusyError: too many ask at once.
        """
        key = asking.key("sample")
        if key not in self._kept:
            question = asking.question(self.shelf.programme)
            if self._line >= _LINE:
                raise BusyError.of("e503_sample")
            self._line += 1
            try:
                async with self._turn:
                    if key not in self._kept:
                        self._keep(key, await asyncio.to_thread(_work, question))
            finally:
                self._line -= 1
        self._kept.move_to_end(key)
        return self._kept[key]

    def _keep(self, key: str, record: Json) -> None:
        self._kept[key] = record
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)

    def start(self, asking: Asking) -> Job:
        """The job of a question that can be worked out.

        Raises:
            KofuError: it cannot be, or too many jobs wait.
        """
        asking.question(self.shelf.programme)
        return self.jobs.start(asking)

    def job(self, name: str) -> Job:
        """The job of this name.

        Raises:
            NotFoundError: there is none.
        """
        found = self.jobs.find(name)
        if found is None:
            raise NotFoundError.of("e404_job", name=name[:40])
        return found


def _work(question: Question) -> Json:
    return simulate(question, population(SAMPLE), Setup())


# --- data


async def _get(simulator: Simulator, request: Request[Any, Any, Any]) -> Reply:
    record = await simulator.on_sample(from_address(parse(request.scope["query_string"]), strict=True))
    return _made(encode_json(record), JSON)


async def _post(simulator: Simulator, request: Request[Any, Any, Any]) -> Reply:
    _same_site(request)
    try:
        body = decode_json(await request.body())
    except (SerializationException, ValueError, RecursionError) as error:
        raise BadRequestError.of("e400_json") from error
    job = simulator.start(from_body(body))
    url = f"{API}simulate/{job.id}"
    made = encode_json({"id": job.id, "status": job.status, "url": url})
    return _made(made, JSON, 202, [(b"location", url.encode())])


async def _get_job(simulator: Simulator, request: Request[Any, Any, Any]) -> Reply:
    return _made(encode_json(_job_record(simulator.job(_name(request)))), JSON)


async def _delete_job(simulator: Simulator, request: Request[Any, Any, Any]) -> Reply:
    _same_site(request)
    return _made(encode_json(_job_record(_cancelled(simulator, _name(request)))), JSON)


def _cancelled(simulator: Simulator, name: str) -> Job:
    return simulator.jobs.cancel(name) or simulator.job(name)


def _job_record(job: Job) -> Json:
    return {
        "id": job.id,
        "status": job.status,
        "step": job.step,
        "done": job.done,
        "of": job.of,
        "result": job.result,
        "error": job.error,
    }


def _name(request: Request[Any, Any, Any]) -> str:
    return str(request.scope["path_params"]["name"])


# --- pages


async def _page(simulator: Simulator, request: Request[Any, Any, Any], fragment: bool = False) -> Reply:
    asked = parse(request.scope["query_string"])
    shelf, say = simulator.shelf, say_in(asked.lang)
    asking = shown = None
    error: KofuError | None = None
    try:
        named = asked.answers if asked.last("programme") else (*asked.answers, ("programme", DEFAULT))
        asking = from_address(Asked(lang=asked.lang, answers=named), strict=False)
        record = await simulator.on_sample(asking)
        shown = answer_of(shelf, asking, record, say, sample=True)
    except (NotFoundError, BusyError):
        raise
    except KofuError as found:  # told above the form, so that it can be mended there
        error = found
    html = page(
        "simulate_answer.html" if fragment else "simulate.html",
        shelf,
        asked,
        "/simulate",
        asking.pairs if asking else [],
        form=form_of(shelf, asked, error),
        answer=shown,
        groups=[] if fragment else programmes(shelf),
        take_ups=TAKE_UPS,
    )
    return _made(html.encode(), HTML)


async def _start(simulator: Simulator, request: Request[Any, Any, Any]) -> Reply:
    """The button of the page, also without a script."""
    _same_site(request)
    asked = parse(await request.body())
    kept = tuple(pair for pair in asked.answers if pair[0] != "population")
    asking = from_address(Asked(lang=asked.lang, answers=kept), strict=False)
    asking = with_rows(asking, asked.last("population"))
    return _see(f"/simulate/jobs/{simulator.start(asking).id}", asked.lang)


async def _job_page(simulator: Simulator, request: Request[Any, Any, Any]) -> Reply:
    asked, job = parse(request.scope["query_string"]), simulator.job(_name(request))
    asking, say = from_record(job.asking), say_in(asked.lang)
    shown = None
    if job.result:
        shown = answer_of(simulator.shelf, asking, job.result, say, sample=False, job=job.id)
    html = page(
        "simulate_job.html",
        simulator.shelf,
        asked,
        f"/simulate/jobs/{job.id}",
        job=job,
        asking=asking,
        answer=shown,
        titles=[simulator.shelf.programme(i) for i in asking.programmes],
    )
    return _made(html.encode(), HTML)


async def _cancel(simulator: Simulator, request: Request[Any, Any, Any]) -> Reply:
    _same_site(request)
    lang = parse(await request.body()).lang
    return _see(f"/simulate/jobs/{_cancelled(simulator, _name(request)).id}", lang)


async def _report(simulator: Simulator, request: Request[Any, Any, Any]) -> Reply:
    asked = parse(request.scope["query_string"])
    html = render_report(await _record(simulator, request, asked), asked.lang)
    # The report is one file that holds its own style; that style is allowed by its hash, and no other.
    found = _STYLE.search(html)
    digest = base64.b64encode(hashlib.sha256((found[1] if found else "").encode()).digest()).decode()
    policy = SAFE["content-security-policy"].replace("style-src 'self'", f"style-src 'sha256-{digest}'")
    return _made(html.encode(), HTML, policy=policy)


async def _table(simulator: Simulator, request: Request[Any, Any, Any]) -> Reply:
    name = str(request.scope["path_params"]["table"])
    asked = parse(request.scope["query_string"])
    found = tables(await _record(simulator, request, asked)).get(name.removesuffix(".csv"))
    if found is None or not name.endswith(".csv"):
        raise NotFoundException
    shown = [(b"content-disposition", f'inline; filename="{found.name}.csv"'.encode())]
    return _made(csv_text(found).encode(), CSV, 200, shown)


async def _record(simulator: Simulator, request: Request[Any, Any, Any], asked: Asked) -> Json:
    """The record of a job that is done, or of an address on the sample."""
    if "name" not in request.scope["path_params"]:
        return await simulator.on_sample(from_address(asked, strict=False))
    job = simulator.job(_name(request))
    if job.result is None:
        raise NotFoundError.of("e404_result", name=job.id)
    return job.result


# --- how they go out


def _made(
    body: bytes, media_type: str, status: int = 200, more: Headers | None = None, policy: str | None = None
) -> Reply:
    """An answer that nobody keeps: it may be another one after a job went on or the program was changed."""
    safe = {**SAFE, "content-security-policy": policy} if policy else SAFE
    headers: Headers = [(name.encode(), value.encode()) for name, value in safe.items()]
    headers += [(b"content-type", media_type.encode()), (b"cache-control", b"no-store"), *(more or [])]
    if media_type is not HTML:
        headers.append((b"access-control-allow-origin", b"*"))
    return Reply(status, headers, body)


def _see(path: str, lang: str) -> Reply:
    return _made(b"", HTML, 303, [(b"location", address(path, [], lang).encode())])


def _same_site(request: Request[Any, Any, Any]) -> None:
    """Work is started by people here and by programs, not by pages of other sites in somebody's browser."""
    if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        raise BadRequestError.of("e400_cross")


Answers = Callable[[Simulator, Request[Any, Any, Any]], Awaitable[Reply]]
_READ, _POST, _DELETE = (HttpMethod.GET, HttpMethod.HEAD), (HttpMethod.POST,), (HttpMethod.DELETE,)
_JOB = "/simulate/jobs/{name:str}"
_ROUTES: tuple[tuple[str, tuple[HttpMethod, ...], Answers], ...] = (
    ("/simulate", _READ, _page),
    ("/simulate/answer", _READ, partial(_page, fragment=True)),
    ("/simulate/report", _READ, _report),
    ("/simulate/tables/{table:str}", _READ, _table),
    ("/simulate/jobs", _POST, _start),
    (_JOB, _READ, _job_page),
    (f"{_JOB}/cancel", _POST, _cancel),
    (f"{_JOB}/report", _READ, _report),
    (f"{_JOB}/tables/{{table:str}}", _READ, _table),
    (f"{API}simulate", _READ, _get),
    (f"{API}simulate", _POST, _post),
    (f"{API}simulate/{{name:str}}", _READ, _get_job),
    (f"{API}simulate/{{name:str}}", _DELETE, _delete_job),
)


def simulate_handlers(shelf: Shelf) -> list[HTTPRouteHandler]:
    """The handlers of every address of the simulator."""
    simulator = Simulator(shelf)
    simulator.jobs.attend()
    return [_handler(simulator, path, methods, answers) for path, methods, answers in _ROUTES]


def _handler(
    simulator: Simulator, path: str, methods: tuple[HttpMethod, ...], answers: Answers
) -> HTTPRouteHandler:
    async def handle(request: Request[Any, Any, Any]) -> Reply:
        scope: Scope = request.scope
        try:
            found = await answers(simulator, request)
        except Exception as error:
            found = error_reply(scope, error, simulator.shelf)
        return for_request(found, scope)

    made: HTTPRouteHandler = route(
        path, http_method=list(methods), request_max_body_size=MAX_BODY, status_code=200
    )(handle)
    return made
