"""The installer and the doctor, on a user's profile that is made up."""

import sys
from pathlib import Path

import pytest

import workbook_templates
from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.system.system_errors import file_error
from kpi_xl.system.user import ADDIN, User, UserSettings
from udfs.doctor import doctor
from udfs.excel import XLWINGS, install, policies, sources
from udfs.excel.doctor import ansi, conf_value
from udfs.excel.install import install as put
from udfs.excel.install import uninstall


@pytest.fixture
def user(tmp_path):
    home = tmp_path / "Users" / "王 小明"
    roaming = home / "AppData" / "Roaming"
    roaming.mkdir(parents=True)
    return User(home, roaming)


@pytest.fixture
def python(tmp_path):
    """A virtual environment as pip leaves it on Windows."""
    folder = tmp_path / "Program Files" / "指标 环境" / "Scripts"
    folder.mkdir(parents=True)
    for name in ("python.exe", "pythonw.exe"):
        (folder / name).write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n', encoding="utf-8")
        (folder / name).chmod(0o700)
    for bits in (64, 32):
        (folder.parent / f"xlwings{bits}-{XLWINGS}.dll").touch()
    return folder / "python.exe"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    from udfs.excel.build import build

    file = tmp_path_factory.mktemp("built") / "kpi_xl.xlam"
    file.write_bytes(build())
    return file


def files_of(user):
    return sorted(path for path in user.home.rglob("*") if path.is_file())


def test_install_puts_everything_in_place(user, python, branch, built, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(python))
    done = put(project=branch.project.folder, addin=built, user=user)
    assert done.interpreter == python.with_name("pythonw.exe")
    assert files_of(user) == sorted([user.addin, user.conf, user.settings_file])
    assert user.addin == user.roaming / "Microsoft" / "Excel" / "XLSTART" / "kpi_xl.xlam"
    assert user.addin.read_bytes() == built.read_bytes()
    # As VBA's Input # reads it: in the code page, quoted, a comma between.
    assert user.conf.read_bytes() == f'"INTERPRETER_WIN","{done.interpreter}"\r\n'.encode(ansi())
    assert conf_value(user.conf, "INTERPRETER_WIN") == str(done.interpreter)
    assert user.settings() == UserSettings(branch.project.folder.resolve(), None)


def test_installing_again_keeps_the_users_choices(user, python, branch, built):
    user.save(UserSettings(branch.project.folder, "2024-05"))
    for _ in range(2):
        put(addin=built, user=user, interpreter=python)
    assert user.settings() == UserSettings(branch.project.folder, "2024-05")


def test_without_a_built_addin_it_is_built(user, python, built):
    put(user=user, interpreter=python)
    assert user.addin.read_bytes() == built.read_bytes()


def test_uninstall_leaves_nothing_of_ours_and_all_of_others(user, python, branch, built):
    other = user.addin.with_name("别人的.xlam")
    other.parent.mkdir(parents=True)
    other.touch()
    put(project=branch.project.folder, addin=built, user=user, interpreter=python)
    user.undo.mkdir()
    (user.undo / "a.json").touch()
    uninstall(user)
    assert files_of(user) == [other]
    assert not user.folder.exists()
    assert uninstall(user) == []


def test_excel_is_open(user, python, built, monkeypatch):
    put(addin=built, user=user, interpreter=python)

    def locked(*_):
        raise PermissionError

    def cannot_write(file, _):
        raise file_error(PermissionError(), file, "replace")

    monkeypatch.setattr(install, "write_whole", cannot_write)
    with pytest.raises(InputError, match="关闭所有 Excel"):
        put(addin=built, user=user, interpreter=python)
    monkeypatch.setattr("pathlib.Path.unlink", locked)
    with pytest.raises(InputError, match="关闭所有 Excel"):
        uninstall(user)


def test_a_path_that_vba_cannot_read(user, built, tmp_path):
    with pytest.raises(InputError, match="代码页"):
        put(addin=built, user=user, interpreter=tmp_path / "🙂" / "pythonw.exe")
    assert files_of(user) == []


@pytest.mark.skipif(sys.platform == "win32", reason="this is about other systems")
def test_elsewhere_nothing_is_installed():
    for action in (put, uninstall):
        with pytest.raises(InputError, match="只能在 Windows"):
            action()


def test_a_built_addin_with_another_xlwings(user, built, python, monkeypatch):
    monkeypatch.setattr("xlwings.__version__", "0.37.9")
    with pytest.raises(sources.VersionError):
        put(addin=built, user=user, interpreter=python)
    assert files_of(user) == []


def test_no_project(user, built, python, tmp_path):
    with pytest.raises(InputError, match="不是 kpi_xl 项目"):
        put(project=tmp_path, addin=built, user=user, interpreter=python)
    assert files_of(user) == []


def test_users_settings_survive_a_round_trip(user, tmp_path):
    folder = tmp_path / '数据 "一" \\ 二'
    user.save(UserSettings(folder, "2024-06"))
    assert user.settings() == UserSettings(folder, "2024-06")
    user.settings_file.write_text("project = [", encoding="utf-8")
    with pytest.raises(InputError, match="设置"):
        user.settings()


def test_which_user(tmp_path):
    user = User.current({"USERPROFILE": "/home/w", "APPDATA": "/home/w/r"})
    assert (user.folder.as_posix(), user.addin.parent.parent.parent.parent.as_posix()) == (
        "/home/w/.kpi_xl",
        "/home/w/r",
    )
    assert user.project({"KPI_XL_PROJECT": "/p"}).as_posix() == "/p"


# -- the doctor


class Dump:
    """A registry written down: values by key."""

    def __init__(self, **keys):
        self.content = keys

    def values(self, key):
        return self.content.get(key, {})

    def keys(self, key):
        below = [one.removeprefix(f"{key}\\") for one in self.content if one.startswith(f"{key}\\")]
        return sorted({one.partition("\\")[0] for one in below})


def look(user, project=None, registry=None, environment=None):
    found = doctor(
        project, user, windows=True, environment=environment or {}, registry=registry or Dump()
    )
    return {finding.name: finding for finding in found}


def test_all_is_well(user, python, branch, built):
    put(project=branch.project.folder, addin=built, user=user, interpreter=python)
    found = look(user)
    assert [f for f in found.values() if not f.fine] == []
    assert {"Python", "xlwings", "加载项文件", "宏安全", "项目", "原始数据", "指标数据"} <= set(
        found
    )
    assert sum(name.startswith("模板") for name in found) == len(workbook_templates.NAMES)
    assert "40 个单位" in found["指标数据"].found or "个单位" in found["指标数据"].found


def test_nothing_is_there(user):
    found = look(user)
    for name in ("加载项用的 Python", "加载项文件"):
        assert not found[name].fine
        assert "kpi-xl addin install" in found[name].advice
    assert not found["项目"].fine
    assert "设置" in found["项目"].advice
    for finding in found.values():
        assert finding.fine or (finding.advice and finding.kind in kinds.BY_CODE)


def test_another_xlwings(user, python, built, monkeypatch):
    put(addin=built, user=user, interpreter=python)
    (python.parent.parent / f"xlwings64-{XLWINGS}.dll").unlink()
    monkeypatch.setattr("importlib.metadata.version", lambda name: "0.36.0")
    found = look(user)
    assert f"pip install xlwings=={XLWINGS}" in found["xlwings"].advice
    assert not found["xlwings 的 DLL（64 位 Excel 用）"].fine
    assert found["xlwings 的 DLL（32 位 Excel 用）"].fine


SECURITY = r"HKCU\Software\{}Microsoft\Office\16.0\Excel\Security"
POLICY = SECURITY.format("Policies\\")
DEFENDER = r"HKLM\SOFTWARE\{}Microsoft\Windows Defender\{}"
CHILDREN = "D4F940AB-401B-4EFC-AADC-AD5F3C50688A"


@pytest.mark.parametrize(
    ("key", "name", "value", "kind"),
    [
        (POLICY, "DisableAllAddins", 1, "excel.addins-disabled"),
        (SECURITY.format(""), "DisableAllAddins", 1, "excel.addins-disabled"),
        (POLICY, "requireaddinsig", 1, "excel.addins-signed"),
        (r"HKCU\Software\Policies\Microsoft\Office\16.0\Common", "VBAOff", 1, "excel.vba-off"),
        (r"HKLM\Software\Policies\Microsoft\Office\16.0\Common", "VBAOff", 1, "excel.vba-off"),
        (rf"{POLICY}\Trusted Locations", "AllLocationsDisabled", 1, "excel.no-trusted-locations"),
        (POLICY, "VBAWarnings", 4, "excel.macros-disabled"),
        (r"HKCU\Software\Policies\Microsoft\Windows\System", "DisableCMD", 1, "excel.cmd-disabled"),
        (DEFENDER.format("Policies\\", r"Windows Defender Exploit Guard\ASR\Rules"), CHILDREN, "1",
         "excel.defender-rule"),
        (DEFENDER.format("", r"Windows Defender Exploit Guard\ASR\Rules"), CHILDREN.lower(), 6,
         "excel.defender-rule"),
        (DEFENDER.format("Policies\\", "Policy Manager"), "ASRRules", f"x=1|{CHILDREN}=1",
         "excel.defender-rule"),
        (r"HKLM\SOFTWARE\Policies\Microsoft\Windows\SrpV2\Exe", "EnforcementMode", 1,
         "excel.applocker"),
    ],
)  # fmt: skip
def test_policies(user, key, name, value, kind):
    found = look(user, registry=Dump(**{key: {name: value}}))
    assert kind in {finding.kind for finding in found.values()}
    for harmless in (0, 2, "2", "", b"\1", f"x=1|{CHILDREN}=2"):
        if (name, harmless) != ("DisableCMD", 2):
            found = look(user, registry=Dump(**{key: {name: harmless}}))
            assert kind not in {finding.kind for finding in found.values()}, harmless


@pytest.mark.parametrize(
    ("path", "below", "fine"),
    [
        ("{}", 0, True),
        ("{}\\", 0, True),
        (r"%APPDATA%\Microsoft\Excel\XLSTART", 0, True),
        (r"%appdata%\Microsoft", 1, True),
        (r"%APPDATA%\Microsoft", 0, False),
        (r"C:\Program Files\Microsoft Office\Root\Office16\XLSTART", 1, False),
    ],
)
def test_trusted_locations(tmp_path, path, below, fine):
    home = r"C:\Users\王"
    user = User(tmp_path, Path(rf"{home}\AppData\Roaming"))
    # On other systems a path of Windows is one name, so that its folder is asked for apart.
    folder = Path(rf"{home}\AppData\Roaming\Microsoft\Excel\XLSTART")
    key = rf"{SECURITY.format('')}\Trusted Locations"
    values = {"Path": path.format(folder), "AllowSubfolders": below}
    registry = Dump(**{rf"{key}\Location2": values})
    found = {
        one.name: one
        for one in policies.findings(
            folder / ADDIN, registry, {"APPDATA": rf"{home}\AppData\Roaming"}
        )
    }
    assert found["受信任位置"].fine == fine
    assert look(user)["受信任位置"].fine  # Excel has not been started yet


def test_what_excel_has_disabled(user):
    path = str(user.addin).lower()
    item = b"\1\0\0\0\xe4\0\0\0\xe4\0\0\0" + f"{path}\0kpi\0".encode("utf-16-le")
    key = r"HKCU\Software\Microsoft\Office\16.0\Excel\Resiliency\DisabledItems"
    other = item.replace("kpi_xl".encode("utf-16-le"), "kpi_yl".encode("utf-16-le"))
    assert look(user, registry=Dump(**{key: {"2F": other}}))["禁用项目"].fine
    found = look(user, registry=Dump(**{key: {"2F": other, "30": item}}))["禁用项目"]
    assert found.kind == "excel.addin-disabled" and "禁用项目" in found.advice


@pytest.mark.skipif(sys.platform == "win32", reason="a file's name with a colon")
def test_the_mark_of_the_web(user, python, built):
    put(addin=built, user=user, interpreter=python)
    stream = user.addin.with_name("kpi_xl.xlam:Zone.Identifier")
    for zone, kind in ((2, ""), (3, "excel.addin-from-internet")):
        stream.write_text(f"[ZoneTransfer]\r\nZoneId={zone}\r\n")
        assert look(user)["来自互联网的标记"].kind == kind


def test_python_is_really_started(user, python, built):
    put(addin=built, user=user, interpreter=Path(sys.executable))
    assert look(user)["像 Excel 那样启动 Python"].fine
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -I -S "$@"\n')
    python.chmod(0o700)
    put(addin=built, user=user, interpreter=python)
    found = look(user)["像 Excel 那样启动 Python"]
    assert found.kind == "excel.start-module" and "安装.cmd" in found.advice


def test_a_project_without_data_and_with_a_broken_cube(user, tmp_path):
    project = tmp_path / "项目"
    (project / "data").mkdir(parents=True)
    (project / "kpi.toml").touch()
    found = look(user, project)
    assert not found["原始数据"].fine
    assert not found["指标数据"].fine
    (project / "kpi.cube").write_bytes(b"{}")
    assert "读不出来" in look(user, project)["指标数据"].found


def test_elsewhere_than_on_windows(user, branch):
    found = doctor(branch.project.folder, user, windows=False, environment={})
    assert all(finding.fine for finding in found)
    assert any("只在 Windows" in finding.found for finding in found)
