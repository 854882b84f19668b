"""The description of the interface: made from api.yaml, the model and the facets, never written twice."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from kofu.catalogue.documents import documents
from kofu.catalogue.facets import labels
from kofu.catalogue.search import MAX_QUERY
from kofu.catalogue.store import FACETS
from kofu.programme.model import Programme
from kofu.site.params import MAX_BODY, MAX_LIMIT
from kofu.site.shelf import Shelf
from kofu.version import __version__
from kofu.yaml_file import load_plain

_HERE = Path(__file__).parent
_SCHEMA_URL = "https://json-schema.org/draft/2020-12/schema"


@cache
def _api() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = load_plain(_HERE / "api.yaml")
    return found


def endpoints() -> list[dict[str, Any]]:
    """Every data address with its parameters."""
    return _api()["endpoints"]


def described_parameters() -> list[dict[str, Any]]:
    """Every parameter; for a facet `allowed` lists its codes."""
    facets = {kind: list(labels(kind)) for kind in FACETS}
    return [
        {"range": "", "allowed": facets.get(parameter["name"], []), **parameter}
        for parameter in _api()["parameters"]
    ]


@cache
def _rules() -> dict[str, Any]:
    found: dict[str, Any] = load_plain(_HERE / "rules_schema.yaml")
    return found


@cache
def programme_schema() -> dict[str, Any]:
    """The JSON Schema of a programme as `/programmes/{id}.json` holds it under `programme`."""
    schema = Programme.model_json_schema(by_alias=True, mode="serialization")
    return {"$schema": _SCHEMA_URL, "$id": "/schema/programme.json", **schema}


def openapi(shelf: Shelf) -> dict[str, Any]:
    """The OpenAPI 3.1 description of the data addresses."""
    by_name = {p["name"]: _parameter(p) for p in described_parameters()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "kofu",
            "version": __version__,
            "description": "Government funding programmes as data and rules. No key.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": {e["path"]: _path(e, by_name, shelf) for e in endpoints()},
        "components": {
            "schemas": {
                "Programme": {"$ref": "/schema/programme.json"},
                "Error": _ERROR,
                **_rules()["schemas"],
            }
        },
    }


_ERROR = {
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "properties": {
                "status": {"type": "integer"},
                "ja": {"type": "string"},
                "en": {"type": "string"},
            },
            "required": ["status", "ja", "en"],
        }
    },
    "required": ["error"],
}


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    if parameter["allowed"]:
        schema["enum"] = parameter["allowed"]
    if parameter["name"] in FACETS:
        schema = {"type": "array", "items": schema}
    if parameter["name"] in ("page", "limit"):
        schema = {"type": "integer", "minimum": 1}
    if parameter["name"] == "limit":
        schema["maximum"] = MAX_LIMIT
    if parameter["name"] == "q":
        schema["maxLength"] = MAX_QUERY
    found = {"name": parameter["name"], "in": "query", "description": parameter["en"], "schema": schema}
    return found | {key: parameter[key] for key in ("required", "example") if parameter.get(key)}


def _path(endpoint: dict[str, Any], by_name: dict[str, dict[str, Any]], shelf: Shelf) -> dict[str, Any]:
    """What can be done at one address: get, and post where it takes a body."""
    found = {"get": _operation(endpoint, by_name, shelf)}
    if endpoint.get("delete"):
        found["delete"] = {**found["get"], "operationId": found["get"]["operationId"] + "_delete"}
    if "body" in endpoint:
        properties = {key: _rules()["body"][key] for key in endpoint["body"]}
        required = [key for key in _rules()["required"] if key in properties]
        schema = {"type": "object", "properties": properties, "additionalProperties": False}
        error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
        more: dict[str, Any] = {"413": {"description": f"More than {MAX_BODY} bytes.", "content": error}}
        if "started" in endpoint:
            answer = {"schema": {"$ref": f"#/components/schemas/{endpoint['started']}"}}
            more["202"] = {"description": "It waits or runs.", "content": {endpoint["type"]: answer}}
            more["503"] = {"description": "Too many wait; try again later.", "content": error}
        found["post"] = {
            **found["get"],
            "operationId": found["get"]["operationId"] + "_post",
            "parameters": [],
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": schema | {"required": required}}},
            },
            "responses": found["get"]["responses"] | more,
        }
        if "started" in endpoint:
            del found["post"]["responses"]["200"]
    return found


def _operation(endpoint: dict[str, Any], by_name: dict[str, dict[str, Any]], shelf: Shelf) -> dict[str, Any]:
    path = endpoint["path"]
    examples = {"id": shelf.ids[0], "name": next(iter(documents())), "table": "flows", "numbers": "totals"}
    inside = [
        {"name": n, "in": "path", "required": True, "schema": {"type": "string"}}
        | ({"example": examples[n]} if n in examples else {})  # a job is there when it was started
        for n in re.findall(r"{(\w+)}", path)
    ]
    body: dict[str, Any] = {"schema": {"type": "string"}} if endpoint["type"] == "text/csv" else {}
    if path == "/programmes/{id}.json":
        ref = {"$ref": "#/components/schemas/Programme"}
        body = {"schema": {"type": "object", "properties": {"programme": ref}, "required": ["programme"]}}
    if "answer" in endpoint:
        body = {"schema": {"$ref": f"#/components/schemas/{endpoint['answer']}"}}
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    bad = {"400": {"description": "A value that cannot be; the message names it.", "content": error}}
    missing = (
        {"404": {"description": "There is no such thing.", "content": error}}
        if inside or path in ("/api/quote", "/api/simulate")
        else {}
    )
    return {
        "operationId": re.sub(r"\W+", "_", path).strip("_"),
        "summary": endpoint["en"],
        "parameters": inside + [by_name[name] for name in endpoint["parameters"]],
        "responses": {
            "200": {"description": endpoint["en"], "content": {endpoint["type"]: body}},
            **bad,
            **missing,
        },
    }
