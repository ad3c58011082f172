"""The tools and resources as an MCP server, for any transport."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Collection
from typing import Any, Final
from urllib.parse import unquote

import anyio
import mcp_types as types
from mcp.server import Server, ServerRequestContext
from mcp.shared.exceptions import MCPError

from kpi_xl import __version__, kinds
from kpi_xl.assistant.answer import ABOUT, refusal, text
from kpi_xl.assistant.resources import PATTERN, RESOURCES, content
from kpi_xl.assistant.tools import TOOLS, Asking, ask
from kpi_xl.checks.notice import kept_notice
from kpi_xl.errors import InputError
from kpi_xl.project import Project
from kpi_xl.system.error_log import log_fault
from kpi_xl.system.system_errors import meant_by

Context = ServerRequestContext[Any, Any]

_AT_ONCE: Final = 4
"""So many questions are answered at a time; the others wait."""

_READS_ONLY: Final = types.ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)

_ANSWER: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "tables": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "title": {"type": "string"},
                    "headings": {"type": "array", "items": {"type": "string"}},
                    "rows": {"type": "array", "items": {"type": "object"}},
                    "notes": {"type": "array", "items": {"type": "string"}},
                    "total_rows": {"type": "integer"},
                    "left_off": {"type": "integer"},
                },
                "required": ["title", "headings", "rows", "notes", "total_rows"],
            },
        },
        "source": {"type": "string"},
        "as_of": {"type": ["object", "null"]},
        "about": {"type": "string"},
        "not_counted": {"type": "string"},
    },
    "required": ["tables", "source", "as_of"],
}


def make_server(project: Project, seen: Callable[[Context], Collection[str] | None]) -> Server[Any]:
    """Make the server.

    Parameters
    ----------
    project : Project
        Whose numbers are told; its settings are read anew with each question.
    seen : callable
        The paths of the units that whoever sends a request may see; None for all.
    """
    limiter: anyio.CapacityLimiter | None = None

    async def beside(work: Callable[[], Any]) -> Any:
        """Run slow work in a thread, beside the event loop."""
        nonlocal limiter
        limiter = limiter or anyio.CapacityLimiter(_AT_ONCE)
        return await anyio.to_thread.run_sync(work, abandon_on_cancel=True, limiter=limiter)

    async def list_tools(_: Context, __: Any) -> types.ListToolsResult:
        return types.ListToolsResult(
            tools=[
                types.Tool(
                    name=tool.name,
                    title=tool.title,
                    description=tool.description,
                    input_schema=tool.schema,
                    output_schema=_ANSWER,
                    annotations=_READS_ONLY,
                )
                for tool in TOOLS.values()
            ]
        )

    async def call_tool(
        context: Context, params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        paths = seen(context)
        found = await beside(lambda: _answered(project, paths, params.name, params.arguments or {}))
        content: list[types.ContentBlock] = [types.TextContent(type="text", text=text(found))]
        return types.CallToolResult(
            content=content,
            structured_content=None if "error" in found else found,
            is_error="error" in found,
        )

    async def list_resources(_: Context, __: Any) -> types.ListResourcesResult:
        return types.ListResourcesResult(
            resources=[
                types.Resource(
                    uri=address, name=title, description=meaning, mime_type="text/markdown"
                )
                for address, (title, meaning, _) in RESOURCES.items()
            ]
        )

    async def list_templates(_: Context, __: Any) -> types.ListResourceTemplatesResult:
        one = types.ResourceTemplate(
            uri_template=PATTERN,
            name="指标的定义",
            description="一个指标的含义、公式、界限和来源，按代码，如 KPI_ACTIVITY",
            mime_type="text/plain",
        )
        return types.ListResourceTemplatesResult(resource_templates=[one])

    async def read_resource(
        _: Context, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        address = unquote(str(params.uri))
        try:
            found = await beside(lambda: content(Project.open(project.folder), address))
        except InputError as error:
            told = refusal(error)["error"]
            raise MCPError(types.INVALID_PARAMS, told["message"], told) from None
        return types.ReadResourceResult(
            contents=[
                types.TextResourceContents(uri=params.uri, text=found, mime_type="text/markdown")
            ]
        )

    return Server(
        "kpi-xl",
        version=__version__,
        title="kpi_xl 指标",
        instructions=f"{ABOUT}不知道有哪些单位、指标时，先用 units 和 definitions。",
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read_resource,
    )


def _answered(
    project: Project, seen: Collection[str] | None, name: str, given: dict[str, Any]
) -> dict[str, Any]:
    """The answer to a question, or the reason why there is none; it never raises."""
    try:
        now = Project.open(project.folder)
        found = ask(Asking(now, seen), name, given).record()
        # What is wrong with the files of the whole project is for those who may see all of it.
        return found if seen is not None else {**found, "not_counted": kept_notice(now).line}
    except Exception as error:
        if (meant := meant_by(error)) is not None:
            return refusal(meant)
        log_fault(traceback.format_exc())
        return refusal(InputError(kinds.SERVER_FAULT()))
