"""The pages of an enrolled device, and a browser of few words that keeps cookies and fills in forms."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from field_client.web import create_app, entrance
from tests.field_client.conftest import Phone


@dataclass
class Visitor:
    """Someone at the pages; what they send carries the token of the page, as a form's hidden field does."""

    app: Flask
    client: FlaskClient

    def enter(self) -> None:
        """Come in by the one-time address."""
        assert self.client.get(entrance(self.app)).status_code == 302

    def get(self, path: str, **options: Any) -> str:
        response = self.client.get(path, **options)
        assert response.status_code == 200, (path, response.status_code, response.text[:2000])
        return response.text

    def post(self, path: str, **fields: Any) -> TestResponse:
        return self.client.post(path, data={"csrf": self.token(), **fields})

    def send(self, path: str, **fields: Any) -> str:
        """Send a form and follow to where it leads; gives the path."""
        response = self.post(path, **fields)
        assert response.status_code == 303, (path, response.status_code, response.text[:2000])
        return str(response.location)

    def token(self) -> str:
        with self.client.session_transaction() as session:
            return str(session.get("csrf", ""))

    def said(self) -> str:
        """What the next page says on top."""
        return " ".join(re.findall(r'<p class="said.*?<span>(.*?)</span>', self.get("/visits"), re.S))


@pytest.fixture
def pages(synced: Phone) -> Iterator[Flask]:
    """The pages of a device without a PIN, with a village on it, and the office gone."""
    synced.running.stop()
    app = create_app(synced.home, synced.clock, store_key=synced.key)
    yield app
    app.extensions["desk"].courier.wait()
    synced.running.start()


@pytest.fixture
def visitor(pages: Flask) -> Visitor:
    """Someone who came in."""
    someone = Visitor(pages, pages.test_client())
    someone.enter()
    return someone
