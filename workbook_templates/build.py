"""Build the templates: ``python -m workbook_templates.build`` writes them beside this file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from workbook_templates import (
    daily_check,
    improvement_plan,
    improvement_progress,
    manager_agenda,
    manager_kpis,
    manager_log,
    manager_schedule,
    monthly_kpi,
    monthly_review,
    monthly_targets,
    person_log,
    sales_funnel,
    shop_month,
    skill_training,
    skill_will,
    training_topics,
    weekly_plan,
    weekly_review,
    weekly_statistics,
)

BUILDERS: Final[dict[str, Callable[[Path], None]]] = {
    module.NAME: module.build
    for module in (
        monthly_kpi,
        sales_funnel,
        shop_month,
        monthly_targets,
        manager_kpis,
        training_topics,
        skill_training,
        improvement_plan,
        improvement_progress,
        monthly_review,
        weekly_plan,
        weekly_review,
        manager_schedule,
        manager_agenda,
        weekly_statistics,
        person_log,
        manager_log,
        daily_check,
        skill_will,
    )
}
"""What builds each template, by its name."""


def build_all(folder: Path) -> list[Path]:
    """Write every template into a folder.

    The bytes depend on the scripts alone, so that a rebuilt template that differs was changed.

    Parameters
    ----------
    folder : Path
        Is made if need be.

    Returns
    -------
    list of Path
        The files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, build in BUILDERS.items():
        path = folder / f"{name}.xlsx"
        build(path)
        written.append(path)
    return written


if __name__ == "__main__":
    for one in build_all(Path(__file__).parent):
        print(one)
