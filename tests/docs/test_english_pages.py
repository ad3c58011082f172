"""English pages say section by section what their Chinese twins say, as far as a program can tell."""

import re

import pytest

from manual.blocks import BROUGHT, ROOT, pages_to_run, source_of, twins
from manual.twins import differences, sections

DOCS = ROOT / "docs"


def parts(page, text=None):
    return sections(page, text or source_of(page).read_text(encoding="utf-8"))


@pytest.mark.parametrize("english, chinese", twins().items())
def test_an_english_page_has_what_its_twin_has(english, chinese):
    assert list(differences(parts(chinese), parts(english))) == []


def test_a_twin_is_not_run_again():
    run = set(pages_to_run())
    assert not run & set(map(source_of, twins()))
    assert run >= set(map(source_of, twins().values()))


CHINESE = """\
# 数据

放进 `data`，看[设置](settings.md)。共 3 张表，1.8万行，6 月 5 日导出。

## 怎么放 {#how}

- 一张表
- 两张表，`kpi-xl check` 会说

| 列 | 怎样写 |
|---|---|
| 工号 | 文字 |

1. 打开，见![图](pictures/a.png)

<!-- before: x() -->
```toml
[rules]
as_of = 2024-06-30   # 数据到哪一天
```

<!-- made: tables -->
"""
ENGLISH = """\
# Data

Put it into `data`, see [settings](settings.md). 3 tables, 18,000 rows, exported on 5 June.

## How to put it there

- one table
- two tables: `kpi-xl check` tells

| column | how it is written |
|---|---|
| 工号 (id) | text |

1. Open it, see ![picture](../pictures/a.png)

<!-- before: x() -->
```toml
[rules]
as_of = 2024-06-30   # the last day of the data
```

<!-- made: english tables -->
"""


def test_what_holds_is_not_told():
    assert list(differences(parts("data.md", CHINESE), parts("en/data.md", ENGLISH))) == []


@pytest.mark.parametrize(
    "was, now, told, heading",
    [
        ("3 张表", "4 张表", "numbers are missing: ['4.0']", "数据"),
        ("1.8万", "1.9万", "numbers are missing: ['19000.0']", "数据"),
        ("6 月", "7 月", "numbers are missing: ['7.0']", "数据"),
        ("共 3 张表，", "", "numbers that the Chinese has not: ['3.0']", "数据"),
        ("`data`", "`raw`", "code is missing: ['raw']", "数据"),
        ("settings.md", "start.md", "links are missing: ['en/start.md']", "数据"),
        ("1. 打开", "再说一句\n\n1. 打开", "paragraphs: 4 there, 3 here", "怎么放"),
        ("- 一张表\n", "- 一张表\n- 三张表\n", "points: 3 there, 2 here", "怎么放"),
        ("| 工号 | 文字 |\n", "", "rows: 2 there, 3 here", "怎么放"),
        ("1. 打开", "1. 关闭\n2. 打开", "steps: 2 there, 1 here", "怎么放"),
        ("pictures/a.png", "pictures/b.png", "other pictures: ['pictures/b.png']", "怎么放"),
        ("2024-06-30", "2024-07-31", "other blocks", "怎么放"),
        ("before: x()", "before: y()", "other blocks", "怎么放"),
        ("made: tables", "made: example", "what is made here is ['example']", "怎么放"),
    ],
)
def test_a_change_in_chinese_alone_is_told_with_its_section(was, now, told, heading):
    assert was in CHINESE
    found = list(
        differences(parts("data.md", CHINESE.replace(was, now)), parts("en/data.md", ENGLISH))
    )
    assert any(told in line for line in found)
    assert all(f"docs/data.md “{heading}”" in line for line in found)


def test_a_new_heading_is_told():
    changed = f"{CHINESE}\n### 再说\n"
    (found,) = differences(parts("data.md", changed), parts("en/data.md", ENGLISH))
    assert found.startswith("headings: docs/data.md [1, 2, 3]")


def test_a_sentence_left_in_chinese_is_told():
    left = ENGLISH.replace("- one table", "- 一张表，在这里")
    (found,) = differences(parts("data.md", CHINESE), parts("en/data.md", left))
    assert "still in Chinese: - 一张表，在这里" in found


def test_every_chinese_page_has_its_english_one():
    """Of the manual's own pages; those for engineers are in English alone, the glossary is both."""
    own = [page.relative_to(DOCS).as_posix() for page in DOCS.glob("*.md")]
    own += [page.relative_to(DOCS).as_posix() for page in DOCS.glob("questions/*.md")]
    missing = [
        page
        for page in sorted([*own, *BROUGHT])
        if re.search("[\u4e00-\u9fff]", source_of(page).read_text("utf-8").splitlines()[0])
        and not source_of(f"en/{page}").exists()
        and page != "glossary.md"
    ]
    assert missing == []
