"""Kinds of requests that the server refuses."""

from __future__ import annotations

from typing import Final

from kpi_xl.fault import Kind

_ASK: Final = "你可以看的单位：{paths}；要看别的单位，请找管理这个服务的人"

NOTHING_TO_SEE: Final = Kind(
    "server.nothing-to-see", "你可以看的单位没有数据", "请找管理这个服务的人"
)
NOTHING_COMPUTED: Final = Kind(
    "server.nothing-computed", "项目的数据还没有算过", "请运行 kpi-xl refresh"
)
UNIT_NOT_SEEN: Final = Kind("server.unit-not-seen", "没有这个单位，或不在你的权限里", _ASK)
AGENT_NOT_SEEN: Final = Kind(
    "server.agent-not-seen", "没有这个工号的人（{month}），或不在你的权限里", _ASK
)
DATA_UNUSABLE: Final = Kind("server.data-unusable", "项目的数据现在不能用", "请找管理这个服务的人")
NO_ROLE: Final = Kind("server.no-such-role", "[server.roles] 里没有这个角色", "可以写的有：{known}")
NO_BUTTON: Final = Kind(
    "server.no-such-button", "没有这个按钮", "请重新安装加载项的清单（manifest）"
)
WHOLE_PROJECT: Final = Kind(
    "server.whole-project",
    "“{label}”是对整个项目做的，你的权限只到自己的单位",
    "请找内勤，或请管理这个服务的人调整角色",
)
WEB_SHEET_PROTECTED: Final = Kind(
    "server.sheet-protected",
    "工作表有密码保护，不能填写",
    "请在“审阅 → 撤销工作表保护”里输入密码撤销，再点一次这个按钮",
)
NO_XLWINGS_SERVER: Final = Kind(
    "component.server-missing",
    "还没有安装这项功能需要的组件（xlwings-server）",
    '请先看 docs/server.md 开头的许可说明，再运行 pip install "kpi_xl[server]"',
)
NOBODY_NAMED: Final = Kind(
    "server.nobody-named",
    "没有设置谁可以用，只能在本机上试用",
    "请在 kpi.toml 写 [server.roles] 和 [server.keys]（或 [server.entra]），或把 [server] host "
    '改为 "127.0.0.1"',
)
NO_CERTIFICATE: Final = Kind(
    "server.no-certificate", "找不到证书文件", "请看 docs/server.md 的“证书”一节怎样做一个"
)
NO_LICENCE: Final = Kind(
    "server.no-licence",
    "xlwings Server 没有可用的许可",
    "购买的请把许可密钥放在环境变量 XLWINGS_LICENSE_KEY 里；只作非商业使用的，读过 PolyForm "
    "Noncommercial 许可以后把 XLWINGS_LICENSE_KEY 设为 noncommercial",
)
ROLE_UNIT: Final = Kind(
    "server.role-unit",
    "[server.roles] “{role}”里的单位在项目里没有",
    "请写单位的路径，如 城东营业部 或 城东营业部/一组；=KPI_UNITS() 列出全部",
)
ROLE_UNIT_SEVERAL: Final = Kind(
    "server.role-unit-several",
    "[server.roles] “{role}”里的单位有 {count} 个",
    "请写明是哪一个：{paths}",
)
NO_TEMPLATE_HERE: Final = Kind("server.no-such-template", "没有这种模板", "可以写的有：{known}")
NO_LEVEL_OF: Final = Kind("server.no-such-level", "没有这一级", "可以写的有：{known}")

# Requests that are refused before anything is done.

REQUEST_TOO_LARGE: Final = Kind(
    "request.too-large",
    "数据太大了（超过 {megabytes:g} MB）",
    "请少选一些行，或请管理这个服务的人调大 [server] megabytes",
)
REQUEST_MALFORMED: Final = Kind(
    "request.malformed", "请求的格式不对", "请在 KPI 任务窗格按 F5 重新加载，或更新加载项"
)
REQUEST_INCOMPLETE: Final = Kind("request.incomplete", "请求没有发完", "请检查网络，再试一次")
REQUEST_SLOW: Final = Kind("request.slow", "请求发得太慢", "请检查网络，再试一次")
TOO_MANY_REQUESTS: Final = Kind("request.too-many", "请求太多了", "请过一分钟再试")
TOO_MANY_TRIES: Final = Kind("login.too-many", "试得太多了", "请过一分钟再试")
NO_ADDRESS: Final = Kind("request.no-address", "没有这个地址", "请更新加载项")
STOPPING: Final = Kind("server.stopping", "服务正在停止", "请过一会儿再试")
SERVER_FAULT: Final = Kind("server.fault", "程序出错了", "请把服务的日志发给维护人员")
SERVICE_FAULT: Final = Kind("server.button-fault", "程序出错了", "请找管理这个服务的人")
NOT_LOGGED_IN: Final = Kind(
    "login.missing", "还没有登录", "请登录，或填写密钥（Excel 里在 KPI 任务窗格）"
)
NO_ACCOUNTS: Final = Kind(
    "login.no-accounts", "这个服务不用公司账号登录", "请填写密钥（Excel 里在 KPI 任务窗格）"
)
WRONG_KEY: Final = Kind("login.wrong-key", "密钥不对，或已经作废", "请向管理这个服务的人要新的")
WITHOUT_ROLE: Final = Kind("login.without-role", "你的账号没有角色", "请管理员在企业应用里给你分配")
LOGIN_EXPIRED: Final = Kind("login.expired", "登录已过期或无效", "请重新登录")
NO_SIGNING_KEYS: Final = Kind("login.no-signing-keys", "现在取不到登录用的签名密钥", "请稍后再试")
