"""Reads the operation and its input from a request over HTTP.

Four protocols are read, those of the services that are called: the query protocol, JSON with
the operation in X-Amz-Target, Account Management's JSON, and S3's XML. A bucket's name is in the path.
What the model does not know stays in the input, under its name on the wire.
"""

import json
import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.etree import ElementTree

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel

# The services whose models have another name than their signatures.
MODELS = {"tagging": "resourcegroupstaggingapi"}
# What the signature and the SDK add to a request of S3.
ADDED = {"x-amz-date", "x-amz-content-sha256", "x-amz-security-token", "x-amz-user-agent"}
CHECKSUM = "x-amz-checksum-"


class Unreadable(ValueError):
    """The request is not one of an operation of AWS."""


class Request(NamedTuple):
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @classmethod
    def of(cls, raw: bytes) -> "Request":
        head, _, body = raw.partition(b"\r\n\r\n")
        line, *headers = head.decode(errors="replace").split("\r\n")
        method, target, *_ = line.split(" ")
        parts = urlsplit(target)
        pairs = [header.split(":", 1) for header in headers]
        return cls(
            method,
            parts.path,
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            {name.lower(): value.strip() for name, value in pairs},
            body,
        )

    def service(self) -> str:
        """The service, as the signature names it; only STS takes requests without one."""
        scope = re.search("/([^/]*)/aws4_request", self.headers.get("authorization", ""))
        return scope[1] if scope else "sts"


@lru_cache(maxsize=None)
def model(service: str) -> ServiceModel:
    name = MODELS.get(service, service)
    return ServiceModel(Loader().load_service_model(name, "service-2"), name)


def operation(service: ServiceModel, name: str) -> OperationModel:
    if name not in service.operation_names:
        raise Unreadable(f"{service.service_name} has no operation {name!r}")
    return service.operation_model(name)


def read(request: Request) -> tuple[OperationModel, dict]:
    """Returns the operation and its input."""
    service = model(request.service())
    if "x-amz-target" in request.headers:
        prefix, _, name = request.headers["x-amz-target"].rpartition(".")
        # Botocore writes the namespace before CloudTrail's prefix, and the SDK for Rust does not.
        if prefix.split(".")[-1] != service.metadata["targetPrefix"].split(".")[-1]:
            raise Unreadable(f"{service.service_name} is not called as {prefix}")
        return operation(service, name), without_nulls(json.loads(request.body or b"{}"))
    if service.metadata["protocol"] == "rest-xml":
        return read_rest(service, request)
    if service.metadata["protocol"] == "rest-json":
        return read_rest_json(service, request)
    return read_query(service, request)


def read_rest_json(service: ServiceModel, request: Request) -> tuple[OperationModel, dict]:
    """Each operation of Account Management has a path of its own and its input in the body."""
    for name in service.operation_names:
        found = service.operation_model(name)
        if found.http["method"] == request.method and found.http["requestUri"] == request.path:
            return found, without_nulls(json.loads(request.body or b"{}"))
    raise Unreadable(f"{service.service_name} has no {request.method} {request.path}")


def without_nulls(value):
    """AWS takes a member that is null for one that is not there."""
    if isinstance(value, dict):
        return {name: without_nulls(it) for name, it in value.items() if it is not None}
    return [without_nulls(it) for it in value] if isinstance(value, list) else value


def scalar(shape, text: str):
    """Reads a text as the shape's type; a text that is none stays as it is."""
    try:
        if shape.type_name in ("integer", "long"):
            return int(text)
        if shape.type_name in ("float", "double"):
            return float(text)
    except ValueError:
        return text
    if shape.type_name == "boolean":
        return {"true": True, "false": False}.get(text, text)
    return text


def read_query(service: ServiceModel, request: Request) -> tuple[OperationModel, dict]:
    tree: dict = {}
    for key, value in parse_qsl(request.body.decode(), keep_blank_values=True):
        *parents, last = key.split(".")
        node = tree
        for parent in parents:
            node = node.setdefault(parent, {})
        node[last] = value
    name, version = tree.pop("Action", ""), tree.pop("Version", "")
    if version != service.api_version:
        raise Unreadable(f"{service.service_name} has no version {version!r}")
    found = operation(service, name)
    return found, from_tree(found.input_shape, tree) if found.input_shape else tree


def from_tree(shape, node):
    """Reads a value of the query protocol, where a dot separates the parts of a name."""
    if shape.type_name == "structure":
        value = {}
        for on_wire, it in node.items():
            name, member = named(shape).get(on_wire, (on_wire, None))
            value[name] = from_tree(member, it) if member else it
        return value
    if shape.type_name == "list":
        # The name alone, without a value, is the empty list.
        entries = node if isinstance(node, dict) else {}
        if not shape.serialization.get("flattened"):
            entries = entries.get(shape.member.serialization.get("name", "member"), {})
        return [from_tree(shape.member, entries[key]) for key in sorted(entries, key=int)]
    return scalar(shape, node)


@lru_cache(maxsize=None)
def named(shape) -> dict:
    """The members of a structure, each with its name in the model, by their names on the wire.

    The names are without XML's namespaces.
    """
    on_wire = {it.serialization.get("name", name): (name, it) for name, it in shape.members.items()}
    return {name.split(":")[-1]: it for name, it in on_wire.items()}


@lru_cache(maxsize=None)
def routes(service: ServiceModel) -> list[tuple[OperationModel, list[str], dict[str, str]]]:
    """Each operation with the parts of its path and the query that names it."""
    found = []
    for name in service.operation_names:
        route = service.operation_model(name)
        path, _, query = route.http["requestUri"].partition("?")
        pairs = dict(parse_qsl(query, keep_blank_values=True))
        found.append((route, path.strip("/").split("/"), pairs))
    return found


def fit(request: Request, route: OperationModel, query: dict[str, str]) -> tuple:
    """How well a request fits an operation of its method and path; the larger, the better."""
    located = [route.input_shape.members[it] for it in route.input_shape.required_members]
    places = {"querystring": request.query, "header": request.headers}
    asked = [
        it.serialization["name"].lower() in {name.lower() for name in places[place]}
        for it in located
        if (place := it.serialization.get("location")) in places
    ]
    by_name = request.query.get("x-id") == route.name
    return by_name, len(query), asked.count(True), -asked.count(False), not route.deprecated


def read_rest(service: ServiceModel, request: Request) -> tuple[OperationModel, dict]:
    parts = request.path.strip("/").split("/", 1)
    candidates = [
        (fit(request, route, query), route, path, query)
        for route, path, query in routes(service)
        if route.http["method"] == request.method
        and len(path) == len(parts)
        and (path[0] == "") == (parts[0] == "")
        and query.items() <= request.query.items()
    ]
    if not candidates:
        raise Unreadable(f"{service.service_name} has no {request.method} {request.path}")
    _, found, path, query = max(candidates, key=lambda it: it[0])
    shape = found.input_shape
    at_path = {name.strip("{}+"): unquote(it) for name, it in zip(path, parts)}
    left = {name: it for name, it in request.query.items() if name not in query and name != "x-id"}
    headers = {
        name: it
        for name, it in request.headers.items()
        if name.startswith("x-amz-") and name not in ADDED
    }
    value: dict = {}
    for name, member in shape.members.items():
        place, on_wire = member.serialization.get("location"), member.serialization.get("name")
        if place == "uri":
            value[name] = at_path[on_wire]
        elif place == "querystring" and on_wire in left:
            value[name] = scalar(member, left.pop(on_wire))
        elif place == "header" and on_wire.lower() in request.headers:
            text = request.headers[on_wire.lower()]
            headers.pop(on_wire.lower(), None)
            is_list = member.type_name == "list"
            value[name] = text.split(",") if is_list else scalar(member, text)
    checksums = [name for name in request.headers if name.startswith(CHECKSUM)]
    checksummed = checksums or "content-md5" in request.headers
    if found.http_checksum.get("requestChecksumRequired") and not checksummed:
        raise Unreadable(f"{found.name} has no checksum")
    payload = shape.serialization.get("payload")
    if payload and request.body:
        member = shape.members[payload]
        is_xml = member.type_name == "structure"
        value[payload] = of_xml(member, request.body) if is_xml else of_text(member, request.body)
    return found, value | left | {it: "" for it in headers if it not in checksums}


def of_text(shape, body: bytes):
    return body.decode() if shape.type_name == "string" else body


def of_xml(shape, body: bytes):
    try:
        return from_element(shape, ElementTree.fromstring(body))
    except ElementTree.ParseError as error:
        raise Unreadable(f"the body is no XML: {error}") from error


def from_element(shape, element):
    if shape.type_name == "structure":
        return from_elements(shape, element)
    if shape.type_name == "list":
        return [from_element(shape.member, child) for child in element]
    return scalar(shape, element.text or "")


def from_elements(shape, element) -> dict:
    members = named(shape)
    value: dict = {}
    for key, text in element.attrib.items():
        on_wire = key.rpartition("}")[2]
        name, _ = members.get(on_wire, (on_wire, None))
        value[name] = text
    for child in element:
        on_wire = child.tag.rpartition("}")[2]
        name, member = members.get(on_wire, (on_wire, None))
        if member is None:
            value[name] = ""
        elif member.serialization.get("flattened"):
            value.setdefault(name, []).append(from_element(member.member, child))
        else:
            value[name] = from_element(member, child)
    return value
