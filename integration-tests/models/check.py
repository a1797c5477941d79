"""Tells what AWS would refuse in a request, by the models of AWS in botocore.

Each request comes from stdin as its length in bytes, a line end, and the request as
it is sent over HTTP. The answer is one line on stdout, a JSON list of what is wrong.
"""

import json
import sys

from shapes import problems
from wire import Request, Unreadable, read


def check(raw: bytes) -> list[str]:
    try:
        operation, value = read(Request.of(raw))
        if operation.input_shape is None:
            return [f"{operation.name}.{name} is not in the model" for name in value]
        return list(problems(operation.input_shape, value, operation.name))
    except Unreadable as error:
        return [str(error)]
    # One request that nobody thought of must not end the tests of all others.
    except Exception as error:
        return [f"the request cannot be read: {error!r}"]


def main() -> None:
    while length := sys.stdin.buffer.readline():
        print(json.dumps(check(sys.stdin.buffer.read(int(length)))), flush=True)


if __name__ == "__main__":
    main()
