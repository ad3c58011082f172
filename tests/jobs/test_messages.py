"""Messages that no other test provokes: each with real bad input, told in Chinese, exit code 2."""

import sys

import pytest

from kpi_xl import cli

PEOPLE = "工号,姓名,营业部,营业组,签约日期,解约日期\n001,张三,东部,一组,2024-01-05,\n"
POLICIES = "保单号,工号,件数,首年保费,FYC,承保日期\nP1,001,1,1000,300,2024-05-06\n"
MAIL = '[mail]\nhost = "127.0.0.1"\nport = 1\nsecurity = "none"\nsender = "a@b.cn"\n'


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "小"
    (folder / "data").mkdir(parents=True)
    (folder / "kpi.toml").write_text('[project]\nname = "小分公司"\n', encoding="utf-8")
    (folder / "data" / "人员.csv").write_text(PEOPLE, encoding="utf-8")
    (folder / "data" / "保单.csv").write_text(POLICIES, encoding="utf-8")
    return folder


@pytest.fixture
def told(monkeypatch, capsys):
    """What a command says when it is refused."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["kpi-xl", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        said = capsys.readouterr().err
        assert end.value.code == 2, said
        assert said.rstrip().endswith("。")
        return said

    return run


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[rules]\nas_of = '昨天'\n", "as_of 应当是日期"),
        ('[bands]\n"活动率" = "高"\n', "“活动率”写法有误"),
        ("[project\n", "设置文件写法有误"),
        ("[rules]\n键 = 1\n", "kpi.toml 第 2 行：设置文件写法有误"),
        ("[rules]\n[levels]\n[rules]\n", "kpi.toml 第 3 行：同一节或同一项写了两次"),
        ("[rules]\ngrace_days = 60\ngrace_days = 30\n", "同一节或同一项写了两次"),
        ("[project]\nname = 3\n", "name 应当是文字"),
        ("[rules]\ngrace_days = 1000\n", "grace_days 应当是 0 到 365 之间的数"),
        ('[levels]\n"营业部" = "门店"\n"营业组" = "门店"\n', "都叫“门店”"),
        ('[dates]\norder = "年月日"\n', "可以写的有：ymd、mdy、dmy"),
    ],
)
def test_settings(project, told, text, said):
    (project / "kpi.toml").write_text(text, encoding="utf-8")
    message = told("-p", project, "refresh")
    assert said in message and "kpi.toml" in message


def test_settings_in_another_encoding(project, told):
    (project / "kpi.toml").write_bytes('[project]\nname = "小分公司"\n'.encode("gbk"))
    assert "文件不是 UTF-8 编码" in told("-p", project, "refresh")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["pace", "--day", "六月"], "日期看不懂：不是日期（内容：六月）"),
        (["fill", "主管日程", "-m", "上个月"], "月份写法看不懂（内容：上个月）"),
        (["drivers", "--tree", "树"], "没有这个业绩构成"),
        (["drivers", "--tree", "effort"], "数据里没有这个业绩构成需要的项目"),
        (["drivers", "--compare", "前年"], "没有这种比较"),
        (["peers", "活动绿"], "没有名为“活动绿”的指标。是不是：活动率"),
        (["peers", "期末人数"], "不能在单位之间比较"),
        (["pace", "保费持续率"], "没有按日的进度"),
        (["warnings", "-l", "营业处"], "没有这一层级的单位"),
        (["targets", "split", "活动率", "1", "--year", "2025"], "不能按月分解"),
        (["targets", "split", "FYP", "1.5", "--year", "2025"], "不小于 0 的整数"),
        (["targets", "split", "FYP", "100", "--year", "2025", "--by", "旬"], "没有这种期间"),
        (["targets", "split", "FYP", "100", "--year", "2025", "-l", "处"], "没有这一层级的单位"),
        (["targets", "split", "FYP", "100", "--year", "2025"], "数据不满十二个月"),
        (["collect"], "没有文件夹"),
        (["collect", "."], "这个项目还没有下发过"),
        (["init", "."], "已经有一个项目"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_commands(project, told, monkeypatch, command, said):
    monkeypatch.chdir(project)
    assert said in told(*command)


@pytest.mark.parametrize(
    ("mail", "contacts", "said"),
    [
        ("", "单位,邮箱\n东部,a@b.cn\n", "还没有设置邮件服务器"),
        (MAIL, None, "没有通讯录"),
        (MAIL, "名称,邮箱\n东部,a@b.cn\n", "没有“单位”或“工号”列"),
        (MAIL, "单位,邮箱\n东部,a@b.cn\n东部,c@d.cn\n", "“东部”有两个不同的邮箱"),
        (MAIL, "单位,邮箱\n东部,不是邮箱\n", "“东部”的邮箱写法有误"),
        (MAIL + 'text = "没有.txt"\n', "单位,邮箱\n东部,a@b.cn\n", "找不到邮件正文"),
        (MAIL + 'subject = "{生日}"\n', "单位,邮箱\n东部,a@b.cn\n", "没有{生日}这一项"),
    ],
)
def test_mail(project, told, mail, contacts, said):
    with (project / "kpi.toml").open("a", encoding="utf-8") as settings:
        settings.write(mail)
    if contacts is not None:
        (project / "通讯录.csv").write_text(contacts, encoding="utf-8")
    message = told("-p", project, "distribute", "月度KPI表", "-l", "营业部", "--mail")
    assert said in message
    assert not (project / "output").exists() or not list((project / "output").rglob("东部*"))


def test_passwords(project, told, tmp_path):
    passwords = tmp_path / "密码.csv"
    passwords.write_text("名称,密码\n东部,123\n", encoding="utf-8")
    command = ("-p", project, "distribute", "月度KPI表", "--passwords", passwords)
    assert "没有“单位”或“工号”列" in told(*command)
    passwords.write_text("单位,密码\n西部,123\n", encoding="utf-8")
    assert "没有密码" in told(*command)


def test_the_report_is_open_in_excel(project, told):
    """A folder in its place cannot be replaced either."""
    (project / "output" / "校验报告.xlsx").mkdir(parents=True)
    assert "校验报告.xlsx：这里已经有一个同名的文件夹" in told("-p", project, "check")
