"""A month goes into groups: once, as the platforms publish, whatever they answer."""

import json
import sqlite3
from collections import Counter, deque
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytest.importorskip("httpx", reason="kpi_xl[groups] is not installed")
pytest.importorskip("resvg_py", reason="kpi_xl[pictures] is not installed")

from benchmarks.robots import FAULTS, SILENCE, TAKEN_ALL_THE_SAME, Robots
from command_line import run
from kpi_xl.circulation import group_record, group_sending
from kpi_xl.circulation.group_month import send_month
from kpi_xl.circulation.robot_words import as_text, fitting
from kpi_xl.circulation.robots import PLATFORMS
from kpi_xl.errors import InputError
from kpi_xl.jobs.load import load
from kpi_xl.pages.make import words
from kpi_xl.record.circulation import file_of
from kpi_xl.settings.groups import Groups, Robot, checked
from small_branch import TWO_DEPARTMENTS, small_branch

UNITS = ("东城营业部", "西城营业部")
SIGNED = {"k0": "SEC-one", "k1": "SEC-two"}
PARTS = {"wecom": ["image", "markdown"], "dingtalk": ["markdown"], "feishu": ["interactive"]}


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("USERPROFILE", raising=False)
    (tmp_path / "home").mkdir()
    monkeypatch.setattr(group_sending, "_FIRST_PAUSE", 0.001)
    monkeypatch.setattr(group_sending, "_LONGEST_PAUSE", 0.002)
    monkeypatch.setattr(group_sending, "_TIMEOUT", SILENCE / 2)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    project = small_branch(tmp_path_factory.mktemp("groups") / "p", TWO_DEPARTMENTS)
    load(project)
    return project


@pytest.fixture
def project(loaded, tmp_path):
    import shutil

    from kpi_xl.project import Project

    shutil.copytree(loaded.folder, tmp_path / "p")
    return Project.open(tmp_path / "p")


@pytest.fixture
def robots():
    found = Robots(secrets=dict(SIGNED))
    yield found
    found.close()


def with_groups(project, robots, platform):
    own = Groups(project.folder)
    for number, unit in enumerate(UNITS):
        key = f"k{number}"
        own.put(platform, unit, Robot(robots.url(platform, key), SIGNED[key]))


def everything(platform):
    return Counter(
        (platform, f"k{number}", kind) for number in range(len(UNITS)) for kind in PARTS[platform]
    )


@pytest.mark.parametrize("platform", PARTS)
def test_each_group_gets_its_own_month_once(project, robots, home, platform):
    with_groups(project, robots, platform)
    done = send_month(project, platform)
    assert done.complete and Counter(robots.taken) == everything(platform)
    for text, unit in zip(robots.texts, UNITS, strict=True):
        assert unit in text and not any(other in text for other in UNITS if other != unit)
        for sentence in words(project, None, unit).sentences:
            assert as_text(sentence.text) in text
    again = send_month(project, platform)
    assert again.complete and again.sent == 0 and again.already == len(robots.taken)
    assert Counter(robots.taken) == everything(platform)
    anew = send_month(project, platform, again=True)
    assert anew.number == 2 and Counter(robots.taken) == everything(platform) + everything(platform)


def test_the_page_goes_where_files_can(project, robots, home):
    with_groups(project, robots, "wecom")
    assert send_month(project, "wecom", page=True).complete
    kinds = Counter(kind for _, _, kind in robots.taken)
    assert kinds == {"markdown": 2, "image": 2, "file": 2}
    (one, other) = robots._kept.values()
    assert UNITS[0].encode() in one and UNITS[1].encode() not in one
    assert UNITS[1].encode() in other and UNITS[0].encode() not in other


def test_a_rehearsal_sends_and_makes_nothing(project, robots, home):
    with_groups(project, robots, "wecom")
    before = sorted(project.folder.rglob("*"))
    done = send_month(project, "wecom", dry_run=True)
    assert [group.unit for group in done.groups] == list(UNITS)
    assert robots.asked == 0
    assert sorted(project.folder.rglob("*")) == before


def test_files_without_any_group(project, home):
    done = send_month(project, "folder")
    assert done.complete
    made = {file.suffix for file in done.folder.rglob("*") if file.is_file()}
    assert made == {".md", ".png", ".html"}
    assert not file_of(project).exists()


@pytest.mark.parametrize(
    ("platform", "fault"),
    [*(("dingtalk", fault) for fault in FAULTS), ("wecom", "later"), ("wecom", "close after")],
)
def test_what_goes_wrong_once(project, robots, home, fault, platform):
    """Nothing goes twice; what is not known to have come is told, and sent when asked for."""
    with_groups(project, robots, platform)
    robots.plan = deque([fault])
    done = send_month(project, platform)
    found = Counter(robots.taken)
    assert max(found.values()) == 1
    if fault in ("429", "503", "later"):
        assert done.complete and found == everything(platform)
    elif fault == "refuse":
        assert list(done.failed) == [UNITS[0]] and not done.complete
        assert send_month(project, platform).complete  # the address was mended
        assert Counter(robots.taken) == everything(platform)
    else:
        assert done.unsure == [UNITS[0]] and not done.complete
        assert send_month(project, platform).unsure == [UNITS[0]]
        assert Counter(robots.taken) == found
        last = send_month(project, platform, unsure=True)
        assert last.complete
        least = everything(platform)
        assert Counter(robots.taken) >= least
        twice = (Counter(robots.taken) - least).total()
        assert twice == (1 if fault in TAKEN_ALL_THE_SAME else 0)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(["", "", "", *(f for f in FAULTS if "silent" not in f)]), max_size=12)
)
def test_whatever_goes_wrong(robots, home, plan):
    """At most once without a word, at least once in the end when it is asked for."""
    robots.taken.clear()
    robots.plan = deque(plan)
    parts = [
        group_sending.Ready(
            group_record.Part("营业部", unit, "words"),
            unit,
            Robot(robots.url("dingtalk", f"k{number}"), SIGNED[f"k{number}"]),
            "题",
            "话",
        )
        for number, unit in enumerate(UNITS)
    ]
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.row_factory = sqlite3.Row

        def once(skipped):
            sending = group_record.begun(connection, "dingtalk", "2024-06", again=False)
            group_record.enlist(connection, sending, [one.part for one in parts])
            states = group_record.states(connection, sending)
            left = [one for one in parts if states[one.part] not in skipped]
            group_sending.Robots(PLATFORMS["dingtalk"], connection, sending).send(iter(left), 2)
            return group_record.states(connection, sending)

        for _ in range(3):
            states = once(("sent", "unsure"))
        came = Counter(key for _, key, _ in robots.taken)
        for number, one in enumerate(parts):
            assert came[f"k{number}"] <= 1
            assert states[one.part] == "unsure" or came[f"k{number}"] == 1
        robots.plan.clear()
        assert set(once(("sent",)).values()) == {"sent"}
        assert {key for _, key, _ in robots.taken} == {"k0", "k1"}


def test_a_platform_that_is_away_is_tried_in_vain_and_told(project, robots, home):
    with_groups(project, robots, "feishu")
    robots.plan = deque(["later"] * group_sending.ATTEMPTS)
    done = send_month(project, "feishu")
    assert done.sent == 1 and "code 11232" in done.later[UNITS[0]].reason
    robots.close()
    done = send_month(project, "feishu")
    assert "连不上" in done.later[UNITS[0]].reason
    robots.__post_init__()  # so that the fixture can close it


def test_a_wrong_secret(project, robots, home):
    for platform, code in (("dingtalk", "errcode 310000"), ("feishu", "code 19021")):
        Groups(project.folder).put(platform, UNITS[0], Robot(robots.url(platform, "k0"), "wrong"))
        assert code in send_month(project, platform).failed[UNITS[0]].reason
    assert robots.taken == []


def test_the_pace_is_kept(project, robots, home, monkeypatch):
    """A robot of several units is sent no more a minute than its platform takes."""
    waited = []
    own = Groups(project.folder)
    for number in range(2):
        for team in "一二":
            unit = f"{UNITS[number]}/{team}组"
            own.put("dingtalk", unit, Robot(robots.url("dingtalk", "all")))
    pace = group_sending._Pace(3, waited.append)
    monkeypatch.setattr(group_sending, "_Pace", lambda most, pause: pace)
    assert send_month(project, "dingtalk").complete
    assert len(robots.taken) == 4 and len(waited) == 1 and waited[0] > 50


# -- What is kept and told -------------------------------------------------------------------------


def test_neither_address_nor_secret_nor_people_are_in_the_project(project, robots, home):
    with_groups(project, robots, "dingtalk")
    robots.plan = deque(["later", "", "refuse"])
    done = run("-p", project.folder, "--json", "distribute", "月报", "--to", "dingtalk")
    said = done.stdout + done.stderr
    kept = b"".join(p.read_bytes() for p in project.folder.rglob("*.sqlite*"))
    for secret in (*SIGNED.values(), "access_token", "k0", "sign="):
        assert secret not in said and secret.encode() not in kept
    connection = sqlite3.connect(file_of(project))
    log = connection.execute("SELECT * FROM group_log").fetchall()
    connection.close()
    assert any("130101" in row[-1] for row in log)
    assert not any(name in str(log) for _, name, *_ in TWO_DEPARTMENTS)
    assert json.loads(done.stdout)["failed"] and done.returncode == 2


def test_the_settings_are_the_users_alone(project, home, monkeypatch):
    own = Groups(project.folder)
    own.put("wecom", UNITS[0], Robot("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x"))
    assert own.file.stat().st_mode & 0o077 == 0
    assert project.folder not in own.file.parents
    own.file.chmod(0o644)
    with pytest.raises(InputError, match="chmod 600"):
        own.of("wecom")
    own.file.chmod(0o600)
    own.file.write_text("[", encoding="utf-8")
    with pytest.raises(InputError, match="读不出来"):
        own.of("wecom")


@pytest.mark.parametrize(
    "url",
    ["", "x", "http://qyapi.weixin.qq.com/x", "https://", "https://u:p@x.example/", "ftp://x.example",
     "https://x.example/\n", "https://中文.example/", "http://[::1", "https://x.example:99999/"],
)  # fmt: skip
def test_addresses_that_are_none(url):
    with pytest.raises(InputError) as error:
        checked(url)
    assert error.value.kind == "groups.address" and error.value.value is None


def test_words_call_nobody():
    text = as_text("<at id=all></at> @所有人 <@u> [x](http://e) **b** `c` \u202e# h\nnext")
    assert not set("<>*_`[]@#\n\u202e") & set(text)


def test_too_long_a_text_is_cut_between_lines():
    lines = [f"{n}. {'数' * 300}" for n in range(8)]
    text = fitting("题", lines, 4096)
    assert len(text.encode()) < 4096 - 100
    assert text.split("\n")[:-1] == lines[: text.count("\n")]
    assert "还有" in text.split("\n")[-1]


# -- The command line ------------------------------------------------------------------------------


def test_groups_on_the_command_line(project, robots, home, monkeypatch):
    import io

    folder = project.folder
    done = run("-p", folder, "distribute", "月报", "--to", "wecom")
    assert done.returncode == 2 and "groups add wecom" in done.stderr
    monkeypatch.setattr("kpi_xl.cli.group_commands._hidden", lambda question: "")
    assert run("-p", folder, "groups", "add", "wecom", UNITS[0]).returncode == 2
    address = robots.url("wecom", "k9")
    monkeypatch.setattr(
        "kpi_xl.cli.group_commands._hidden", lambda q: address if "webhook" in q else ""
    )
    done = run("-p", folder, "groups", "add", "wecom", UNITS[0])
    assert done.returncode == 0 and "k9" not in done.stdout
    assert run("-p", folder, "groups", "add", "wecom", "没有的部").returncode == 2
    done = run("-p", folder, "groups", "list")
    assert f"wecom  {UNITS[0]}  127.0.0.1" in done.stdout and "k9" not in done.stdout
    done = run("-p", folder, "distribute", "月报", "--to", "wecom", "--dry-run")
    assert "会发到 1 个群" in done.stdout and robots.asked == 0
    done = run("-p", folder, "distribute", "月报", "--to", "wecom")
    assert done.returncode == 0 and "发出 2 条" in done.stdout
    assert run("-p", folder, "groups", "remove", "wecom", UNITS[0]).returncode == 0
    assert run("-p", folder, "groups", "remove", "wecom", UNITS[0]).returncode == 2
    monkeypatch.undo()
    monkeypatch.setattr("sys.stdin", io.StringIO("x\n"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["月报"], "--to"),
        (["月报", "--to", "mail"], "folder"),
        (["月报", "--to", "wecom", "--mail"], "--mail"),
        (["周工作计划", "--to", "wecom"], "月报"),
        (["周工作计划", "--page"], "--to"),
        (["周工作计划", "--unsure"], "--to"),
    ],
)
def test_what_does_not_go_together(project, home, arguments, said):
    done = run("-p", project.folder, "distribute", *arguments)
    assert done.returncode == 2 and said in done.stderr
