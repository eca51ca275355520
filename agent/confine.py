"""Confine this process, then run a command in it. Started by `sandbox` as a script of its own, inside the sandbox.

    python -I -S confine.py POLICY COMMAND…

`POLICY` is a JSON object: `limits` (name → value), `families` (socket address families that may be used, null for
all), and for Landlock `read` and `write` (folders and files, null where the mount namespace decides). The script
imports only the standard library, because nothing else is there. It ends with the command's exit code; 125 means
that it could not confine itself.

System calls and structures: landlock(7), seccomp(2), prctl(2).
"""

from __future__ import annotations

import ctypes
import json
import os
import platform
import resource
import signal
import struct
import sys
from types import FrameType

CONFINE_FAILED = 125

PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 22, 36, 38
LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446
FS_EXECUTE, FS_WRITE_FILE, FS_READ_FILE, FS_READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
FS_TRUNCATE, FS_IOCTL_DEV = 1 << 14, 1 << 15
FS_ON_FILES = FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV  # what a rule on a file may hold
FS_ALL = {
    1: (1 << 13) - 1,
    2: (1 << 14) - 1,
    3: (1 << 15) - 1,
    4: (1 << 15) - 1,
}  # ABI → rights it knows; later: 16 bits
NET_TCP = 0b11  # bind and connect
SCOPE_ALL = 0b11  # abstract unix sockets and signals

SYSCALLS = {  # machine → audit architecture, and the calls that the filter looks at
    "x86_64": (0xC000003E, {"socket": 41, "io_uring_setup": 425, "add_key": 248, "request_key": 249, "keyctl": 250}),
    "aarch64": (0xC00000B7, {"socket": 198, "io_uring_setup": 425, "add_key": 217, "request_key": 218, "keyctl": 219}),
}
EPERM, ENOSYS = 1, 38

libc = ctypes.CDLL(None, use_errno=True)


def prctl(option: int, value: int, third: object = None) -> None:
    """prctl(2), with an exception for a failure."""
    zero = ctypes.c_ulong(0)
    if libc.prctl(option, ctypes.c_ulong(value), third or zero, zero, zero) != 0:
        raise OSError(ctypes.get_errno(), f"prctl {option}")


def syscall(number: int, *arguments: object) -> int:
    """syscall(2), with an exception for a failure."""
    result = int(libc.syscall(ctypes.c_long(number), *arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), f"system call {number}")
    return result


def landlock_abi() -> int:
    """The version of Landlock in this kernel; 0 where it is off."""
    try:
        return syscall(LANDLOCK_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    except OSError:
        return 0


def landlock(read: list[str], write: list[str]) -> None:
    """Allow reading below `read`, everything below `write`, and nothing else; no TCP and no signals to the outside."""
    abi = landlock_abi()
    if abi < 1:
        raise OSError(ENOSYS, "Landlock is not in this kernel")
    rights = FS_ALL.get(abi, (1 << 16) - 1)
    ruleset = struct.pack("=QQQ", rights, NET_TCP if abi >= 4 else 0, SCOPE_ALL if abi >= 6 else 0)
    size = 8 if abi < 4 else 16 if abi < 6 else 24  # an old kernel refuses fields that it does not know
    fd = syscall(LANDLOCK_CREATE, ruleset, ctypes.c_size_t(size), ctypes.c_uint32(0))
    for path in read:
        allow(fd, path, rights & (FS_EXECUTE | FS_READ_FILE | FS_READ_DIR))
    for path in write:
        allow(fd, path, rights)
    syscall(LANDLOCK_RESTRICT, ctypes.c_int(fd), ctypes.c_uint32(0))
    os.close(fd)


def allow(ruleset: int, path: str, rights: int) -> None:
    """Add one rule: `rights` on `path` and all below it."""
    fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    if not os.path.isdir(path):
        rights &= FS_ON_FILES
    rule = struct.pack("=Qi", rights, fd)
    syscall(LANDLOCK_ADD, ctypes.c_int(ruleset), ctypes.c_int(1), rule, ctypes.c_uint32(0))
    os.close(fd)


def filter_program(families: list[int]) -> bytes:
    """A seccomp filter: sockets of `families` only, no io_uring (it opens sockets too), no kernel keys."""
    architecture, calls = SYSCALLS[platform.machine()]
    load, equal, at_least, give = 0x20, 0x15, 0x35, 0x06
    allowed, refused, unknown = 0x7FFF0000, 0x00050000 | EPERM, 0x00050000 | ENOSYS
    # (operation, jump if true, jump if false, operand); jumps count from the next instruction.
    program = [
        (load, 0, 0, 4),  # the architecture: another one has other numbers
        (equal, 1, 0, architecture),
        (give, 0, 0, unknown),
        (load, 0, 0, 0),  # the number of the call; x32 calls on x86-64 have bit 30
        (at_least, 0, 1, 0x40000000),
        (give, 0, 0, unknown),
    ]
    for name, number in calls.items():
        if name != "socket":
            program += [(equal, 0, 1, number), (give, 0, 0, unknown)]
    program += [(equal, 1, 0, calls["socket"]), (give, 0, 0, allowed), (load, 0, 0, 16)]
    for family in families:
        program += [(equal, 0, 1, family), (give, 0, 0, allowed)]
    program.append((give, 0, 0, refused))
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in program)


def seccomp(families: list[int]) -> None:
    """Install the filter; a machine whose numbers we do not know goes without, and `sandbox` says so."""
    if platform.machine() not in SYSCALLS:
        return
    program = filter_program(families)
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HP", len(program) // 8, ctypes.addressof(buffer))
    prctl(PR_SET_SECCOMP, 2, header)


def limit(limits: dict[str, int]) -> None:
    """Set resource limits, soft and hard, never above what is already set."""
    for name, value in limits.items():
        which = getattr(resource, name)
        hard = resource.getrlimit(which)[1]
        capped = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(which, (capped, capped))


def children() -> list[int]:
    """Processes whose parent is this one."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", "rb") as stat:
                parent = int(stat.read().rpartition(b")")[2].split()[1])
        except OSError:
            continue  # it has ended since
        if parent == os.getpid():
            found.append(int(name))
    return found


def reap_all() -> None:
    """Kill whatever the command left behind; as their subreaper we inherit the grandchildren too."""
    while left := children():
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        for _ in left:
            os.waitpid(-1, 0)


def stop(signal_number: int, frame: FrameType | None) -> None:
    """The process that started us has gone."""
    reap_all()
    os._exit(CONFINE_FAILED)


def run(policy: dict[str, object], command: list[str]) -> None:
    """In the child: confine and become the command. Never returns."""
    try:
        os.setsid()
        limit(policy["limits"])  # type: ignore[arg-type]
        prctl(PR_SET_NO_NEW_PRIVS, 1)
        if policy["read"] is not None:
            landlock(policy["read"], policy["write"])  # type: ignore[arg-type]
        if policy["families"] is not None:
            seccomp(policy["families"])  # type: ignore[arg-type]
        os.execvp(command[0], command)
    except OSError as error:
        print(f"confine: {error}", file=sys.stderr, flush=True)
    finally:
        os._exit(CONFINE_FAILED)


def main() -> int:
    """Run the command in a child, end what it leaves behind, give back its exit code as a shell would."""
    policy, command = json.loads(sys.argv[1]), sys.argv[2:]
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    signal.signal(signal.SIGTERM, stop)
    prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    child = os.fork()
    if child == 0:
        run(policy, command)
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == child:
            break
    reap_all()
    code = os.waitstatus_to_exitcode(status)
    return 128 - code if code < 0 else code


if __name__ == "__main__":
    sys.exit(main())
