"""The addresses and passwords of those who get workbooks, from tables that the user keeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kpi_xl.data.read import read_table
from kpi_xl.data.schema import Column, Table
from kpi_xl.errors import InputError
from kpi_xl.jobs.recipients import Recipient
from kpi_xl.mail_settings import ADDRESS
from kpi_xl.project import Project

FILES: Final = ("通讯录.csv", "通讯录.xlsx")

_UNIT: Final = Column("unit", "单位", "text", "单位名称，或连同上级：城东营业部/城东一组")
_AGENT: Final = Column("agent", "工号", "id", "工号", aliases=("员工号", "业务员工号", "agent"))
_EMAIL: Final = Column(
    "email", "邮箱", "text", "邮箱", True, aliases=("邮件", "电子邮件", "邮箱地址", "email", "mail")
)
_PASSWORD: Final = Column(
    "password", "密码", "id", "打开密码", True, aliases=("打开密码", "口令", "password")
)
_CONTACTS: Final = Table("contacts", "通讯录", "单位或工号的邮箱", (_UNIT, _AGENT, _EMAIL))
_PASSWORDS: Final = Table("passwords", "密码", "单位或工号的打开密码", (_UNIT, _AGENT, _PASSWORD))


@dataclass(frozen=True)
class Listed:
    """Texts by unit or 工号.

    Parameters
    ----------
    file : Path
        Where they are from.
    by_key : dict of str to str
        By 工号, the unit's name, or its path.
    """

    file: Path
    by_key: dict[str, str] = field(repr=False)

    def of(self, recipient: Recipient) -> str | None:
        """The text of somebody; of a unit the one under its path goes before that of its name."""
        return self.at(recipient.unit.path, recipient.unit.name, recipient.key)

    def at(self, path: str, name: str, key: str) -> str | None:
        """The text of somebody by his unit's path and name, and his key."""
        if key != path:
            return self.by_key.get(key)
        return self.by_key.get(path) or self.by_key.get(name)


def contacts_of(project: Project) -> Listed:
    """The mail addresses.

    Raises
    ------
    InputError
        When there is no 通讯录, or it cannot be used.
    """
    for name in FILES:
        if (file := project.folder / name).is_file():
            listed = _listed(file, _CONTACTS, "email")
            for key, address in listed.by_key.items():
                if not ADDRESS.fullmatch(address):
                    raise InputError(
                        f"“{key}”的邮箱写法有误", "请改正", file=file, column="邮箱", value=address
                    )
            return listed
    raise InputError(
        "没有通讯录，不知道邮件发到哪里",
        f"请在项目文件夹里放一个{FILES[0]}，列名为：单位、工号、邮箱（单位和工号填一个即可）",
        file=project.folder,
    )


def passwords_in(file: Path) -> Listed:
    """The passwords that workbooks are opened with.

    Raises
    ------
    InputError
        When the file cannot be used.
    """
    return _listed(file, _PASSWORDS, "password")


def _listed(file: Path, table: Table, wanted: str) -> Listed:
    raw = read_table(file, table)
    if not raw.columns.keys() & {"unit", "agent"}:
        raise InputError("没有“单位”或“工号”列", "请加上其中一列，写明各是谁的", file=file)
    size = len(raw.columns[wanted])
    units, agents = (
        raw.columns[code].to_pylist() if code in raw.columns else [None] * size
        for code in ("unit", "agent")
    )
    found: dict[str, str] = {}
    rows = raw.rows.to_pylist()
    for row, unit, agent, text in zip(
        rows, units, agents, raw.columns[wanted].to_pylist(), strict=True
    ):
        key = agent or unit
        if not key or not text:
            continue
        if found.setdefault(key, text) != text:
            raise InputError(
                f"“{key}”有两个不同的{table.column(wanted).name}",
                "请只留一个",
                file=file,
                row=row,
            )
    return Listed(file, found)
