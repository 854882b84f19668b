"""Pages and JSON through the whole application, beside a bare ASGI app that does the same work and nothing more."""

from __future__ import annotations
