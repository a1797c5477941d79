"""Runs LocalStack as an ordinary process, for machines without a container engine.

Usage: launch.py FOLDER PORT

FOLDER receives everything that LocalStack writes. Once LocalStack answers, its
port is written to FOLDER/port. As PORT, 0 lets the kernel choose a free one.

LocalStack ignores the address it is told to listen on and opens its port on
every interface. This launcher therefore opens the socket itself, on the
loopback address, and hands it over. It also ends together with the process
that started it, however that one ended.
"""

import os
import shutil
import socket
import sys
import threading
import time
import urllib.request
import warnings
from pathlib import Path

SERVICES = "iam,sts,kms,events,firehose,s3,cloudformation,logs,resourcegroupstaggingapi,sqs"
READY_SECONDS = 120


def listen_on_loopback(port: int) -> socket.socket:
    """Returns a socket that already listens, so that nobody else can take its port."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(128)
    listener.setblocking(False)
    return listener


def configure(folder: Path, port: int) -> None:
    """Sets LocalStack's configuration, which it reads from the environment on import."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(
        GATEWAY_LISTEN=f"127.0.0.1:{port}",
        # A virtual machine is otherwise taken for a container, in which
        # LocalStack would write below /etc and /var/lib.
        OVERRIDE_IN_DOCKER="0",
        FILESYSTEM_ROOT=str(folder),
        HOME=str(folder),
        SERVICES=SERVICES,
        EAGER_SERVICE_LOADING="0",
        SKIP_SSL_CERT_DOWNLOAD="1",
        DISABLE_EVENTS="1",
        DNS_ADDRESS="0",
        LS_LOG="warn",
        NO_PROXY="*",
    )


def complete_python_3_12() -> None:
    """Adds what LocalStack uses of Python 3.13 and Python 3.12 lacks."""
    if sys.version_info >= (3, 13):
        return
    import typing_extensions

    warnings.deprecated = typing_extensions.deprecated

    # A function until 3.12, and a class since, so that type annotations such
    # as `Lock | None` can be evaluated.
    class Lock:
        allocate = staticmethod(threading.Lock)

        def __new__(cls):
            return cls.allocate()

    threading.Lock = Lock


def hand_over(listener: socket.socket) -> None:
    """Makes LocalStack's server accept from `listener` instead of opening a port."""
    from twisted.internet import defer, endpoints, reactor

    def listen(_endpoint, factory):
        return defer.execute(
            reactor.adoptStreamPort, listener.fileno(), socket.AF_INET, factory
        )

    endpoints.TCP4ServerEndpoint.listen = listen


def announce(folder: Path, port: int) -> None:
    """Writes the port file once the health page is served."""
    # The socket listens already, so that this one request waits in its queue
    # until LocalStack serves it, and no polling is needed.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    opener.open(f"http://127.0.0.1:{port}/_localstack/health", timeout=READY_SECONDS).read()
    unfinished = folder / "port.new"
    unfinished.write_text(f"{port}\n")
    unfinished.rename(folder / "port")


def end_with(parent: int, folder: Path) -> None:
    """Removes the folder and ends this process as soon as `parent` is gone."""
    while os.getppid() == parent:
        time.sleep(1)
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


def main() -> None:
    parent = os.getppid()
    folder = Path(sys.argv[1]).resolve()
    listener = listen_on_loopback(int(sys.argv[2]))
    port = listener.getsockname()[1]
    configure(folder, port)
    complete_python_3_12()
    hand_over(listener)
    threading.Thread(target=end_with, args=(parent, folder), daemon=True).start()
    threading.Thread(target=announce, args=(folder, port), daemon=True).start()

    from localstack.runtime.main import main as run_localstack

    run_localstack()


if __name__ == "__main__":
    main()
