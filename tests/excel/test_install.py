"""The installer and the doctor, on a user's profile that is made up."""

import sys

import pytest

import workbook_templates
from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.system.system_errors import file_error
from kpi_xl.system.user import User, UserSettings
from udfs.doctor import ansi, conf_value, doctor
from udfs.excel import XLWINGS, install, sources
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
        (folder / name).touch()
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


def look(user, project=None, registry=lambda key, name: None, environment=None):
    found = doctor(project, user, windows=True, environment=environment or {}, registry=registry)
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


def test_policies(user):
    def registry(policies, value):
        return lambda key, name: value if name == policies and "Policies" in key else None

    assert not look(user, registry=registry("AllLocationsDisabled", 1))["宏安全"].fine
    assert "XLSTART" in look(user, registry=registry("VBAWarnings", 4))["宏安全"].advice
    assert look(user, registry=registry("VBAWarnings", 2))["宏安全"].fine


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
