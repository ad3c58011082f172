"""The first rows of every file and worksheet in the data folder, and what each is read as.

What stops a check, such as a file that cannot be opened, is here one more thing that is seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kpi_xl.errors import InputError
from kpi_xl.project import Project
from kpi_xl.raw_files.heading_text import Rows
from kpi_xl.raw_files.headings import Header
from kpi_xl.raw_files.recognise import Finder
from kpi_xl.raw_files.tables_found import named_tables, raw_files


@dataclass(frozen=True)
class Seen:
    """A worksheet or file, as it was looked at.

    Parameters
    ----------
    name : str
        Its path below the data folder.
    sheet : str or None
        The worksheet's name; None for a file without worksheets.
    rows : sequence of sequence of str or None
        The first rows as texts, None for an empty cell.
    headers : mapping of str to Header
        The header found, by the code of every table of which it has a required heading.
    code : str
        The table it is read as; empty where it is not read.
    reason, advice : str
        Why it is not read, and what to do where it should be, in Chinese.
    matters : bool
        Whether numbers may be missing because it is not read.
    """

    file: Path
    name: str
    sheet: str | None
    rows: Rows
    headers: Mapping[str, Header]
    code: str = ""
    reason: str = ""
    advice: str = ""
    matters: bool = False


def look(project: Project) -> list[Seen]:
    """Look at every file of a project.

    Raises
    ------
    InputError
        When there is no data folder, or [files] in kpi.toml names a file that is not there.
    """
    present = raw_files(project)
    named = named_tables(project, present)
    return [seen for file in present for seen in _of_file(project, file, named.get(file, ()))]


def _of_file(project: Project, file: Path, named: tuple[str, ...]) -> Sequence[Seen]:
    finder = Finder(project, file, named)
    refused: InputError | None = None
    try:
        finder.find()
    except InputError as error:
        refused = error
    read = {source.sheet: source.code for source in finder.sources}
    left = {one.sheet: one for one in finder.left_out}
    found = []
    for looked in finder.looked_at:
        sheet = looked.name
        one = left.get(sheet, left.get(None))
        code = read.get(sheet, "")
        reason = advice = ""
        if not code and one is not None:
            reason, advice = one.reason, one.advice
        elif not code and refused is not None:
            reason, advice = refused.problem, refused.advice
        elif not code:
            reason = "没有哪张表的标题行"
        found.append(
            Seen(
                file,
                finder.name,
                sheet,
                looked.rows,
                looked.headers,
                code,
                reason,
                advice,
                not code and (one is None or one.matters),
            )
        )
    if found:
        return found
    if refused is not None:
        return [Seen(file, finder.name, None, (), {}, "", refused.problem, refused.advice, True)]
    return [
        Seen(file, finder.name, one.sheet, (), {}, "", one.reason, one.advice, one.matters)
        for one in finder.left_out
    ]
