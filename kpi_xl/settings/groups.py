"""The groups that months are sent to, and their robots; kept in the user's own folder.

Whoever knows a robot's address can speak in its group. So the addresses and secrets stand neither
in the project's folder nor in what is sent, told or logged.

::

    ["D:/我的分公司".wecom."城东营业部"]
    url = "https://…"
    secret = "SEC…"
"""

from __future__ import annotations

import ipaddress
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import tomlkit

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.settings.edit import section
from kpi_xl.system.files import make_own, write_whole
from kpi_xl.system.user import User

FILE: Final = "groups.toml"

_REMARK: Final = "kpi_xl 发月报的群：机器人的地址和密钥，只给自己看"


@dataclass(frozen=True)
class Robot:
    """A robot in a group.

    Parameters
    ----------
    url : str
        Where messages are sent to: by it alone anybody can speak in the group.
    secret : str
        What they are signed with; empty where they are not.
    """

    url: str = field(repr=False)
    secret: str = field(default="", repr=False)

    @property
    def shown(self) -> str:
        """The robot's address without its secret part."""
        return urlsplit(self.url).hostname or "?"


class Groups:
    """The groups of a project that the user has robots in.

    Parameters
    ----------
    folder : Path
        Where the project is that months of are sent.
    user : User
        The user who owns the robots' addresses.
    """

    def __init__(self, folder: Path, user: User | None = None) -> None:
        self._project = str(folder.resolve())
        self.file = (user or User.current()).folder / FILE

    def of(self, platform: str) -> Mapping[str, Robot]:
        """The robots of a platform, by the name of the unit whose group it is.

        Raises
        ------
        InputError
            When the file cannot be used, or others can read it.
        """
        given = self._read().get(self._project, {})
        given = given.get(platform, {}) if isinstance(given, dict) else {}
        if not isinstance(given, dict):
            raise InputError(kinds.GROUPS_UNREADABLE(), file=self.file)
        found = {}
        for unit, one in given.items():
            if not isinstance(one, dict) or not all(isinstance(v, str) for v in one.values()):
                raise InputError(kinds.GROUPS_UNREADABLE(), file=self.file, value=unit)
            found[unit] = Robot(checked(one.get("url", "")), one.get("secret", ""))
        return found

    def put(self, platform: str, unit: str, robot: Robot | None) -> bool:
        """Store a robot, or delete it where none is given; returns whether there was one before."""
        self._read()
        try:
            document = tomlkit.parse(self.file.read_text(encoding="utf-8-sig"))
        except FileNotFoundError:
            document = tomlkit.document()
            document.add(tomlkit.comment(_REMARK))
        own = section(document, self._project, platform)
        was_there = unit in own
        if robot is not None:
            kept = tomlkit.table()
            kept.update({"url": checked(robot.url), "secret": robot.secret})
            own[unit] = kept
        elif was_there:
            del own[unit]
        make_own(self.file.parent)
        write_whole(self.file, tomlkit.dumps(document).encode())
        if os.name != "nt":
            self.file.chmod(0o600)
        return was_there

    def _read(self) -> dict[str, Any]:
        try:
            if os.name != "nt" and self.file.stat().st_mode & 0o077:
                raise InputError(kinds.GROUPS_OPEN(file=self.file), file=self.file)
            return tomllib.loads(self.file.read_text(encoding="utf-8-sig"))
        except FileNotFoundError:
            return {}
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InputError(kinds.GROUPS_UNREADABLE(), file=self.file) from error


def checked(url: str) -> str:
    """The address of a robot, which must be https.

    Raises
    ------
    InputError
        When it is none; it is not told back.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise InputError(kinds.ROBOT_ADDRESS()) from None
    if any(not "!" <= one <= "~" for one in url) or not host or parts.username is not None:
        raise InputError(kinds.ROBOT_ADDRESS())
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_here(host)):
        raise InputError(kinds.ROBOT_ADDRESS())
    return url


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
