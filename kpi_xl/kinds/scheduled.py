"""Kinds of problems with scheduled runs and with watching files."""

from typing import Final

from kpi_xl.fault import Kind

NO_TIME_OF_DAY: Final = Kind("schedule.time", "看不懂几点", "请写 24 小时制的时间，如 7:30")
NO_DAY_TO_RUN: Final = Kind(
    "schedule.day", "看不懂哪天", "请写 {daily}、{workdays}，或每月的哪一天（1 到 28），如 2"
)
COMMAND_TOO_LONG: Final = Kind(
    "schedule.too-long",
    "命令太长，Windows 的任务计划最多收 {most} 个字符",
    "请把项目放在路径短一些的文件夹里，或把命令写进一个 .cmd 文件，再让任务计划运行它",
)
PERCENT_IN_COMMAND: Final = Kind(
    "schedule.percent", "命令里有 %，命令提示符会把它当成变量", "请换一个没有 % 的文件夹名"
)
NO_COMMAND_TO_RUN: Final = Kind(
    "schedule.no-command", "没有这个命令", "请写 kpi-xl 的命令，如 refresh；可以写的有：{known}"
)
WATCH_DATABASE: Final = Kind(
    "watch.database",
    "数据在公司数据库里，没有文件可以看",
    "请用 kpi-xl schedule 打印定时运行的那一行",
)
