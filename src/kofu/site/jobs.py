"""Exact runs in the background: one at a time, each in a process and a folder of its own.

What is known of a job stands in its folder, so that several servers agree and a server that starts again finds what
was done before. The process that works holds the lock `running`, in which the name of its job stands: a job that
began and is not done while nobody holds the lock has died. The lock goes with the process, however it ends.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import re
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from kofu.site.job_process import CANCELLED, ERROR, PROGRESS, REQUEST, RESULT, write
from kofu.site.sample import unwritable
from kofu.site.shelf import BusyError
from kofu.site.simulate_asked import Asking

Status = Literal["queued", "running", "done", "failed", "cancelled"]
WAITING = 8
"""So many jobs may wait."""
_KEPT, _DAYS = 200, 7
_NAME = re.compile(r"[0-9a-f]{16,64}")
_AGAIN = 0.5
"""Seconds between two looks at whether another server's job is done."""
_DIED = {
    "ja": "計算のプロセスが途中で止まりました。もう一度始めると、終わったところから続けます",
    "en": "the process stopped before its end; start it again and it goes on where it was",
}


@dataclass(frozen=True)
class Job:
    """What is known of a job. `step`, `done`, `of`: how far it is; `error`: both languages."""

    id: str
    status: Status
    asking: dict[str, Any]
    step: str | None = None
    done: int = 0
    of: int = 0
    result: dict[str, Any] | None = None
    error: dict[str, str] | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.status in ("done", "failed", "cancelled")


class Jobs:
    """The jobs in a folder. `database`: the catalogue they read; `catalogue`: its stamp."""

    def __init__(self, folder: Path, database: Path, catalogue: str) -> None:
        self._folder, self._database, self._catalogue = folder, database, catalogue
        self._guard = threading.Lock()
        self._attending = False

    def start(self, asking: Asking) -> Job:
        """The job of a question: the one that is there, unless it failed or was cancelled, or a new one.

        Raises:
            BusyError: when too many wait.
            KofuError: the cache cannot be written.
        """
        name = asking.key(self._catalogue)
        with self._guard:
            found = self.find(name)
            if found is None or found.status in ("failed", "cancelled"):
                if len(self._queued()) >= WAITING:
                    raise BusyError.of("e503_jobs", most=WAITING)
                self._tidy()
                try:
                    self._put(name, asking)
                except OSError as error:
                    raise unwritable(self._folder, error) from error
        self.attend()
        found = self.find(name)
        assert found is not None
        return found

    def find(self, name: str) -> Job | None:
        """The job of this name, as it stands now; None when there is none."""
        if not _NAME.fullmatch(name):
            return None
        folder = self._folder / name
        asking = _read(folder / REQUEST)
        if asking is None:
            return None
        # In this order: a job goes on while one looks. It holds the lock before it notes progress, and lets it go
        # after it has written its result.
        progress = _read(folder / PROGRESS)
        running = self._running()
        if (result := _read(folder / RESULT)) is not None:
            return Job(name, "done", asking, result=result)
        if (folder / CANCELLED).exists():
            return Job(name, "cancelled", asking)
        if (error := _read(folder / ERROR)) is not None:
            return Job(name, "failed", asking, error=error)
        if progress is None:
            return Job(name, "queued", asking)
        status: Status = "running" if running == name else "failed"
        return Job(name, status, asking, **progress, error=_DIED if status == "failed" else None)

    def cancel(self, name: str) -> Job | None:
        """End a job that waits or runs; one that is over stays as it is."""
        found = self.find(name)
        if found is None or found.is_over:
            return found
        write(self._folder / name / CANCELLED, {})
        return self.find(name)

    def attend(self) -> None:
        """See to it that what waits is run, here or by another server."""
        with self._guard:
            if not self._attending and self._queued():
                self._attending = True
                threading.Thread(target=self._attend, daemon=True).start()

    def _attend(self) -> None:
        while True:
            with self._guard:
                waiting: list[str] = []
                with contextlib.suppress(OSError):  # the cache may be cleared at any time
                    waiting = list(self._queued())
                if not waiting:
                    self._attending = False
                    return
            process = None
            with contextlib.suppress(OSError):  # a full disk may have room later
                process = self._begin(waiting[0])
            if process is None:
                time.sleep(_AGAIN)
            else:
                process.wait()

    def _begin(self, name: str) -> subprocess.Popen[bytes] | None:
        """The process of a job; None while another one runs."""
        folder = self._folder / name
        with (self._folder / "running").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return None
            if not _waits(folder):
                return None
            lock.truncate(0)
            lock.write(name)
            lock.flush()
            write(folder / PROGRESS, {"step": "starting", "done": 0, "of": 1})
            # The process shares the lock: it is free again when the process is gone, whatever happens to us.
            with (folder / "log").open("ab") as log:
                return subprocess.Popen(
                    [
                        sys.executable,
                        "-P",
                        "-m",
                        "kofu.site.job_process",
                        str(folder.resolve()),
                        str(self._database),
                    ],
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=log,
                    cwd=folder,
                    pass_fds=[lock.fileno()],
                    start_new_session=True,
                )

    def _running(self) -> str | None:
        """The name of the job that runs, on whatever server."""
        with (
            contextlib.suppress(FileNotFoundError, NotADirectoryError),
            (self._folder / "running").open() as lock,
        ):
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return lock.read()
        return None

    def _queued(self) -> list[str]:
        """The names of those that wait, in order of their coming."""
        return [folder.name for folder in sorted(self._all(), key=_began) if _waits(folder)]

    def _all(self) -> list[Path]:
        if not self._folder.is_dir():
            return []
        return [folder for folder in self._folder.iterdir() if (folder / REQUEST).exists()]

    def _put(self, name: str, asking: Asking) -> None:
        folder = self._folder / name
        folder.mkdir(parents=True, exist_ok=True)
        for note in (PROGRESS, ERROR, CANCELLED):
            (folder / note).unlink(missing_ok=True)
        write(folder / REQUEST, asking.record())

    def _tidy(self) -> None:
        """Removes old jobs, and the oldest of too many, but none that waits or runs."""
        running = self._running()
        over = [f for f in self._all() if f.name != running and not _waits(f)]
        over.sort(key=_began, reverse=True)
        limit = time.time() - _DAYS * 86400
        for place, folder in enumerate(over):
            if place >= _KEPT or _began(folder) < limit:
                shutil.rmtree(folder, ignore_errors=True)


def _waits(folder: Path) -> bool:
    return not any((folder / note).exists() for note in (PROGRESS, RESULT, ERROR, CANCELLED))


def _began(folder: Path) -> float:
    try:
        return (folder / REQUEST).stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
