"""Every page of an encrypted store in the clear, freed ones and those of its log included: what a thief with the key reads.

SQLCipher 4: pages of 4,096 bytes, of which the last 80 hold the IV and a signature; the file's first 16 bytes are its salt.
"""

from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

PAGE, RESERVED, SALT = 4096, 80, 16
LOG_HEADER, FRAME_HEADER = 32, 24


def in_the_clear(store: Path, key: bytes) -> bytes:
    """Give all pages of the store's file and of its log, one after the other."""
    whole = store.read_bytes()
    pages = [whole[at : at + PAGE] for at in range(0, len(whole), PAGE)]
    plain = [_opened(pages[0], key, SALT), *(_opened(page, key) for page in pages[1:])]
    log = store.with_name(f"{store.name}-wal")
    frames = log.read_bytes()[LOG_HEADER:] if log.exists() else b""
    for at in range(0, len(frames), FRAME_HEADER + PAGE):
        number = int.from_bytes(frames[at : at + 4], "big")
        page = frames[at + FRAME_HEADER : at + FRAME_HEADER + PAGE]
        plain.append(_opened(page, key, SALT if number == 1 else 0))
    return b"".join(plain)


def _opened(page: bytes, key: bytes, start: int = 0) -> bytes:
    iv = page[PAGE - RESERVED : PAGE - RESERVED + 16]
    decryptor = Cipher(AES256(key), CBC(iv)).decryptor()
    return decryptor.update(page[start : PAGE - RESERVED]) + decryptor.finalize()
