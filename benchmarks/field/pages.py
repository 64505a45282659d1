"""The pages that a caseworker opens most."""

from collections.abc import Callable, Mapping

from benchmarks.field.device import WAITING, Scene

PAGES: Mapping[str, Callable[[Scene], str]] = {
    "home": lambda scene: "/",
    "households": lambda scene: "/households",
    "households, the last page": lambda scene: "/households?page=9999",
    "a household": lambda scene: f"/households/{scene.households[4321]}",
    "visits": lambda scene: "/visits",
    "a sealed visit": lambda scene: f"/visits/{scene.visits[WAITING + 1]}",
    "tasks": lambda scene: "/tasks",
    "sync": lambda scene: "/sync",
    "storage": lambda scene: "/sync/storage",
    "the strip alone": lambda scene: "/strip",
}
