"""Whatever is done to kpi.toml, it is read, or refused with the line and the setting."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator

import pytest

from kpi_xl.errors import InputError
from kpi_xl.settings.file import LARGEST, row_of
from kpi_xl.settings.kpi_toml import read_settings
from kpi_xl.settings.project_settings import Settings
from kpi_xl.settings.text import settings_text

MUTATIONS = int(os.environ.get("KPI_XL_MUTATIONS", "150"))
"""So many are tried; 3,000 were once."""


def _full() -> str:
    lines, seen = [], set()
    for written in settings_text("兰州分公司").split("\n"):
        line = written
        setting = re.match(r'(# )?("[^"]+"|[a-z_]+) = ', line)
        if line.startswith("["):
            seen.clear()
        if setting and setting[2] not in seen:
            seen.add(setting[2])
            line = line.removeprefix("# ").replace("…", "0")
        lines.append(line)
    return "\n".join(lines)


FULL = _full()
"""A kpi.toml in which every setting is written."""

_VALUES = (
    "true", "1e400", "-inf", "nan", "-1", "0", "1.5", "9" * 40, "9" * 5000, '""', '"x"', '"\\u0000"',
    '"a\\nb"', "2024-06-14", "2024-06-14T10:00:00Z", "10:00:00", "[]", "[1, 2]", '["a", 1]', "[[]]",
    "{}", "{ a = 1 }", '{ healthy = "a" }', "{ healthy = nan }", "{ healthy = 1e300 }", "'''x'''",
    "0x7fffffffffffffff", "[1900-01-01]", '"' + "长" * 3000 + '"', "[" * 3000, "{ a = " * 200, "",
)  # fmt: skip
_JUNK = ("\0", "\ufeff", "\r", "[", "]", '"', "=", "#", "{", "}", "\\", "\x1b", "é", "\u202e", "1")


def mutated(dice: random.Random) -> bytes:
    """The full text with something done to it."""
    lines = FULL.split("\n")
    settings = [n for n, line in enumerate(lines) if " = " in line and not line.startswith("#")]
    headers = [n for n, line in enumerate(lines) if line.startswith("[")]
    kind = dice.randrange(12)
    if kind < 5:  # another value
        place = dice.choice(settings)
        lines[place] = f"{lines[place].split(' = ')[0]} = {dice.choice(_VALUES)}"
    elif kind == 5:  # another key
        place = dice.choice(settings)
        key, _, value = lines[place].partition(" = ")
        other = dice.choice((key[:-1] or "x", key + "s", '"保单"', "x", f"{key}.a", '""', "'a b'"))
        lines[place] = f"{other} = {value}"
    elif kind == 6:  # another section
        place = dice.choice(headers)
        name = lines[place].strip("[]")
        lines[place] = dice.choice((f"[{name}x]", f"[[{name}]]", f"[{name}.a]", f"{name} = 5", ""))
    elif kind == 7:  # twice
        place = dice.choice(settings + headers)
        lines.insert(dice.randrange(len(lines)), lines[place])
    elif kind == 8:  # a setting in front, or moved
        line = dice.choice(
            ('"保单" = true', "project = 5", 'mail = "x"', "columns = []", "rules = 1")
        )
        lines.insert(0, line)
    content = "\n".join(lines).encode()
    if kind == 9:  # damage
        where = dice.randrange(len(content))
        content = (
            content[:where] + dice.choice(_JUNK).encode() * dice.choice((1, 400)) + content[where:]
        )
    elif kind == 10:
        content = content[: dice.randrange(len(content))]
    elif kind == 11:
        changed = bytearray(content)
        for _ in range(dice.choice((1, 5, 50))):
            changed[dice.randrange(len(changed))] = dice.randrange(256)
        content = bytes(changed)
    if dice.random() < 0.1:
        content = content.replace(b"\n", b"\r\n")
    return content


def contents() -> Iterator[bytes]:
    dice = random.Random(20240614)
    for _ in range(MUTATIONS):
        yield mutated(dice)


def test_the_full_text_is_read(tmp_path):
    file = tmp_path / "kpi.toml"
    file.write_text(FULL, encoding="utf-8")
    settings = read_settings(file)
    assert settings.month_cut == 25
    assert settings.mail.host
    assert settings.files
    file.write_bytes(b"\xef\xbb\xbf" + FULL.replace("\n", "\r\n").encode())
    assert read_settings(file) == settings


def test_whatever_is_done_to_it(tmp_path):
    file = tmp_path / "kpi.toml"
    refused = 0
    for content in contents():
        file.write_bytes(content)
        try:
            settings = read_settings(file)
        except InputError as error:
            refused += 1
            assert error.file == file
            assert error.row is not None, (str(error), content)
            assert 1 <= error.row <= content.count(b"\n") + 1
            assert error.problem
            assert error.advice
            assert len(str(error)) < 600, str(error)
            assert not re.search(r"[\0-\x1f]", str(error)), repr(str(error))
        else:
            _all_of_their_kinds(settings)
    assert refused > MUTATIONS / 3


def _all_of_their_kinds(settings: Settings) -> None:
    """What is accepted is what the program counts on."""
    lists = [settings.no_date, settings.uncounted_ranks, settings.excluded_endings]
    lists += settings.files.values()
    texts = [one for few in lists for one in few]
    texts += [settings.name, settings.data, settings.report, settings.engine]
    texts += [text for mapping in settings.columns.values() for text in mapping.values()]
    assert all(isinstance(text, str) and text and "\0" not in text for text in texts)
    numbers = [settings.effective_fyc, settings.premium_weight, settings.grace_days]
    numbers += [number for band in settings.bands.values() for number in band if number is not None]
    assert all(abs(number) < 1e16 for number in numbers)
    assert isinstance(settings.month_cut, int | None)


@pytest.mark.parametrize(
    ("line", "problem", "section"),
    [
        ("excluded_endings = 1e400", "[rules] excluded_endings", "rules"),
        ("excluded_endings = [1]", "[rules] excluded_endings", "rules"),
        ("grace_days = 1.5", "应当是整数", "rules"),
        ("grace_day = 60", "是不是：grace_days", "rules"),
        ('"保单" = true', "[files] 保单", "files"),
        ('"保旦" = "a"', "是不是：保单", "files"),
        ('"活动率" = { healthy = nan }', "[bands] “活动率”", "bands"),
        ("port = true", "[mail] port", "mail"),
        ("name = [1]", "[project] name", "project"),
        ('keys = { a = { sha256 = "' + "0" * 64 + '", role = [] } }', "[server] keys “a”", "server"),
    ],
)  # fmt: skip
def test_the_line_and_the_setting_are_named(tmp_path, line, problem, section):
    file = tmp_path / "kpi.toml"
    file.write_text(f"# a\n\n[{section}]\n# b\n{line}\n\n[levels]\n", encoding="utf-8")
    with pytest.raises(InputError, match=re.escape(problem)) as caught:
        read_settings(file)
    assert caught.value.row == 5
    assert "kpi.toml 第 5 行" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "problem", "row"),
    [
        ('"保单" = true\n'.encode(), "没有 [保单] 这一节", 1),
        (b"\nmail = 5\n", "“mail”应当是一节", 2),
        ("[project]\nname = '兰州'\n".encode("gbk"), "不是 UTF-8 编码", 2),
        ("[project]\nname = 'a'\n".encode("utf-16"), "不是 UTF-8 编码", 1),
        (b"[project]\nname = 'a\0b'\n", "写法有误", 2),
        (b"[rules]\n\nas_of = " + b"[" * 10_000, "套得太深", 3),
        (b"[rules]\n\n\ngrace_days = " + b"1" * 10_000, "数字太长", 4),
        (b"[rules]\ngrace_days = 1\ngrace_days = 2\n", "写了两次", 3),
        (b'[mail]\nhost = "h"\n', "[mail] sender", 2),
        (b"#" * (LARGEST + 1), "不是设置文件", None),
    ],
)
def test_files_that_are_no_settings(tmp_path, content, problem, row):
    file = tmp_path / "kpi.toml"
    file.write_bytes(content)
    with pytest.raises(InputError, match=re.escape(problem)) as caught:
        read_settings(file)
    assert caught.value.row == row


def test_a_setting_over_several_lines_is_found_where_it_begins():
    text = '[a]\nx = [\n  1,\n\n  2,\n]\n# c\ny = """\na\nb"""\n[b]\nz.w = 1\n[[c]]\nq = 1\n'
    assert row_of(text, ("a", "x")) == 2
    assert row_of(text, ("a", "y")) == 8
    assert row_of(text, ("b",)) == 11
    assert row_of(text, ("b", "z", "w")) == 12
    assert row_of(text, ("c", "q")) == 14
    assert row_of(text, ("d",)) is None
