"""Confine this process, then run a command in it. `local` starts this script inside the sandbox.

    python -I -S confine.py POLICY COMMAND…

`POLICY` is a JSON object: `limits` (name → value), `families` (allowed socket address families,
null for all), `namespaces` (ask for some), `net` (allow the network), and for Landlock `read` and
`write` (folders and files; null if the mount namespace decides). The script imports only the
standard library, because no other package is visible. It ends with the command's exit code, or
with 125 if it could not confine itself.

System calls and structures: landlock(7), seccomp(2), prctl(2).
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import platform
import resource
import signal
import struct
import sys
from types import FrameType
from typing import Any, NoReturn

CONFINE_FAILED = 125

PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_CAPBSET_DROP = 1, 22, 24
PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 36, 38
CLONE_NEWIPC, CLONE_NEWUSER = 0x08000000, 0x10000000
CLONE_NEWPID, CLONE_NEWNET = 0x20000000, 0x40000000
LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446
FS_EXECUTE, FS_WRITE_FILE, FS_READ_FILE, FS_READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
FS_TRUNCATE, FS_IOCTL_DEV = 1 << 14, 1 << 15
FS_ON_FILES = FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV
FS_ALL = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}  # by ABI
FS_ALL_LATER = (1 << 16) - 1  # of a later ABI
NET_TCP = 0b11  # bind and connect
SCOPE_ALL = 0b11  # abstract unix sockets and signals

SYSCALLS = {  # machine → audit architecture, and the numbers of the filtered calls
    "x86_64": (
        0xC000003E,
        {"socket": 41, "io_uring_setup": 425, "add_key": 248, "request_key": 249, "keyctl": 250},
    ),
    "aarch64": (
        0xC00000B7,
        {"socket": 198, "io_uring_setup": 425, "add_key": 217, "request_key": 218, "keyctl": 219},
    ),
}
EPERM, ENOSYS = 1, 38

libc = ctypes.CDLL(None, use_errno=True)


def prctl(option: int, value: int, third: object = None) -> None:
    """Call prctl(2). Raise `OSError` on failure."""
    zero = ctypes.c_ulong(0)
    if libc.prctl(option, ctypes.c_ulong(value), third or zero, zero, zero) != 0:
        raise OSError(ctypes.get_errno(), f"prctl {option}")


def syscall(number: int, *arguments: object) -> int:
    """Call syscall(2). Raise `OSError` on failure."""
    result = int(libc.syscall(ctypes.c_long(number), *arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), f"system call {number}")
    return result


def landlock_abi() -> int:
    """Return the version of Landlock in this kernel; 0 if it is off."""
    try:
        return syscall(LANDLOCK_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    except OSError:
        return 0


def landlock(read: list[str], write: list[str], net: bool) -> None:
    """Allow reading in `read`, all access in `write`, TCP with `net`, no signals outwards."""
    abi = landlock_abi()
    if abi < 1:
        raise OSError(ENOSYS, "Landlock is not in this kernel")
    rights = FS_ALL.get(abi, FS_ALL_LATER)
    network = NET_TCP if abi >= 4 and not net else 0
    ruleset = struct.pack("=QQQ", rights, network, SCOPE_ALL if abi >= 6 else 0)
    size = 8 if abi < 4 else 16 if abi < 6 else 24  # an old kernel refuses unknown fields
    fd = syscall(LANDLOCK_CREATE, ruleset, ctypes.c_size_t(size), ctypes.c_uint32(0))
    for path in read:
        allow(fd, path, rights & (FS_EXECUTE | FS_READ_FILE | FS_READ_DIR))
    for path in write:
        allow(fd, path, rights)
    syscall(LANDLOCK_RESTRICT, ctypes.c_int(fd), ctypes.c_uint32(0))
    os.close(fd)


def allow(ruleset: int, path: str, rights: int) -> None:
    """Add one rule: `rights` on `path` and its descendants."""
    fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    if not os.path.isdir(path):
        rights &= FS_ON_FILES
    rule = struct.pack("=Qi", rights, fd)
    syscall(LANDLOCK_ADD, ctypes.c_int(ruleset), ctypes.c_int(1), rule, ctypes.c_uint32(0))
    os.close(fd)


def filter_program(families: list[int]) -> bytes:
    """Return a seccomp filter: sockets of `families` only, no io_uring, no kernel keys.

    io_uring opens sockets too.
    """
    architecture, calls = SYSCALLS[platform.machine()]
    load, equal, at_least, result = 0x20, 0x15, 0x35, 0x06
    allow_call, refuse, unknown = 0x7FFF0000, 0x00050000 | EPERM, 0x00050000 | ENOSYS
    # (operation, jump if true, jump if false, operand); jumps count from the next instruction.
    program = [
        (load, 0, 0, 4),  # the architecture: call numbers depend on it
        (equal, 1, 0, architecture),
        (result, 0, 0, unknown),
        (load, 0, 0, 0),  # the number of the call; x32 calls on x86-64 have bit 30
        (at_least, 0, 1, 0x40000000),
        (result, 0, 0, unknown),
    ]
    for name, number in calls.items():
        if name != "socket":
            program += [(equal, 0, 1, number), (result, 0, 0, unknown)]
    program += [(equal, 1, 0, calls["socket"]), (result, 0, 0, allow_call), (load, 0, 0, 16)]
    for family in families:
        program += [(equal, 0, 1, family), (result, 0, 0, allow_call)]
    program.append((result, 0, 0, refuse))
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in program)


def seccomp(families: list[int]) -> None:
    """Install the filter; on machines with unknown call numbers do nothing."""
    if platform.machine() not in SYSCALLS:
        return
    program = filter_program(families)
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HP", len(program) // 8, ctypes.addressof(buffer))
    prctl(PR_SET_SECCOMP, 2, header)


def enter_namespaces() -> bool:
    """Give the children private process, network and IPC namespaces; False if the kernel refuses.

    Landlock works without them, but the end of a process namespace kills all its members at once,
    a fork bomb too.
    """
    user, group = os.getuid(), os.getgid()
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC) != 0:
        return False
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)
    return True


def drop_capabilities() -> None:
    """Give up root's privileges for good, as some of them bypass Landlock."""
    for capability in range(64):
        if libc.prctl(PR_CAPBSET_DROP, ctypes.c_ulong(capability), 0, 0, 0) != 0:
            return  # there are no more, or this process has none to drop


def limit(limits: dict[str, int]) -> None:
    """Set resource limits, never above the current ones.

    CPU time gets a second, hard limit, because a program can catch the signal of the first.
    """
    for name, value in limits.items():
        number = getattr(resource, name)
        maximum = resource.getrlimit(number)[1]
        soft, hard = value, value + 5 if name == "RLIMIT_CPU" else value
        if maximum != resource.RLIM_INFINITY:
            soft, hard = min(soft, maximum), min(hard, maximum)
        resource.setrlimit(number, (soft, hard))


def list_children() -> list[int]:
    """Return the process ids of this process's children."""
    pids = map(int, filter(str.isdigit, os.listdir("/proc")))
    return [pid for pid in pids if parent_of(pid) == os.getpid()]


def parent_of(pid: int) -> int | None:
    """Return the parent of a process, or None if the process has ended."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat:
            return int(stat.read().rpartition(b")")[2].split()[1])
    except OSError:
        return None


def kill_all(child: int) -> None:
    """Kill the child, its process group, and the orphans that this subreaper inherits."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    while children := list_children():
        for pid in children:
            os.kill(pid, signal.SIGKILL)
        for _ in children:
            os.waitpid(-1, 0)


def wait_for(child: int) -> int:
    """Reap children until `child` has ended; return its exit code as a shell gives it."""
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == child:
            code = os.waitstatus_to_exitcode(status)
            return 128 - code if code < 0 else code


def become(policy: dict[str, Any], command: list[str]) -> NoReturn:
    """Confine this process and turn it into the command."""
    try:
        os.setsid()
        limit(policy["limits"])
        drop_capabilities()
        prctl(PR_SET_NO_NEW_PRIVS, 1)
        if policy["read"] is not None:
            landlock(policy["read"], policy["write"], policy["net"])
        if policy["families"] is not None:
            seccomp(policy["families"])
        os.execvp(command[0], command)
    except OSError as error:
        print(f"confine: {error}", file=sys.stderr, flush=True)
    finally:
        os._exit(CONFINE_FAILED)


def start(policy: dict[str, Any], command: list[str]) -> int:
    """Fork a child to become the command; return its process id."""
    child = os.fork()
    if child == 0:
        become(policy, command)
    return child


def main() -> int:
    """Run the command, kill its leftovers, return its exit code."""
    policy, command = json.loads(sys.argv[1]), sys.argv[2:]
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    if policy["namespaces"] and enter_namespaces():
        child = os.fork()
        if child == 0:  # the first process of the namespace: the others end with it
            prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            os._exit(wait_for(start(policy, command)))
    else:
        child = start(policy, command)

    def stop(signal_number: int, frame: FrameType | None) -> None:
        kill_all(child)
        os._exit(CONFINE_FAILED)

    signal.signal(signal.SIGTERM, stop)
    prctl(PR_SET_PDEATHSIG, signal.SIGTERM)  # in case the agent is killed
    code = wait_for(child)
    kill_all(child)
    return code


if __name__ == "__main__":
    sys.exit(main())
