# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
"""libpidmap.so.0 as its header describes it, for ctypes."""

from __future__ import annotations

import ctypes
import errno
import operator
import os
from ctypes import POINTER, c_char_p, c_int, c_int32, c_size_t, c_uint, \
    c_uint16, c_uint32, c_uint64, c_void_p
from typing import Any, NamedTuple, NoReturn, Optional, Tuple

MAX_PIDS = 33
LEVEL_UNKNOWN = 0xFFFF
LIST_THREADS = 1
LIST_DIRECT = 2
SNAPSHOT_PARTIAL = 0x10000
RIGHT_IDENTITY = 1
RIGHT_RAISED = 2
START_TIME = 1
EXPECT_START = 2
PID_ID = 4
TASK_EXITED = 1
TASK_ENDED = 2
WATCH_THREADS = 1


class NsRef(NamedTuple):
    """The name of a PID namespace: VIEW, BOUND or what an ns_*() returns."""

    kind: int
    value: int = 0

    def __repr__(self) -> str:
        name, takes_value = _KINDS.get(self.kind, ("NsRef", True))
        value = self.value
        if name in ("ns_fd", "ns_tid") and value >> 31:
            value -= 1 << 32
        return f"{name}({value})" if takes_value else name


_KINDS = {0: ("VIEW", False), 1: ("ns_fd", True), 2: ("ns_tid", True),
          3: ("ns_inum", True), 4: ("ns_id", True), 5: ("ns_level", True),
          6: ("BOUND", False)}


class CNsRef(ctypes.Structure):
    _fields_ = [("kind", c_uint32), ("reserved", c_uint32),
                ("value", c_uint64)]


class CInfo(ctypes.Structure):
    _fields_ = [("size", c_uint32), ("abi_version", c_uint32),
                ("features", c_uint64), ("level", c_uint32),
                ("inum", c_uint32), ("id", c_uint64), ("upward", c_uint32),
                ("max_level", c_uint32), ("rights", c_uint32),
                ("record_min", c_uint32)]


class CIds(ctypes.Structure):
    _fields_ = [("tid", c_int), ("tgid", c_int), ("pgid", c_int),
                ("sid", c_int), ("ppid", c_int)]


class CStamp(ctypes.Structure):
    _fields_ = [("flags", c_uint32), ("reserved", c_uint32),
                ("start_time", c_uint64), ("pid_id", c_uint64)]


class CPid(ctypes.Structure):
    _fields_ = [("inum", c_uint32), ("nr", c_int32), ("id", c_uint64)]


class CTask(ctypes.Structure):
    _fields_ = [("size", c_uint16), ("nr_offset", c_uint16),
                ("levels", c_uint16), ("flags", c_uint16), ("inum", c_uint32),
                ("tgid", c_int32), ("pgid", c_int32), ("sid", c_int32),
                ("ppid", c_int32), ("reserved", c_uint32),
                ("start_time", c_uint64), ("cgroup", c_uint64),
                ("pid_id", c_uint64)]

    @property
    def nr(self) -> Tuple[int, ...]:
        """The numbers of the record, the view's first."""
        first = ctypes.addressof(self) + self.nr_offset
        return tuple((c_int32 * self.levels).from_address(first))


class CNs(ctypes.Structure):
    _fields_ = [("size", c_uint16), ("level", c_uint16), ("inum", c_uint32),
                ("id", c_uint64), ("start_time", c_uint64),
                ("parent_inum", c_uint32), ("owner_inum", c_uint32),
                ("owner_uid", c_uint32), ("init", c_int32),
                ("pids", c_uint32), ("reserved", c_uint32)]


class CDetail(ctypes.Union):
    _fields_ = [("lost", c_uint64), ("parent_inum", c_uint32),
                ("code", c_int32), ("former_tid", c_int32)]


class CEvent(ctypes.Structure):
    _fields_ = [("size", c_uint16), ("kind", c_uint16),
                ("task_offset", c_uint16), ("comm_offset", c_uint16),
                ("seq", c_uint64), ("time", c_uint64), ("detail", CDetail)]


TASK_FN = ctypes.CFUNCTYPE(c_int, POINTER(CTask), c_void_p)
NS_FN = ctypes.CFUNCTYPE(c_int, POINTER(CNs), c_void_p)

try:
    lib = ctypes.CDLL("libpidmap.so.0", use_errno=True)
except OSError as _error:
    raise ImportError("pidmap needs the C library libpidmap.so.0, which is not "
                      f"where the linker looks: {_error}") from None

_functions: Tuple[Tuple[Any, ...], ...] = (
    ("open", c_void_p, c_char_p, c_uint),
    ("close", None, c_void_p),
    ("backend", c_char_p, c_void_p),
    ("version", c_char_p),
    ("info", c_int, c_void_p, POINTER(CInfo), c_size_t),
    ("translate", c_int, c_void_p, c_uint, c_int, CNsRef, CNsRef),
    ("translate_at", c_int, c_void_p, c_uint, c_int, CNsRef, CNsRef,
     POINTER(CStamp)),
    ("translate_many", c_int, c_void_p, c_uint, c_size_t, c_void_p,
     c_void_p, CNsRef, CNsRef, c_void_p),
    ("translate_pidfd", c_int, c_void_p, c_int, CNsRef),
    ("pidfd", c_int, c_void_p, c_uint, c_int, CNsRef, c_uint,
     POINTER(CStamp)),
    ("open_proc", c_int, c_void_p),
    ("set_view", c_int, c_void_p, c_int),
    ("bind", c_int, c_void_p, CNsRef, CNsRef),
    ("task_ids", c_int, c_void_p, c_int, CNsRef, CNsRef, POINTER(CIds),
     POINTER(CStamp)),
    ("pids", c_int, c_void_p, c_uint, c_int, CNsRef, POINTER(CPid),
     c_size_t, POINTER(CStamp)),
    ("list", c_int, c_void_p, CNsRef, c_uint, TASK_FN, c_void_p),
    ("list_ns", c_int, c_void_p, CNsRef, NS_FN, c_void_p),
    ("snapshot_new", c_void_p, c_void_p, CNsRef, c_uint),
    ("snapshot_free", None, c_void_p),
    ("snapshot_translate", c_int, c_void_p, c_int, c_uint32, c_uint32),
    ("snapshot_pids", c_int, c_void_p, c_int, c_uint32, POINTER(CPid),
     c_size_t),
    ("snapshot_partial", c_int, c_void_p),
    ("snapshot_size", c_size_t, c_void_p),
    ("snapshot_task", POINTER(CTask), c_void_p, c_size_t),
    ("snapshot_ns_count", c_size_t, c_void_p),
    ("snapshot_ns", POINTER(CNs), c_void_p, c_size_t),
    ("watch", c_int, c_void_p, CNsRef, c_uint, c_uint32),
    ("watch_next", POINTER(CEvent), c_void_p, c_int),
    ("watch_fd", c_int, c_void_p),
    ("event_task", POINTER(CTask), POINTER(CEvent)),
    ("event_comm", c_char_p, POINTER(CEvent)))

for _name, _result, *_args in _functions:
    _function = getattr(lib, "pidmap_" + _name)
    _function.restype = _result
    _function.argtypes = _args


def fits(value: Any, low: int, high: int, what: str) -> int:
    """ctypes would cut off what does not fit, and answer about that."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{what} is an int, not "
                        f"{type(value).__name__}") from None
    if not low <= number <= high:
        raise ValueError(f"{value} is out of range: {what} is from {low} to "
                         f"{high}")
    return number


def c_pid(nr: int) -> int:
    return fits(nr, -1 << 31, (1 << 31) - 1, "a PID")


def c_inum(inum: int) -> int:
    return fits(inum, 0, (1 << 32) - 1, "an inode number")


def c_fd(fd: int) -> int:
    return fits(fd, -1 << 31, (1 << 31) - 1, "a descriptor")


def c_ns(ref: NsRef) -> CNsRef:
    kind = fits(ref.kind, 0, (1 << 32) - 1, "the kind of a namespace's name")
    return CNsRef(kind, 0, fits(ref.value, 0, (1 << 64) - 1,
                                "the value of a namespace's name"))


_SENTENCES = {
    errno.ESRCH: "there is no such ID in that namespace",
    errno.EREMOTE: "the ID has no number in the other namespace",
    errno.ENOENT: "there is no such PID namespace",
    errno.ESTALE: "the number was reused",
    errno.EPERM: "this caller is not allowed to do this",
    errno.EACCES: "this caller may not see all of it",
    errno.EINVAL: "an argument is invalid",
    errno.EBADF: "the descriptor cannot be used",
    errno.EOPNOTSUPP: "no back end of this system can do this",
    errno.EBUSY: "this can be done once only",
    errno.ENODATA: "nothing is bound yet",
}


def fail() -> NoReturn:
    """Raise what errno says: PermissionError, FileNotFoundError, ..."""
    code = ctypes.get_errno()
    raise OSError(code, _SENTENCES.get(code) or os.strerror(code))


def fail_to_open(filename: Optional[str]) -> NoReturn:
    code = ctypes.get_errno()
    raise OSError(code, os.strerror(code), filename)


def checked(result: int) -> int:
    """A result of the library, unless it is -1."""
    if result < 0:
        fail()
    return result
