"""A clerk's walk through the local page: pictured for the manual, and tested.

From a folder with an export that is HTML under the name of .xls and a roster with merged cells to
the first sheet.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote

from manual.chromium import Chromium
from manual.exports import POLICIES, ROSTER

_ROOT: Final = Path(__file__).parents[1]
_READY: Final = "document.readyState === 'complete' && document.querySelector('h1')"

Seen = Callable[[str], None]
"""Called with the name of each page that is reached."""


@contextmanager
def running(home: Path, *arguments: str) -> Iterator[str]:
    """The local page of somebody whose home this is; its address, with the token."""
    environment = os.environ | {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "PYTHONPATH": str(_ROOT),
        "PYTHONIOENCODING": "utf-8",
    }
    command = [sys.executable, "-u", "-m", "kpi_xl.cli", *arguments, "desk", "--no-browser"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, encoding="utf-8", env=environment, cwd=home
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            yield "http" + line.strip().partition("http")[2]
        finally:
            process.terminate()
            process.wait(20)


def go(page: Chromium, address: str) -> None:
    """Open an address."""
    page.open(address, _READY)


def submit(page: Chromium, do: str, title: str) -> None:
    """Do something that leads to another page, and wait for it."""
    page.run(f"() => {{ {do} }}")
    asks = f"() => {_READY} && document.title.startsWith({json.dumps(title)})"
    page.wait(lambda: bool(page.run(asks)))


def press(page: Chromium, form: str, title: str) -> None:
    """Press the first button of a form."""
    submit(
        page,
        f"document.querySelector('form[action=\"{form}\"][method=post] button').click()",
        title,
    )


def choose(page: Chromium, heading: str, word: str | None, choice: str) -> None:
    """Choose in the line of a heading: its unit, or what a word below it means."""
    page.run(
        """(heading, word, choice) => {
          const line = [...document.querySelectorAll("tbody tr")].find(
            (one) => one.querySelector("th").innerText.trim() === heading);
          const label = [...line.querySelectorAll("label")].find(
            (one) => one.innerText.trim().startsWith(word));
          const select = label.querySelector("select");
          select.value = choice;
          if (select.value !== choice) throw new Error(`no ${choice} for ${word}`);
        }""",
        heading,
        word or "单位",
        choice,
    )


def walk(page: Chromium, address: str, seen: Seen) -> None:
    """Go the whole way in a home that has the folder 导出."""
    base = address.partition("/?")[0]
    go(page, address)
    go(page, f"{base}/?at={quote('导出')}")
    seen("files")
    page.run("() => { document.getElementById('name').value = '测试分公司'; }")
    press(page, "/open", "文件怎么读")
    seen("questions")
    go(page, f"{base}/sheet?name={quote(ROSTER)}")
    choose(page, "人员状态", "A", "在职")
    choose(page, "人员状态", "T", "离职")
    seen("roster")
    press(page, "/sheet", "文件怎么读")
    go(page, f"{base}/sheet?name={quote(POLICIES)}")
    choose(page, "规模保费", None, "万元")
    seen("policies")
    press(page, "/sheet", "文件怎么读")
    seen("numbers")
    press(page, "/map/write", "生成")
    seen("make")
    press(page, "/make", "结果")
    seen("results")
