"""Several users on one device: each has a folder with keys and a store of their own, and none opens another's.

The first user lives in the home folder itself, every other one under `users/` in it.
"""

from pathlib import Path
from urllib.parse import quote

from field_client.errors import FieldError
from field_client.settings import Home, load_device

FOLDER = "users"


def home_of(base: Path, user: str | None) -> Home:
    """Choose a user's folder: the one that is named, else the only one there is.

    Raises FieldError("user.choose") where there are several, "user.unknown" for a name that is none of them.
    """
    homes = enrolled(base)
    if user is not None:
        if user not in homes and homes:
            raise FieldError("user.unknown", known="、".join(homes))
        return homes.get(user, Home(base))
    if len(homes) > 1:
        raise FieldError("user.choose", known="、".join(homes))
    return next(iter(homes.values()), Home(base))


def new_home(base: Path, username: str) -> Home:
    """Give the folder for a user who enrols: the home folder where it is free or theirs, else one of their own."""
    known = enrolled(base)
    if username in known:
        return known[username]
    is_free = not Home(base).device_file.exists()
    return Home(base) if is_free else Home(base / FOLDER / quote(username, safe=""))


def folders(base: Path) -> list[Home]:
    """List all users' folders, enrolled or not."""
    return [Home(base), *map(Home, sorted((base / FOLDER).glob("*")))]


def enrolled(base: Path) -> dict[str, Home]:
    """Name who has enrolled here, with their folders; the first user comes first."""
    found = {}
    for home in folders(base):
        if home.device_file.exists() and not home.wipe_file.exists():
            found[load_device(home).username] = home
    return found
