"""Kinds of problems with a command, or with a program that it needs."""

from __future__ import annotations

from typing import Final

from kpi_xl.fault import Kind

_HELP: Final = "运行 {path} --help 看怎么写"
_LIKE: Final = "是不是 {like}？" + _HELP


PART_MISSING: Final = Kind(
    "component.missing",
    "还没有安装这项功能需要的组件（{component}）",
    '请运行 pip install "kpi_xl[{extra}]"',
)
DAY_NOT_UNDERSTOOD: Final = Kind("option.no-day", "日期看不懂", "请写成 2024-06-14 这样")
DAY_REFUSED: Final = Kind("option.day-unreadable", "日期看不懂：{reason}", "请写成 2024-06-14 这样")
NO_COMMAND: Final = Kind("command.unknown", "没有命令 {name}", _HELP, near=_LIKE)
NO_OPTION: Final = Kind("option.unknown", "没有选项 {name}", _HELP, near=_LIKE)
VALUE_MISSING: Final = Kind("command.value-missing", "还要写 {name}", _HELP)
ONE_TOO_MANY: Final = Kind("command.too-much", "多写了“{value}”；名称里有空格时请加引号", _HELP)
OPTION_OR_SWITCH: Final = Kind(
    "option.value-or-none",
    "选项 {name} 写法有误：要写值的选项后面要有值，开关后面没有值",
    _HELP,
)
NOT_ONE_OF: Final = Kind("option.not-one-of", "{name} 不能写“{value}”，可以写：{known}", _HELP)
NUMBER_WANTED: Final = Kind("option.number", "{name} 要写数字，不能写“{value}”", _HELP)
WHOLE_WANTED_HERE: Final = Kind("option.whole-number", "{name} 要写整数，不能写“{value}”", _HELP)
BAD_VALUE: Final = Kind("option.unusable", "{name} 写法有误：{message}", _HELP)
COMMAND_LINE: Final = Kind("command.unusable", "{message}", _HELP)
ONE_OF_SPEECH: Final = Kind(
    "command.one-way-of-speaking", "--json、--quiet、--verbose 只能写一个", "请去掉多余的"
)
NO_SHELL: Final = Kind("completion.no-such-shell", "不会给 {shell} 补全", "可以写：bash、zsh、fish")
NO_LIBREOFFICE: Final = Kind(
    "component.libreoffice-missing",
    "{purpose}需要 LibreOffice，这台电脑上没有",
    "请先安装 LibreOffice（免费），再运行",
)
NO_PDF: Final = Kind(
    "pictures.no-pdf",
    "LibreOffice 没有把这个工作簿转成 PDF",
    "请关闭正在运行的 LibreOffice 再试；工作簿本身已经生成",
)
PICTURES_MISSING: Final = Kind(
    "component.pictures-missing",
    "还没有安装生成图片需要的组件（{component}）",
    '请运行 pip install "kpi_xl[pictures]"，或不写 --png',
)
PROJECT_THERE: Final = Kind(
    "init.project-there", "“{folder}”里已经有一个项目", "请换一个文件夹，或先把原来的项目移走"
)
NO_TRADE: Final = Kind("sample.no-such-trade", "没有这个行业的样例", "可以写的有：{known}")
FOLDER_TAKEN: Final = Kind(
    "sample.folder-taken",
    "文件夹“{folder}”里已有别的项目或数据",
    "请换一个空文件夹存放示例，以免盖掉您的数据",
)
NO_FOLDER_OF_FILES: Final = Kind(
    "start.no-folder", "没有文件夹“{folder}”", "请写放着导出文件的文件夹"
)
OTHER_PROJECT_THERE: Final = Kind(
    "start.other-project",
    "“{place}”里已经有一个项目，读的是“{data}”",
    "请用 --project 写另一个项目文件夹",
)
PROJECT_IN_DATA: Final = Kind(
    "start.project-in-data",
    "项目不能建在放原始文件的文件夹“{data}”里",
    "请用 --project 写别处的文件夹；不写则建在它旁边",
)
FOLDER_NOT_NEW: Final = Kind(
    "start.folder-not-new", "“{place}”里已经有别的文件", "请用 --project 写一个新的文件夹"
)
FOLDER_EMPTY: Final = Kind(
    "start.folder-empty", "文件夹“{data}”里没有文件", "请先把系统导出的文件、花名册放进去"
)
FOLDER_OF_MANY: Final = Kind(
    "start.folder-of-many",
    "文件夹“{data}”连同里面的文件夹有 {files} 个文件，不像是专门放导出文件的",
    "请把要用的文件放进一个单独的文件夹，再选它",
)
TABLES_IN_DATABASE: Final = Kind(
    "map.in-database",
    "这个项目的原始表在公司的数据库里，没有文件要认",
    "列名请在数据库的视图里改",
)
NOBODY_ANSWERS: Final = Kind(
    "start.nobody-answers",
    "有问题要问，可是没有人回答",
    "请在命令行窗口里运行；只用有把握的，请加 --yes；也可以运行 kpi-xl desk，在网页里选",
)
