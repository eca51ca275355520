"""Run a command with little disk space: `python small_disk.py FOLDER BYTES -- COMMAND …`.

FOLDER becomes a file system of BYTES in a namespace of its own. If the kernel forbids that, no file
may grow beyond BYTES, so the same calls fail. Standard error tells the way taken.
"""

from __future__ import annotations

import ctypes
import os
import resource
import sys

CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000


def mount_small(folder: str, size: int) -> None:
    """Mount a tmpfs of `size` bytes on `folder`, seen by this process tree only. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.getuid(), os.getgid()
    call(libc.unshare(CLONE_NEWUSER | CLONE_NEWNS))
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"0 {user} 1"),
        ("gid_map", f"0 {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)
    call(libc.mount(b"none", folder.encode(), b"tmpfs", 0, f"size={size}".encode()))


def call(result: int) -> None:
    """Raise for a system call that failed."""
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def main() -> None:
    folder, size, command = sys.argv[1], int(sys.argv[2]), sys.argv[4:]
    try:
        mount_small(folder, size)
        print("small disk: tmpfs", file=sys.stderr, flush=True)
    except OSError as error:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        print(f"small disk: file size limit ({error})", file=sys.stderr, flush=True)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
