"""Kinds of problems that keep a month from being sent into a group."""

from typing import Final

from kpi_xl.fault import Kind

GROUPS_NOT_INSTALLED: Final = Kind(
    "groups.not-installed",
    "还没有安装发到群里要用的组件（{component}）",
    '请运行 pip install "kpi_xl[groups]"',
)
GROUPS_UNREADABLE: Final = Kind(
    "groups.unreadable",
    "群的设置读不出来",
    "请改正或删去这个文件，再用 kpi-xl groups add 加群",
)
GROUPS_OPEN: Final = Kind(
    "groups.open", "群的设置别人也能读：知道机器人地址的人都能在群里说话", "请运行 chmod 600 {file}"
)
ROBOT_ADDRESS: Final = Kind(
    "groups.address",
    "机器人的地址不对",
    "请在群的设置里复制机器人的 webhook 地址，整行粘贴，以 https:// 开头",
)
NO_PLATFORM: Final = Kind("groups.no-such-platform", "不能发到这里", "可以写的有：{known}")
NO_GROUPS: Final = Kind(
    "groups.none",
    "还没有{platform}的群",
    "请运行 kpi-xl groups add {word} 单位，粘贴机器人的地址",
)
NO_GROUP: Final = Kind("groups.no-such-group", "没有这个群", "kpi-xl groups list 列出现有的")
NO_GROUP_OF: Final = Kind(
    "groups.none-of-level", "要发的单位都没有{platform}的群", "请运行 kpi-xl groups add {word} 单位"
)
GROUP_TWICE: Final = Kind(
    "groups.twice", "“{unit}”的群写了两次", "请用 kpi-xl groups remove 去掉一个"
)
ONLY_THE_MONTH: Final = Kind(
    "groups.only-the-month",
    "“{template}”不发到群里",
    "发到群里的是月报：kpi-xl distribute {word} --to {platform}；工作簿要收回，请用 --mail",
)
MONTH_TO_GROUPS: Final = Kind(
    "groups.where", "月报不是工作簿，没有写发到哪里", "请写 --to，可以写的有：{known}"
)
MONTH_WITHOUT: Final = Kind("groups.without", "月报不能加 {options}", "请去掉它")
ONLY_TO_GROUPS: Final = Kind("groups.only-with-to", "{options} 只和 --to 一起用", "请去掉它")

# What a platform answered, or did not.

_AGAIN: Final = "请过十分钟再运行同一条命令，发过的不会再发"
_LOOK: Final = "请到群里看一眼；没有到的，在同一条命令后面加 --unsure 再发一次"
_ADDRESS: Final = "请核对机器人的地址、密钥和关键词，改好再运行同一条命令"

ROBOT_AWAY: Final = Kind("groups.away", "连不上（{why}）", _AGAIN)
ROBOT_BUSY: Final = Kind("groups.busy", "平台说稍后再试（{code}）", _AGAIN)
ROBOT_REFUSED: Final = Kind("groups.refused", "平台不收（{code}）", _ADDRESS)
ROBOT_CERTIFICATE: Final = Kind(
    "groups.certificate", "平台的证书不可信", "请问网络管理员是不是要装公司的根证书"
)
ROBOT_SILENT: Final = Kind("groups.silent", "没有听到回答（{why}）", _LOOK)
ROBOT_STRANGE: Final = Kind("groups.strange", "看不懂平台的回答", _LOOK)
ROBOT_UNSURE: Final = Kind("groups.unsure", "不知道到了没有：{units}", _LOOK)
