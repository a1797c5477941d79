"""Runs a command and prints what it cost: start, end, seconds of CPU, bytes of memory, exit code.

    measure.py OUTPUT COMMAND [ARGUMENT...]

It is a process of its own and imports next to nothing, because the kernel counts the memory of the
starting process as memory of the started one.
"""

import os
import sys
import time

output, *command = sys.argv[1:]
sink = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
actions = [(os.POSIX_SPAWN_DUP2, sink, 1), (os.POSIX_SPAWN_DUP2, sink, 2)]
started = time.monotonic()
child = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
_, status, usage = os.wait4(child, 0)
ended = time.monotonic()
# Linux counts KiB, macOS bytes.
unit = 1 if sys.platform == "darwin" else 1024
cpu = usage.ru_utime + usage.ru_stime
print(started, ended, cpu, usage.ru_maxrss * unit, os.waitstatus_to_exitcode(status))
