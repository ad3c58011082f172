"""What Excel is set to while a button works, and Esc."""

import contextlib
import io
import time
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from udfs import buttons, macros
from udfs.excel import book
from udfs.lambdas.workbook import without_names

SETTINGS = {
    "screen_updating": True, "enable_events": True, "calculation": "automatic",
    "display_alerts": True, "status_bar": False,
}  # fmt: skip


class Api:
    EnableCancelKey = 1


class OpenBook:
    """A workbook that is open, with what is in it now."""

    sheets: tuple = ()
    names: tuple = ()

    def __init__(self, file, now):
        self.name, self.fullname, self.api = file.name, str(file), self
        self.now = now

    def SaveCopyAs(self, file):
        Path(file).write_bytes(self.now)


class App:
    """Excel's application: its settings, and which of them cannot be put back."""

    def __init__(self):
        self.stuck = set()
        self.told = []
        self.api = Api()
        self.seen = []
        for name, value in SETTINGS.items():
            object.__setattr__(self, name, value)

    def __setattr__(self, name, value):
        if name in SETTINGS and value == SETTINGS[name] and name in self.stuck:
            raise RuntimeError(name)
        object.__setattr__(self, name, value)

    def alert(self, text, *_, **__):
        self.told.append(text)

    def state(self):
        return {name: getattr(self, name) for name in SETTINGS} | {"esc": self.api.EnableCancelKey}


@pytest.fixture
def app(monkeypatch):
    app = App()
    caller = type("Book", (), {"app": app, "sheets": [], "names": []})()
    monkeypatch.setattr(macros.xlwings.Book, "caller", lambda: caller)
    return app


def parts(file):
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def at_work(app, fails=None):
    def action(host, progress):
        app.seen.append(app.state())
        with host.quiet():
            app.seen.append(app.state())
            if fails is not None:
                raise fails

    return action


@pytest.mark.parametrize("fails", [None, ValueError("x"), KeyboardInterrupt()])
def test_everything_is_as_before_afterwards(app, fails, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    before = app.state()
    with contextlib.suppress(KeyboardInterrupt):
        macros._run(at_work(app, fails))
    asked, written = app.seen
    assert (asked["display_alerts"], asked["esc"], asked["calculation"]) == (False, 0, "automatic")
    assert (written["screen_updating"], written["enable_events"], written["calculation"]) == (
        False, False, "manual",
    )  # fmt: skip
    assert app.state() == before


def test_what_cannot_be_put_back_keeps_nothing_else_from_it(app):
    app.stuck = {"calculation", "enable_events"}
    with pytest.raises(RuntimeError), book.quiet(app):
        pass
    assert app.screen_updating is True


def test_esc_stops_a_job_but_not_the_writing(app, monkeypatch):
    done = []

    def action(host, progress):
        with host.quiet():
            for step in range(2):
                time.sleep(2 * buttons._PATIENCE)
                progress("写入", step, 2)
                done.append("written")
        for step in range(9):
            time.sleep(2 * buttons._PATIENCE)
            progress("生成", step, 9)
            done.append("made")

    monkeypatch.setattr(buttons, "_PATIENCE", 0.01)
    monkeypatch.setattr(macros, "escape_is_pressed", lambda: True)
    macros._run(action)
    assert done == ["written", "written"]
    assert len(app.told) == 1 and app.told[0].startswith("已按 Esc 停下")
    assert app.status_bar is False
    monkeypatch.setattr(macros, "escape_is_pressed", lambda: False)
    macros._run(action)
    assert done.count("made") == 9


@pytest.mark.parametrize("is_local", [True, False])
def test_a_copy_with_formulas_is_put_beside_the_workbook(app, tmp_path, monkeypatch, is_local):
    written = io.BytesIO()
    xlsxwriter.Workbook(written).close()
    folder = tmp_path / "表" if is_local else Path("https://x.sharepoint.com/表")
    if is_local:
        folder.mkdir()
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    caller = OpenBook(folder / "我的.xlsx", written.getvalue())
    caller.app, opened = app, []
    app.books = type("Books", (), {"open": staticmethod(opened.append)})
    monkeypatch.setattr(macros.xlwings.Book, "caller", lambda: caller)
    macros.formulas()
    target = (folder if is_local else tmp_path / "home") / "我的（公式名称）.xlsx"
    assert opened == [str(target)] and str(target) in app.told[0]
    assert "活动率" in without_names(target).removed
    target.write_bytes(without_names(target).content)
    assert parts(target) == parts(io.BytesIO(written.getvalue()))


def test_formulas_in_another_format_are_refused(app, tmp_path, monkeypatch):
    caller = OpenBook(tmp_path / "旧.xls", b"")
    caller.app = app
    monkeypatch.setattr(macros.xlwings.Book, "caller", lambda: caller)
    macros.formulas()
    assert app.told[0].startswith("旧.xls") or "xlsx" in app.told[0]
    assert not list(tmp_path.iterdir())
