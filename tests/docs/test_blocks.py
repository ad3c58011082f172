"""Every command and every piece of code in README, the manual and the examples is run."""

import doctest
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from kpi_xl.settings.kpi_toml import read_settings
from manual.blocks import ROOT, RUN, blocks_of, left_out, pages, pages_to_run

PAGES = {page.relative_to(ROOT).as_posix(): page for page in pages()}
TO_RUN = {page.relative_to(ROOT).as_posix(): page for page in pages_to_run()}
NOT_RUN = {
    "README.md": 2,
    "docs/assistant.md": 2,
    "docs/benchmarks.md": 1,
    "docs/calc.md": 2,
    "docs/database.md": 2,
    "docs/deploy.md": 3,
    "docs/en/add-a-kpi.md": 7,
    "docs/en/quick-start.md": 1,
    "docs/excel-install.md": 5,
    "docs/groups.md": 2,
    "docs/real-input.md": 2,
    "docs/schedule.md": 1,
    "docs/served-pages.md": 1,
    "docs/server.md": 3,
    "docs/start.md": 4,
}
"""How many blocks of a page are not run; the comment before each says why."""


def commands(text):
    """The commands of a block, each with the lines it is said to answer."""
    found = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif found[-1][0].endswith("\\"):
            found[-1] = (f"{found[-1][0][:-1]}{line}", [])
        elif line.strip():
            found[-1][1].append(line.strip())
    return found


def answered(expected, said):
    """The first of the expected lines that is not there, in their order; None when all are."""
    lines = iter(words(line) for line in said.splitlines())
    for line in expected:
        if line != "…" and words(line) not in lines:
            return line
    return None


def words(line):
    """A line without what depends on how wide the columns of a table are."""
    return re.sub(r"[│┃\s]+", " ", line).strip()


@pytest.mark.parametrize(
    "page", [name for name, page in TO_RUN.items() if any(True for _ in blocks_of(page))]
)
def test_what_a_page_says_to_type(page, shell, sample, monkeypatch):
    blocks = [block for block in blocks_of(PAGES[page]) if not block.why_not]
    text = "".join(block.remark + block.text for block in blocks)
    if page.startswith("examples/"):
        folder = PAGES[page].parent
        shutil.copytree(folder, shell.folder / folder.name)
        monkeypatch.chdir(shell.folder / folder.name)
    else:
        if "demo" in text and "$ kpi-xl sample demo" not in text:
            shutil.copytree(sample, shell.folder / "demo")
        monkeypatch.chdir(shell.folder)
    names = {}
    for block in blocks:
        where = f"{block.page}:{block.line}"
        if block.remark.startswith("before: "):
            exec(block.remark.removeprefix("before: "), names)
        if block.language == "console":
            exits = (
                int(block.remark.removeprefix("exit ")) if block.remark.startswith("exit ") else 0
            )
            for command, expected in commands(block.text):
                code, said = shell.run(command, Path.cwd())
                assert code == exits, f"{where}: {command}\n{said}"
                missing = answered(expected, said)
                assert missing is None, f"{where}: {command}\nnot said: {missing}\n{said}"
        elif block.language == "python":
            python(block, where, names)
        elif block.language == "toml":
            file = shell.folder / "settings.toml"
            file.write_text(block.text, encoding="utf-8")
            assert read_settings(file).own.wrong == (), where
        else:
            assert block.language not in RUN, f"{where}: nothing here can run {block.language}"


def python(block, where, names):
    if ">>>" not in block.text:
        exec(compile(block.text, where, "exec"), names)
        return
    test = doctest.DocTestParser().get_doctest(block.text, names, where, where, block.line)
    runner = doctest.DocTestRunner()
    report = []
    runner.run(test, out=report.append, clear_globs=False)
    assert runner.failures == 0, "".join(report)
    names |= test.globs


@pytest.mark.parametrize("page", PAGES)
def test_no_command_hides_in_plain_text(page):
    for block in blocks_of(PAGES[page]):
        if block.language not in RUN:
            found = re.search(r"^\s*\$? ?(kpi-xl|pip|python3?|make) .*$", block.text, re.M)
            assert found is None, f"{page}:{block.line}: {found[0] if found else ''}"


def test_what_is_not_run_is_known():
    assert Counter(block.page for block in left_out()) == NOT_RUN
