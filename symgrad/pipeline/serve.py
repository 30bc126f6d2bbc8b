"""The site on this machine's own address, built again whenever a file of derivations changes."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watchfiles import PythonFilter, watch

from symgrad.core import SymgradError
from symgrad.pipeline.discover import existing, project_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

HOST = "127.0.0.1"
WAIT = 300  # milliseconds after which a watch that saw nothing says so
NAMES = {HOST, "localhost"}  # a page elsewhere whose name leads here by a trick has another one
TYPES = {".js": "text/javascript", ".mathml": "application/mathml+xml", ".md": "text/plain", ".tex": "text/plain"}


class ServeError(SymgradError):
    """An address that nothing can be served at."""


class Pages(SimpleHTTPRequestHandler):
    """The files of the site as they are now; while there is none, why."""

    def __init__(self, *args: Any, problem: Callable[[], str], **options: Any) -> None:
        self.problem = problem
        super().__init__(*args, **options)

    extensions_map = SimpleHTTPRequestHandler.extensions_map | {k: f"{v}; charset=utf-8" for k, v in TYPES.items()}

    def do_GET(self) -> None:
        """Answer those who asked for this machine by its own name."""
        if self.headers.get("Host", "").rpartition(":")[0] not in NAMES:
            self.send_error(HTTPStatus.FORBIDDEN, "ask for localhost")
        elif self.path.partition("?")[0] in {"/", "/index.html"} and (problem := self.problem()):
            self.send_error(HTTPStatus.SERVICE_UNAVAILABLE, "not built", problem)
        else:
            super().do_GET()

    do_HEAD = do_GET  # noqa: N815 - the name that http.server calls

    def end_headers(self) -> None:
        """No page is kept by the browser: the next one may say something else."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        """Requests are not told."""


@contextmanager
def serving(folder: Path, port: int, problem: Callable[[], str]) -> Iterator[str]:
    """Serve the folder to this machine alone, beside the block; gives the address."""
    try:
        server = ThreadingHTTPServer((HOST, port), partial(Pages, directory=str(folder), problem=problem))
    except (OSError, OverflowError) as error:
        raise ServeError(
            "port {port} can't be used: {value}; choose another with --port, 0 for any that is free",
            port=port,
            value=getattr(error, "strerror", None) or error,
        ) from error
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def changes(paths: Iterable[Path], stop: threading.Event | None = None) -> Iterator[tuple[Path, ...]]:
    """The Python files that change at the paths, at symgrad's own derivations where none is given.

    The first answer is empty and says that the watch has begun: from then on no change is missed.
    """
    chosen = [existing(p).resolve() for p in paths] or [project_folder()]
    folders = {p if p.is_dir() else p.parent for p in chosen}  # an editor puts a new file in the place of the old one

    def asked(path: Path) -> bool:
        return any(path == p or path.is_relative_to(p) for p in chosen)

    watcher = watch(
        *folders, watch_filter=PythonFilter(), stop_event=stop, debounce=300, rust_timeout=WAIT, yield_on_timeout=True
    )
    begun = next(watcher, set())
    yield ()
    for found in chain([begun], watcher):
        changed = tuple(sorted({path for _, name in found if asked(path := Path(name))}))
        if changed:
            yield changed
