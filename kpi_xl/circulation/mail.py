"""Mails with workbooks, and a connection to the mail server that retries."""

from __future__ import annotations

import os
import re
import smtplib
import ssl
import time
from collections.abc import Callable, Mapping
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path
from typing import Final, Self

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.settings.mail import MailSettings

PASSWORD_VARIABLE: Final = "KPI_XL_MAIL_PASSWORD"
KEYRING_SERVICE: Final = "kpi_xl"

SUBJECT: Final = "{月份}{模板}：{姓名}"
TEXT: Final = """\
{姓名}：

附件是{单位}{月份}的{模板}（{文件}）。

请直接在附件里填写，黄色的单元格是要您填的；填好保存后，把文件作为附件回复这封邮件。
请不要另建新文件，也不要把内容复制到别的工作簿里，否则收不回来。
"""

ATTEMPTS: Final = 6
_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 60.0
_TIMEOUT: Final = 60.0

_FIELD: Final = re.compile(r"\{([^{}\s]*)\}")
_TYPES: Final = {
    ".xlsx": ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ".xlsm": ("application", "vnd.ms-excel.sheet.macroEnabled.12"),
    ".pdf": ("application", "pdf"),
}


class RefusedError(Exception):
    """The server refuses this mail for good; the text is its answer."""


class UnreachableError(Exception):
    """The server could not be reached, or failed at every attempt."""


def written(text: str, fields: Mapping[str, str], file: Path | None) -> str:
    """A text with its placeholders filled in.

    Raises
    ------
    InputError
        When there is a field that means nothing.
    """

    def value(match: re.Match[str]) -> str:
        if match[1] not in fields:
            known = " ".join(f"{{{field}}}" for field in fields)
            raise InputError(kinds.NO_MAIL_FIELD(field=match[0], known=known), file=file)
        return fields[match[1]]

    return _FIELD.sub(value, text)


def message(
    settings: MailSettings,
    to: str,
    message_id: str,
    subject: str,
    text: str,
    attachments: Mapping[str, bytes],
) -> EmailMessage:
    """A mail.

    Parameters
    ----------
    settings : MailSettings
        Whom it is from.
    to : str
        The address it goes to.
    message_id : str
        Its Message-ID, the same each time it is sent: by it mailboxes know a copy.
    subject, text : str
        The subject and the text of the mail.
    attachments : mapping of str to bytes
        The files by name.
    """
    mail = EmailMessage()
    mail["From"] = Address(addr_spec=settings.sender)
    mail["To"] = Address(addr_spec=to)
    mail["Subject"] = " ".join(subject.split())  # a name with a line break adds no header
    mail["Date"] = formatdate(localtime=True)
    mail["Message-ID"] = message_id
    mail.set_content(text)
    for name, content in attachments.items():
        main, sub = _TYPES.get(Path(name).suffix.lower(), ("application", "octet-stream"))
        mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return mail


def password_of(settings: MailSettings, environment: Mapping[str, str] = os.environ) -> str:
    """The password of the mail account, from the environment or the system's keyring.

    Raises
    ------
    InputError
        When there is none.
    """
    if (password := environment.get(PASSWORD_VARIABLE)) is not None:
        return password
    try:
        import keyring
        from keyring.errors import KeyringError
    except ModuleNotFoundError:
        found = None
    else:
        try:
            found = keyring.get_password(KEYRING_SERVICE, settings.user)
        except KeyringError:
            found = None
    if found is None:
        raise InputError(kinds.NO_MAIL_PASSWORD(user=settings.user))
    return found


class Server:
    """A connection to the mail server, made when it is needed and again when it breaks.

    Parameters
    ----------
    settings : MailSettings
        The address of the server and the account.
    password : str
        The password; not used where nobody logs in.
    retrying : callable
        Told why a mail is tried again.
    pause : callable
        Waits for some seconds.
    """

    def __init__(
        self,
        settings: MailSettings,
        password: str,
        retrying: Callable[[str], None],
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings = settings
        self._password = password
        self._retrying = retrying
        self._pause = pause
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._leave()

    def send(self, mail: EmailMessage) -> None:
        """Send a mail; when this returns, the server has accepted it.

        Temporary failures are tried again after pauses that double. Where the connection breaks
        before the server's answer nobody knows whether it has the mail; then it is sent again,
        with the same Message-ID.

        Raises
        ------
        RefusedError
            The server refuses it for good.
        UnreachableError
            It failed at every attempt.
        InputError
            The server does not let us in.
        """
        for attempt in range(ATTEMPTS):
            try:
                if self._smtp is None:
                    self._smtp = self._connected()
                self._smtp.send_message(mail)
                return
            except smtplib.SMTPAuthenticationError as error:
                self._leave()
                raise InputError(
                    kinds.LOGIN_REFUSED(answer=_said(error.smtp_code, error.smtp_error))
                ) from None
            except ssl.SSLCertVerificationError as error:
                self._leave()
                raise InputError(kinds.CERTIFICATE(reason=error.verify_message)) from None
            except ssl.SSLError as error:
                if error.reason == "WRONG_VERSION_NUMBER":
                    raise InputError(kinds.PORT_NOT_ENCRYPTED(port=self._settings.port)) from None
                why = f"{type(error).__name__}: {error}"
            except smtplib.SMTPException as error:
                why, final = _meaning(error)
                if final:
                    self._reset()
                    raise RefusedError(why) from None
            except OSError as error:
                why = f"{type(error).__name__}: {error}"
            self._leave()
            if attempt + 1 < ATTEMPTS:
                self._retrying(why)
                self._pause(min(_FIRST_PAUSE * 2**attempt, _LONGEST_PAUSE))
        raise UnreachableError(why)

    def _connected(self) -> smtplib.SMTP:
        settings = self._settings
        trusted = ssl.create_default_context()
        smtp: smtplib.SMTP
        if settings.security == "tls":
            smtp = smtplib.SMTP_SSL(settings.host, settings.port, timeout=_TIMEOUT, context=trusted)
        else:
            smtp = smtplib.SMTP(settings.host, settings.port, timeout=_TIMEOUT)
        try:
            if settings.security == "starttls":
                _encrypt(smtp, trusted)
            if settings.user:
                _log_in(smtp, settings.user, self._password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _reset(self) -> None:
        """Make the connection ready for the next mail after a refusal."""
        try:
            if self._smtp is not None:
                self._smtp.rset()
        except (smtplib.SMTPException, OSError):
            self._leave()

    def _leave(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            try:
                smtp.quit()
            except (smtplib.SMTPException, OSError):
                smtp.close()


def _encrypt(smtp: smtplib.SMTP, trusted: ssl.SSLContext) -> None:
    """Switch to TLS, or raise."""
    try:
        smtp.starttls(context=trusted)
    except smtplib.SMTPNotSupportedError:
        why = "它不提供 STARTTLS"
    except smtplib.SMTPResponseException as error:
        if error.smtp_code < 500:
            raise
        why = _said(error.smtp_code, error.smtp_error)
    else:
        return
    raise InputError(kinds.NOT_ENCRYPTED(why=why))


def _log_in(smtp: smtplib.SMTP, user: str, password: str) -> None:
    try:
        smtp.login(user, password)
    except (smtplib.SMTPResponseException, smtplib.SMTPServerDisconnected):
        raise
    except smtplib.SMTPException:
        raise InputError(kinds.NO_LOGIN()) from None


def _said(code: int, text: bytes | str) -> str:
    return f"{code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}"


def _meaning(error: smtplib.SMTPException) -> tuple[str, bool]:
    """The text of an SMTP failure, and whether it is permanent: codes from 500 on are."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        ((code, text),) = error.recipients.values()
        return _said(code, text), code >= 500
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return str(error), True
    if isinstance(error, smtplib.SMTPResponseException):
        return _said(error.smtp_code, error.smtp_error), 500 <= error.smtp_code < 600
    return f"{type(error).__name__}: {error}", False
