"""`symgrad serve`: pages for this machine alone, built again as files change; mistakes leave the server alive."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from http.client import HTTPConnection
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from symgrad.cli.main import app
from symgrad.pipeline.serve import HOST, ServeError, changes, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MINE = """\
from symgrad import D, worked, z

square = worked("square", "The derivative of a square", D(z**2, z), ("power", 2 * z))
"""


def asked(port: int, path: str = "/", host: str = HOST) -> tuple[int, str, str]:
    connection = HTTPConnection(HOST, port, timeout=10)
    connection.request("GET", path, headers={"Host": f"{host}:{port}"})
    answer = connection.getresponse()
    return answer.status, answer.read().decode(), answer.headers.get("Content-Type", "")


def port_of(address: str) -> int:
    return int(re.findall(r":(\d+)/", address)[0])


def test_the_folder_is_served_as_it_is_now(tmp_path: Path) -> None:
    with serving(tmp_path, 0, lambda: "") as address:
        port = port_of(address)
        for words in ("one", "two"):
            (tmp_path / "page.html").write_text(words, "utf-8")
            assert asked(port, "/page.html")[:2] == (200, words)
        (tmp_path / "symgrad.js").write_text("", "utf-8")
        assert asked(port, "/symgrad.js")[2] == "text/javascript; charset=utf-8"
        assert asked(port, "/../../etc/passwd")[0] == 404

    with pytest.raises(OSError, match="refused"):
        asked(port)


def test_only_this_machine_by_its_own_name_is_answered(tmp_path: Path) -> None:
    with serving(tmp_path, 0, lambda: "") as address:
        assert address.startswith("http://127.0.0.1:")
        assert asked(port_of(address), host="evil.example")[0] == 403
        assert asked(port_of(address), host="localhost")[0] == 200


def test_while_there_is_no_site_the_page_says_why(tmp_path: Path) -> None:
    with serving(tmp_path, 0, lambda: "mine.py:3: SyntaxError <b>") as address:
        status, page, _ = asked(port_of(address))

    assert status == 503
    assert "mine.py:3: SyntaxError &lt;b&gt;" in page


def test_a_port_that_is_taken_gets_an_error_with_its_mend(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ServeError, match=f"port {port} can't be used: .*--port"), serving(tmp_path, port, str):
            pass
        (tmp_path / "mine.py").write_text(MINE, "utf-8")
        done = CliRunner().invoke(app, ["serve", str(tmp_path / "mine.py"), "--port", str(port)])

    assert done.exit_code == 2
    assert "choose another with --port" in done.output


def test_changes_are_those_of_the_files_that_were_asked_for(tmp_path: Path) -> None:
    mine, other = tmp_path / "mine.py", tmp_path / "other.py"
    mine.write_text("1", "utf-8")
    other.write_text("1", "utf-8")
    stop = threading.Event()
    seen: list[tuple[Path, ...]] = []

    def look() -> None:
        seen.extend(changes([mine], stop))

    thread = threading.Thread(target=look)
    thread.start()
    wait(lambda: seen == [()])
    for path in (other, mine):
        aside = path.with_suffix(".new")  # as an editor does
        aside.write_text("2", "utf-8")
        aside.replace(path)
    wait(lambda: len(seen) > 1)
    stop.set()
    thread.join(10)

    assert set(seen) == {(), (mine.resolve(),)}


def wait(done: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Path, list[str]]]:
    mine = tmp_path / "mine.py"
    mine.write_text(MINE, "utf-8")
    running = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "symgrad", "serve", str(mine), "--port", "0", "-j", "1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "SYMGRAD_CACHE": str(tmp_path / "cache"), "PYTHONUNBUFFERED": "1"},
    )
    lines: list[str] = []
    assert running.stdout is not None
    reader = threading.Thread(target=lambda: lines.extend(iter(running.stdout.readline, "")), daemon=True)
    reader.start()
    yield running, mine, lines
    running.kill()
    running.wait(10)
    reader.join(10)
    running.stdout.close()


def test_a_mistake_is_told_and_the_next_change_is_built_until_ctrl_c(
    server: tuple[subprocess.Popen[str], Path, list[str]],
) -> None:
    running, mine, lines = server
    wait(lambda: any("documents built" in line for line in lines))
    port = port_of(lines[0])
    assert "The derivative of a square" in asked(port, "/square.html")[1]

    mine.write_text("square = (", "utf-8")
    wait(lambda: any("mine.py:1: SyntaxError" in line for line in lines))
    assert asked(port, "/square.html")[0] == 200

    mine.write_text(MINE.replace("a square", "the square"), "utf-8")
    wait(lambda: "The derivative of the square" in asked(port, "/square.html")[1])

    running.send_signal(signal.SIGINT)
    assert running.wait(20) == 0
    wait(lambda: "ended\n" in lines)
