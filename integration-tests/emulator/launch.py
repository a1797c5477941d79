"""Runs an emulator as an ordinary process, for machines without a container engine.

Usage: launch.py NAME FOLDER PORT

NAME is the folder beside this one whose serve.py serves the emulator. The
emulator writes all its files to FOLDER. Once the emulator answers, its port is
written to FOLDER/port. If PORT is 0, the kernel chooses a free port.

The emulator ends together with the process that started it, however that
process ended.
"""

import importlib
import os
import shutil
import socket
import sys
import threading
import time
import urllib.request
from pathlib import Path

READY_SECONDS = 120


def listen_on_loopback(port: int) -> socket.socket:
    """Returns a socket that listens already, so no other process can take its port."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(128)
    return listener


def announce(folder: Path, port: int, health: str) -> None:
    """Writes the port file once the health page is served."""
    # The socket listens already, so this one request waits in its queue until
    # the emulator serves it, and no polling is needed.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    opener.open(f"http://127.0.0.1:{port}{health}", timeout=READY_SECONDS).read()
    unfinished = folder / "port.new"
    unfinished.write_text(f"{port}\n")
    unfinished.rename(folder / "port")


def end_with(parent: int, folder: Path) -> None:
    """Removes the folder and ends this process as soon as `parent` has ended."""
    while os.getppid() == parent:
        time.sleep(1)
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


def main() -> None:
    parent = os.getppid()
    name, folder, port = sys.argv[1], Path(sys.argv[2]).resolve(), int(sys.argv[3])
    # Compiled files would be written beside the sources.
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / name))
    emulator = importlib.import_module("serve")

    listener = listen_on_loopback(port)
    port = listener.getsockname()[1]
    threading.Thread(target=end_with, args=(parent, folder), daemon=True).start()
    announcing = (folder, port, emulator.HEALTH)
    threading.Thread(target=announce, args=announcing, daemon=True).start()
    emulator.serve(listener, folder)


if __name__ == "__main__":
    main()
