"""Make the pictures of the docs from the demo's workbooks, so that they stay true.

Run ``make demo pictures``; needs LibreOffice, pdftoppm and the Noto CJK fonts.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

PICTURES = Path(__file__).parent / "pictures"

# Picture: the workbook in demo/output, and which page of it.
PAGES = {
    "monthly-kpi.png": ("2024-06/月度KPI表/高新营业部.xlsx", 1),
    "monthly-kpi-trends.png": ("2024-06/月度KPI表/高新营业部.xlsx", 2),
    "monthly-targets.png": ("2024-06/月度目标设定、达成表/高新营业部/高新二组.xlsx", 1),
    "weekly-plan.png": ("2024-06/周工作计划/高新营业部/高新二组/苏燕_00101804.xlsx", 2),
    "manager-schedule.png": ("2024-06/主管日程/高新营业部/高新二组.xlsx", 1),
    "manager-kpis.png": ("2024-06/营业部经理月度KPI设定表/高新营业部.xlsx", 1),
    "training-topics.png": ("2024-06/专题、培训计划表/滨江营业部.xlsx", 1),
    "skill-training.png": ("2024-06/团队技能培训计划/高新营业部/高新二组.xlsx", 1),
    "skill-will.png": ("2024-06/技能意愿评估框/高新营业部/高新二组.xlsx", 1),
    "manager-agenda.png": ("2024-06/营业部经理行事历/高新营业部.xlsx", 2),
    "weekly-review.png": ("2024-06/周计划及检讨表/高新营业部/高新二组/苏燕_00101804.xlsx", 3),
    "weekly-statistics.png": ("2024-06/营业部每周活动情况统计表/高新营业部.xlsx", 1),
    "person-log.png": ("2024-06/客户经理工作日志/高新营业部/高新二组/苏燕_00101804.xlsx", 2),
    "manager-log.png": ("2024-06/销售主管工作日志/高新营业部/高新二组.xlsx", 3),
    "daily-check.png": ("2024-06/每日活动检查表/高新营业部/高新二组.xlsx", 2),
    "check-report.png": ("校验报告.xlsx", 2),
}

# The workbooks ask for 微软雅黑, which only Windows has.
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <match target="pattern">
    <test name="family"><string>微软雅黑</string></test>
    <edit name="family" mode="assign" binding="strong"><string>Noto Sans CJK SC</string></edit>
  </match>
</fontconfig>
"""


def main(output: Path) -> None:
    """Make every picture."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "fonts.conf").write_text(FONTS, encoding="utf-8")
        environment = os.environ | {"FONTCONFIG_FILE": str(folder / "fonts.conf")}
        for picture, (workbook, page) in PAGES.items():
            file = output / workbook
            pdf = folder / f"{file.stem}.pdf"
            convert = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}"]
            convert += ["--headless", "--convert-to", "pdf", "--outdir", str(folder), str(file)]
            subprocess.run(convert, env=environment, check=True, capture_output=True)
            target = PICTURES / picture
            cut = ["pdftoppm", "-r", "96", "-png", "-singlefile", "-f", str(page), "-l", str(page)]
            subprocess.run([*cut, str(pdf), str(target.with_suffix(""))], check=True)
            print(target)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "demo/output"))
