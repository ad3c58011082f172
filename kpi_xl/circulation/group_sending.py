"""Send messages to robots: each part at most once, with retries where the platform is busy.

What a platform has certainly not taken is tried again after pauses that double: it could not be
reached, or said that it was too much, or later. What it refuses is told. What was handed over and
never answered is told as unsure, and left alone.
"""

from __future__ import annotations

import email.utils
import json
import sqlite3
import ssl
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import httpx

from kpi_xl import __version__, kinds
from kpi_xl.circulation import group_record
from kpi_xl.circulation.group_record import FAILED, SENDING, SENT, UNSURE, WAITING, Part, Sending
from kpi_xl.circulation.robots import PAGE, PICTURE, Asked, Platform
from kpi_xl.fault import Fault
from kpi_xl.settings.groups import Robot
from kpi_xl.system.progress import Progress, silent

ATTEMPTS: Final = 6
_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 60.0
_TIMEOUT: Final = 30.0
_MINUTE: Final = 60.0


class Ready(NamedTuple):
    """A part that is ready to be sent.

    Attributes
    ----------
    part : Part
        Whose it is, and which.
    name : str
        What people call the unit.
    robot : Robot
        The robot of its group.
    title : str
        What stands above a text, or the name of a file.
    content : str or bytes
        A text, or a picture or file.
    """

    part: Part
    name: str
    robot: Robot
    title: str
    content: str | bytes


@dataclass
class Sent:
    """The result for all parts.

    Parameters
    ----------
    sent, already : int
        How many were sent now, and how many had been before.
    unsure : list of str
        Of whom nobody knows whether it came.
    failed : dict of str to Fault
        What the platform answered, by unit, where it would not have it.
    later : dict of str to Fault
        The same where it said later to the last try.
    """

    sent: int = 0
    already: int = 0
    unsure: list[str] = field(default_factory=list)
    failed: dict[str, Fault] = field(default_factory=dict)
    later: dict[str, Fault] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether every part is known to have arrived."""
        return not (self.unsure or self.failed or self.later)


class _NotSentError(Exception):
    """A part that is not known to have arrived.

    Parameters
    ----------
    fault : Fault
        What the platform answered.
    pause : float
        Seconds that it asks for before it is tried again.
    """

    def __init__(self, fault: Fault, pause: float = 0.0) -> None:
        super().__init__(fault)
        self.fault = fault
        self.pause = pause


class _LaterError(_NotSentError):
    """The platform did not take the part, and may take it later."""


class _RefusedError(_NotSentError):
    """The platform refused the part."""


class _UnsureError(_NotSentError):
    """It is not known whether the platform took the part."""


class _Pace:
    """Limits the messages a minute to each robot."""

    def __init__(self, most: int, pause: Callable[[float], None]) -> None:
        self._most = most
        self._pause = pause
        self._times: dict[str, deque[float]] = {}

    def wait(self, robot: Robot) -> None:
        times = self._times.setdefault(robot.url, deque(maxlen=self._most))
        if len(times) == self._most:
            self._pause(max(0.0, times[0] + _MINUTE - time.monotonic()))
        times.append(time.monotonic())


class Robots:
    """A client of a platform's robots.

    Parameters
    ----------
    platform : Platform
        What its robots take, and how they answer.
    connection : sqlite3.Connection
        An open connection to the project's circulation.sqlite.
    sending : Sending
        The month and the place that are sent.
    pause : callable
        Waits for some seconds.
    """

    def __init__(
        self,
        platform: Platform,
        connection: sqlite3.Connection,
        sending: Sending,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._platform = platform
        self._connection = connection
        self._sending = sending
        self._pause = pause
        self._pace = _Pace(platform.a_minute, pause)

    def send(self, parts: Iterator[Ready], total: int, progress: Progress = silent) -> Sent:
        """Send the parts that were not sent yet; one group's fault does not stop the others.

        Parameters
        ----------
        parts : iterator of Ready
            What is to be sent, group by group.
        total : int
            About how many parts there are, for the progress.
        """
        done = Sent()
        with httpx.Client(
            verify=ssl.create_default_context(),  # the certificates that the system trusts
            timeout=_TIMEOUT,
            follow_redirects=False,
            headers={"User-Agent": f"kpi_xl/{__version__}"},
        ) as client:
            for number, one in enumerate(parts):
                progress("发到群里", min(number, total), total)
                if one.name in done.failed or one.name in done.later:
                    continue  # its group is not to be had: the picture would stand alone
                self._send(client, one, done)
        return done

    def _send(self, client: httpx.Client, one: Ready, done: Sent) -> None:
        fault: Fault | None = None
        for attempt in range(ATTEMPTS):
            try:
                asked = self._request(client, one)
                self._pace.wait(one.robot)
                self._note(one.part, SENDING)
                self._answer(client, asked)
            except _LaterError as later:
                fault = later.fault
                self._note(one.part, WAITING, fault)
                if attempt + 1 < ATTEMPTS:
                    wished = max(later.pause, _FIRST_PAUSE * 2**attempt)
                    self._pause(min(wished, _LONGEST_PAUSE))
            except _RefusedError as refused:
                self._note(one.part, FAILED, refused.fault)
                done.failed[one.name] = refused.fault
                return
            except _UnsureError as unsure:
                self._note(one.part, UNSURE, unsure.fault)
                done.unsure.append(one.name)
                return
            else:
                self._note(one.part, SENT)
                done.sent += 1
                return
        assert fault is not None
        done.later[one.name] = fault

    def _note(self, part: Part, state: str, fault: Fault | None = None) -> None:
        """Note the state of a part with the platform's code, never with the content."""
        detail = "" if fault is None else fault.reason
        group_record.note(self._connection, self._sending, part, state, detail)

    def _request(self, client: httpx.Client, one: Ready) -> Asked:
        """The request that sends a part. A file is uploaded first; the group does not see that."""
        platform, content = self._platform, one.content
        if isinstance(content, str):
            return platform.say(one.robot, one.title, content)
        if one.part.part == PICTURE and platform.show is not None:
            return platform.show(one.robot, content)
        assert one.part.part == PAGE and platform.hand_in and platform.hand_out
        try:
            kept = self._answer(client, platform.hand_in(one.robot, one.title, content))
        except _UnsureError as unsure:
            raise _LaterError(unsure.fault) from None  # kept twice is seen once
        return platform.hand_out(one.robot, kept)

    def _answer(self, client: httpx.Client, asked: Asked) -> Mapping[str, Any]:
        """Send a request and return the platform's answer, if the platform took the part."""
        try:
            if asked.file is not None:
                answer = client.post(asked.url, files={"media": asked.file})
            else:
                answer = client.post(asked.url, json=asked.json)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            if "CERTIFICATE" in str(error):
                raise _RefusedError(kinds.ROBOT_CERTIFICATE()) from None
            raise _LaterError(kinds.ROBOT_AWAY(why=type(error).__name__)) from None
        except httpx.TransportError as error:
            raise _UnsureError(kinds.ROBOT_SILENT(why=type(error).__name__)) from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise _RefusedError(kinds.ROBOT_REFUSED(code=type(error).__name__)) from None
        said = f"HTTP {answer.status_code}"
        if answer.status_code in (429, 503):
            pause = _wished(answer.headers.get("Retry-After", ""))
            raise _LaterError(kinds.ROBOT_BUSY(code=said), pause)
        if answer.status_code >= 500:
            raise _UnsureError(kinds.ROBOT_SILENT(why=said))  # perhaps only the answer is lost
        if answer.status_code != 200:
            raise _RefusedError(kinds.ROBOT_REFUSED(code=said))
        return self._told(answer.content)

    def _told(self, content: bytes) -> Mapping[str, Any]:
        """Read an answer; raise where the platform did not take the part."""
        try:
            found: dict[str, Any] = json.loads(content)
            code = found[self._platform.code]
        except (ValueError, KeyError, TypeError):
            raise _UnsureError(kinds.ROBOT_STRANGE()) from None
        if code == 0:
            return found
        if not isinstance(code, int):
            raise _UnsureError(kinds.ROBOT_STRANGE())
        said = f"{self._platform.code} {code}"
        if code in self._platform.later:
            raise _LaterError(kinds.ROBOT_BUSY(code=said))
        raise _RefusedError(kinds.ROBOT_REFUSED(code=said))


def _wished(text: str) -> float:
    """The pause that a platform asks for, in seconds or until a time."""
    if text.isascii() and text.isdigit():
        return float(text[:6])
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, TypeError):
        return 0.0
