# SPDX-License-Identifier: LGPL-2.1-or-later
"""libpidmap.so.0 as its header describes it, for ctypes."""

from __future__ import annotations

import ctypes
import os
from ctypes import POINTER, c_char_p, c_int, c_int32, c_size_t, c_uint, \
    c_uint16, c_uint32, c_uint64, c_void_p
from typing import Any, NamedTuple, NoReturn, Optional, Tuple

MAX_PIDS = 33
LEVEL_UNKNOWN = 0xFFFF
LIST_THREADS = 1
LIST_DIRECT = 2
RIGHT_IDENTITY = 1
START_TIME = 1
EXPECT_START = 2


class NsRef(NamedTuple):
    """The name of a PID namespace: VIEW, BOUND or what an ns_*() returns."""

    kind: int
    value: int = 0


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


TASK_FN = ctypes.CFUNCTYPE(c_int, POINTER(CTask), c_void_p)
NS_FN = ctypes.CFUNCTYPE(c_int, POINTER(CNs), c_void_p)

lib = ctypes.CDLL("libpidmap.so.0", use_errno=True)

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
    ("snapshot_size", c_size_t, c_void_p),
    ("snapshot_task", POINTER(CTask), c_void_p, c_size_t),
    ("snapshot_ns_count", c_size_t, c_void_p),
    ("snapshot_ns", POINTER(CNs), c_void_p, c_size_t))

for _name, _result, *_args in _functions:
    _function = getattr(lib, "pidmap_" + _name)
    _function.restype = _result
    _function.argtypes = _args


def _in_range(value: int, bits: int) -> int:
    """ctypes would cut off what does not fit, and answer about that."""
    if value >> bits:
        raise OverflowError(f"{value} does not fit into {bits} bits")
    return value


def c_pid(nr: int) -> int:
    _in_range(abs(nr), 31)
    return nr


def c_inum(inum: int) -> int:
    return _in_range(inum, 32)


def c_ns(ref: NsRef) -> CNsRef:
    return CNsRef(ref.kind, 0, _in_range(ref.value, 64))


def fail(filename: Optional[str] = None) -> NoReturn:
    """Raise what errno says: PermissionError, FileNotFoundError, ..."""
    code = ctypes.get_errno()
    raise OSError(code, os.strerror(code), filename)


def checked(result: int) -> int:
    """A result of the library, unless it is -1."""
    if result < 0:
        fail()
    return result
