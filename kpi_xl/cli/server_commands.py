"""The commands about the server for Excel on Mac and the web."""

from __future__ import annotations

import json
from pathlib import Path

import click

from kpi_xl import kinds
from kpi_xl.cli.chinese import Argument, Command, Group, Number, Option
from kpi_xl.cli.terminal import Answer, project_here, say
from kpi_xl.errors import InputError

_PAGE_PORT = 8445


def add_to(app: Group, addin: Group) -> None:
    """Add the commands to the command line; those about the manifest and keys go to the group
    addin.
    """
    app.add_command(serve)
    addin.add_command(manifest)
    addin.add_command(key)


@click.command(
    cls=Command, examples=("kpi-xl --project demo serve", "kpi-xl --project demo serve --page")
)
@click.option("--page", cls=Option, is_flag=True, help="不是给 Excel，是在浏览器里看月报网页。")
@click.option(
    "--port",
    cls=Option,
    type=Number(whole=True),
    metavar="端口",
    help=f"--page 用的端口；不写则为 {_PAGE_PORT}。",
)
def serve(page: bool, port: float | None) -> Answer:
    """启动服务：Mac 版、网页版和 Windows 版 Excel 从这里取函数和按钮；加 --page 在浏览器里看月报。

    设置在 kpi.toml 的 [server] 一节；许可和证书请先看文档《Mac 和网页版 Excel》。
    月报网页不用 xlwings Server，可以自由商用。按 Ctrl+C 停止。
    """
    if page:
        return _serve_pages(int(port or _PAGE_PORT))
    if port is not None:
        raise InputError(kinds.PORT_WITH_PAGE())
    from udfs.server.serve import checked
    from udfs.server.serve import serve as run

    project = project_here()
    checked(project)
    settings = project.settings.server
    say(f"服务已启动：{settings.host}:{settings.port}；Excel 用的地址是 {settings.address}")
    if not settings.certificate:
        say("没有写证书：前面要有网关提供 https，Excel 不接受 http")
    if not settings.asks_who:
        say("没有写 [server.keys] 和 [server.entra]：不问是谁，只能在本机上试用")
    run(project)
    return {"address": settings.address}


def _serve_pages(port: int) -> Answer:
    """Serve the month's pages."""
    try:
        from kpi_xl.site.serve import serve as run
        from udfs.server.safe import safe
    except ModuleNotFoundError as error:
        raise InputError(kinds.SITE_NOT_INSTALLED(component=error.name)) from error
    project = project_here()
    safe(project)
    settings = project.settings.server
    said = "https" if settings.certificate else "http"
    say(f"月报网页：{said}://{settings.host}:{port}/，按 Ctrl+C 停止")
    if not settings.certificate and settings.asks_who:
        say("没有写证书：前面要有网关提供 https，密钥才不会被人看到")
    if not settings.asks_who:
        say("没有写 [server.keys] 和 [server.entra]：不问是谁，只能在本机上看")
    run(project, port)
    return {"port": port}


@click.command(
    cls=Command, examples=("kpi-xl --project demo addin manifest", "kpi-xl addin manifest kpi.xml")
)
@click.argument(
    "file",
    cls=Argument,
    type=click.Path(path_type=Path),
    required=False,
    metavar="文件",
    help="写到哪个文件；不写则为 kpi_xl.xml。",
)
def manifest(file: Path | None) -> Answer:
    """生成清单（manifest）：在 Excel 里旁加载，或由管理员部署到全公司。

    里面的地址是 kpi.toml 的 [server] address；同样的设置，生成的文件逐字节相同。
    """
    from kpi_xl.system.files import write_whole
    from udfs.server.manifest import manifest as content_of

    settings = project_here().settings.server
    file = file or Path("kpi_xl.xml")
    write_whole(file, content_of(settings))
    say(f"已生成：{file}")
    say(f"服务的地址：{settings.address}")
    return {"file": file, "address": settings.address}


@click.command(cls=Command, examples=("kpi-xl --project demo addin key 主管.城东",))
@click.argument("role", cls=Argument, metavar="角色", help="[server.roles] 里的一个角色。")
def key(role: str) -> Answer:
    """给一个角色做一个新密钥：只显示这一次，kpi.toml 里只写它的指纹。"""
    from udfs.server.identity import new_key

    roles = project_here().settings.server.roles
    if role not in roles:
        known = "、".join(roles) or "还没有，请先在 kpi.toml 的 [server.roles] 里写"
        raise InputError(kinds.NO_ROLE(known=known), value=role)
    secret, sha256 = new_key()
    quoted = json.dumps(role, ensure_ascii=False)
    line = f'"给谁用" = {{ sha256 = "{sha256}", role = {quoted} }}'
    say(f"密钥（交给用的人，填在 Excel 的 KPI 任务窗格“设置”里）：{secret}")
    say("把下面一行加进 kpi.toml 的 [server.keys]，左边写给谁用，再重新启动服务：")
    say(line)
    return {"key": secret, "line": line}
