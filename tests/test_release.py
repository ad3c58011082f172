"""A release: what is refused, what a dry run leaves alone, what a release leaves behind."""

import datetime
import importlib.util
import shutil
import subprocess
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PARTS = ("kpi_xl", "udfs", "workbook_templates", "docs")
FILES = ("pyproject.toml", "README.md", "LICENSE", "Makefile", "constraints.txt")
DAY = datetime.date(2031, 5, 6)

_spec = importlib.util.spec_from_file_location("release", ROOT / ".ci/release.py")
release = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(release)


def git(root, *arguments):
    return subprocess.run(
        ["git", *arguments], cwd=root, check=True, capture_output=True, text=True
    ).stdout.strip()


def commit(root):
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Something")


@pytest.fixture
def repository(tmp_path):
    root = tmp_path / "repository"
    for name in PARTS:
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(ROOT / name, root / name)
    (root / "CHANGELOG.md").write_text("# Changelog\n\n## Unreleased\n\n- Something new.\n")
    (root / ".gitignore").write_text("dist/\nbuild/\n")
    git(root, "init", "--quiet", "--initial-branch", "main")
    git(root, "config", "user.name", "Somebody")
    git(root, "config", "user.email", "somebody@example.com")
    commit(root)
    return root


def test_a_dry_run_builds_and_leaves_the_repository_as_it_is(repository):
    before = git(repository, "rev-parse", "HEAD")
    built = release.release(repository, "9.8.7", DAY, (), dry_run=True)
    assert [file.name for file in built] == ["kpi_xl-9.8.7.tar.gz", "kpi_xl-9.8.7-py3-none-any.whl"]
    assert git(repository, "rev-parse", "HEAD") == before
    assert git(repository, "tag") == git(repository, "status", "--porcelain") == ""


def test_a_release_is_a_commit_a_tag_and_two_packages(repository):
    source, wheel = release.release(repository, "9.8.7", DAY, (), dry_run=False)
    assert git(repository, "describe", "--exact-match") == "v9.8.7"
    assert '__version__ = "9.8.7"' in (repository / "kpi_xl/_version.py").read_text()
    log = (repository / "CHANGELOG.md").read_text()
    assert "## Unreleased\n\n## 9.8.7 (2031-05-06)\n\n- Something new.\n" in log
    names = zipfile.ZipFile(wheel).namelist()
    assert {"kpi_xl/py.typed", "workbook_templates/月度KPI表.xlsx"} <= {*names}
    with tarfile.open(source) as package:
        assert "kpi_xl-9.8.7/constraints.txt" in package.getnames()

    with pytest.raises(SystemExit, match=r"v9\.8\.7 is released already"):
        release.release(repository, "9.8.6", DAY, (), dry_run=False)
    with pytest.raises(SystemExit, match="says nothing under Unreleased"):
        release.release(repository, "9.9.0", DAY, (), dry_run=False)


def test_what_is_not_committed_or_fails_a_check_is_not_released(repository):
    with pytest.raises(SystemExit, match="three numbers"):
        release.release(repository, "1.2", DAY, (), dry_run=False)
    with (repository / "Makefile").open("a") as file:
        file.write("\nbroken:\n\tfalse\n")
    with pytest.raises(SystemExit, match="not committed"):
        release.release(repository, "9.8.7", DAY, (), dry_run=False)
    commit(repository)
    with pytest.raises(subprocess.CalledProcessError):
        release.release(repository, "9.8.7", DAY, ("broken",), dry_run=False)
    assert git(repository, "tag") == ""
    assert "9.8.7" not in (repository / "CHANGELOG.md").read_text()


def test_constraints_hold_every_dependency_at_a_version_that_is_allowed():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"]]
    for extra in ("desk", "docs", "excel", "mail", "pictures", "postgres", "server", "dev"):
        wanted += [text for text in extras[extra] if not text.startswith("kpi_xl")]
    pinned = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        one = Requirement(line)
        pinned.setdefault(canonicalize_name(one.name), []).append(one.specifier)
    for text in wanted:
        needed = Requirement(text)
        versions = pinned[canonicalize_name(needed.name)]
        for specifier in versions:
            ((_, version),) = [(s.operator, s.version) for s in specifier]
            assert needed.specifier.contains(version), f"make constraints: {text}"
