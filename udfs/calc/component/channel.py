"""Messages between LibreOffice and kpi_xl: Python's own values over a socket, one at a time."""

from __future__ import annotations

import pickle
import socket
import struct
from typing import Any

_LENGTH = struct.Struct("<I")
_PROTOCOL = 4  # every Python that either end may be reads and writes it


class Channel:
    """One end of the connection to another process.

    Parameters
    ----------
    end : socket.socket
        A connected socket that nobody else can reach.
    """

    def __init__(self, end: socket.socket) -> None:
        if end.family == socket.AF_INET:  # Windows: answers must not wait to be sent together
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._end = end
        self._rest = b""

    def send(self, message: Any) -> None:
        """Send a message."""
        content = pickle.dumps(message, _PROTOCOL)
        self._end.sendall(_LENGTH.pack(len(content)) + content)

    def receive(self, timeout: float | None = None) -> Any:
        """Wait for the next message.

        Parameters
        ----------
        timeout : float, optional
            Seconds after which to give up.

        Raises
        ------
        EOFError
            When the other end has gone.
        TimeoutError
            When nothing came in time; the channel cannot be used any more then.
        """
        self._end.settimeout(timeout)
        try:
            self._fill(_LENGTH.size)
            end = _LENGTH.size + _LENGTH.unpack_from(self._rest)[0]
            self._fill(end)
        except TimeoutError:
            raise
        except OSError as error:
            raise EOFError from error
        content, self._rest = self._rest[_LENGTH.size : end], self._rest[end:]
        return pickle.loads(content)

    def close(self) -> None:
        """Close this end; the other end notices."""
        self._end.close()

    def _fill(self, size: int) -> None:
        """Read until so many bytes are there."""
        if len(self._rest) >= size:
            return
        pieces, had = [self._rest], len(self._rest)
        while had < size:
            piece = self._end.recv(max(65536, size - had))
            if not piece:
                raise EOFError
            pieces.append(piece)
            had += len(piece)
        self._rest = b"".join(pieces)
