"""Collect what people wrote: read, match, validate, store, report."""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from kpi_xl import kinds
from kpi_xl.circulation import versions
from kpi_xl.circulation.collected_workbooks import Collected, Missing, Taken
from kpi_xl.circulation.contacts import Listed, passwords_in
from kpi_xl.circulation.encryption import encrypted
from kpi_xl.circulation.forms import Form, checked, form_of
from kpi_xl.circulation.in_use import put_to_use
from kpi_xl.circulation.incoming import Aside, arrived
from kpi_xl.circulation.matching import Matched, Matcher, by_recipient
from kpi_xl.circulation.outstanding import sent_to
from kpi_xl.circulation.validation import Problem
from kpi_xl.circulation.versions import Rule, Versions, rule_meant
from kpi_xl.errors import InputError
from kpi_xl.fault import Fault
from kpi_xl.project import Project
from kpi_xl.record.circulation import changing, was_begun
from kpi_xl.record.history import changes_in
from kpi_xl.slots.typed import goes_into_tables
from kpi_xl.system.files import write_whole
from kpi_xl.system.progress import Progress, silent
from kpi_xl.system.system_errors import FileError, file_error
from kpi_xl.system.undone import Failure, Undone
from kpi_xl.workbook import Template
from kpi_xl.workbook.annotated import marked
from kpi_xl.workbook.answers import ReturnedWorkbook

REPORT: Final = "回收报告.xlsx"
MARKED: Final = "退回修改"
"""The folder of copies with their problems marked; it is made anew each time."""


def collect(
    project: Project,
    folder: Path | None = None,
    *,
    rule: str = "覆盖",
    passwords: Path | None = None,
    progress: Progress = silent,
) -> Collected:
    """Collect the workbooks in a folder.

    The files stay as and where they are. What counts is stored in one transaction, so that a
    collection that is killed has stored nothing, and one that is repeated stores the same. Then the
    numbers are computed with it.

    Parameters
    ----------
    project : Project
        The project they were sent from.
    folder : Path, optional
        Where they are, in folders of any depth; by default the project's ``returned``.
    rule : str
        覆盖, 增量 or 清空; see `kpi_xl.circulation.versions.Rule`.
    passwords : Path, optional
        The table with which the workbooks were encrypted.
    progress : callable
        Told what is being done.

    Returns
    -------
    Collected

    Raises
    ------
    InputError
        When there is no such folder, or nothing was ever sent.
    """
    folder = project.returned if folder is None else folder
    if not folder.is_dir():
        raise InputError(kinds.NO_FOLDER(folder=folder))
    if not was_begun(project):
        raise InputError(kinds.NOTHING_HANDED_OUT(), file=project.folder)
    meant = rule_meant(rule)
    listed = None if passwords is None else passwords_in(passwords)
    with changing(project) as connection:
        done = _Collection(project, folder, connection, meant, listed, progress).run()
    if done.collection is not None and (undone := put_to_use(project, progress)) is not None:
        done.undone.append(undone)
    return done


class _Collection:
    """One collection."""

    def __init__(
        self,
        project: Project,
        folder: Path,
        connection: sqlite3.Connection,
        rule: Rule,
        passwords: Listed | None,
        progress: Progress,
    ) -> None:
        self._project = project
        self._folder = folder
        self._connection = connection
        self._rule = rule
        self._passwords = passwords
        self._progress = progress
        self._versions = Versions(connection, rule, folder)
        self._forms: dict[str, Form] = {}
        self._copies = project.output / MARKED
        self._stuck: list[Path] = []
        self._result = Collected(folder, project.output / REPORT)

    def run(self) -> Collected:
        """Run the whole collection."""
        result = self._result
        returned = by_recipient(self._matched())
        shutil.rmtree(self._copies, ignore_errors=True)
        self._stuck = [one for one in self._copies.rglob("*") if one.is_file()]
        months = sorted({whose[:2] for whose in returned})
        with self._connection:
            self._connection.execute("BEGIN IMMEDIATE")  # one for all files, whatever is in them
            for number, whose in enumerate(returned):
                self._progress("收取", number, len(returned))
                self._of_recipient(returned[whose])
            if self._rule == "清空":
                self._versions.empty_others(months)
            self._progress("收取", len(returned), len(returned))
            result.is_new = self._versions.number is not None
            result.collection = self._versions.number or self._versions.repeated()
        if result.collection is not None:
            result.changes = changes_in(self._connection, collection=result.collection)
        if self._project.settings.in_database:
            result.uncounted = sum(
                one.is_other and goes_into_tables(one.slot) for one in result.changes
            )
        self._who_is_missing(months)
        from kpi_xl.circulation.report import write_report

        stale = set(self._stuck) - set(result.marked) - {one.file for one in result.undone}
        for file in sorted(stale):
            error = file_error(PermissionError(), file, "remove")
            result.undone.append(Undone.of(f"上次的副本 {file.name}", MARKED, file, error))
        try:
            write_report(result, self._project.settings.kpis)
        except FileError as error:
            report = result.report
            result.undone.append(Undone.of(report.stem, report.stem, report, error))
        return result

    def _matched(self) -> Sequence[Matched]:
        """All files that match a recipient, each content once."""
        matcher = Matcher(self._folder, self._connection, self._passwords)
        seen: dict[str, Path] = {}
        found = []
        for number, file in enumerate(arrived(self._folder)):
            self._progress("认领", number, number + 1)
            one = file if isinstance(file, Aside) else matcher.match(file)
            if isinstance(one, Aside):
                self._result.aside.append(one)
            elif (first := seen.setdefault(one.sha256, one.file)) is not one.file:
                self._pass_over(one, kinds.SAME_FILE(other=first))
            else:
                found.append(one)
        return found

    def _of_recipient(self, returned: Sequence[Matched]) -> None:
        if self._rule == "增量":
            for one in returned:
                self._take(one)
            return
        taken: Matched | None = None
        for one in reversed(returned):
            newest = None if self._rule == "清空" else versions.newest(self._connection, one)
            if taken is not None:
                self._pass_over(one, kinds.NEWER_TAKEN(other=taken.file))
            elif newest is not None and newest > one.age:
                number, saved = newest
                kind = kinds.NEWER_BEFORE if number == one.row["round"] else kinds.NEWER_OF_ROUND
                self._pass_over(one, kind(round=number, saved=saved.astimezone()))
            elif self._take(one):
                taken = one

    def _pass_over(self, one: Matched, fault: Fault) -> None:
        self._result.passed_over.append(Aside.of(one.file, fault))

    def _take(self, one: Matched) -> bool:
        """Read, check and store a workbook; False where that failed."""
        try:
            with self._versions.whole():
                workbook = one.opened()
                valid, problems = checked(one, workbook, self._form_of(one))
                values = self._versions.take(one, valid)
                wrong = [problem for problem in problems if not problem.taken]
                versions.note_returned(self._connection, one, len(wrong))
        except Exception as error:
            self._result.aside.append(Aside.of(one.file, error))
            return False
        self._result.problems += problems
        notes = [self._note(one, len(valid), values)]
        if wrong:
            notes.append(self._mark(one, workbook, wrong))
        row, edition = one.row, one.edition
        self._result.taken.append(
            Taken(
                file=one.file,
                template=row["template"],
                period=row["period"],
                unit=edition["unit"],
                person=row["person"],
                name=edition["person_name"] or edition["unit_name"],
                saved=f"{one.saved.astimezone():%Y-%m-%d %H:%M}",
                saved_by=one.saved_by,
                values=values,
                problems=len(wrong),
                note="；".join(filter(None, notes)),
            )
        )
        return True

    def _note(self, one: Matched, valid: int, values: int) -> str:
        if versions.is_as_sent(self._connection, one):
            return "与下发时完全一样，没有填写"
        if values < valid:
            return f"{valid - values} 个值以前已有，按“增量”规则没有改动"
        return ""

    def _form_of(self, one: Matched) -> Form:
        """The input cells of the template that a workbook was made from."""
        version = one.edition["version"]
        if version not in self._forms:
            row = self._connection.execute(
                "SELECT name, content FROM templates WHERE version = ?", [version]
            ).fetchone()
            if row is None:
                raise InputError(kinds.TEMPLATE_NOT_RECORDED(), file=one.file)
            self._forms[version] = form_of(Template(row["name"], row["content"]))
        return self._forms[version]

    def _mark(self, one: Matched, workbook: ReturnedWorkbook, problems: Sequence[Problem]) -> str:
        """Write a copy of a workbook with its problems marked; the error, if that failed.

        What is wrong is in the report either way.
        """
        notes: dict[str, dict[str, str]] = {}
        for problem in problems:
            if problem.cell:
                on_sheet = notes.setdefault(problem.sheet, {})
                text = f"{problem.reason}。{problem.advice}。"
                on_sheet[problem.cell] = f"{on_sheet.get(problem.cell, '')}{text}"
        if not notes:
            return ""
        file = self._copies / one.file.with_suffix(".xlsx")
        try:
            content = marked(workbook.package, workbook.workbook, notes)
            if one.password is not None:
                content = encrypted(content, one.password)
            write_whole(file, content)
        except Exception as error:
            failure = Failure.of(error).logged()
            whose = one.edition["person_name"] or one.edition["unit_name"]
            self._result.undone.append(Undone.of(whose, one.edition["unit"], file, failure))
            return f"标注的副本没有写成：{failure.told}，{failure.advice}"
        self._result.marked.append(file)
        return ""

    def _who_is_missing(self, months: Sequence[tuple[str, str]]) -> None:
        """The recipients of the latest rounds who have sent nothing back in any of them."""
        for template, period in months:
            rows = sent_to(self._connection, template, period)
            back = Counter(bool(row["back"]) for row in rows)
            self._result.counts.append((template, period, len(rows), back[True]))
            self._result.missing += [_missing(row) for row in rows if not row["back"]]


def _missing(row: sqlite3.Row) -> Missing:
    return Missing(
        row["template"], row["period"], row["unit"], row["person"],
        row["person_name"] or row["unit_name"], Path(row["file"]),
    )  # fmt: skip
