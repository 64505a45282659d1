"""HTML to PDF, by WeasyPrint. It needs Pango of the system, so it is imported when a document is made, not before.

A page can load the pictures that it was given and nothing else: no address, no file.
"""

import logging
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from PIL import Image

from server.domain.errors import DocumentsUnavailable

SCHEME = "picture:"


def make_pdf(html: str, pictures: Mapping[str, bytes]) -> bytes:
    """Give a page as PDF; `pictures` by the names that stand in it after `picture:`.

    Raises DocumentsUnavailable where the system's libraries are missing, KeyError for a picture that was not given.
    """
    weasyprint = _weasyprint()
    fetcher = _fetcher(weasyprint, pictures)
    made = weasyprint.HTML(string=html, base_url=None, url_fetcher=fetcher).write_pdf()
    if fetcher.missing:
        raise KeyError(fetcher.missing[0])
    return bytes(made)


def is_picture(content: bytes) -> bool:
    """Tell whether bytes are a picture that can be laid out."""
    try:
        with Image.open(BytesIO(content)) as found:
            found.verify()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return False
    return True


def is_available() -> bool:
    """Tell whether documents can be made on this machine."""
    try:
        _weasyprint()
    except DocumentsUnavailable:
        return False
    return True


def _weasyprint() -> Any:
    logging.getLogger("fontTools").setLevel(logging.WARNING)
    try:
        import weasyprint
    except (ImportError, OSError):  # OSError: the package is here, a library of the system is not.
        raise DocumentsUnavailable(
            "请安装 Pango 和中文字体 (Debian: libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk)"
        ) from None
    return weasyprint


def _fetcher(weasyprint: Any, pictures: Mapping[str, bytes]) -> Any:
    class Given(weasyprint.urls.URLFetcher):  # type: ignore[misc]
        """Gives what was given."""

        def __init__(self) -> None:
            super().__init__(allowed_protocols=frozenset())
            self.missing: list[str] = []

        def fetch(self, url: str, headers: Any = None) -> Any:
            name = url.removeprefix(SCHEME)
            if not url.startswith(SCHEME) or name not in pictures:
                self.missing.append(name)
                raise ValueError("not given")
            return weasyprint.urls.URLFetcherResponse(url, pictures[name])

    return Given()
