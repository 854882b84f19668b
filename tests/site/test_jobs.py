"""Exact runs: on a real server, to the end, cancelled, killed in the middle and gone on with; and the queue itself."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kofu.catalogue.store import Store
from kofu.errors import KofuError
from kofu.population.counting.engines import Setup
from kofu.population.simulate import simulate
from kofu.site.job_process import PROGRESS, REQUEST
from kofu.site.jobs import WAITING, Job, Jobs
from kofu.site.sample import population
from kofu.site.shelf import BusyError
from kofu.site.simulate_asked import Asking, from_record

from .conftest import Server

JIZOKUKA = "meti-fy2016s2-jizokuka"
Json = dict[str, Any]


def call(server: Server, method: str, path: str, body: Any = None) -> tuple[int, Any, Json]:
    """(status, headers, data)."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(server.address + path, data, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, error.headers, json.load(error)


def until(check: Callable[[], Any], seconds: float = 60) -> Any:
    """What `check` returns once it is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := check():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come about in time")


def over(server: Server, url: str) -> Json:
    def look() -> Json | None:
        job = call(server, "GET", url)[2]
        return None if job["status"] in ("queued", "running") else job

    found: Json = until(look)
    return found


def question(rows: int, seed: int = 1) -> Json:
    variant = {"name": "半額", "parameters": {"補助率": "1/2"}}
    return {
        "programmes": [JIZOKUKA],
        "population": rows,
        "variants": [variant],
        "take_up": "1/5",
        "seed": seed,
    }


def processes(job: str) -> list[int]:
    """The processes that work on a job."""
    found = subprocess.run(
        ["pgrep", "-f", f"job_process .*/jobs/{job} "], capture_output=True, text=True, check=False
    )
    return [int(pid) for pid in found.stdout.split()]


def test_a_job_runs_to_the_end_and_says_what_the_engine_says(
    server: Server, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, headers, started = call(server, "POST", "/api/simulate", question(20_000))
    assert (status, headers["location"]) == (202, started["url"])
    assert started["url"] == f"/api/simulate/{started['id']}"
    job = over(server, started["url"])
    assert (job["status"], job["error"]) == ("done", None)
    assert job["result"]["population"]["rows"] == 20_000
    asking = Asking((JIZOKUKA,), 20_000, (("半額", (("補助率", "1/2"),)),), "1/5")
    monkeypatch.setenv("KOFU_CACHE", server.environment["KOFU_CACHE"])
    own = simulate(asking.question(store.programme), population(20_000), Setup())
    assert job["result"]["programmes"] == json.loads(json.dumps(own["programmes"]))


def test_the_same_question_is_the_same_job_however_it_is_written(server: Server) -> None:
    first = call(server, "POST", "/api/simulate", question(20_000))[2]
    over(server, first["url"])
    again = call(server, "POST", "/api/simulate", {**question(20_000), "take_up": "20%", "lang": "en"})[2]
    assert again == {**first, "status": "done"}
    other = call(server, "POST", "/api/simulate", question(20_001))[2]
    assert other["id"] != first["id"]
    over(server, other["url"])


def test_a_job_is_cancelled_while_it_works_and_can_be_started_again(server: Server) -> None:
    asked = question(6_000_000, seed=2)
    url = call(server, "POST", "/api/simulate", asked)[2]["url"]
    identifier = url.rpartition("/")[2]
    until(lambda: call(server, "GET", url)[2]["step"] == "population")
    assert call(server, "DELETE", url)[2]["status"] == "cancelled"
    assert call(server, "DELETE", url)[2]["status"] == "cancelled", "asking twice changes nothing"
    until(lambda: not processes(identifier), 5)
    assert call(server, "POST", "/api/simulate", asked)[2]["status"] in ("queued", "running")
    call(server, "DELETE", url)
    until(lambda: not processes(identifier), 5)


def test_a_killed_process_is_told_and_started_again_it_comes_to_the_same_totals(server: Server) -> None:
    asked = question(1_500_000, seed=3)
    url = call(server, "POST", "/api/simulate", asked)[2]["url"]
    identifier = url.rpartition("/")[2]
    until(lambda: call(server, "GET", url)[2]["step"] in ("totals", "distributions", "budgets"))
    for pid in processes(identifier):
        os.kill(pid, signal.SIGKILL)
    job = over(server, url)
    assert job["status"] == "failed"
    assert job["result"] is None
    assert "もう一度" in job["error"]["ja"]
    assert call(server, "POST", "/api/simulate", asked)[2]["status"] in ("queued", "running")
    resumed = over(server, url)
    assert resumed["status"] == "done"
    fresh = over(server, call(server, "POST", "/api/simulate", {**asked, "variants": []})[2]["url"])
    [one], [other] = resumed["result"]["programmes"], fresh["result"]["programmes"]
    assert one["variants"][0] == other["variants"][0]


def test_servers_of_one_cache_agree_and_one_that_stops_takes_its_job_along(server: Server) -> None:
    other = Server(Path(server.environment["KOFU_CACHE"]))
    url = call(other, "POST", "/api/simulate", question(8_000_000))[2]["url"]
    small = call(other, "POST", "/api/simulate", question(5_000))[2]["url"]
    until(lambda: call(other, "GET", url)[2]["step"] == "population")
    assert call(server, "GET", url)[2]["status"] == "running"
    assert call(server, "GET", small)[2]["status"] == "queued"
    begun = time.monotonic()
    _, err, code = other.stop()
    assert time.monotonic() - begun < 5
    assert (code, "Traceback" in err) == (0, False)
    until(lambda: not processes(url.rpartition("/")[2]), 5)
    assert call(server, "GET", url)[2]["status"] == "failed"
    other.process = other.start()
    other.wait()
    assert over(other, small)["status"] == "done", "what waited is gone on with"
    other.stop()


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ([], "JSON"),
        ({"programmes": [JIZOKUKA], "rows": 5}, "rows"),
        ({"programmes": []}, "programmes"),
        ({"programmes": "x"}, "programmes"),
        ({"programmes": [JIZOKUKA] * 21}, "programmes"),
        ({"programmes": [JIZOKUKA], "population": 10_000_001}, "10000000"),
        ({"programmes": [JIZOKUKA], "population": 0}, "population"),
        ({"programmes": [JIZOKUKA], "population": True}, "population"),
        ({"programmes": [JIZOKUKA], "population": "5"}, "population"),
        ({"programmes": [JIZOKUKA], "take_up": "2"}, "take_up"),
        ({"programmes": [JIZOKUKA], "take_up": "1/0"}, "take_up"),
        ({"programmes": [JIZOKUKA], "take_up": [1]}, "take_up"),
        ({"programmes": [JIZOKUKA], "order": "first"}, "first"),
        ({"programmes": [JIZOKUKA], "order": ["arrival"]}, "order"),
        ({"programmes": [JIZOKUKA], "order": "score", "score": "1+1"}, "score"),
        ({"programmes": [JIZOKUKA], "seed": -1}, "seed"),
        ({"programmes": [JIZOKUKA], "lang": "fr"}, "lang"),
        ({"programmes": [JIZOKUKA], "variants": [{"name": "x"}]}, "variants"),
        ({"programmes": [JIZOKUKA], "variants": {"補助率": "1/2"}}, "variants"),
        ({"programmes": [JIZOKUKA], "variants": [{"parameters": {"補助率": "3/2"}}]}, "補助率"),
        ({"programmes": [JIZOKUKA], "variants": [{"parameters": {"ほじょりつ": "1/2"}}]}, "ほじょりつ"),
        ({"programmes": [JIZOKUKA], "variants": [{"parameters": {"補助率": "1" * 201}}]}, "補助率"),
        ({"programmes": [JIZOKUKA], "variants": [{"parameters": {"補助率": None}}]}, "補助率"),
        ({"programmes": [JIZOKUKA], "assume": {"ない事実": "はい"}}, "ない事実"),
        ({"programmes": ["meti-fy2024s-supply-denshi"]}, "meti-fy2024s-supply-denshi"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(server: Server, body: Any, told: str) -> None:
    status, _, found = call(server, "POST", "/api/simulate", body)
    assert status == 400
    assert told in found["error"]["ja"]
    assert told in found["error"]["en"]


def test_unknown_jobs_and_programmes_are_not_found(server: Server) -> None:
    for path in ("0" * 32, "..%2f..%2fetc", "ZZ", "a" * 65, "0" * 15):
        assert call(server, "GET", f"/api/simulate/{path}")[0] == 404, path
    assert call(server, "DELETE", f"/api/simulate/{'0' * 32}")[0] == 404
    assert call(server, "POST", "/api/simulate", {"programmes": ["nope"]})[0] == 404


def test_a_page_of_another_site_starts_nothing(server: Server) -> None:
    body = json.dumps(question(5_000)).encode()
    request = urllib.request.Request(
        f"{server.address}/api/simulate", body, {"Sec-Fetch-Site": "cross-site"}, method="POST"
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    assert refused.value.code == 400


# --- the queue itself, with nobody to work


class Idle(Jobs):
    """Jobs that nobody attends to."""

    def attend(self) -> None:
        """Not here."""


def asking(rows: int) -> Asking:
    return Asking((JIZOKUKA,), rows)


def test_more_than_so_many_do_not_wait(tmp_path: Path) -> None:
    jobs = Idle(tmp_path, tmp_path, "stamp")
    started = [jobs.start(asking(rows)) for rows in range(1, WAITING + 1)]
    assert {job.status for job in started} == {"queued"}
    with pytest.raises(BusyError):
        jobs.start(asking(99))
    assert jobs.start(asking(1)).id == started[0].id, "one that waits already is no other one"
    jobs.cancel(started[0].id)
    assert jobs.start(asking(99)).status == "queued"


def test_a_job_that_began_and_whose_process_is_gone_has_failed(tmp_path: Path) -> None:
    jobs = Idle(tmp_path, tmp_path, "stamp")
    job = jobs.start(asking(1))
    (tmp_path / job.id / PROGRESS).write_text('{"step": "totals", "done": 1, "of": 2}')
    found = jobs.find(job.id)
    assert found is not None
    assert (found.status, found.done, found.of) == ("failed", 1, 2)
    assert jobs.start(asking(1)).status == "queued"


def test_old_jobs_go_but_none_that_waits(tmp_path: Path) -> None:
    jobs = Idle(tmp_path, tmp_path, "stamp")

    def aged(rows: int, done: bool) -> Job:
        job = jobs.start(asking(rows))
        if done:
            (tmp_path / job.id / "result.json").write_text("{}")
        os.utime(tmp_path / job.id / REQUEST, (0, 0))
        return job

    old, waiting = aged(1, True), aged(2, False)
    jobs.start(asking(3))
    assert jobs.find(old.id) is None
    assert jobs.find(waiting.id) is not None


def test_a_cache_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KofuError, match="KOFU_CACHE"):
        Idle(tmp_path / "file" / "jobs", tmp_path, "stamp").start(asking(1))


def test_half_a_note_is_no_note(tmp_path: Path) -> None:
    jobs = Idle(tmp_path, tmp_path, "stamp")
    job = jobs.start(asking(1))
    (tmp_path / job.id / "result.json").write_text('{"programmes": [')
    found = jobs.find(job.id)
    assert found is not None
    assert found.status != "done"


def test_a_question_is_read_again_as_it_was_written_down() -> None:
    asked = Asking(
        (JIZOKUKA,), 5, (("案", (("補助率", "1/2"),)),), "1/5", None, None, (("従業員数", "5人"),), 7
    )
    assert from_record(json.loads(json.dumps(asked.record()))) == asked
