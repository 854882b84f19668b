"""The server process: it says where it is, refuses a taken port in one sentence, and ends when asked to."""

from __future__ import annotations

import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from .conftest import Server


def test_it_says_its_address_and_ends_cleanly(tmp_path: Path) -> None:
    server = Server(tmp_path)
    with urllib.request.urlopen(f"{server.address}/programmes.json") as answer:
        assert answer.status == 200
    out, err, code = server.stop()
    assert server.address in out
    assert "Traceback" not in err
    assert code == 0


def test_a_port_in_use_is_one_sentence_and_harms_nobody(server: Server) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "kofu.cli", "serve"],
        env=server.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert second.returncode != 0
    assert str(server.port) in second.stderr
    assert "Traceback" not in second.stderr
    assert len(second.stderr.strip().splitlines()) == 1
    with urllib.request.urlopen(f"{server.address}/") as answer:
        assert answer.status == 200


def test_bytes_that_are_no_text_do_not_hurt(server: Server) -> None:
    for path in ("/?q=%ff%fe", "/?q=%00", "/%ff", "/programmes/%E3%81"):
        try:
            with urllib.request.urlopen(server.address + path) as answer:
                status = answer.status
        except urllib.error.HTTPError as error:
            status = error.code
        assert status in (200, 400, 404), path
