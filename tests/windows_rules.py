"""What Windows does not let a program do, on Linux: replace or remove a file that is open.

Before a file is replaced, renamed or removed, the kernel is asked which files this process and
those it started have open or mapped, whoever opened them, libraries in C too. Where it is one of
these, the error is what Windows gives. So it is for opening, which `open` here shares with
everybody as Python does on Windows; other programs' ways of opening are not modelled.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

_MAP = re.compile(r"^\S+ \S+ \S+ (\w+):(\w+) (\d+)", re.M)


def held() -> set[tuple[int, int]]:
    """The files that are open or mapped, by device and number."""
    found = set()
    for process in _ours():
        with suppress(OSError):  # it has ended
            for link in Path(f"/proc/{process}/fd").iterdir():
                with suppress(OSError):  # it was that of the folder of links itself
                    about = link.stat()
                    found.add((about.st_dev, about.st_ino))
            maps = Path(f"/proc/{process}/maps").read_text(encoding="utf-8", errors="replace")
            for major, minor, number in _MAP.findall(maps):
                found.add((os.makedev(int(major, 16), int(minor, 16)), int(number)))
    return found


def _ours() -> Iterator[int]:
    """This process and those below it."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = status.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        parents[int(status.parent.name)] = int(text.rpartition(")")[2].split()[1])
    found = [os.getpid()]
    for process in found:
        found += [one for one, parent in parents.items() if parent == process]
    return iter(found)


def _refuse_if_held(path: Any, code: int, dir_fd: int | None) -> None:
    try:
        about = os.stat(path, dir_fd=dir_fd, follow_symlinks=False)
    except OSError:
        return
    if (about.st_dev, about.st_ino) in held():
        error = PermissionError(13, "另一个程序正在使用此文件", os.fspath(path))
        error.winerror = code  # type: ignore[attr-defined]
        raise error


class _Windows:
    """The module `os`, for those of our modules that ask which system they are on."""

    name = "nt"

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)


@contextmanager
def windows_rules() -> Iterator[None]:
    """Let Windows' rules hold for this process."""
    with pytest.MonkeyPatch.context() as patch:

        def moving(real: Callable[..., None]) -> Callable[..., None]:
            def move(
                source: Any, target: Any, *, src_dir_fd: Any = None, dst_dir_fd: Any = None
            ) -> None:
                _refuse_if_held(source, 32, src_dir_fd)
                _refuse_if_held(target, 5, dst_dir_fd)
                real(source, target, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd)

            return move

        def removing(real: Callable[..., None]) -> Callable[..., None]:
            def remove(path: Any, *, dir_fd: int | None = None) -> None:
                _refuse_if_held(path, 32, dir_fd)
                real(path, dir_fd=dir_fd)

            return remove

        for name in ("replace", "rename"):
            patch.setattr(os, name, moving(getattr(os, name)))
        for name in ("unlink", "remove"):
            patch.setattr(os, name, removing(getattr(os, name)))
        # What Windows has not, and how modules ask.
        patch.setattr("kpi_xl.system.files.fcntl", None)
        patch.setattr("kpi_xl.system.sealed._MAPS", False)
        patch.setattr("kpi_xl.raw_files.content._TELLS_CHANGES", False)
        for name, module in list(sys.modules.items()):
            if name.split(".")[0] in ("kpi_xl", "udfs") and getattr(module, "os", None) is os:
                patch.setattr(module, "os", _Windows())
        yield
