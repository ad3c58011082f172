"""A branch of its own to send from, and a mail server that fails now and then."""

from __future__ import annotations

import csv
import shutil
import socket
import sys
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from kpi_xl.cli import main
from kpi_xl.project import Project


@pytest.fixture
def project(branch, tmp_path) -> Project:
    """The sample branch with its store, nothing sent yet."""
    folder = tmp_path / "branch"
    shutil.copytree(branch.project.data, folder / "data")
    for name in ("kpi.toml", "kpi.duckdb", "kpi.cube"):
        shutil.copy2(branch.project.folder / name, folder)
    return Project.open(folder)


@pytest.fixture
def kpi(monkeypatch, capfd):
    """Runs a command on a project; gives its exit code and all that it says."""

    def run(project: Project, *arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["kpi-xl", "-p", str(project.folder), *arguments])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        told = capfd.readouterr()
        assert "程序出错" not in told.err, told.err
        return int(ended.value.code or 0), told.out + told.err

    return run


def write_contacts(project: Project, rows: list[tuple[str, str, str]]) -> None:
    with (project.folder / "通讯录.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([("单位", "工号", "邮箱"), *rows])


def with_mail(project: Project, port: int, more: str = "") -> Project:
    """The project with a mail server on this port in its settings."""
    text = (project.folder / "kpi.toml").read_text(encoding="utf-8")
    lines = f'host = "127.0.0.1"\nport = {port}\nsecurity = "none"\nsender = "kpi@example.com"\n'
    text = text.replace("[mail]\n", f"[mail]\n{lines}{more}\n", 1)
    (project.folder / "kpi.toml").write_text(text, encoding="utf-8")
    return Project.open(project.folder)


class Mailbox:
    """Takes mails; `before_reply` is called with how many there are, and may give an answer."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, bytes]] = []
        self.at_recipient = lambda address: None
        self.before_reply = lambda count: None
        self.before_keeping = lambda count: None

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        answer = self.at_recipient(address)
        if answer is not None:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        answer = self.before_keeping(len(self.mails))
        if answer is not None:
            return answer
        (address,) = envelope.rcpt_tos
        self.mails.append((address, envelope.content))
        return self.before_reply(len(self.mails)) or "250 OK"


@pytest.fixture
def mailbox():
    """A mail server that runs, and its port."""
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        box.port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


def every_file(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
