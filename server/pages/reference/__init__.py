"""/docs: the HTTP API's description as a page, made from the same document as /openapi.json; no script, no other host."""

from typing import Any

from flask import Blueprint, Response, current_app, make_response, render_template

blueprint = Blueprint(
    "reference", __name__, template_folder="templates", static_folder="static", static_url_path="/docs/static"
)
METHODS = ("get", "post", "patch", "delete")


@blueprint.get("/docs")
def page() -> Response:
    """Show every operation with its parameters, bodies and answers."""
    spec = document()
    operations = [
        {"path": path, "method": method.upper(), **operation}
        for path, methods in spec["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    ]
    answer = make_response(
        render_template("reference/page.html", info=spec["info"], operations=operations, schemas=_schemas(spec))
    )
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'self'"
    return answer


def document() -> dict[str, Any]:
    """Give the OpenAPI document of this app."""
    api: Any = current_app.extensions["flask-smorest"]
    spec: dict[str, Any] = next(iter(api["apis"].values()))["ext_obj"].spec.to_dict()
    return spec


def _schemas(spec: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = spec.get("components", {}).get("schemas", {})
    return found
