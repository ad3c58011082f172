"""The pages of the local page. They show results of the jobs and pass on choices."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

import workbook_templates
from kpi_xl import kinds
from kpi_xl.desk import sheet_form
from kpi_xl.desk.desk import Desk
from kpi_xl.errors import InputError
from kpi_xl.jobs.bounds import bounds, save_bounds
from kpi_xl.jobs.problem_rows import problem_rows
from kpi_xl.settings.edit import edit, section
from kpi_xl.system.error_log import told

_MOST_FILES: Final = 200
_MOST_FIELDS: Final = 5000
_SHOWN: Final = 300

_PAGES = Environment(
    loader=PackageLoader("kpi_xl.desk", "pages"),
    autoescape=True,  # names come from people's files
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

Answer = Callable[[Request], Awaitable[Response]]


def make_app(desk: Desk) -> Starlette:
    """The application with the pages of one user's work."""
    return Starlette(
        routes=[
            Route("/", _page(desk, _files)),
            Route("/open", _form(desk, _open), methods=["POST"]),
            Route("/upload", _form(desk, _upload), methods=["POST"]),
            Route("/again", _form(desk, _again), methods=["POST"]),
            Route("/map", _page(desk, _map)),
            Route("/map/write", _form(desk, _write), methods=["POST"]),
            Route("/sheet", _page(desk, _sheet)),
            Route("/sheet", _form(desk, _choose), methods=["POST"]),
            Route("/problems", _page(desk, _problems)),
            Route("/settings", _page(desk, _settings)),
            Route("/settings", _form(desk, _save), methods=["POST"]),
            Route("/make", _page(desk, _make)),
            Route("/make", _form(desk, _fill), methods=["POST"]),
            Route("/results", _page(desk, _results)),
            Route("/show", _form(desk, _show), methods=["POST"]),
            Route("/result", _result(desk)),
            Route("/alive", _alive(desk), methods=["POST"]),
            Route("/end", _form(desk, _end), methods=["POST"]),
            Mount("/static", StaticFiles(packages=[("kpi_xl.desk", "static")])),
        ]
    )


# --- how pages and forms are answered


def _page(
    desk: Desk, shows: Callable[[Desk, Mapping[str, str]], tuple[str, dict[str, Any]]]
) -> Answer:
    async def answer(request: Request) -> Response:
        def shown() -> Response:
            with desk.lock:
                try:
                    name, about = shows(desk, request.query_params)
                except Exception as error:
                    return _wrong(desk, error)
                finally:
                    desk.seen = time.monotonic()
                about["said"] = request.query_params.get("said", "")
                return _html(desk, name, about)

        return await run_in_threadpool(shown)

    return answer


def _form(desk: Desk, does: Callable[[Desk, FormData], str]) -> Answer:
    """Do what a form asks for, then redirect to the next page."""

    async def answer(request: Request) -> Response:
        async with request.form(max_files=_MOST_FILES, max_fields=_MOST_FIELDS) as form:

            def done() -> Response:
                with desk.lock:
                    try:
                        return RedirectResponse(does(desk, form), 303)
                    except Exception as error:
                        return _wrong(desk, error)
                    finally:
                        desk.seen = time.monotonic()

            return await run_in_threadpool(done)

    return answer


def _html(desk: Desk, name: str, about: Mapping[str, Any], status: int = 200) -> Response:
    shown = {"said": "", **about, "project": desk.project, "page": name, "edition": desk.edition}
    return HTMLResponse(_PAGES.get_template(name).render(shown), status)


def _wrong(desk: Desk, error: Exception) -> Response:
    """The page for an error. A fault of the program goes into its log."""
    refused = told(error)
    status = 500 if refused.fault.kind is kinds.PROGRAM_FAULT else 400
    return _html(desk, "wrong.html", {"error": str(refused)}, status)


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def _said(page: str, text: str) -> str:
    return f"{page}?said={quote(text)}"


def _same_edition(desk: Desk, form: FormData) -> None:
    if _text(form, "edition") != str(desk.edition):
        raise InputError(kinds.CHANGED_ELSEWHERE())


# --- the pages


def _files(desk: Desk, asked: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    place, inside = desk.folders(asked.get("at", ""))
    inner = [(one.name, one.relative_to(desk.home).as_posix()) for one in inside]
    above = None if place == desk.home else place.parent.relative_to(desk.home).as_posix()
    sheets = [] if desk.project is None else list(desk.mapping().sheets.items())
    answers = {} if desk.project is None else desk.mapping().answers
    return "files.html", {
        "place": place,
        "inner": inner,
        "above": above,
        "is_project": (place / "kpi.toml").is_file(),
        "sheets": [sheet_form.overview(name, one, answers[name]) for name, one in sheets],
    }


def _open(desk: Desk, form: FormData) -> str:
    desk.open(_text(form, "folder"), _text(form, "name"))
    return "/map"


def _upload(desk: Desk, form: FormData) -> str:
    brought = [
        desk.bring(one.filename or "", one.file)
        for one in form.getlist("files")
        if isinstance(one, UploadFile) and one.filename
    ]
    if not brought:
        raise InputError(kinds.NO_FILE_CHOSEN())
    return _said("/map", f"放进来了：{'、'.join(brought)}")


def _again(desk: Desk, form: FormData) -> str:
    desk.look_again()
    return "/map"


def _map(desk: Desk, asked: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    session = desk.mapping()
    questions: dict[str, list[str]] = {}
    for name, question in session.open_questions():
        questions.setdefault(name, []).append(question)
    sheets = [
        {**sheet_form.overview(name, one, session.answers[name]), "asks": questions.get(name, [])}
        for name, one in session.sheets.items()
    ]
    numbers, failure = None, ""
    try:
        numbers = desk.compute()
    except InputError as error:
        failure = str(error)
    return "map.html", {
        "sheets": sheets,
        "numbers": numbers,
        "failure": failure,
        "differs": session.differs,
        "open": sum(map(len, questions.values())),
    }


def _write(desk: Desk, form: FormData) -> str:
    _same_edition(desk, form)
    desk.write()
    return _said("/make", "已写入 kpi.toml")


def _sheet(desk: Desk, asked: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    session = desk.mapping()
    name = asked.get("name", "")
    if name not in session.sheets:
        raise InputError(kinds.DESK_NO_SHEET())
    return "sheet.html", sheet_form.shown(session, name, asked.get("table", ""))


def _choose(desk: Desk, form: FormData) -> str:
    _same_edition(desk, form)
    session = desk.mapping()
    name = _text(form, "name")
    if name not in session.sheets:
        raise InputError(kinds.DESK_NO_SHEET())
    given = {key: value for key, value in form.multi_items() if isinstance(value, str)}
    session.choose(name, sheet_form.chosen(session, name, given))
    desk.changed()
    return "/map"


def _problems(desk: Desk, asked: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    checked = desk.check()
    problems = sorted(checked.problems, key=lambda one: not one.set_aside)
    shown = problems[:_SHOWN]
    return "problems.html", {
        "tables": list(checked.tables.values()),
        "problems": list(zip(shown, problem_rows(desk.here, shown), strict=True)),
        "more": max(len(problems) - _SHOWN, 0),
        "left_out": [one for one in checked.left_out if one.matters],
        "report": desk.report,
    }


def _settings(desk: Desk, asked: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    return "settings.html", {"bounds": bounds(desk.here), "settings": desk.here.settings}


def _save(desk: Desk, form: FormData) -> str:
    _same_edition(desk, form)
    project = desk.here
    fields = (map(str, form.getlist(field)) for field in ("kpi", "healthy", "danger"))
    wanted = {name: (healthy, danger) for name, healthy, danger in zip(*fields, strict=False)}
    save_bounds(project, wanted)
    if name := _text(form, "branch").strip():
        edit(
            project.folder / "kpi.toml",
            lambda document: section(document, "project").update({"name": name}),
        )
    desk.look_again()
    return _said("/make", "设置已写入 kpi.toml")


def _make(desk: Desk, asked: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    return "make.html", {
        "templates": workbook_templates.NAMES,
        "report": desk.here.settings.report,
        "made": desk.made,
        "differs": desk.mapping().differs,
    }


def _fill(desk: Desk, form: FormData) -> str:
    made = desk.fill(_text(form, "template"), _text(form, "month"))
    return _said("/results", f"{made.month.chinese}：生成 {len(made.files)} 份")


def _results(desk: Desk, asked: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    from kpi_xl.checks.notice import kept_notice

    return "results.html", {
        "results": desk.results(),
        "folder": desk.here.output,
        "undone": [] if desk.made is None else desk.made.undone,
        "notice": kept_notice(desk.here).line,
    }


def _show(desk: Desk, form: FormData) -> str:
    desk.show(_text(form, "path"))
    return "/results"


def _result(desk: Desk) -> Answer:
    async def answer(request: Request) -> Response:
        try:
            file: Path = await run_in_threadpool(desk.result, request.query_params.get("path", ""))
        except InputError as error:
            return _html(desk, "wrong.html", {"error": str(error)}, 404)
        return FileResponse(file, filename=file.name)

    return answer


def _alive(desk: Desk) -> Answer:
    async def answer(request: Request) -> Response:
        desk.seen = time.monotonic()
        return Response(status_code=204)

    return answer


def _end(desk: Desk, form: FormData) -> str:
    desk.ended = True
    return "/static/ended.html"
