"""A proxy that simulates the distance to AWS: it delays each call, and records it.

Calls are delayed at the same time, as by a real distance, and connections are kept open.
"""

import asyncio
import collections
import threading
import time
from dataclasses import dataclass
from urllib.parse import parse_qs

READS = ("Describe", "Get", "List", "Simulate", "GET", "HEAD")
# Policy documents and listings are far smaller.
LONGEST_HEAD = 1 << 20
# Seconds between two checks whether further calls have arrived.
TICK = 0.01


@dataclass(frozen=True)
class Call:
    """One request, from its arrival to the moment before its answer is sent.

    That moment is the same for all requests that are answered in one wave.
    """

    name: str
    started: float
    ended: float

    @property
    def writes(self):
        return not self.name.split(":")[1].startswith(READS)


def most_at_once(calls):
    """The greatest number of calls that were under way at the same time."""
    moments = [(call.started, 1) for call in calls] + [(call.ended, -1) for call in calls]
    most = now = 0
    for _, change in sorted(moments):
        now += change
        most = max(most, now)
    return most


def by_operation(calls):
    """How often each operation was called, the most frequent first."""
    counts = collections.Counter(call.name for call in calls)
    return sorted(counts.items(), key=lambda count: (-count[1], count[0]))


class Proxy:
    """Runs in a thread of its own until the process ends."""

    def __init__(self, upstream):
        host, _, port = upstream.removeprefix("http://").strip("/").rpartition(":")
        self.upstream = host.strip("[]"), int(port)
        # Seconds that each call waits before it is passed on.
        self.added = 0.0
        # If set, answers are held back and sent in waves: all at once, after this many seconds
        # without a new call. All calls then take equally long, however slow the emulator and the
        # machine are, so there are as many waves as calls that each needed the one before.
        self.quiet = 0.0
        self.calls = []
        self._under_way = 0
        self._held = []
        self._ticks = 0
        started = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self._serve(started)), daemon=True).start()
        started.wait()

    def take_calls(self):
        """Returns the calls since the previous `take_calls`."""
        calls, self.calls = self.calls, []
        return calls

    async def _serve(self, started):
        server = await asyncio.start_server(
            self._connection, "127.0.0.1", 0, limit=LONGEST_HEAD, backlog=256
        )
        self.url = "http://127.0.0.1:%d" % server.sockets[0].getsockname()[1]
        started.set()
        async with server:
            await self._release()

    async def _release(self):
        """Sends the answers that are held back, once every call has one and no further call arrives."""
        while True:
            await asyncio.sleep(TICK)
            # Time is counted in rounds of this loop, which also receives the calls: while the machine
            # is too busy to receive them, no time is counted.
            self._ticks += 1
            if len(self._held) == self._under_way and self._ticks * TICK >= self.quiet:
                now = time.monotonic()
                for held in self._held:
                    held.set_result(now)
                self._held = []

    async def _connection(self, client, to_client):
        server, to_server = await asyncio.open_connection(*self.upstream, limit=LONGEST_HEAD)
        try:
            while await self._call(client, to_client, server, to_server):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            # The client has ended, or closes an idle connection.
            pass
        finally:
            to_client.close()
            to_server.close()

    async def _call(self, client, to_client, server, to_server):
        head = await client.readuntil(b"\r\n\r\n")
        started = time.monotonic()
        self._under_way += 1
        self._ticks = 0
        try:
            line, headers = parse(head)
            if headers.get("expect", "").lower() == "100-continue":
                to_client.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                head = without_expect(head)
            body = await read_body(client, headers)
            await asyncio.sleep(self.added)
            to_server.write(head + body)

            answer = await server.readuntil(b"\r\n\r\n")
            status, answer_headers = parse(answer)
            if not (line.startswith("HEAD ") or status.split(" ")[1] in ("204", "304")):
                answer += await read_body(server, answer_headers)
            ended = await self._hold() if self.quiet else time.monotonic()
        finally:
            self._under_way -= 1
        self.calls.append(Call(name(line, headers, body), started, ended))
        to_client.write(answer)
        await to_client.drain()
        return answer_headers.get("connection", "").lower() != "close"

    async def _hold(self):
        held = asyncio.get_running_loop().create_future()
        self._held.append(held)
        return await held


def without_expect(head):
    """The head without `Expect`: the proxy has answered it, so the emulator must not answer it again."""
    lines = head.split(b"\r\n")
    return b"\r\n".join(line for line in lines if not line.lower().startswith(b"expect:"))


def parse(head):
    line, *headers = head.decode("latin-1").strip().split("\r\n")
    pairs = (header.partition(":") for header in headers)
    return line, {key.strip().lower(): value.strip() for key, _, value in pairs}


async def read_body(stream, headers):
    """The body as it was sent, chunks included."""
    if "chunked" not in headers.get("transfer-encoding", "").lower():
        return await stream.readexactly(int(headers.get("content-length", 0)))
    body = b""
    while True:
        size = await stream.readuntil(b"\r\n")
        body += size + await stream.readexactly(int(size.split(b";")[0], 16) + 2)
        if int(size.split(b";")[0], 16) == 0:
            return body


def name(line, headers, body):
    """The service as the signature names it, and the operation; for S3 the method and the part."""
    scope = headers.get("authorization", "").partition("Credential=")[2].split("/")
    service = scope[3] if len(scope) > 3 else "?"
    method, target, _ = line.split(" ", 2)
    if "x-amz-target" in headers:
        operation = headers["x-amz-target"].rpartition(".")[2]
    elif service != "s3":
        operation = parse_qs(body.decode()).get("Action", ["?"])[0]
    else:
        # A part of a bucket is named by a parameter without a value.
        parts = [part.rstrip("=") for part in target.partition("?")[2].split("&")]
        operation = method + "".join(f" ?{part}" for part in parts if part and "=" not in part)
    return f"{service}:{operation}"
