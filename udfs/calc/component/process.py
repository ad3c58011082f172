"""Start the user's own Python with kpi_xl in it, beside LibreOffice.

Which Python that is stands in a file that ``kpi-xl addin install --host calc`` writes: its path,
and below it the folder that kpi_xl is in. The process ends when its end of the channel is closed,
so also when LibreOffice ends, however that happens.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

from .channel import Channel

_REINSTALL = "请在命令行运行 kpi-xl addin install --host calc"
_CHECK = "请在命令行运行 kpi-xl doctor，按提示处理"
_START = 30.0  # seconds; a virus scanner may look at every file of a new Python
_NO_WINDOW = 0x08000000


class UnavailableError(Exception):
    """kpi_xl cannot be reached; the message gives reason and advice in Chinese."""


def folder() -> Path:
    """The user's folder of kpi_xl, as in `kpi_xl.system.user`."""
    return Path(os.environ.get("USERPROFILE") or Path.home()) / ".kpi_xl"


class Process:
    """A running kpi_xl.

    Parameters
    ----------
    module : str
        The module that the process runs.
    arguments : str
        What it is told.

    Raises
    ------
    UnavailableError
        When it does not start.
    """

    def __init__(self, module: str, *arguments: str) -> None:
        python, packages = _installed()
        ours, its = socket.socketpair()
        command = [python, "-E", "-m", module, *arguments]
        self.log = folder() / f"{module.rpartition('.')[2]}.log"
        try:
            with its, self.log.open("wb") as errors:
                self._process = _started(command, packages, its, errors)
        except OSError as error:
            ours.close()
            problem = f"启动不了 Python：{python}（{error}）"
            raise UnavailableError(f"{problem}。{_REINSTALL}。") from error
        self.channel = Channel(ours)
        try:
            self.channel.receive(_START)  # it says that it is ready
        except (EOFError, TimeoutError) as error:
            self.end()
            raise UnavailableError(f"kpi_xl 没有启动起来，原因见 {self.log}。{_CHECK}。") from error

    def wait(self) -> int:
        """Wait until it ends by itself, and return the exit code."""
        return int(self._process.wait(_START))

    def end(self) -> None:
        """Kill it."""
        self.channel.close()
        self._process.kill()
        self._process.wait()


def _installed() -> tuple[str, str]:
    file = folder() / "calc.conf"
    try:
        python, packages = file.read_text(encoding="utf-8").splitlines()[:2]
    except (OSError, ValueError) as error:
        raise UnavailableError(f"没有写明用哪个 Python（{file}）。{_REINSTALL}。") from error
    return python, packages


def _started(
    command: list[str], packages: str, its: socket.socket, errors: BinaryIO
) -> subprocess.Popen[bytes]:
    """Start it with its end of the channel, without LibreOffice's own Python settings."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
    }
    if sys.platform == "win32":
        process = subprocess.Popen(
            command,
            cwd=packages,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=errors,
            stderr=errors,
            creationflags=_NO_WINDOW,
        )
        assert process.stdin is not None
        process.stdin.write(its.share(process.pid))
        process.stdin.close()
        return process
    end = its.fileno()
    return subprocess.Popen(
        [*command, f"--channel={end}"],
        cwd=packages,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=errors,
        stderr=errors,
        pass_fds=[end],
    )
