"""The pages that a caseworker opens most."""

from collections.abc import Callable, Mapping

from benchmarks.field.device import Scene

PAGES: Mapping[str, Callable[[Scene], str]] = {
    "home": lambda scene: "/",
    "households": lambda scene: "/households",
    "households, the last page": lambda scene: "/households?page=9999",
    "a household": lambda scene: f"/households/{scene.household}",
    "visits": lambda scene: "/visits",
    "a sealed visit": lambda scene: f"/visits/{scene.visit}",
    "tasks": lambda scene: "/tasks",
    "sync": lambda scene: "/sync",
    "storage": lambda scene: "/sync/storage",
    "the strip alone": lambda scene: "/strip",
}
