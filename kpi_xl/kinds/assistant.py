"""Kinds of messages to assistants that ask over MCP."""

from typing import Final

from kpi_xl.fault import Kind

_TOOLS: Final = "请先列出工具（tools/list），照它的说明再问"

ASSISTANT_NOT_INSTALLED: Final = Kind(
    "assistant.not-installed",
    "还没有安装给助手用的组件（{component}）",
    '请运行 pip install "kpi_xl[mcp]"',
)
ROLE_OF_KEY: Final = Kind(
    "assistant.role-of-key",
    "--role 和 --http 不能一起用",
    "HTTP 上各人看得到什么由他的密钥决定：请去掉 --role",
)
NO_TOOL: Final = Kind("assistant.no-such-tool", "没有这个工具", _TOOLS)
ARGUMENT_UNKNOWN: Final = Kind(
    "assistant.argument-unknown", "“{tool}”没有这个参数", "可以写的有：{known}"
)
ARGUMENT_MISSING: Final = Kind("assistant.argument-missing", "没有写参数“{name}”", "{meaning}")
ARGUMENT_TYPE: Final = Kind("assistant.argument-type", "参数“{name}”的类型不对", "请写{wanted}")
ARGUMENT_LONG: Final = Kind(
    "assistant.argument-long", "参数“{name}”太长了", "一段文字最多 {most} 个字"
)
ARGUMENT_MANY: Final = Kind(
    "assistant.argument-many", "参数“{name}”太多了", "一次最多 {most} 个，请分几次问"
)
ARGUMENT_RANGE: Final = Kind(
    "assistant.argument-range", "参数“{name}”超出了范围", "请写 0 到 {most} 的整数"
)
MONTHS_TURNED: Final = Kind(
    "assistant.months-turned", "开始的月份（{first}）在结束的月份（{last}）后面", "请把两个月份对调"
)
NO_RESOURCE: Final = Kind("assistant.no-such-resource", "没有这份资料", "可以读的有：{known}")
