"""The command for assistants: mcp."""

from __future__ import annotations

import click

from kpi_xl import kinds
from kpi_xl.cli.chinese import Command, Group, Number, Option
from kpi_xl.cli.terminal import Answer, project_here, say
from kpi_xl.errors import InputError

_PORT = 8444


def add_to(app: Group) -> None:
    """Add the command to the command line."""
    app.add_command(mcp)


@click.command(
    cls=Command,
    examples=(
        "kpi-xl --project demo mcp",
        "kpi-xl --project demo mcp --role 主管.城东",
        "kpi-xl --project demo mcp --http",
    ),
)
@click.option(
    "--role",
    cls=Option,
    metavar="角色",
    help="只给这个角色（[server.roles]）看得到的单位；不写则为全部。HTTP 上看各人的密钥。",
)
@click.option(
    "--http", cls=Option, is_flag=True, help="用 HTTP 给别的电脑用；不写则为标准输入输出。"
)
@click.option(
    "--port",
    cls=Option,
    type=Number(whole=True),
    default=_PORT,
    metavar="端口",
    help=f"--http 用的端口；不写则为 {_PORT}。",
)
def mcp(role: str | None, http: bool, port: float) -> Answer | None:
    """给 AI 助手用（MCP）：查定义、数字、因素、诊断、预警和数字的来历，只读。

    助手的程序自己启动它；谁能看什么和《Mac 和网页版 Excel》的 [server.roles] 相同。
    需要 pip install "kpi_xl[mcp]"。
    """
    try:
        from kpi_xl.assistant.serve import PATH, on_http, on_stdio
        from udfs.server.safe import safe
    except ModuleNotFoundError as error:
        raise InputError(kinds.ASSISTANT_NOT_INSTALLED(component=error.name)) from error
    project = project_here()
    if not http:
        on_stdio(project, role)
        return None
    if role is not None:
        raise InputError(kinds.ROLE_OF_KEY())
    safe(project)
    settings = project.settings.server
    said = "https" if settings.certificate else "http"
    say(f"给助手的服务：{said}://{settings.host}:{int(port)}{PATH}，按 Ctrl+C 停止")
    if not settings.asks_who:
        say("没有写 [server.keys] 和 [server.entra]：不问是谁，只能在本机上用")
    on_http(project, int(port))
    return {"port": int(port), "path": PATH}
