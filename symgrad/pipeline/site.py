"""The folder a site is written into: it changes as a whole, and only what symgrad wrote there is ever removed."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from symgrad.core import SymgradError
from symgrad.pipeline.files import umask, write

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MANIFEST = "symgrad-site.json"
STAGED = ".symgrad-new-"  # folders in which a site waits until all of it is there
ABANDONED = 3600.0  # seconds after which a staged site belongs to a build that was killed


class SiteError(SymgradError):
    """A folder that a site can't be written into."""


def require_site(folder: Path, *, force: bool = False) -> None:
    """Raise SiteError unless the folder is new, empty, an earlier site, or forced."""
    if folder.exists() and not folder.is_dir():
        raise SiteError("{folder} is a file; choose a folder with -o DIR", folder=folder)
    try:
        if force or not folder.exists() or (folder / MANIFEST).is_file() or not any(folder.iterdir()):
            return
    except OSError as error:
        raise SiteError(
            "{folder} can't be read: {strerror}; choose another with -o DIR", folder=folder, strerror=error.strerror
        ) from error
    raise SiteError(
        "{folder} holds files that symgrad did not write; choose another folder with -o DIR, or "
        "add --force to write beside them (none of them is removed)",
        folder=folder,
    )


def publish(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put the files into the folder: all are written aside first, then renamed, then what is stale is removed."""
    try:
        before = written(folder)
        changed = {name: data for name, data in files.items() if not same(folder / name, data)}
        folder.mkdir(parents=True, exist_ok=True)
        sweep(folder)
        aside = Path(tempfile.mkdtemp(prefix=STAGED, dir=folder))
        try:
            stage(aside, changed)
            record(folder, before | set(files))  # so that a build killed from here on leaves nothing unaccounted for
            move(aside, folder, changed)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        remove(folder, before - set(files))
        record(folder, files)
    except OSError as error:
        raise SiteError("the site can't be written: {error}; choose another folder with -o DIR", error=error) from error


def stage(aside: Path, files: Mapping[str, bytes]) -> None:
    """Every file, in a folder that no reader looks into."""
    mode = 0o666 & ~umask()
    for name, data in files.items():
        path = aside / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        path.chmod(mode)


def move(aside: Path, folder: Path, names: Iterable[str]) -> None:
    """Rename the staged files into place, the index last: it names pages that are there by then."""
    for name in sorted(names, key=lambda n: (n == "index.html", n)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (aside / name).replace(folder / name)


def written(folder: Path) -> set[str]:
    """What the manifest says symgrad wrote here: names below the folder, nothing else."""
    try:
        names = json.loads((folder / MANIFEST).read_text("utf-8"))["files"]
    except (OSError, ValueError, TypeError, KeyError):
        return set()
    return {n for n in names if isinstance(n, str) and inside(n)} if isinstance(names, list) else set()


def inside(name: str) -> bool:
    """Whether the name stays below the folder it is joined to."""
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts and "\\" not in name


def record(folder: Path, names: Iterable[str]) -> None:
    """Write the manifest, where it says something new."""
    if set(names) != written(folder):
        text = json.dumps({"generator": "symgrad", "files": sorted(names)}, indent=1, ensure_ascii=False)
        write(folder / MANIFEST, f"{text}\n".encode())


def remove(folder: Path, names: Iterable[str]) -> None:
    """Remove files of an earlier site, and the folders that this leaves empty."""
    for name in names:
        path = folder / name
        path.unlink(missing_ok=True)
        with suppress(OSError):
            if path.parent != folder:
                path.parent.rmdir()


def same(path: Path, data: bytes) -> bool:
    """Whether the file says this already."""
    try:
        return path.stat().st_size == len(data) and path.read_bytes() == data
    except OSError:
        return False


def sweep(folder: Path) -> None:
    """Remove what a build left that was killed long ago."""
    for path in folder.glob(f"{STAGED}*"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > ABANDONED:
                shutil.rmtree(path, ignore_errors=True)
