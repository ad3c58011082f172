"""What opens the page: a button of a spreadsheet program, and a file to double-click."""

import configparser
import http.client
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

pytest.importorskip("starlette", reason="kpi_xl[desk] is not installed")

from kpi_xl.desk import starter
from kpi_xl.jobs.start import init
from kpi_xl.system.user import PROJECT_VARIABLE, User, UserSettings
from udfs import buttons

ROOT = Path(__file__).parents[2]


class Host:
    """A program whose button was pressed, as far as this button needs one."""

    def __init__(self, user):
        self.user = user
        self.said = []

    def say(self, text, failed=False):
        self.said.append((text, failed))

    def status(self, text):
        pass


@pytest.fixture
def browser(tmp_path, monkeypatch):
    """What is opened in the browser is written into a file."""
    program = tmp_path / "browser"
    program.write_text(
        f'#!/bin/sh\nprintf %s "$1" >"{tmp_path}/draft"\nmv "{tmp_path}/draft" "{tmp_path}/opened"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("BROWSER", f"{shlex.quote(str(program))} %s")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv(PROJECT_VARIABLE, raising=False)
    return tmp_path / "opened"


def ask(address, method, path, cookie=None):
    host = urlsplit(address).netloc
    connection = http.client.HTTPConnection(host, timeout=60)
    headers = {"Origin": f"http://{host}", "Content-Length": "0"} if method == "POST" else {}
    try:
        connection.request(method, path, headers=headers | ({"Cookie": cookie} if cookie else {}))
        answer = connection.getresponse()
        return answer, answer.read().decode()
    finally:
        connection.close()


def page_of(opened):
    """The page that was opened; it is ended after it was seen."""
    until = time.monotonic() + 60
    while not opened.exists():
        assert time.monotonic() < until
        time.sleep(0.1)
    address = opened.read_text()
    answer, _ = ask(address, "GET", "/?" + urlsplit(address).query)
    cookie = answer.getheader("set-cookie").partition(";")[0]
    text = ask(address, "GET", "/", cookie)[1]
    assert ask(address, "POST", "/end", cookie)[0].status == 303
    return text


@pytest.mark.skipif(sys.platform == "win32", reason="the browser is a script here")
@pytest.mark.parametrize("chosen", [True, False])
def test_the_button_opens_the_page_of_the_project(browser, tmp_path, chosen):
    user = User(tmp_path, tmp_path)
    if chosen:
        user.save(UserSettings(init(tmp_path / "p", "甲分公司").folder, None))
    host = Host(user)
    buttons.run(host, buttons.import_files)
    ((text, failed),) = host.said
    assert not failed, text
    assert ("再点“设置”" in text) is not chosen
    assert ("甲分公司" in page_of(browser)) is chosen


def test_without_the_extra_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(starter, "_NEEDED", ("starlette", "a_module_that_is_not_there"))
    host = Host(User(tmp_path, tmp_path))
    monkeypatch.delenv(PROJECT_VARIABLE, raising=False)
    buttons.run(host, buttons.import_files)
    ((text, failed),) = host.said
    assert failed
    assert "kpi_xl[desk]" in text


@pytest.mark.skipif(sys.platform == "win32", reason="sh runs it")
def test_the_file_for_a_mac_is_what_sh_runs(browser, tmp_path):
    project = init(tmp_path / "a'b $c", "甲分公司")
    file = starter.starter(tmp_path, project.folder, "darwin")
    assert (file.name, file.stat().st_mode & 0o111) == ("KPI.command", 0o111)
    with subprocess.Popen([file], stdout=subprocess.DEVNULL) as process:
        assert "甲分公司" in page_of(browser)
        assert process.wait(30) == 0


def test_the_file_for_linux_says_the_same_words(tmp_path):
    project = tmp_path / 'a\\b "c" $d 50%'
    file = starter.starter(tmp_path, project, "linux")
    entry = configparser.RawConfigParser()
    entry.optionxform = str
    entry.read(file, encoding="utf-8")
    command = entry["Desktop Entry"]["Exec"]
    # As the Desktop Entry Specification has it: the string's escapes, then the quoted arguments', then %%.
    text = command.replace("\\\\", "\\")
    quoted = re.findall(r'"((?:[^"\\]|\\.)*)"', text)
    words = [re.sub(r"\\(.)", r"\1", word).replace("%%", "%") for word in quoted]
    assert words == [sys.executable, "-m", "kpi_xl.cli", "--project", str(project), "desk"]


def test_the_file_for_windows(tmp_path):
    file = starter.starter(tmp_path, tmp_path / "100% 我的", "win32")
    content = file.read_bytes()
    assert file.name == "KPI.cmd"
    assert content.count(b"\n") == content.count(b"\r\n")
    assert not content.startswith(b"\xef\xbb\xbf")  # cmd.exe would take the mark for a command
    lines = content.decode().splitlines()
    assert lines[1] == "chcp 65001 >nul"
    assert '100%% 我的"' in lines[2]
    assert lines[2].endswith('"desk"')
