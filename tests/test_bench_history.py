"""A run of the benchmarks leaves a file that says of what and where it was."""

import pytest

from benchmarks import __main__ as bench
from benchmarks import compare


def test_each_run_is_a_file_with_commit_machine_and_load(tmp_path, monkeypatch):
    monkeypatch.setattr(bench, "HISTORY", tmp_path / "history")
    lines = [*bench.head(quick=True), "start_seconds 0.2 s"]
    first, second = bench.keep(lines), bench.keep(lines)
    assert first != second and first.stem in second.stem
    commit, machine, load, figure = first.read_text(encoding="utf-8").splitlines()
    assert commit.startswith("# commit ") and " cores, " in machine and "quick" in load
    assert figure == "start_seconds 0.2 s"


def test_two_runs_are_set_side_by_side(tmp_path):
    before, after = tmp_path / "before.txt", tmp_path / "after.txt"
    # What an older commit prints has no lines about the machine.
    before.write_text(
        "start 0.2 s\nfill 2 ms\npeak 100 MB\neach 1 ms/workbook\nours_vs_bare 4 x\ngone 1 s\nTraceback\n"
    )
    after.write_text(
        "# commit abc\nstart 0.3 s\nfill 1 ms\npeak 104 MB\neach 2 ms/workbook\nours_vs_bare 5 x\nnew 1 s\n"
    )
    lines = list(compare.compared(compare.read(before), compare.read(after)))
    assert [line.split() for line in lines] == [
        ["#", "commit", "abc"],
        ["start", "0.2", "0.3", "s", "1.50", "worse"],
        ["fill", "2", "1", "ms", "0.50", "better"],
        ["peak", "100", "104", "MB", "1.04"],
        ["each", "1", "2", "ms/workbook", "2.00", "worse"],
        ["ours_vs_bare", "4", "5", "x", "1.25"],
        ["#", "only", "before:", "gone"],
        ["#", "only", "after:", "new"],
    ]


def test_a_benchmark_that_fails_does_not_take_the_others_figures_with_it(
    tmp_path, monkeypatch, capsys
):
    def broken(quick):
        yield "first", 1.0, "s"
        raise AssertionError("pandas has another number")

    def whole(quick):
        yield "last", 2.0, "s"

    monkeypatch.setattr(bench, "HISTORY", tmp_path / "history")
    monkeypatch.setattr(bench.bench_start, "figures", broken)
    monkeypatch.setattr(bench.bench_analysis, "figures", whole)
    for part in vars(bench).values():
        name = getattr(part, "__name__", "")
        if name.startswith("benchmarks.bench_") and part.figures not in (broken, whole):
            monkeypatch.setattr(part, "figures", lambda quick: ())
    with pytest.raises(SystemExit, match="bench_start"):
        bench.main()
    kept = next((tmp_path / "history").iterdir()).read_text(encoding="utf-8")
    assert kept.endswith("first 1 s\nlast 2 s\n")
    assert "pandas has another number" in capsys.readouterr().err
