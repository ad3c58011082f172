"""The section [mail] of kpi.toml: how mails are sent.

The password is not among it: it stands in the environment or in the system's keyring.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, get_args

from kpi_xl import kinds
from kpi_xl.fault import Kind
from kpi_xl.readers.number import read_count
from kpi_xl.settings.file import SettingError, number_in

Security = Literal["starttls", "tls", "none"]

KEYS: Final = frozenset({"host", "port", "security", "user", "sender", "subject", "text"})
ADDRESS: Final = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+")
"""The form of an address; whether the mailbox exists only its server knows."""

_PORTS: Final[Mapping[Security, int]] = {"starttls": 587, "tls": 465, "none": 25}


@dataclass(frozen=True)
class MailSettings:
    """The mail server and the mails.

    Parameters
    ----------
    host : str
        The SMTP server; empty where none is set.
    security : str
        ``"tls"`` from the first byte on, ``"starttls"`` after a greeting, or ``"none"`` inside a
        network that is safe.
    user : str
        Who logs in; empty for a server that asks nobody.
    sender : str
        The address the mails come from, and answers go to.
    subject : str
        The subject, with fields such as ``{月份}``; empty for the usual one.
    text : str
        The file with the text, relative to the project; empty for the usual text.
    """

    host: str = ""
    port: int = 587
    security: Security = "starttls"
    user: str = ""
    sender: str = ""
    subject: str = ""
    text: str = ""


def mail_settings(section: Mapping[str, Any], file: Path | None) -> MailSettings:
    """Read the section.

    Raises
    ------
    InputError
        When a value means nothing.
    """

    def wrong(key: str, kind: Kind) -> SettingError:
        value = section.get(key)
        path = ("mail", key if key in section else "host")
        return SettingError(path, kind(key=key), file=file, value=value)

    for key in sorted(section.keys() & KEYS - {"port"}):
        if not isinstance(section[key], str) or any(ord(one) < 32 for one in section[key]):
            raise wrong(key, kinds.MAIL_TEXT)
    security = section.get("security", "starttls")
    if security not in get_args(Security):
        raise wrong("security", kinds.MAIL_SECURITY)
    port = number_in(section.get("port", _PORTS[security]), read_count)
    if port is None or port % 1 or not 0 < port < 65536:
        raise wrong("port", kinds.MAIL_PORT)
    sender = section.get("sender", section.get("user", ""))
    if sender and not ADDRESS.fullmatch(sender):
        raise wrong("sender", kinds.MAIL_SENDER)
    if section.get("host") and not sender:
        raise wrong("sender", kinds.MAIL_NO_SENDER)
    texts = {key: section.get(key, "") for key in ("host", "user", "subject", "text")}
    return MailSettings(port=int(port), security=security, sender=sender, **texts)
