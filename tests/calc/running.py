"""A real LibreOffice, with the add-in in it, in a profile of its own."""

from __future__ import annotations

import builtins
import contextlib
import os
import subprocess
import sys
import time
import uuid
import zipfile
from pathlib import Path

# Debian has LibreOffice's own module beside its own Python's.
_PLACES = ("/usr/lib/python3/dist-packages", "/usr/lib/libreoffice/program")
sys.path += [place for place in _PLACES if Path(place).is_dir() and place not in sys.path]

_import = builtins.__import__
try:
    import uno
except ImportError:
    uno = None
# uno puts an import of its own in place of everybody's, for which a missing module is another error.
builtins.__import__ = _import

PROGRAM = Path("/usr/lib/libreoffice/program")
ROOT = Path(__file__).parents[2]
_AGAIN = 81  # how LibreOffice ends to be started again, with a new profile
_LONG = 60.0

available = uno is not None and (PROGRAM / "soffice.bin").is_file()


def properties(**values):
    """Named values as UNO takes them."""
    named = uno.getClass("com.sun.star.beans.PropertyValue")
    return tuple(named(name, 0, value, 0) for name, value in values.items())


def until(what, timeout=_LONG):
    """Ask again and again until there is an answer."""
    end = time.monotonic() + timeout
    while not (answer := what()):
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.01)
    return answer


class Office:
    """A running LibreOffice.

    Parameters
    ----------
    folder : Path
        Where its profile and its user's home are.
    extension : bytes or None
        The .oxt that it runs with, without having been installed.
    python : Path
        The Python that has kpi_xl.
    environment : dict
        More of the environment.
    home : Path
        The home of a user that there is already, with his own profile in it.
    """

    def __init__(self, folder, extension, python=None, environment=None, home=None):
        self.home = home or folder / "用户 一"
        profile = folder / "profile" if home is None else home / ".config" / "libreoffice" / "4"
        (self.home / ".kpi_xl").mkdir(parents=True, exist_ok=True)
        if python is not None:
            conf = self.home / ".kpi_xl" / "calc.conf"
            conf.write_text(f"{python}\n{ROOT}\n", encoding="utf-8")
        self.pipe = f"kpi{uuid.uuid4().hex}"
        command = [
            PROGRAM / "soffice.bin", "--headless", "--norestore", "--nologo", "--nodefault",
            f"-env:UserInstallation={profile.as_uri()}",
            f"--accept=pipe,name={self.pipe};urp;",
        ]  # fmt: skip
        if extension is not None:
            command += _uninstalled(extension, folder / "extension")
        own = {"HOME": str(self.home), "USERPROFILE": "", **(environment or {})}
        self.environment = os.environ | own
        self.environment.pop("PYTHONPATH", None)
        self.command = list(map(str, command))
        self.process = None
        self._start()

    def _start(self):
        self.process = subprocess.Popen(self.command, env=self.environment)
        context = uno.getComponentContext()
        resolver = context.ServiceManager.createInstanceWithContext(
            "com.sun.star.bridge.UnoUrlResolver", context
        )

        def connected():
            code = self.process.poll()
            if code == _AGAIN:
                self.process = subprocess.Popen(self.command, env=self.environment)
            else:
                assert code is None, f"LibreOffice ended with {code}"
            try:
                return resolver.resolve(
                    f"uno:pipe,name={self.pipe};urp;StarOffice.ComponentContext"
                )
            except Exception:
                return None

        self.context = until(connected)
        self.desktop = self.service("com.sun.star.frame.Desktop")

    def service(self, name):
        return self.context.ServiceManager.createInstanceWithContext(name, self.context)

    def new(self, **options):
        return self._load("private:factory/scalc", options)

    def open(self, file, **options):
        return self._load(Path(file).as_uri(), options)

    def _load(self, url, options):
        return self.desktop.loadComponentFromURL(url, "_blank", 0, properties(**options))

    def save(self, document, file, filter="Calc MS Excel 2007 XML"):
        document.storeToURL(Path(file).as_uri(), properties(FilterName=filter))

    def dispatch(self, document, url):
        frame = document.CurrentController.Frame
        self.service("com.sun.star.frame.DispatchHelper").executeDispatch(frame, url, "", 0, ())

    def children(self):
        """Its processes: number and command line."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                status = (folder / "status").read_text()
                if f"PPid:\t{self.process.pid}\n" in status and "State:\tZ" not in status:
                    command = (folder / "cmdline").read_bytes().decode().replace("\0", " ")
                    found.append((int(folder.name), command))
            except OSError:  # it has just ended
                continue
        return found

    def close(self):
        """End it, and see that it ended well."""
        documents = self.desktop.Components.createEnumeration()
        while documents.hasMoreElements():
            documents.nextElement().close(True)
        with contextlib.suppress(Exception):  # it is gone before it can answer
            self.desktop.terminate()
        self.process.wait(_LONG)
        return self.process.returncode

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def _uninstalled(extension, folder):
    """The options with which LibreOffice runs an extension that is merely unpacked."""
    from udfs.calc.build import COMPONENT, COMPONENTS, TYPES, components

    folder.mkdir()
    file = folder / "kpi_xl.oxt"
    file.write_bytes(extension)
    with zipfile.ZipFile(file) as archive:
        archive.extractall(folder)
    (folder / COMPONENTS).write_bytes(components((folder / COMPONENT).as_uri()))
    own = PROGRAM.as_uri()
    return [
        f"-env:URE_MORE_TYPES=<{own}/types>* {(folder / TYPES).as_uri()}",
        f"-env:URE_MORE_SERVICES=<{own}/services>* {(folder / COMPONENTS).as_uri()}",
    ]
