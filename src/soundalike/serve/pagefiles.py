"""Pages as files of the package: sent as they are, allowed to load nothing but what this server sends."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Response

TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


def page_files(files: dict[str, Path]) -> APIRouter:
    """Routes for files by the name they are asked for under; "" is the page itself."""
    routes = APIRouter(include_in_schema=False)
    for name, path in files.items():
        routes.add_api_route(f"/{name}", _sender(path), methods=["GET", "HEAD"])
    return routes


def _sender(path: Path):
    def send() -> Response:
        return Response(path.read_bytes(), media_type=TYPES[path.suffix], headers=HEADERS)

    return send
