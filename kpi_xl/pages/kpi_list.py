"""指标说明: every KPI of a project on one page and in one workbook, for colleagues to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kpi_xl.data.own_faults import wrong_definitions
from kpi_xl.findings.shown import with_bands
from kpi_xl.formula import Measure
from kpi_xl.jobs.definition_form import listed
from kpi_xl.kpi import DIRECTIONS, Kpi
from kpi_xl.pages.html import hashed, plain, style, templates
from kpi_xl.project import Project
from kpi_xl.settings.project_settings import Settings
from kpi_xl.system.files import write_whole
from kpi_xl.workbook.new_workbook import new_workbook

NAME: Final = "指标说明"

_HEADINGS: Final = (
    "名称", "代码", "别名", "公式", "说明", "单位", "方向", "健康界限", "负责人", "来源", "自定义",
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A line of the list of KPIs.

    Parameters
    ----------
    kpi : Kpi
        The KPI, as people compute it, with the project's bounds.
    bounds : str
        Its bounds; empty for none.
    owner : str
        Who answers for it; empty for nobody.
    """

    kpi: Kpi
    bounds: str
    owner: str

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells of the line, in the order of the headings."""
        kpi = self.kpi
        return (
            kpi.name, kpi.code, "、".join(kpi.aliases), kpi.formula, kpi.meaning, kpi.unit,
            DIRECTIONS[kpi.direction], self.bounds, self.owner, kpi.source,
            "是" if kpi.is_own else "",
        )  # fmt: skip


def families(settings: Settings) -> dict[str, list[Line]]:
    """Every KPI of a project, by family, in the order in which the month shows them."""
    found: dict[str, list[Line]] = {}
    for code, one in settings.kpis.items():
        kpi = with_bands(one, settings).on_paper
        bounds = kpi.bands.text(kpi.direction, kpi.unit) if kpi.bands else ""
        own = settings.own.own.get(code)
        owner = own.fields.get("负责人", "") if own else ""
        found.setdefault(one.family, []).append(Line(kpi, bounds, owner))
    return found


def measures_of(lines: Sequence[Line]) -> list[Measure]:
    """The measures in the formulas, each once."""
    every = [one.counted for line in lines for one in line.kpi.measures]
    return sorted(dict.fromkeys(every), key=lambda one: one.name)


def make(project: Project) -> list[Path]:
    """Write the page and the workbook into the project's output.

    Raises
    ------
    FileError
        When one cannot be written, as when the old one is open in Excel.
    """
    page, book = (project.output / f"{NAME}{end}" for end in (".html", ".xlsx"))
    write_whole(page, html(project))
    write_whole(book, workbook(project.settings))
    return [page, book]


def html(project: Project) -> bytes:
    """The page as one file."""
    settings = project.settings
    found = families(settings)
    text = (
        templates()
        .get_template("kpi_list.html")
        .render(
            name=settings.name,
            families=found,
            measures=measures_of([line for lines in found.values() for line in lines]),
            wrong=list(map(str, wrong_definitions(project, of_rows=False))),  # it is for colleagues
            directions=DIRECTIONS,
            style=style(),
            style_hash=hashed(style()),
        )
    )
    return plain(text).encode()


def workbook(settings: Settings) -> bytes:
    """The workbook; its bytes are the same every time."""
    found = families(settings)
    every = [line for lines in found.values() for line in lines]

    def write(book: Any) -> None:
        rows = [(family, *line.cells) for family, lines in found.items() for line in lines]
        listed(book, "指标", ("分类", *_HEADINGS), rows)
        names = [(one.name, one.unit, one.meaning) for one in measures_of(every)]
        listed(book, "公式里的项目", ("名称", "单位", "是什么"), names)

    return new_workbook(NAME, write)
