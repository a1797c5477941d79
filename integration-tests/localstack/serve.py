"""Serves LocalStack.

LocalStack ignores the configured address and opens its port on every interface.
Therefore it gets a socket that listens on the loopback address.
"""

import os
import socket
import sys
import threading
import warnings
from pathlib import Path

SERVICES = "iam,sts,kms,events,firehose,s3,cloudformation,logs,resourcegroupstaggingapi,sqs"
HEALTH = "/_localstack/health"


def configure(folder: Path, port: int) -> None:
    """Sets LocalStack's configuration, which it reads from the environment on import."""
    os.environ.update(
        GATEWAY_LISTEN=f"127.0.0.1:{port}",
        # Otherwise LocalStack may take a virtual machine for a container and
        # write below /etc and /var/lib.
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
    """Adds the parts of Python 3.13 that LocalStack uses to Python 3.12."""
    if sys.version_info >= (3, 13):
        return
    import typing_extensions

    warnings.deprecated = typing_extensions.deprecated

    # `Lock` is a function in 3.12 and a class in 3.13. Type annotations such as
    # `Lock | None` need a class.
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


def serve(listener: socket.socket, folder: Path) -> None:
    """Serves LocalStack on `listener` until the process ends."""
    configure(folder, listener.getsockname()[1])
    complete_python_3_12()
    listener.setblocking(False)
    hand_over(listener)

    from localstack.runtime.main import main as run_localstack

    run_localstack()
