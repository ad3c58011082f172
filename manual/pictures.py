"""Make the pictures of the manual from real workbooks, so that they stay true: ``make pictures``.

Needs LibreOffice and the Noto CJK fonts. Pages are drawn by LibreOffice, cut to what is on them,
and given few colours, so that a picture is small.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any, Final

import pypdfium2
from PIL import Image, ImageChops, ImageOps

from kpi_xl.jobs.data_form import NAME, data_form
from kpi_xl.jobs.definition_form import definition_form
from kpi_xl.settings.definitions import WORKBOOK, in_settings
from kpi_xl.settings.project_settings import Settings
from manual.blocks import blocks_of

PICTURES: Final = Path(__file__).parents[1] / "docs" / "pictures"
OWN_KPIS: Final = PICTURES.parent / "own-kpis.md"
LARGEST: Final = 150_000
"""A picture has no more bytes than this."""

_DEPARTMENT: Final = "高新营业部"
_TEAM: Final = "高新营业部/高新二组"
_PERSON: Final = "高新营业部/高新二组/苏燕_00101804"

# Picture: the workbook in the demo's output, and which page of it, by number or by its sheet.
PAGES: Final[dict[str, tuple[str, int | str]]] = {
    "monthly-front.png": ("2024-06/月度KPI表/江城分公司.xlsx", 1),
    "monthly-kpi.png": (f"2024-06/月度KPI表/{_DEPARTMENT}.xlsx", 2),
    "monthly-kpi-all.png": (f"2024-06/月度KPI表/{_DEPARTMENT}.xlsx", "全部指标"),
    "monthly-kpi-findings.png": (f"2024-06/月度KPI表/{_DEPARTMENT}.xlsx", "预警与诊断"),
    "monthly-kpi-drivers.png": (f"2024-06/月度KPI表/{_DEPARTMENT}.xlsx", "因素与同类"),
    "monthly-kpi-trends.png": (f"2024-06/月度KPI表/{_DEPARTMENT}.xlsx", "趋势图"),
    "sources.png": (f"2024-06/月度KPI表/{_DEPARTMENT}.xlsx", "来源"),
    "collection-report.png": ("回收报告.xlsx", "单位"),
    "round-comparison.png": ("2024-07/目标商定表/江城分公司.xlsx", 1),
    "retention.png": ("2024-06/留存分析表/江城分公司.xlsx", 1),
    "monthly-targets.png": (f"2024-06/月度目标设定、达成表/{_TEAM}.xlsx", 1),
    "weekly-plan.png": (f"2024-06/周工作计划/{_PERSON}.xlsx", 2),
    "manager-schedule.png": (f"2024-06/主管日程/{_TEAM}.xlsx", 1),
    "manager-kpis.png": (f"2024-06/营业部经理月度KPI设定表/{_DEPARTMENT}.xlsx", 1),
    "training-topics.png": ("2024-06/专题、培训计划表/滨江营业部.xlsx", 1),
    "skill-training.png": (f"2024-06/团队技能培训计划/{_TEAM}.xlsx", 1),
    "skill-will.png": (f"2024-06/技能意愿评估框/{_TEAM}.xlsx", 1),
    "manager-agenda.png": (f"2024-06/营业部经理行事历/{_DEPARTMENT}.xlsx", 2),
    "weekly-review.png": (f"2024-06/周计划及检讨表/{_PERSON}.xlsx", 3),
    "weekly-statistics.png": (f"2024-06/营业部每周活动情况统计表/{_DEPARTMENT}.xlsx", 1),
    "person-log.png": (f"2024-06/客户经理工作日志/{_PERSON}.xlsx", 2),
    "manager-log.png": (f"2024-06/销售主管工作日志/{_TEAM}.xlsx", "第1周"),
    "daily-check.png": (f"2024-06/每日活动检查表/{_TEAM}.xlsx", 2),
    "monthly-review.png": (f"2024-06/月度经营检讨/{_DEPARTMENT}.xlsx", 1),
    "improvement-plan.png": (f"2024-06/业务改善措施计划/{_DEPARTMENT}.xlsx", 1),
    "fishbone.png": (f"2024-06/业务改善措施计划/{_DEPARTMENT}.xlsx", "鱼骨图"),
    "sales-funnel.png": ("车行/2024-06/销售漏斗月报/骏达汽车.xlsx", 1),
    "shop-month.png": ("服饰/2024-06/门店月度KPI表/大学城店.xlsx", 2),
    "pipeline-month.png": ("管道/2024-06/商机月报/华南.xlsx", 1),
    "check-report.png": ("校验报告.xlsx", 2),
    "data-form.png": (f"表/{NAME}", 1),
    "own-kpis.png": (f"表/{WORKBOOK}", 1),
}

# The workbooks ask for 微软雅黑, which only Windows has.
_FONTS: Final = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <match target="pattern">
    <test name="family"><string>微软雅黑</string></test>
    <edit name="family" mode="assign" binding="strong"><string>Noto Sans CJK SC</string></edit>
  </match>
</fontconfig>
"""
_ONE_CELL_TO_PRINT: Final = re.compile(
    rb'<definedName name="_xlnm.Print_Area"[^>]*>[^<:]+</definedName>'
)
_SCALE: Final = 110 / 72
_MARGIN: Final = 12
_FOOTER: Final = 36  # points
_COLOURS: Final = (128, 64, 32, 16)


def main(output: Path, wanted: list[str]) -> None:
    """Make the pictures that are asked for by name, or every one."""
    form = output / "表" / NAME
    form.parent.mkdir(exist_ok=True)
    form.write_bytes(data_form(Settings()))
    text = "".join(one.text for one in blocks_of(OWN_KPIS) if one.language == "toml")
    typed, _ = in_settings(tomllib.loads(text)["kpis"], Path("kpi.toml"), text)
    form.with_name(WORKBOOK).write_bytes(definition_form(typed))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "fonts.conf").write_text(_FONTS, encoding="utf-8")
        for picture in wanted or PAGES:
            workbook, page = PAGES[picture]
            drawn = _drawn(output / workbook, page, folder)
            target = PICTURES / picture
            print(target.name, save(drawn, target), "bytes")


def _drawn(workbook: Path, page: int | str, folder: Path) -> Any:
    """A page of a workbook without its footer and the white around it."""
    workbook = _all_printed(workbook, folder)
    environment = os.environ | {"FONTCONFIG_FILE": str(folder / "fonts.conf")}
    command = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
    command += ["--convert-to", "pdf", "--outdir", str(folder), str(workbook)]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    document = pypdfium2.PdfDocument(folder / f"{workbook.stem}.pdf")
    if isinstance(page, str):
        texts = [each.get_textpage().get_text_bounded() for each in document]
        page = next(n for n, text in enumerate(texts, 1) if text.startswith(page))
    picture = document[page - 1].render(scale=_SCALE).to_pil().convert("RGB")
    document.close()
    picture = picture.crop((0, 0, picture.width, picture.height - int(_FOOTER * _SCALE)))
    inside = picture.crop(ImageChops.invert(picture).getbbox())
    return ImageOps.expand(inside, _MARGIN, "white")


def _all_printed(workbook: Path, folder: Path) -> Path:
    """A copy of a workbook of which those pages are printed, too, that only are looked at."""
    copy = folder / workbook.name
    with zipfile.ZipFile(workbook) as old, zipfile.ZipFile(copy, "w") as new:
        for part in old.namelist():
            content = old.read(part)
            if part == "xl/workbook.xml":
                content = _ONE_CELL_TO_PRINT.sub(b"", content)
            new.writestr(part, content)
    return copy


def save(picture: Any, target: Path) -> int:
    """Write a picture with as many colours as its size allows."""
    for colours in _COLOURS:
        few = picture.quantize(colours, dither=Image.Dither.NONE)
        few.save(target, "PNG", optimize=True)
        size = target.stat().st_size
        if size <= LARGEST:
            return size
    raise SystemExit(f"{target.name} has more than {LARGEST:,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
