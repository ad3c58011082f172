"""kpi-xl watch: it refreshes when files have changed and nobody writes them any more."""

import threading
import time

import pytest

from kpi_xl.errors import InputError
from kpi_xl.jobs import watch as module
from kpi_xl.jobs.watch import watch
from small_branch import TWO_DEPARTMENTS, small_branch


class Watched:
    """A watch that runs beside the test, its time made short."""

    def __init__(self, project) -> None:
        self.told = []
        self.looks = 0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(project,), daemon=True)
        self._thread.start()

    def _run(self, project):
        def pause(seconds):
            self.looks += 1
            time.sleep(seconds)

        watch(
            project.folder, self.told.append, every=0.05, settled=0.3,
            pause=pause, is_ended=self._end.is_set,
        )  # fmt: skip

    def until(self, number):
        for _ in range(1200):
            if len(self.told) >= number:
                return self.told[number - 1]
            time.sleep(0.05)
        raise TimeoutError(self.told)

    def quiet(self):
        """What was told until a while after the last change."""
        begun = self.looks
        while self.looks < begun + 12:
            time.sleep(0.05)
        return len(self.told)

    def end(self):
        self._end.set()
        self._thread.join(30)


@pytest.fixture
def project(tmp_path):
    return small_branch(tmp_path / "p", TWO_DEPARTMENTS)


def test_it_waits_until_a_file_is_whole(project):
    file = project.data / "保单.csv"
    whole = file.read_text(encoding="utf-8")
    watched = Watched(project)
    try:
        watched.until(1)
        assert watched.quiet() == 1  # nothing has changed: nothing is made
        # A slow program writes it anew, line by line.
        more = f"{whole}P-neu,1000,终身寿,主险,1,1000,300,年交,2024-06-05\n"
        lines = more.splitlines(keepends=True)
        with file.open("w", encoding="utf-8") as out:
            for begin in range(0, len(lines), 10):
                out.writelines(lines[begin : begin + 10])
                out.flush()
                time.sleep(0.1)
                assert len(watched.told) == 1
        assert not isinstance(watched.until(2), InputError)
        assert watched.quiet() == 2
    finally:
        watched.end()


def test_a_fault_is_told_once_and_the_next_change_is_read(project):
    settings = project.folder / "kpi.toml"
    good = settings.read_text(encoding="utf-8")
    watched = Watched(project)
    try:
        watched.until(1)
        settings.write_text("[project", encoding="utf-8")
        assert isinstance(watched.until(2), InputError)
        assert watched.quiet() == 2
        settings.write_text(good, encoding="utf-8")
        assert not isinstance(watched.until(3), InputError)
    finally:
        watched.end()


def test_a_file_that_is_locked_is_waited_for(project, monkeypatch):
    """As Excel locks the one that it saves; root of Linux may read all, so opening is refused here."""
    locked = True
    opens = module._opens
    monkeypatch.setattr(module, "_opens", lambda file: not locked and opens(file))
    watched = Watched(project)
    try:
        assert watched.quiet() == 0
        locked = False
        watched.until(1)
    finally:
        watched.end()


def test_what_is_in_a_database_has_no_files(project):
    text = (project.folder / "kpi.toml").read_text(encoding="utf-8")
    more = '\n[engine]\nurl = "postgresql://127.0.0.1/x"\n'
    (project.folder / "kpi.toml").write_text(text + more, encoding="utf-8")
    with pytest.raises(InputError) as error:
        watch(project.folder, print, is_ended=lambda: True)
    assert error.value.kind == "watch.database"


def test_raw_files_beside_the_computed_ones(tmp_path):
    """Where the data are in the project's own folder, what a refresh writes sets nothing off."""
    project = small_branch(tmp_path / "p", TWO_DEPARTMENTS)
    for file in project.data.iterdir():
        file.rename(project.folder / file.name)
    with (project.folder / "kpi.toml").open("a", encoding="utf-8") as out:
        out.write('data = "."\n')
    watched = Watched(project)
    try:
        assert not isinstance(watched.until(1), InputError)
        assert watched.quiet() == 1
    finally:
        watched.end()
