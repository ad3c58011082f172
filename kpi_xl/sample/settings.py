"""The sample's kpi.toml."""

from __future__ import annotations

from typing import Final

from kpi_xl.sample.branch import NAME
from kpi_xl.settings.text import settings_text

_BANDS: Final = """\
"活动率" = { healthy = 0.65, danger = 0.55 }
"人均件数" = { healthy = 1.1, danger = 0.9 }
"保费持续率" = { healthy = 0.88, danger = 0.82 }
"出勤率" = { healthy = 0.90 }
"脱落率" = { healthy = 0.05, danger = 0.07 }
"""

KPI_TOML: Final = settings_text(NAME, _BANDS)
