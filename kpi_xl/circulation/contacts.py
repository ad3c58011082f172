"""The addresses and passwords of those who get workbooks, from tables that the user keeps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kpi_xl import kinds
from kpi_xl.catalogue.schema import Column, Table
from kpi_xl.catalogue.units import Unit
from kpi_xl.checks.unit_names import answering, listed, plain, whole_name
from kpi_xl.errors import InputError
from kpi_xl.project import Project
from kpi_xl.raw_files.read import read_table
from kpi_xl.settings.mail import ADDRESS
from kpi_xl.slots.recipients import PERSONS

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
    """Texts by unit and 工号.

    Parameters
    ----------
    file : Path
        Where they are from.
    by_unit : dict of str to (str, int)
        By what the table calls the unit, and the row it stands in.
    by_agent : dict of str to str
        The text of each person, by 工号.
    """

    file: Path
    by_unit: dict[str, tuple[str, int]] = field(repr=False)
    by_agent: dict[str, str] = field(repr=False)

    def among(self, units: Sequence[Unit]) -> ByRecipient:
        """The mail address of each unit and person.

        Parameters
        ----------
        units : sequence of Unit
            All units of the organisation.

        Raises
        ------
        InputError
            When a name in the table is that of several units: nobody may get what is another's.
        """
        by_path: dict[tuple[str, str], str] = {}
        by_name: dict[tuple[str, str], str] = {}
        for label, (text, row) in self.by_unit.items():
            numbers = answering(units, label)
            if len(numbers) > 1:
                raise InputError(
                    kinds.CONTACT_SEVERAL(
                        count=len(numbers), label=label, paths=listed(units, numbers)
                    ),
                    file=self.file,
                    row=row,
                    column=_UNIT.name,
                )
            for unit in (units[number] for number in numbers):
                is_path = plain(label) in (plain(unit.path), plain(whole_name(unit)))
                found = by_path if is_path else by_name
                if found.setdefault((unit.level, unit.path), text) != text:
                    raise InputError(
                        kinds.CONTACT_TWICE(unit=whole_name(unit)), file=self.file, row=row
                    )
        return ByRecipient(self.file, by_name | by_path, self.by_agent)

    def likely(self, names: Iterable[str], agent: str) -> list[str]:
        """The texts that may belong to a recipient: an agent's, or those under names of a unit."""
        if agent:
            return [self.by_agent[agent]] if agent in self.by_agent else []
        return [self.by_unit[name][0] for name in names if name in self.by_unit]

    def texts(self) -> Iterator[tuple[str, str]]:
        """All texts, each with its owner."""
        yield from ((unit, text) for unit, (text, _) in self.by_unit.items())
        yield from self.by_agent.items()


@dataclass(frozen=True)
class ByRecipient:
    """Texts by recipient; equal names never share one.

    Parameters
    ----------
    file : Path
        Where they are from.
    by_unit : mapping of (str, str) to str
        By level and path.
    by_agent : mapping of str to str
        The text of each person, by 工号.
    """

    file: Path
    by_unit: Mapping[tuple[str, str], str] = field(repr=False)
    by_agent: Mapping[str, str] = field(repr=False)

    def of(self, level: str, key: str) -> str | None:
        """The text of a person or a unit, by the level and the key of the `Recipient`."""
        return self.by_agent.get(key) if level == PERSONS else self.by_unit.get((level, key))


def contacts_of(project: Project) -> Listed:
    """The mail addresses from 通讯录.

    Raises
    ------
    InputError
        When there is no 通讯录, or it cannot be used.
    """
    for name in FILES:
        if (file := project.folder / name).is_file():
            found = _listed(file, _CONTACTS, "email")
            for key, address in found.texts():
                if not ADDRESS.fullmatch(address):
                    raise InputError(
                        kinds.ADDRESS(key=key), file=file, column="邮箱", value=address
                    )
            return found
    raise InputError(kinds.NO_CONTACTS(file=FILES[0]), file=project.folder)


def passwords_in(file: Path) -> Listed:
    """The passwords of the workbooks.

    Raises
    ------
    InputError
        When the file cannot be used.
    """
    return _listed(file, _PASSWORDS, "password")


def _listed(file: Path, table: Table, wanted: str) -> Listed:
    raw = read_table(file, table)
    if not raw.columns.keys() & {"unit", "agent"}:
        raise InputError(kinds.NO_KEY_COLUMN(), file=file)
    size = len(raw.columns[wanted])
    units, agents = (
        raw.columns[code].to_pylist() if code in raw.columns else [None] * size
        for code in ("unit", "agent")
    )
    by_unit: dict[str, tuple[str, int]] = {}
    by_agent: dict[str, str] = {}
    rows = raw.rows.to_pylist()
    for row, unit, agent, text in zip(
        rows, units, agents, raw.columns[wanted].to_pylist(), strict=True
    ):
        key = agent or unit
        if not key or not text:
            continue
        known = (
            by_agent.setdefault(agent, text) if agent else by_unit.setdefault(unit, (text, row))[0]
        )
        if known != text:
            raise InputError(
                kinds.TWO_FOR_ONE(key=key, what=table.column(wanted).name), file=file, row=row
            )
    return Listed(file, by_unit, by_agent)
