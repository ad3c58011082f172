"""The package that installs the add-in: its wheels, its files, and its two batch files under Wine."""

import hashlib
import re
import zipfile

import openpyxl
import pytest

from excel.wine import Pc, needs_wine, stand_in
from kpi_xl import __version__
from kpi_xl.errors import InputError
from office import openxml_audit_errors
from udfs import functions
from udfs.excel import wheels
from udfs.excel.bundle import bundle, setup
from udfs.excel.check_workbook import check_workbook


def wheel(folder, name, *needs, version="1.0", tag="py3-none-any", extras=()):
    """A wheel with nothing in it but what it needs."""
    head = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    lines = [f"Provides-Extra: {extra}" for extra in extras]
    lines += [f"Requires-Dist: {one}" for one in needs]
    file = folder / f"{name}-{version}-{tag}.whl"
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(f"{info}/METADATA", head + "\n".join(lines) + "\n")
        archive.writestr(
            f"{info}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    return file


@pytest.fixture
def index(tmp_path, monkeypatch):
    """What pip can fetch, in a folder: it asks no network."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONSTRAINT", "")
    wheel(
        folder, "app", 'winonly>=2; sys_platform == "win32"', "parts[more]",
        'linuxonly; sys_platform == "linux"', 'old; python_version < "3.12"',
    )  # fmt: skip
    wheel(folder, "winonly", 'deeper; platform_system == "Windows"', version="2.5",
          tag="cp313-cp313-win_amd64")  # fmt: skip
    wheel(folder, "deeper", 'still; os_name == "nt"')
    wheel(folder, "parts", 'extra1; extra == "more"', 'extra2; extra == "other"',
          extras=("more", "other"))  # fmt: skip
    for name in ("linuxonly", "old", "still", "extra1", "extra2", "pip"):
        wheel(folder, name)
    return folder


def test_windows_needs_are_asked_of_windows(index, tmp_path):
    """pip alone, on Linux, brings linuxonly and leaves out winonly and what that needs."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    found = wheels.gather(folder, ["app"], "3.13", wheels.from_pip("3.13", None))
    names = {one.name.partition("-")[0] for one in found}
    assert names == {"app", "winonly", "deeper", "still", "parts", "extra1"}
    assert set(folder.iterdir()) == set(found)


def test_what_cannot_be_had_for_windows_is_named(index, tmp_path):
    (index / "winonly-2.5-cp313-cp313-win_amd64.whl").rename(
        index / "winonly-2.5-cp313-cp313-manylinux_2_17_x86_64.whl"
    )
    folder = tmp_path / "wheels"
    folder.mkdir()
    with pytest.raises(InputError, match="winonly"):
        wheels.gather(folder, ["app"], "3.13", wheels.from_pip("3.13", None))


@pytest.fixture
def own(tmp_path):
    folder = tmp_path / "own"
    folder.mkdir()
    return wheel(folder, "kpi_xl", 'app; extra == "desk"', version=__version__, extras=("desk",))


def embedded(file, minor=13, program=None, **more):
    """Python's embeddable package, with a stand-in for Python."""
    program = program if program is not None else stand_in()
    content = {
        "python.exe": program, "pythonw.exe": program, f"python3{minor}.dll": b"",
        f"python3{minor}._pth": b"python.zip\r\n.\r\n#import site\r\n", **more,
    }  # fmt: skip
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return file


@pytest.fixture
def package(index, own, tmp_path):
    python = embedded(tmp_path / "python.zip")
    sha256 = hashlib.sha256(python.read_bytes()).hexdigest()
    folder = tmp_path / "安装 包"
    bundle(folder, python, sha256.upper(), r"\\server\data\branch one", own)
    return folder


def test_what_is_in_it(package):
    names = {one.relative_to(package).as_posix() for one in package.rglob("*") if one.is_file()}
    assert {
        "安装.cmd", "卸载.cmd", "说明.txt", "project.txt", "校验和.txt", "sample.xlsx", "kpi_xl.xlam",
        "python/python.exe", f"wheels/kpi_xl-{__version__}-py3-none-any.whl",
        "wheels/pip-1.0-py3-none-any.whl", "wheels/winonly-2.5-cp313-cp313-win_amd64.whl",
    } <= names  # fmt: skip
    sums = (package / "校验和.txt").read_bytes().decode("gbk").splitlines()
    assert {line.partition(" *")[2] for line in sums} == names - {"校验和.txt"}
    for line in sums:
        sha256, _, name = line.partition(" *")
        assert hashlib.sha256((package / name).read_bytes()).hexdigest() == sha256


def test_a_zip_is_the_same_in_one_folder(package, index, own, tmp_path):
    python = tmp_path / "python.zip"
    made = bundle(tmp_path / "安装 包.zip", python, None, r"\\server\data\branch one", own)
    assert made.folder == tmp_path / "安装 包.zip" and made.has_python
    with zipfile.ZipFile(made.folder) as archive:
        assert archive.testzip() is None
        there = {one: archive.read(one) for one in archive.namelist()}
    names = [one for one in package.rglob("*") if one.is_file()]
    assert there == {
        f"安装 包/{one.relative_to(package).as_posix()}": one.read_bytes() for one in names
    }
    with pytest.raises(InputError, match="已经有"):
        bundle(tmp_path / "安装 包.zip", python, wheel=own)


def test_batch_files_are_read_right_in_every_code_page():
    """In another code page than GBK a character's second byte would be a sign of the command line."""
    for name in ("安装.cmd", "卸载.cmd"):
        content = setup(name, python="3.13", tag="313", pip="pip.whl")
        assert b"@" not in content.replace(b"@echo off", b"").replace(b"echo @", b"")
        assert content.count(b"\n") == content.count(b"\r\n")
        text = content.decode("gbk")
        second = [c.encode("gbk")[1:] for c in text if ord(c) > 127]
        assert not {b"|", b"^", b"\\", b"`", b"~", b"@"} & set(second)
        labels = set(re.findall(r"(?m)^:(\w+)", text))
        assert set(re.findall(r"goto (\w+)", text)) == labels


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (lambda f: f.write_bytes(b"no zip"), "bundle.no-python"),
        (lambda f: embedded(f, program=b"MZ"), "bundle.no-python"),
        (lambda f: embedded(f, minor=10), "bundle.python-too-old"),
        (lambda f: embedded(f, **{"../x": b""}), "bundle.no-python"),
        (lambda f: None, "bundle.no-python"),
    ],
)
def test_another_zip_is_refused_before_anything_is_fetched(tmp_path, own, made, code):
    file = tmp_path / "other.zip"
    made(file)
    with pytest.raises(InputError) as caught:
        bundle(tmp_path / "out", file, wheel=own)
    assert caught.value.fault.kind.code == code
    assert not (tmp_path / "out").exists()


def test_another_checksum_a_full_folder_and_another_wheel(tmp_path, own):
    python = embedded(tmp_path / "python.zip")
    with pytest.raises(InputError, match="SHA-256"):
        bundle(tmp_path / "out", python, "0" * 64, wheel=own)
    with pytest.raises(InputError, match="不是空的"):
        bundle(tmp_path, python, wheel=own)
    other = wheel(tmp_path, "kpi_xl", version="9.9")
    with pytest.raises(InputError, match="轮子"):
        bundle(tmp_path / "out", wheel=other)


def test_the_sample_shows_what_the_functions_give(tmp_path):
    """Each formula in it, computed by the function of its name, is what stands beside it."""
    import datetime as dt

    file = tmp_path / "sample.xlsx"
    file.write_bytes(check_workbook())
    assert check_workbook() == check_workbook()
    assert openxml_audit_errors(file) == []
    sheet = openpyxl.load_workbook(file).active
    signed = [[sheet.cell(row, 2).value] for row in range(14, 19)]
    left = [[sheet.cell(row, 3).value] for row in range(14, 19)]
    assert all(row[0] for row in signed) and sheet["B13"].value == "签约日期"
    for row in range(5, 9):
        name, arguments = re.fullmatch(r"=(\w+)\((.*)\)", sheet.cell(row, 2).value).groups()
        arguments = arguments.replace("B14:B18,C14:C18", "signed,left").replace("DATE", "dt.date")
        given = eval(f"[{arguments}]", {"signed": signed, "left": left, "dt": dt})
        assert getattr(functions, name)(*given) == pytest.approx(sheet.cell(row, 3).value)
        assert sheet.cell(row, 5).value == sheet.cell(row, 2).value


# -- under Wine


@pytest.fixture(scope="module")
def pc(tmp_path_factory):
    pc = Pc(tmp_path_factory.mktemp("pc"))
    yield pc
    pc.end()


@needs_wine
def test_one_double_click_installs_updates_and_takes_away(pc, package):
    assert pc.double_click(package / "安装.cmd", "/quiet") == 0
    calls = pc.calls
    assert len(calls) == 3
    assert "pip-1.0-py3-none-any.whl\\pip" in calls[0]
    assert all(word in calls[0] for word in ("--no-index", "--isolated", f"desk]=={__version__}"))
    assert r'--project "\\server\data\branch one" addin' in calls[1] and calls[1].endswith(
        'kpi_xl.xlam"'
    )
    assert calls[2] == "-P -B -m kpi_xl.cli doctor"
    app = pc.local / "app"
    assert (app / "python313._pth").read_text().split("\n") == [
        "python313.zip", ".", "Lib\\site-packages", "import site", "",
    ]  # fmt: skip
    assert (pc.local / "kpi-xl.cmd").read_text() == '@"%~dp0app\\python.exe" -P -m kpi_xl.cli %*\n'
    # An update: what was there before goes, and so does what an interrupted one left.
    (app / "of_the_old_version.txt").touch()
    (pc.local / "app.new").mkdir()
    (pc.local / "app.new" / "half.txt").touch()
    assert pc.double_click(package / "安装.cmd", "/quiet") == 0
    assert sorted(one.name for one in app.iterdir()) == [
        "python.exe", "python313._pth", "python313.dll", "pythonw.exe",
    ]  # fmt: skip
    assert not (pc.local / "app.new").exists() and not (pc.local / "app.old").exists()
    # Where a step fails, the installed version stays as it was.
    for word, kept in (("install", True), ("addin", False)):
        pc.fail_at(word)
        (app / "kept.txt").touch()
        assert pc.double_click(package / "安装.cmd", "/quiet") == 2
        assert (app / "kept.txt").exists() == kept
    pc.fail_at(None)
    conf = pc.profile / ".kpi_xl" / "kpi_xl.conf"
    for file in (pc.addin, conf):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    assert pc.double_click(package / "卸载.cmd", "/quiet") == 0
    assert pc.calls == ["-P -B -m kpi_xl.cli addin uninstall"]
    assert not pc.addin.exists() and not conf.exists() and not app.exists()


@needs_wine
def test_out_of_a_zip_that_was_not_unpacked_it_says_what_to_do(pc, package, tmp_path):
    """Windows puts the one file that was clicked into a folder of its own."""
    alone = tmp_path / "Temp1_安装包.zip"
    alone.mkdir()
    (alone / "安装.cmd").write_bytes((package / "安装.cmd").read_bytes())
    assert pc.double_click(alone / "安装.cmd", "/quiet") == 2
    # Wine has no Chinese code page: the sentence is known by the file that it ends with.
    assert pc.said.endswith(b".cmd\r\n")
    assert pc.calls == [] and not (pc.local / "app").exists()


@needs_wine
def test_without_python_or_with_another_it_says_so(pc, package):
    (package / "python" / "python313.dll").unlink()
    assert pc.double_click(package / "安装.cmd", "/quiet") == 2
    assert pc.calls == [] and not (pc.local / "app").exists()
