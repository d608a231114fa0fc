"""A stream encrypted with a passphrase: AES-256-GCM in chunks, the key by scrypt (RFC 7914).

Each chunk is sealed by itself, so that a file larger than memory can be read while it is checked. Its
nonce holds its position and whether it is the last: chunks cannot be exchanged, nor the end torn off.
The header is part of what every chunk proves.
"""

import io
import os
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

MAGIC = b"RONDA-SEALED-1\n"
CHUNK = 1024 * 1024
TAG, SALT, PREFIX = 16, 16, 7
LOG_N, R, P = 16, 8, 1  # 64 MB of memory and about 0.2 s for each guess
# More is taken from no file: else a forged header could ask for all the memory there is.
MOST_LOG_N = 20
HEADER = len(MAGIC) + 3 + SALT + PREFIX


class CannotOpen(ValueError):
    """The passphrase is wrong, or the file was changed or cut off."""


def is_sealed(start: bytes) -> bool:
    """Whether a file with these first bytes is encrypted."""
    return start.startswith(MAGIC)


def _key(passphrase: str, salt: bytes, log_n: int, r: int, p: int) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, n=2**log_n, r=r, p=p).derive(passphrase.encode()))


def _nonce(prefix: bytes, position: int, *, last: bool) -> bytes:
    return prefix + position.to_bytes(4, "big") + bytes([last])


class SealingWriter(io.RawIOBase):
    """Encrypts what is written to it into `out`; only a closed one is whole. `out` stays open."""

    def __init__(self, out: BinaryIO, passphrase: str, *, log_n: int = LOG_N) -> None:
        super().__init__()
        salt, self._prefix = os.urandom(SALT), os.urandom(PREFIX)
        self._header = MAGIC + bytes([log_n, R, P]) + salt + self._prefix
        self._cipher = _key(passphrase, salt, log_n, R, P)
        self._out, self._rest, self._position = out, bytearray(), 0
        out.write(self._header)

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        given = bytes(data)  # type: ignore[call-overload]
        self._rest += given
        while len(self._rest) > CHUNK:
            self._seal(bytes(self._rest[:CHUNK]), last=False)
            del self._rest[:CHUNK]
        return len(given)

    def _seal(self, chunk: bytes, *, last: bool) -> None:
        nonce = _nonce(self._prefix, self._position, last=last)
        self._out.write(self._cipher.encrypt(nonce, chunk, self._header))
        self._position += 1

    def finish(self) -> None:
        """Write the last chunk: the mark that nothing is missing."""
        self._seal(bytes(self._rest), last=True)
        self._rest.clear()


class SealedReader(io.RawIOBase):
    """What was sealed, in the clear. Raises CannotOpen at the first chunk that does not prove itself."""

    def __init__(self, source: BinaryIO, passphrase: str) -> None:
        super().__init__()
        header = source.read(HEADER)
        at = len(MAGIC)
        if (
            len(header) < HEADER
            or not is_sealed(header)
            or header[at] > MOST_LOG_N
            or not all(header[at : at + 3])
        ):
            raise CannotOpen("not a sealed file")
        salt, self._prefix = header[at + 3 : at + 3 + SALT], header[at + 3 + SALT :]
        if header[at + 1] != R or header[at + 2] != P:
            raise CannotOpen("unknown cost of the key")
        self._cipher = _key(passphrase, salt, header[at], R, P)
        self._header, self._source, self._position = header, source, 0
        self._ahead, self._clear = source.read(CHUNK + TAG), memoryview(b"")
        if not self._ahead:
            raise CannotOpen("cut off after its header")  # also nothing at all ends with a seal

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        into = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        while not self._clear and self._ahead:
            self._open_next()
        taken = self._clear[: len(into)]
        into[: len(taken)] = taken
        self._clear = self._clear[len(taken) :]
        return len(taken)

    def _open_next(self) -> None:
        sealed, self._ahead = self._ahead, self._source.read(CHUNK + TAG)
        nonce = _nonce(self._prefix, self._position, last=not self._ahead)
        try:
            self._clear = memoryview(self._cipher.decrypt(nonce, sealed, self._header))
        except InvalidTag as error:
            raise CannotOpen("wrong passphrase, or a changed file") from error
        self._position += 1
