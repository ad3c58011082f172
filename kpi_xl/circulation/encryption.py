"""Workbooks and PDFs that open with a password only, encrypted as Excel does it (AES)."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from kpi_xl import kinds
from kpi_xl.errors import InputError


def encrypted(content: bytes, password: str) -> bytes:
    """A workbook that opens with a password.

    Raises
    ------
    InputError
        When the optional component is not installed.
    """
    office = _msoffcrypto()
    out = io.BytesIO()
    office.format.ooxml.OOXMLFile(io.BytesIO(content)).encrypt(password, out)
    return out.getvalue()


def decrypted(content: bytes, passwords: Iterable[str]) -> bytes | None:
    """The workbook, decrypted by one of some passwords; None when none fits.

    Raises
    ------
    InputError
        When the optional component is not installed.
    """
    office = _msoffcrypto()
    try:
        file = office.OfficeFile(io.BytesIO(content))
    except Exception:  # whatever a damaged file makes it raise
        return None
    for password in passwords:
        out = io.BytesIO()
        try:
            file.load_key(password=password, verify_password=True)
            file.decrypt(out, verify_integrity=True)
        except Exception:  # a wrong password, or a damaged file
            continue
        return out.getvalue()
    return None


def locked_pdf(content: bytes, password: str) -> bytes:
    """A PDF that opens with a password only (AES, 256 bits).

    Raises
    ------
    InputError
        When the optional component is not installed.
    """
    try:
        from pypdf import PdfReader, PdfWriter
    except ModuleNotFoundError as error:
        raise InputError(kinds.PDF_ENCRYPTION_MISSING()) from error
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    writer.encrypt(password, algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _msoffcrypto() -> Any:
    try:
        import msoffcrypto
        import msoffcrypto.format.ooxml
    except ModuleNotFoundError as error:
        raise InputError(kinds.ENCRYPTION_MISSING(component=error.name)) from error
    return msoffcrypto
