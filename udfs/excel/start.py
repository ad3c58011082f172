"""How Excel starts Python, and how it is found out why it does not.

The add-in's VBA asks the interpreter before it lets xlwings' DLL start it, because the DLL waits
two minutes for an answer while Excel stands still; `kpi-xl doctor` asks the same way. Whoever asks
gets a file, as a Python without a console has nothing else to say something on, and as Excel can
go on while it waits.
"""

from __future__ import annotations

import subprocess
import tempfile
import uuid
from pathlib import Path
from typing import Final

from kpi_xl import kinds
from kpi_xl.fault import Fault, Kind

OPTIONS: Final = "-P -B -c"
"""No module of the current folder, which may be a workbook's from anywhere; nothing written."""

SERVE: Final = "import xlwings; xlwings.serve('$(CLSID)')"
"""What xlwings' DLL has Python do."""

FINE: Final = "KPI_OK"
END: Final = "KPI_END"

PROBE: Final = (
    "import sys,atexit; f=open(sys.argv[1],'w',encoding='ascii',errors='backslashreplace');"
    " sys.stdout=sys.stderr=f;"
    f" atexit.register(print,'{END}',sys.argv[2],file=f,flush=True);"
    f" import xlwings,udfs.excel.functions; print('{FINE}',xlwings.__version__)"
)
"""What Python is asked: it imports what Excel needs and writes down how that went.

A traceback goes to the file by itself; the last line carries the mark of whoever asked. There is no
quotation mark and no percent sign in it, so that it goes through any command line.
"""

PATIENCE: Final = 20
"""So many seconds Python has to answer: virus scanners look at every file of a first start."""

REASONS: Final[tuple[tuple[str, Kind], ...]] = (
    ("No module named", kinds.START_NO_MODULE),
    ("DLL load failed", kinds.START_DLL),
    ("", kinds.START_FAILS),
)
"""By what stands in an answer: the first that fits says why Python does not start."""


def reason(answer: str, python: object) -> Fault | None:
    r"""Why Python did not start; None when it did.

    Parameters
    ----------
    answer : str
        What it wrote into the file, without the last line; empty when it did not end in time.
    python : object
        The Python that was to start.

    Examples
    --------
    >>> reason("KPI_OK 0.37.8", "python.exe") is None
    True
    >>> reason("Traceback ...\nModuleNotFoundError: No module named 'numpy'", "python.exe").reason
    "python.exe 里缺少组件（ModuleNotFoundError: No module named 'numpy'）"
    """
    answer = answer.strip()
    if answer.startswith(FINE):
        return None
    if not answer:
        return kinds.START_SILENT(python=python, seconds=PATIENCE)
    kind = next(kind for mark, kind in REASONS if mark in answer)
    return kind(python=python, last=answer.splitlines()[-1])


def asked(python: Path, patience: float = PATIENCE) -> Fault | None:
    """Start an interpreter as Excel does, and see whether it can do what Excel needs.

    Parameters
    ----------
    python : Path
        The Python to start.
    patience : float
        Seconds to wait for.

    Returns
    -------
    Fault or None
        Why it does not start.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        file, mark = Path(folder) / "answer.txt", uuid.uuid4().hex
        try:
            with subprocess.Popen(
                [python, *OPTIONS.split(), PROBE, file, mark],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            ) as process:
                try:
                    process.wait(patience)
                except subprocess.TimeoutExpired:
                    process.kill()
        except OSError as error:
            return kinds.START_REFUSED(python=python, failure=error.strerror or error)
        if not file.is_file():
            return reason("", python)
        answer, _, end = file.read_text("ascii").rpartition(END)
        return reason(answer if end.strip() == mark else "", python)
