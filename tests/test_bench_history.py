"""A run of the benchmarks leaves a file that says of what and where it was."""

from benchmarks import __main__ as bench


def test_each_run_is_a_file_with_commit_machine_and_load(tmp_path, monkeypatch):
    monkeypatch.setattr(bench, "HISTORY", tmp_path / "history")
    lines = [*bench.head(quick=True), "start_seconds 0.2 s"]
    first, second = bench.keep(lines), bench.keep(lines)
    assert first != second and first.stem in second.stem
    commit, machine, load, figure = first.read_text(encoding="utf-8").splitlines()
    assert commit.startswith("# commit ") and " cores, " in machine and "quick" in load
    assert figure == "start_seconds 0.2 s"
