"""``make release VERSION=0.2.0``: a version, its tag, its wheel and its source package.

Everything is done in a clone of what is committed: the version and the day are written, all
checks run, the packages are built and the wheel is tried. Only then does the commit come back
here, with the tag. Nothing is pushed; what is left to do is said at the end.
"""

from __future__ import annotations

import argparse
import datetime
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
CHECKS: Final = ("lint", "docs", "test", "demo")
"""The targets of the Makefile that a release must pass."""

_VERSION: Final = re.compile(r'^__version__ = "(.*)"$', re.MULTILINE)
_UNRELEASED: Final = re.compile(r"^## Unreleased\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def main() -> None:
    """Release what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("version", help="such as 0.2.0")
    parser.add_argument("--dry-run", action="store_true", help="leave this repository as it is")
    given = parser.parse_args()
    today = datetime.datetime.now(datetime.UTC).date()
    built = release(ROOT, given.version, today, CHECKS, dry_run=given.dry_run)
    for file in built:
        print(file)
    if not given.dry_run:
        print(f"Left to do: git push --follow-tags; hand out {ROOT / 'dist'}")


def release(
    root: Path, version: str, day: datetime.date, checks: Sequence[str], *, dry_run: bool
) -> list[Path]:
    """Release what is committed in a repository.

    Parameters
    ----------
    root : Path
        The repository.
    version : str
        Three numbers, such as ``0.2.0``; later than every version that has a tag.
    day : date
        The day in the changelog.
    checks : sequence of str
        Targets of the Makefile.
    dry_run : bool
        Whether nothing comes back: no commit, no tag; the packages are in ``build/release``.

    Returns
    -------
    list of Path
        The source package and the wheel.
    """
    _refuse(root, version)
    with tempfile.TemporaryDirectory(prefix="kpi_xl-release-") as folder:
        clone = Path(folder) / "kpi_xl"
        _git(root, "clone", "--quiet", "--no-hardlinks", str(root), str(clone))
        for name in ("user.name", "user.email"):
            _git(clone, "config", name, _git(root, "config", name))
        _write_version(clone, version, day)
        _git(clone, "commit", "--quiet", "--all", "--message", f"Release {version}")
        for check in checks:
            subprocess.run(["make", check, "CONSTRAINTS=constraints.txt"], cwd=clone, check=True)
        packages = _build(clone)
        _try(packages[-1], version, Path(folder) / "tried")
        place = root / ("build/release" if dry_run else "dist")
        place.mkdir(parents=True, exist_ok=True)
        if not dry_run:
            _git(root, "fetch", "--quiet", str(clone), "HEAD")
            _git(root, "merge", "--quiet", "--ff-only", "FETCH_HEAD")
            _git(root, "tag", "--annotate", f"v{version}", "--message", f"kpi_xl {version}")
        return [Path(shutil.copy2(package, place)) for package in packages]


def _refuse(root: Path, version: str) -> None:
    """End with what is wrong, before anything is made."""
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        sys.exit(f"A version is three numbers, such as 0.2.0, not {version!r}")
    tags = _git(root, "tag", "--list", "v*").split()
    later = [tag for tag in tags if _numbers(tag[1:]) >= _numbers(version)]
    if later:
        sys.exit(f"{later[-1]} is released already; {version} is not later")
    if _git(root, "status", "--porcelain"):
        sys.exit("There are changes that are not committed")
    notes = _UNRELEASED.search((root / "CHANGELOG.md").read_text(encoding="utf-8"))
    if notes is None or "\n- " not in notes[1]:
        sys.exit("CHANGELOG.md says nothing under Unreleased")


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def _write_version(clone: Path, version: str, day: datetime.date) -> None:
    code = clone / "kpi_xl/_version.py"
    text = code.read_text(encoding="utf-8")
    code.write_text(_VERSION.sub(f'__version__ = "{version}"', text), encoding="utf-8")
    log = clone / "CHANGELOG.md"
    text = log.read_text(encoding="utf-8")
    heading = f"## Unreleased\n\n## {version} ({day.isoformat()})\n"
    log.write_text(text.replace("## Unreleased\n", heading, 1), encoding="utf-8")


def _build(clone: Path) -> list[Path]:
    """Build twice: equal bytes, or the packages are not what is committed and nothing else."""
    date = _git(clone, "log", "-1", "--format=%ct")
    built: list[list[Path]] = []
    for name in ("first", "second"):
        folder = clone.parent / name
        subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "-d", str(folder)],
            cwd=clone,
            check=True,
            capture_output=True,
            env={**os.environ, "SOURCE_DATE_EPOCH": date},
        )
        built.append(sorted(folder.iterdir()))
    for one, other in zip(*built, strict=True):
        if one.read_bytes() != other.read_bytes():
            sys.exit(f"{one.name} is another one each time it is built")
    return sorted(built[0], key=lambda file: file.suffix == ".whl")


def _try(wheel: Path, version: str, folder: Path) -> None:
    """The wheel by itself says its version and has its parts."""
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
    subprocess.run([*install, str(folder), str(wheel)], check=True)
    says = "print(k.__version__, k.__file__, all(w.path(n).is_file() for n in w.NAMES))"
    said = subprocess.run(
        [sys.executable, "-c", f"import kpi_xl as k, udfs, workbook_templates as w; {says}"],
        cwd=folder.parent,
        env={**os.environ, "PYTHONPATH": str(folder)},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    if said.split() != [version, str(folder / "kpi_xl/__init__.py"), "True"]:
        sys.exit(f"The wheel is not what was released: {said}")


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=root, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout.strip()


if __name__ == "__main__":
    main()
