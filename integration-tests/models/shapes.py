"""Compares a value with a shape of AWS's models.

A structure is a dictionary, and what the shape does not know keeps its name on the
wire there. A number that could not be read is still a text.
"""

import base64
from functools import lru_cache

import regex

LONGEST_QUOTE = 100


@lru_cache(maxsize=None)
def compiled(pattern: str) -> regex.Pattern:
    """Compiles a pattern, which is written for Java."""
    # Java reads two surrogates as the character that both encode.
    pattern = pattern.replace(r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF")
    # Java's \w and \d are ASCII, and \p{L} is not. No pattern has both.
    return regex.compile(pattern, 0 if r"\p{" in pattern else regex.ASCII)


def quoted(value) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}..."


def problems(shape, value, path: str):
    """Yields what AWS would refuse, each with the member's path."""
    return CHECKS[shape.type_name](shape, value, path)


def bounds(shape, size: int, path: str, what: str):
    """Checks a length, a count or a number against `min` and `max`."""
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        yield f"{path}: {what} {size} is below the minimum of {least}"
    if most is not None and size > most:
        yield f"{path}: {what} {size} is above the maximum of {most}"


def structure(shape, value, path):
    if not isinstance(value, dict):
        yield f"{path}: {quoted(value)} is no structure"
        return
    for name in shape.required_members:
        if name not in value:
            yield f"{path}.{name} is missing"
    if shape.is_tagged_union and len(value) != 1:
        yield f"{path}: {sorted(value)} are set, and exactly one must be"
    for name, inner in value.items():
        if name in shape.members:
            yield from problems(shape.members[name], inner, f"{path}.{name}")
        else:
            yield f"{path}.{name} is not in the model"


def list_(shape, value, path):
    if not isinstance(value, list):
        yield f"{path}: {quoted(value)} is no list"
        return
    yield from bounds(shape, len(value), path, "the number of entries,")
    for index, inner in enumerate(value):
        yield from problems(shape.member, inner, f"{path}[{index}]")


def map_(shape, value, path):
    if not isinstance(value, dict):
        yield f"{path}: {quoted(value)} is no map"
        return
    yield from bounds(shape, len(value), path, "the number of entries,")
    for key, inner in value.items():
        yield from problems(shape.key, key, f"{path}: the key {quoted(key)}")
        yield from problems(shape.value, inner, f"{path}[{key}]")


def string(shape, value, path):
    if not isinstance(value, str):
        yield f"{path}: {quoted(value)} is no text"
        return
    yield from bounds(shape, len(value), path, "the length,")
    if shape.enum and value not in shape.enum:
        yield f"{path}: {quoted(value)} is none of {', '.join(shape.enum)}"
    # AWS compares the whole text, also where a pattern has no anchors: IAM refuses a role's
    # name with a slash by the pattern [\w+=,.@-]+.
    pattern = shape.metadata.get("pattern")
    if pattern and not compiled(pattern).fullmatch(value):
        yield f"{path}: {quoted(value)} does not match {pattern}"


def blob(shape, value, path):
    size = len(value) if isinstance(value, bytes) else len(base64.b64decode(value))
    yield from bounds(shape, size, path, "the length,")


def number(shape, value, path):
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield f"{path}: {quoted(value)} is no number"
        return
    yield from bounds(shape, value, path, "the number")


def boolean(_shape, value, path):
    if not isinstance(value, bool):
        yield f"{path}: {quoted(value)} is neither true nor false"


def unchecked(_shape, _value, _path):
    """The SDK writes the time from a number of its own."""
    return ()


CHECKS = {
    "structure": structure,
    "list": list_,
    "map": map_,
    "string": string,
    "blob": blob,
    "integer": number,
    "long": number,
    "float": number,
    "double": number,
    "boolean": boolean,
    "timestamp": unchecked,
}
