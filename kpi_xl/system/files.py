"""Write files whole or not at all, and with no more permissions than their folder.

What is written goes into a temporary file beside its place, onto the disk, and then takes the
place in one step. Whatever the system has against it is told as a `FileError`; no temporary file
stays, and what a killed process left goes the next time.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from kpi_xl import kinds
from kpi_xl.system.system_errors import Doing, FileError, database_error, file_error

try:
    import fcntl
except ModuleNotFoundError:  # Windows: nobody can remove or replace a file that is open there
    fcntl = None  # type: ignore[assignment]

_PATIENCE: Final = 30.0
"""Seconds to wait for another process that writes the very same file."""

_LONGEST: Final = 255
"""Bytes of a file name."""

_NEW: Final = (
    os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
)


def write_whole(file: Path, content: bytes) -> bool:
    """Write a file in one step; its folder is made if needed.

    Parameters
    ----------
    content : bytes
        What is to be in it.

    Returns
    -------
    bool
        Whether it was written; False where the same was in it already.

    Raises
    ------
    FileError
        When the system does not let us.
    """
    with _saying(file, "write"):
        if file.exists() and not file.is_file() and not file.is_dir():
            raise FileError(kinds.A_DEVICE(), file=file)
    if _holds(file, content):
        return False
    make_folder(file.parent)
    draft = _draft(file)
    with _saying(file, "write"):
        number = _begun(draft, file)
    with _removed(draft):
        with _saying(file, "write"), os.fdopen(number, "wb") as out:
            out.write(content)
            out.flush()
            _sync(out.fileno())
            if fcntl is not None:  # as long as it is locked nobody takes it for a killed process's
                with _saying(file, "replace"):
                    draft.replace(file)
        if fcntl is None:
            with _saying(file, "replace"):
                draft.replace(file)
    _sync_folder(file.parent)
    return True


@contextmanager
def unfinished(file: Path) -> Iterator[Path]:
    """A temporary path where a library writes a file, to be `put` afterwards.

    It is in a folder of its own beside the file, closed to others; the folder and all that is left
    in it go at the end. One process at a time may make the file: see `kpi_xl.system.holding`.

    Parameters
    ----------
    file : Path
        The file that it will be.

    Raises
    ------
    FileError
        When the system does not let us, also in what is done with it.
    """
    make_folder(file.parent)
    folder = _draft(file)
    with _saying(file, "write"):
        _remove_anything(folder)
        folder.mkdir(mode=0o700)
    try:
        yield folder / file.name
    except OSError as error:
        about = Path(os.fsdecode(error.filename or folder))
        raise file_error(error, file if folder in (about, about.parent) else about) from error
    except Exception as error:
        if (told := database_error(error)) is not None:
            raise FileError(told.fault, file=file) from error
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def put(finished: Path, file: Path) -> None:
    """Move a finished file to its place in one step, after it is on disk.

    Raises
    ------
    FileError
        When the system does not let us: then the old file is still there.
    """
    with _saying(file, "write"), finished.open("r+b") as content:
        finished.chmod(mode_in(file.parent, own=finished.stat().st_mode))
        _sync(content.fileno())
    with _saying(file, "replace"):
        finished.replace(file)
    _sync_folder(file.parent)


def remove(file: Path) -> None:
    """Remove a file, if it is there.

    Raises
    ------
    FileError
        When the system does not let us.
    """
    with _saying(file, "remove"):
        file.unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """Make a folder and its parents, with no more permissions than the folder they are in.

    Raises
    ------
    FileError
        When the system does not let us.
    """
    if folder.is_dir():
        return
    if folder.parent != folder:
        make_folder(folder.parent)
    with _saying(folder, "write"):
        mode = stat.S_IMODE(folder.parent.stat().st_mode)
        try:
            folder.mkdir(mode=mode & 0o777)
        except FileExistsError:
            if not stat.S_ISDIR(folder.stat().st_mode):
                raise NotADirectoryError(errno.ENOTDIR, "", str(folder)) from None
            return
        if _is_groups(folder.parent):
            folder.chmod(mode)


def make_own(folder: Path, *, group: bool = False) -> None:
    """Make a folder for the user alone, or the user's group; parents as usual.

    Raises
    ------
    FileError
        When the system does not let us.
    """
    make_folder(folder.absolute().parent)
    with _saying(folder, "write"):
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o2770 if group else 0o700)


def is_new(folder: Path) -> bool:
    """Whether a folder is missing or empty.

    Raises
    ------
    FileError
        When the system does not let us look.
    """
    with _saying(folder, "read"):
        return not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))


def mode_in(folder: Path, own: int = 0o666) -> int:
    """The permissions of a file in a folder: at most the folder's, and not executable.

    Its owner may read and write it, also where the folder says that nobody may and we can all the
    same, as the system's own user can.
    """
    mode = stat.S_IMODE(folder.stat().st_mode) & 0o666 | 0o600
    return mode if _is_groups(folder) else mode & own


def no_more_open_than(folder: Path) -> None:
    """Set the umask so that nothing this process makes has more permissions than a folder.

    What libraries make beside their files, such as a database's log, follows the process's umask.
    """
    with suppress(OSError):
        closed = 0o777 & ~stat.S_IMODE(folder.stat().st_mode)
        old = os.umask(0o077)
        os.umask(closed if _is_groups(folder) else old | closed)


def _holds(file: Path, content: bytes) -> bool:
    try:
        return file.stat().st_size == len(content) and file.read_bytes() == content
    except OSError:
        return False


def _draft(file: Path) -> Path:
    """The path of the temporary file: always the same, so that a leftover is found."""
    name = f".{file.name}.tmp"
    if len(os.fsencode(name)) > _LONGEST:
        return file.with_name(f".{file.name[:40]}….tmp")
    return file.with_name(name)


def _begun(draft: Path, file: Path) -> int:
    """Open a new temporary file and lock it; a leftover of a killed process is removed.

    Where another process is writing it, its end is waited for.
    """
    last = time.monotonic() + _PATIENCE
    mode = mode_in(file.parent)
    while True:
        try:
            number = os.open(draft, _NEW, mode)
        except FileExistsError:
            if not _removed_leftover(draft):
                if time.monotonic() > last:
                    raise FileError(kinds.BEING_WRITTEN(), file=file) from None
                time.sleep(0.05)
            continue
        if fcntl is None:
            return number
        with suppress(OSError):  # a network's disk may know no locks
            fcntl.flock(number, fcntl.LOCK_EX)
        if _is_groups(file.parent):
            os.fchmod(number, mode)
        try:
            mine = os.path.samestat(os.fstat(number), draft.lstat())
        except FileNotFoundError:
            mine = False  # somebody took it for left between the two steps
        if mine:
            return number
        os.close(number)


def _is_groups(folder: Path) -> bool:
    """Whether a group works in a folder: then files in it get the group's permissions."""
    return bool(folder.stat().st_mode & stat.S_ISGID)


def _removed_leftover(draft: Path) -> bool:
    """Remove a temporary file that no process owns; returns whether it did."""
    if draft.is_symlink() or draft.is_dir():
        _remove_anything(draft)
        return True
    if fcntl is None:
        try:
            draft.unlink(missing_ok=True)
        except PermissionError:
            return False
        return True
    try:
        number = os.open(draft, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(number), draft.lstat()):
            draft.unlink(missing_ok=True)
    except BlockingIOError:
        return False
    except FileNotFoundError:
        pass
    finally:
        os.close(number)
    return True


def _remove_anything(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _sync(number: int) -> None:
    try:
        os.fsync(number)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS):
            raise


def _sync_folder(folder: Path) -> None:
    """Sync the folder, so that the new name survives a power cut."""
    if fcntl is not None:
        with suppress(OSError):
            number = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(number)
            finally:
                os.close(number)


@contextmanager
def _removed(draft: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


@contextmanager
def _saying(file: Path, doing: Doing) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise file_error(error, file, doing) from error
