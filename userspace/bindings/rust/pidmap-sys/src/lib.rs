// SPDX-License-Identifier: MIT OR Apache-2.0
//! The C functions of libpidmap, as `pidmap.h` declares and describes them.
//!
//! Programs use the crate `pidmap`.
#![deny(missing_docs)]
#![allow(non_camel_case_types)]

use std::os::raw::{c_char, c_int, c_uint, c_void};

/// A handle: open back ends.
#[repr(C)]
pub struct pidmap {
    _private: [u8; 0],
}

/// All numbers at one point in time.
#[repr(C)]
pub struct pidmap_snapshot {
    _private: [u8; 0],
}

/// The name of a PID namespace.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct pidmap_nsref {
    /// How it is named, one of `PIDMAP_NS_*`.
    pub kind: u32,
    /// Must be 0.
    pub reserved: u32,
    /// A descriptor, TID, inode number, ID or level.
    pub value: u64,
}

/// The caller's view.
pub const PIDMAP_NS_VIEW: u32 = 0;
/// An open nsfs file, by its descriptor.
pub const PIDMAP_NS_FD: u32 = 1;
/// The namespace that a task lives in, by its TID in the view.
pub const PIDMAP_NS_TID: u32 = 2;
/// By inode number.
pub const PIDMAP_NS_INUM: u32 = 3;
/// By 64-bit ID.
pub const PIDMAP_NS_ID: u32 = 4;
/// By level, on the path to the view.
pub const PIDMAP_NS_LEVEL: u32 = 5;
/// What `pidmap_bind()` stored in the same place.
pub const PIDMAP_NS_BOUND: u32 = 6;

/// Report the start time.
pub const PIDMAP_START_TIME: u32 = 1;
/// The start time is expected.
pub const PIDMAP_EXPECT_START: u32 = 2;
/// Report the pid ID.
pub const PIDMAP_PID_ID: u32 = 4;

/// List every TID, not only every TGID.
pub const PIDMAP_LIST_THREADS: c_uint = 1;
/// Leave out the members of child namespaces.
pub const PIDMAP_LIST_DIRECT: c_uint = 2;

/// Watch every TID, not only every TGID.
pub const PIDMAP_WATCH_THREADS: c_uint = 1;

/// Of a snapshot: accept that the caller may not see everything.
pub const PIDMAP_SNAPSHOT_PARTIAL: c_uint = 0x1_0000;

/// A level that the back end cannot know.
pub const PIDMAP_LEVEL_UNKNOWN: u32 = 0xffff;
/// The owner of a namespace whose user namespace is not known.
pub const PIDMAP_UID_UNKNOWN: u32 = 0xffff_ffff;
/// No ID has more numbers than this.
pub const PIDMAP_MAX_PIDS: usize = 33;

/// The task has ended.
pub const PIDMAP_TASK_EXITED: u16 = 1;
/// All tasks of its process have ended.
pub const PIDMAP_TASK_ENDED: u16 = 2;

/// Namespaces have an ID.
pub const PIDMAP_FEATURE_NS_ID: u64 = 1;
/// Numbers have an ID.
pub const PIDMAP_FEATURE_PID_ID: u64 = 2;
/// A namespace can be watched.
pub const PIDMAP_FEATURE_WATCH: u64 = 4;
/// The caller may list, and name namespaces by TID, inode number and ID.
pub const PIDMAP_RIGHT_IDENTITY: u32 = 1;
/// The view is a raised one.
pub const PIDMAP_RIGHT_RAISED: u32 = 2;

/// What the module and the handle can do.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
#[allow(missing_docs)]
pub struct pidmap_info {
    pub size: u32,
    pub abi_version: u32,
    pub features: u64,
    pub level: u32,
    pub inum: u32,
    pub id: u64,
    pub upward: u32,
    pub max_level: u32,
    pub rights: u32,
    pub record_min: u32,
}

/// Tells an ID from a later one with the same number.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
#[allow(missing_docs)]
pub struct pidmap_stamp {
    pub flags: u32,
    pub reserved: u32,
    pub start_time: u64,
    pub pid_id: u64,
}

/// All IDs of one task.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
#[allow(missing_docs)]
pub struct pidmap_ids {
    pub tid: i32,
    pub tgid: i32,
    pub pgid: i32,
    pub sid: i32,
    pub ppid: i32,
}

/// One number of an ID, and its namespace.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
#[allow(missing_docs)]
pub struct pidmap_pid {
    pub inum: u32,
    pub nr: i32,
    pub id: u64,
}

/// A record: one task. Its numbers are `nr_offset` bytes from its start.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
#[allow(missing_docs)]
pub struct pidmap_task {
    pub size: u16,
    pub nr_offset: u16,
    pub levels: u16,
    pub flags: u16,
    pub inum: u32,
    pub tgid: i32,
    pub pgid: i32,
    pub sid: i32,
    pub ppid: i32,
    pub reserved: u32,
    pub start_time: u64,
    pub cgroup: u64,
    pub pid_id: u64,
}

/// A record: one PID namespace.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
#[allow(missing_docs)]
pub struct pidmap_ns {
    pub size: u16,
    pub level: u16,
    pub inum: u32,
    pub id: u64,
    pub start_time: u64,
    pub parent_inum: u32,
    pub owner_inum: u32,
    pub owner_uid: u32,
    pub init: i32,
    pub pids: u32,
    pub reserved: u32,
}

/// A record of a watch. `detail` is the number of lost events, or begins with 32
/// bits: the parent's inode number, the exit status or the former TID.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
#[allow(missing_docs)]
pub struct pidmap_event {
    pub size: u16,
    pub kind: u16,
    pub task_offset: u16,
    pub comm_offset: u16,
    pub seq: u64,
    pub time: u64,
    pub detail: u64,
}

/// Called for one task; 0 to continue.
pub type pidmap_task_fn = unsafe extern "C" fn(*const pidmap_task, *mut c_void) -> c_int;
/// Called for one PID namespace; 0 to continue.
pub type pidmap_ns_fn = unsafe extern "C" fn(*const pidmap_ns, *mut c_void) -> c_int;

#[allow(missing_docs)]
extern "C" {
    pub fn pidmap_open(backend: *const c_char, flags: c_uint) -> *mut pidmap;
    pub fn pidmap_close(h: *mut pidmap);
    pub fn pidmap_backend(h: *const pidmap) -> *const c_char;
    pub fn pidmap_version() -> *const c_char;
    pub fn pidmap_info(h: *mut pidmap, info: *mut pidmap_info, size: usize) -> c_int;
    pub fn pidmap_set_view(h: *mut pidmap, ns: c_int) -> c_int;
    pub fn pidmap_translate(
        h: *mut pidmap,
        kind: c_uint,
        nr: i32,
        from: pidmap_nsref,
        to: pidmap_nsref,
    ) -> i32;
    pub fn pidmap_translate_at(
        h: *mut pidmap,
        kind: c_uint,
        nr: i32,
        from: pidmap_nsref,
        to: pidmap_nsref,
        stamp: *mut pidmap_stamp,
    ) -> i32;
    pub fn pidmap_translate_many(
        h: *mut pidmap,
        kind: c_uint,
        count: usize,
        numbers: *const i32,
        results: *mut i32,
        from: pidmap_nsref,
        to: pidmap_nsref,
        done: *mut usize,
    ) -> c_int;
    pub fn pidmap_bind(h: *mut pidmap, from: pidmap_nsref, to: pidmap_nsref) -> c_int;
    pub fn pidmap_task_ids(
        h: *mut pidmap,
        tid: i32,
        from: pidmap_nsref,
        to: pidmap_nsref,
        ids: *mut pidmap_ids,
        stamp: *mut pidmap_stamp,
    ) -> i32;
    pub fn pidmap_pids(
        h: *mut pidmap,
        kind: c_uint,
        nr: i32,
        from: pidmap_nsref,
        pids: *mut pidmap_pid,
        capacity: usize,
        stamp: *mut pidmap_stamp,
    ) -> c_int;
    pub fn pidmap_list(
        h: *mut pidmap,
        ns: pidmap_nsref,
        flags: c_uint,
        each: pidmap_task_fn,
        arg: *mut c_void,
    ) -> c_int;
    pub fn pidmap_list_ns(
        h: *mut pidmap,
        ns: pidmap_nsref,
        each: pidmap_ns_fn,
        arg: *mut c_void,
    ) -> c_int;
    pub fn pidmap_translate_pidfd(h: *mut pidmap, pidfd: c_int, to: pidmap_nsref) -> i32;
    pub fn pidmap_pidfd(
        h: *mut pidmap,
        kind: c_uint,
        nr: i32,
        from: pidmap_nsref,
        flags: c_uint,
        stamp: *mut pidmap_stamp,
    ) -> c_int;
    pub fn pidmap_open_proc(h: *mut pidmap) -> c_int;
    pub fn pidmap_snapshot_new(
        h: *mut pidmap,
        ns: pidmap_nsref,
        flags: c_uint,
    ) -> *mut pidmap_snapshot;
    pub fn pidmap_snapshot_free(s: *mut pidmap_snapshot);
    pub fn pidmap_snapshot_translate(s: *const pidmap_snapshot, nr: i32, from: u32, to: u32)
        -> i32;
    pub fn pidmap_snapshot_pids(
        s: *const pidmap_snapshot,
        nr: i32,
        from: u32,
        pids: *mut pidmap_pid,
        capacity: usize,
    ) -> c_int;
    pub fn pidmap_snapshot_partial(s: *const pidmap_snapshot) -> c_int;
    pub fn pidmap_snapshot_size(s: *const pidmap_snapshot) -> usize;
    pub fn pidmap_snapshot_task(s: *const pidmap_snapshot, i: usize) -> *const pidmap_task;
    pub fn pidmap_snapshot_ns_count(s: *const pidmap_snapshot) -> usize;
    pub fn pidmap_snapshot_ns(s: *const pidmap_snapshot, i: usize) -> *const pidmap_ns;
    pub fn pidmap_watch(h: *mut pidmap, ns: pidmap_nsref, flags: c_uint, ring_size: u32) -> c_int;
    pub fn pidmap_watch_next(h: *mut pidmap, timeout: c_int) -> *const pidmap_event;
    pub fn pidmap_watch_fd(h: *const pidmap) -> c_int;
    pub fn pidmap_event_task(event: *const pidmap_event) -> *const pidmap_task;
    pub fn pidmap_event_comm(event: *const pidmap_event) -> *const c_char;
}
