"""Months without data are no zeros: every chart with a line says so, as LibreOffice needs to hear."""

import re
import zipfile

import pytest

import workbook_templates


@pytest.mark.parametrize("name", ["月度KPI表", "销售漏斗月报", "门店月度KPI表"])
def test_lines_pass_over_missing_months(name):
    with zipfile.ZipFile(workbook_templates.path(name)) as package:
        charts = [
            package.read(part).decode()
            for part in package.namelist()
            if re.fullmatch(r"xl/charts/chart\d+\.xml", part)
        ]
    lines = [chart for chart in charts if "<c:lineChart>" in chart]
    assert lines
    assert all('<c:dispBlanksAs val="span"/>' in chart for chart in lines)
