"""File and folder names made from names in data: units, people, templates.

Every system takes them, Windows among them, and no two different names give the same one, not
even where a disk does not tell capitals from small letters. What a name becomes depends on nothing
but itself and where the project is: a unit is called the same in every run and every job.
"""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from pathlib import Path
from typing import Final

LONGEST_PATH: Final = 240
"""Characters of a whole path: Windows takes 260, and Excel fewer."""

ROOM: Final = 60
"""Characters of a name where nothing is said: 180 bytes of Chinese, of 255 that disks take."""

_LEAST: Final = 12

_NAMES: Final = 5
"""A template's, and those of three levels of units and a person."""

_AROUND: Final = len("/output/2024-06/下发/") + _NAMES - 1 + len("-001.png") + len("..tmp")

_BETWEEN: Final = "／"
"""What stands between several names; the sign that paths are written with is not for names."""

_FORBIDDEN: Final = frozenset(f'\\/:*?"<>|{_BETWEEN}')
_UNSEEN: Final = ("Cc", "Cf", "Cs", "Cn", "Zl", "Zp")
"""Categories of characters that nobody sees, or that turn what stands around them."""

_RESERVED: Final = re.compile(r"(?i)(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[\d¹²³])\s*(\..*)?")
_ENDING: Final = re.compile(r"(?i)\.(?=(xls[xm]|pdf|png|tmp)$)")
"""A folder called like a file would be in its way."""

_MARK: Final = re.compile(r"(?i)~[a-z2-7]{6}$")


def file_name(*names: str, room: int = ROOM, cased: bool = False) -> str:
    """A name from data as the name of a file, without suffix, or of a folder.

    Where it has to be changed, six letters made of the original say which one it was.

    Parameters
    ----------
    *names : str
        The name, or several that make one.
    room : int
        So many characters at most, as Windows counts them; see `room_in`.
    cased : bool
        Whether small letters stay as they are, so that ``Ab`` and ``aB`` are the same on Windows:
        of templates, which are files themselves.

    Examples
    --------
    >>> file_name("城东一组"), file_name("城东区", "城东部")
    ('城东一组', '城东区／城东部')
    >>> file_name("../x"), file_name("CON"), file_name("城东.")
    ('_x~224wvf', '_CON~upn4jn', '城东~y46az2')
    """
    text = _BETWEEN.join(names)
    name = _BETWEEN.join(map(_clean, names))
    name = _ENDING.sub("_", name).strip().strip(". ").strip()
    if not name or _RESERVED.fullmatch(name):
        name = f"_{name}"
    if name.startswith("~"):  # as the files do that Excel makes while one is open
        name = f"_{name[1:]}"
    capital = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name.casefold()).upper())
    same = name == text and (cased or capital == name) and not _MARK.search(name)
    if same and _length(name) <= room:
        return name
    original = "/".join(names).encode("utf-8", "surrogatepass")
    mark = base64.b32encode(hashlib.sha256(original).digest())[:6].decode().lower()
    while _length(name) > room - 1 - len(mark):
        name = name[:-1]
    return f"{name.rstrip(' .') or '_'}~{mark}"


def room_in(project: Path) -> int:
    """The number of characters that each name may have, so that paths fit Windows."""
    left = LONGEST_PATH - _length(str(project.absolute())) - _AROUND
    return min(ROOM, max(_LEAST, left // _NAMES))


def _clean(name: str) -> str:
    return "".join(
        "_" if character in _FORBIDDEN or unicodedata.category(character) in _UNSEEN else character
        for character in unicodedata.normalize("NFC", name)
    )


def _length(text: str) -> int:
    """The length in Windows' characters: those beyond the first 65,536 count as two."""
    return len(text) + sum(character > "\uffff" for character in text)
