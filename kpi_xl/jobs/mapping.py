"""The mapping of files to tables and columns: shown, chosen by people, kept in kpi.toml."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from kpi_xl import kinds
from kpi_xl.catalogue.schema import LISTS
from kpi_xl.checks.proposals import SheetProposal, propose, with_all_words
from kpi_xl.checks.seen import look
from kpi_xl.errors import InputError
from kpi_xl.project import Project
from kpi_xl.raw_files.headings import Headings
from kpi_xl.settings.edit import say_of_sheets
from kpi_xl.settings.project_settings import Settings
from kpi_xl.settings.sheets import NOT_READ, SheetSettings, label, said_of

_DIGITS: Final = re.compile(r"\d{2,}(?:[-_.年月日]?\d{1,2})*[月日]?")


@dataclass(frozen=True)
class Answer:
    """The choices for a worksheet.

    Parameters
    ----------
    table : str
        The code of the table it is, `NOT_READ`, or empty to leave it as it is.
    columns : mapping of str to str
        The heading of each column by code; a column that is not among them has none.
    units : mapping of str to str
        The unit of amounts by heading.
    unused : tuple of str
        Headings that are no column of the table.
    statuses : mapping of str to mapping of str to str
        What the words of status columns mean.
    """

    table: str
    columns: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    statuses: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


class MappingSession:
    """The worksheets of a project, with the proposals and the choices.

    Raises
    ------
    InputError
        When there is no data folder, or the raw tables are in a database.
    """

    def __init__(self, project: Project) -> None:
        if project.settings.in_database:
            raise InputError(kinds.TABLES_IN_DATABASE())
        self.project = project
        # What was said before is an answer; what is proposed does not depend on it.
        self._plain: Settings = replace(project.settings, sheets={})
        self.sheets: dict[str, SheetProposal] = {}
        self.answers: dict[str, Answer] = {}
        # What a project declares as a table of its own is read as that: nothing is to be asked.
        own = project.settings.own_tables
        seen = [one for one in look(Project(project.folder, self._plain)) if one.code not in own]
        files = [one.name for one in seen]
        for one in seen:
            name = label(one.name, one.sheet if files.count(one.name) > 1 else None)
            said = said_of(project.settings.sheets, one.name, one.sheet)
            code = said.table if said is not None and said.table in LISTS else ""
            self.sheets[name] = with_all_words(propose(one, self._plain, code), project.settings)
            self.answers[name] = self._before(self.sheets[name], said)

    def _before(self, proposal: SheetProposal, said: SheetSettings | None) -> Answer:
        """The mapping without any choice: kpi.toml, and proposals that are certain."""
        if said is None:
            return sure_answer(proposal)
        table = said.table or proposal.seen.code
        headings = self._headings_found(proposal)
        columns = {
            code: heading
            for code, heading in headings.items()
            if heading not in said.unused and heading not in said.columns.values()
        }
        # A new export may have other headings than the one that was asked about.
        there = {code: text for code, text in said.columns.items() if text in proposal.headings}
        return Answer(table, {**columns, **there}, said.units, said.unused, said.statuses)

    def proposal(self, name: str, code: str) -> SheetProposal:
        """The proposal for a worksheet as a given table; without one, as the likeliest."""
        usual = self.sheets[name]
        if code not in LISTS or code == usual.code:
            return usual
        return propose(usual.seen, self._plain, code)

    def choose(self, name: str, answer: Answer) -> None:
        """Keep a choice for a worksheet."""
        self.answers[name] = answer

    def alike(self, name: str) -> list[str]:
        """The other worksheets of the same form that have the same answer as this one.

        Those of files whose names differ by dates and numbers only, with the same headings.
        """
        usual, answer = self.sheets[name], self.answers[name]
        form = _DIGITS.sub("*", usual.seen.name), usual.headings
        return [
            other
            for other, one in self.sheets.items()
            if other != name
            and usual.headings
            and (_DIGITS.sub("*", one.seen.name), one.headings) == form
            and self.answers[other] == answer
        ]

    def choose_for_all(self, name: str, answer: Answer) -> list[str]:
        """Keep what somebody chose for a worksheet, and for those `alike`; the names of these.

        A worksheet that is not to be read is the only one: what is like it is not passed over.
        A unit that another tells by itself is its own.
        """
        others = [] if answer.table in ("", NOT_READ) else self.alike(name)
        self.choose(name, answer)
        for other in others:
            money = self.proposal(other, answer.table).money(answer.columns)
            own = {one.heading: one.unit for one in money if one.sure}
            self.choose(other, replace(answer, units={**answer.units, **own}))
        return others

    @property
    def settings(self) -> Settings:
        """The settings with the choices in them."""
        said, unsaid = self._changes()
        kept = {
            name: one for name, one in self.project.settings.sheets.items() if name not in unsaid
        }
        return replace(self.project.settings, sheets={**kept, **said})

    @property
    def differs(self) -> bool:
        """Whether a choice differs from kpi.toml."""
        said, unsaid = self._changes()
        return bool(said or unsaid)

    def write(self) -> bool:
        """Write the choices into kpi.toml; True if that changed anything.

        Raises
        ------
        InputError
            When it cannot be written.
        """
        said, unsaid = self._changes()
        changed = say_of_sheets(self.project.folder / "kpi.toml", said, unsaid)
        self.project = Project.open(self.project.folder)
        return changed

    def _changes(self) -> tuple[dict[str, SheetSettings], frozenset[str]]:
        """The sections to write into kpi.toml, by name, and the names of those to remove."""
        before = self.project.settings.sheets
        wanted = {name: self._wanted(name) for name in self.sheets}
        said: dict[str, SheetSettings] = {}
        unsaid: set[str] = set()
        for name, settings in wanted.items():
            seen = self.sheets[name].seen
            now = said_of(before, seen.name, seen.sheet)
            if now == settings or (now is None and settings.says_nothing):
                continue
            if settings.says_nothing:
                unsaid.add(name)
                if said_of({n: s for n, s in before.items() if n != name}, seen.name, seen.sheet):
                    # A pattern still speaks of this file: it gets a section of its own.
                    said[name] = SheetSettings(seen.code or NOT_READ)
                    unsaid.discard(name)
                continue
            said[self._pattern(name, wanted)] = settings
        return said, frozenset(unsaid)

    def _pattern(self, name: str, wanted: Mapping[str, SheetSettings]) -> str:
        """The name with ``*`` for dates and numbers in it, so that next month's file is known.

        What is not read is named to the letter: what comes next month is not passed over unseen.
        """
        settings = wanted[name]
        pattern = _DIGITS.sub("*", name)
        if settings.table == NOT_READ or pattern == name or pattern.startswith("*."):
            return name
        for other, of_other in wanted.items():
            seen = self.sheets[other].seen
            if of_other != settings and said_of({pattern: settings}, seen.name, seen.sheet):
                return name
        return pattern

    def _headings_found(self, proposal: SheetProposal) -> dict[str, str]:
        """The heading of each column that is found without a choice."""
        if proposal.header is None:
            return {}
        match = Headings.of(LISTS[proposal.code], self._plain).match(proposal.header.cells)
        return {
            code: (proposal.header.cells[place] or "").strip()
            for code, place in match.positions.items()
        }

    def _wanted(self, name: str) -> SheetSettings:
        """The fewest settings by which a worksheet is read as chosen."""
        answer = self.answers[name]
        proposal = self.proposal(name, answer.table)
        if not answer.table:
            return SheetSettings()
        if answer.table == NOT_READ:
            return SheetSettings(NOT_READ)
        found = self._headings_found(proposal)
        chosen = {code: heading for code, heading in answer.columns.items() if heading}
        columns = {code: text for code, text in chosen.items() if found.get(code) != text}
        taken = set(chosen.values())
        let_go = [
            text for code, text in found.items() if chosen.get(code) != text and text not in taken
        ]
        units = {
            one.heading: answer.units[one.heading]
            for one in proposal.money(chosen)
            if one.heading in answer.units
            and not (one.sure and one.unit == answer.units[one.heading])
        }
        said = SheetSettings(
            answer.table,
            columns,
            units,
            tuple(dict.fromkeys((*let_go, *(u for u in answer.unused if u not in taken)))),
            {heading: words for heading, words in answer.statuses.items() if words},
        )
        as_it_looks = said == SheetSettings(answer.table)
        return SheetSettings() if as_it_looks and proposal.seen.code == answer.table else said

    def open_questions(self) -> Iterator[tuple[str, str]]:
        """The open questions: the worksheet, and what to ask."""
        for name in self.sheets:
            answer = self.answers[name]
            proposal = self.proposal(name, answer.table)
            if not answer.table:
                if proposal.seen.matters:
                    yield name, proposal.seen.reason
                continue
            if answer.table == NOT_READ:
                continue
            answered = {*answer.columns.values(), *answer.unused}
            for one in proposal.columns:
                if (
                    one.column.required
                    and not one.heading
                    and one.column.code not in answer.columns
                ):
                    yield name, f"哪一列是{one.column.name}"
                if one.heading and not one.sure and one.heading not in answered:
                    yield name, f"“{one.heading}”会不会是{one.column.name}"
            of_money = [one for one in proposal.columns if one.column.kind == "money"]
            proposed = {one.column.code: one.heading for one in of_money if one.heading}
            for money in proposal.money({**proposed, **answer.columns}):
                if not money.sure and money.heading not in answer.units:
                    yield name, f"“{money.heading}”的单位是不是{money.unit}"
            for status in proposal.statuses:
                known = answer.statuses.get(status.heading, {})
                strange = [word for word in status.strange if word not in known]
                if strange and status.heading not in answer.unused:
                    yield name, f"“{status.heading}”里的“{'、'.join(strange)}”是什么意思"


def sure_answer(proposal: SheetProposal, code: str = "") -> Answer:
    """The choice where nobody is asked: the way the file would be read anyway.

    Parameters
    ----------
    proposal : SheetProposal
        The proposal for the worksheet.
    code : str
        The table that somebody says it is.
    """
    table = code or proposal.seen.code
    if not table:
        return Answer("")
    columns = {one.column.code: one.heading for one in proposal.columns if one.how == "heading"}
    units = {one.heading: one.unit for one in proposal.money(columns) if one.sure}
    return Answer(table, columns, units)
