"""The office's machine: one application for all stories of this process, over whatever state was put into its folder.

Making an application anew costs, and with it would go every statement that SQLAlchemy has compiled.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from flask import Flask

from server.extensions import db
from tests.simulation.places import BEGINNING, new_server, workplace


@dataclass
class Machine:
    """The application, the folder that it works in, and the clock that it reads."""

    app: Flask
    folder: Path
    clock: Callable[[], datetime]

    def put_in(self, state: Path, clock: Callable[[], datetime]) -> None:
        """Start over a copy of another state."""
        self.stop()
        shutil.rmtree(self.folder)
        shutil.copytree(state, self.folder)
        self.clock = clock

    def stop(self) -> None:
        """Let go of the database's file."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()


@cache
def machine() -> Machine:
    """Give this process's machine; at first it holds the register and no device."""
    folder = workplace() / "office"
    folder.mkdir()
    found = Machine(new_server(folder, lambda: found.clock()), folder, lambda: BEGINNING)
    return found
