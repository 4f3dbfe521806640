//! The system calls of SQLite that are replaced, and those that the replacement needs.
//!
//! All that is unsafe about [`own_locks`](super::own_locks) is in here, and nothing is decided here.
#![expect(
    unsafe_code,
    reason = "SQLite's system calls are C functions, and so are their stand-ins"
)]

use std::ffi::{CStr, c_char, c_int, c_short, c_uint, c_void};
use std::io;
use std::mem::{MaybeUninit, transmute};
use std::os::fd::{AsRawFd as _, BorrowedFd, FromRawFd as _, IntoRawFd as _, OwnedFd};
use std::ptr;
use std::sync::OnceLock;

use libc::{F_GETLK, F_OFD_GETLK, F_OFD_SETLK, F_SETLK, F_SETLKW};
use rusqlite::ffi;

use super::own_locks;

/// Device and number of a file.
pub(super) type FileId = (libc::dev_t, libc::ino_t);

/// Type, first byte and number of bytes of a lock.
pub(super) type Lock = (c_int, libc::off_t, libc::off_t);

type Fcntl = unsafe extern "C" fn(c_int, c_int, *mut c_void) -> c_int;
type Open = unsafe extern "C" fn(*const c_char, c_int, c_int) -> c_int;
type Close = unsafe extern "C" fn(c_int) -> c_int;
type Any = unsafe extern "C" fn();

/// Replaces the system calls of our copy of SQLite. To be called before it opens anything.
pub(super) fn install() -> rusqlite::Result<()> {
    static CODE: OnceLock<c_int> = OnceLock::new();
    match *CODE.get_or_init(replace) {
        ffi::SQLITE_OK => Ok(()),
        code => Err(rusqlite::Error::SqliteFailure(ffi::Error::new(code), None)),
    }
}

fn replace() -> c_int {
    // SAFETY: SQLite keeps all system calls as functions of one type, and casts them back to the
    // types that these have, but for `fcntl`, which it calls as variadic: on the targets that this
    // is compiled for, such an argument is passed like any other.
    let calls = unsafe {
        [
            (c"fcntl", transmute::<Fcntl, Any>(fcntl)),
            (c"open", transmute::<Open, Any>(open)),
            (c"close", transmute::<Close, Any>(close)),
        ]
    };
    // SAFETY: SQLite initializes itself when it is asked for a VFS, and this one lives for ever.
    unsafe {
        let vfs = ffi::sqlite3_vfs_find(c"unix".as_ptr());
        let Some(set) = vfs.as_ref().and_then(|own| own.xSetSystemCall) else {
            return ffi::SQLITE_NOTFOUND;
        };
        let codes = calls.map(|(name, own)| set(vfs, name.as_ptr(), Some(own)));
        codes.into_iter().find(|code| *code != ffi::SQLITE_OK).unwrap_or(ffi::SQLITE_OK)
    }
}

/// What SQLite calls for `fcntl`. Nothing in the three may panic.
unsafe extern "C" fn fcntl(descriptor: c_int, command: c_int, argument: *mut c_void) -> c_int {
    let own_command = match command {
        // SQLite waits by asking again. That it has the system wait is an option of its build that
        // ours does not have; it would be told that the file is busy.
        F_SETLK | F_SETLKW => F_OFD_SETLK,
        F_GETLK => F_OFD_GETLK,
        // SAFETY: passed on as it came.
        _ => return unsafe { libc::fcntl(descriptor, command, argument) },
    };
    let asked = argument.cast::<libc::flock>();
    // SAFETY: with these commands the argument is a `struct flock`, of which these fields are set.
    let mut lock = unsafe {
        libc::flock {
            l_type: (*asked).l_type,
            l_whence: (*asked).l_whence,
            l_start: (*asked).l_start,
            l_len: (*asked).l_len,
            // As the system demands for such locks.
            l_pid: 0,
        }
    };
    match own_locks::lock(descriptor, own_command, &mut lock) {
        Ok(()) => {
            if command == F_GETLK {
                // SAFETY: as above; the caller reads the answer there.
                unsafe { asked.write(lock) };
            }
            0
        }
        // Also what an old kernel says, or a file system that does not have such locks.
        Err(libc::EINVAL) => {
            // SAFETY: passed on as it came.
            unsafe { libc::fcntl(descriptor, command, argument) }
        }
        Err(code) => {
            // SAFETY: the place belongs to this thread.
            unsafe { *libc::__errno_location() = code };
            -1
        }
    }
}

/// What SQLite calls for `open`.
unsafe extern "C" fn open(path: *const c_char, flags: c_int, mode: c_int) -> c_int {
    // SAFETY: SQLite gives a text that ends in a zero.
    if let Some(spare) = own_locks::reuse(unsafe { CStr::from_ptr(path) }, flags) {
        return spare.into_raw_fd();
    }
    // SAFETY: passed on as it came.
    unsafe { libc::open(path, flags, mode.cast_unsigned() as c_uint) }
}

/// What SQLite calls for `close`.
unsafe extern "C" fn close(descriptor: c_int) -> c_int {
    if own_locks::is_kept(descriptor) {
        // SAFETY: SQLite owned it, and has no more use for it.
        own_locks::keep(unsafe { OwnedFd::from_raw_fd(descriptor) });
        return 0;
    }
    // SAFETY: passed on as it came.
    unsafe { libc::close(descriptor) }
}

/// Sets or tests a lock of the open file description.
pub(super) fn call(descriptor: c_int, command: c_int, lock: &mut libc::flock) -> Result<(), c_int> {
    // SAFETY: the commands that come here read and write a `struct flock`.
    let outcome = unsafe { libc::fcntl(descriptor, command, ptr::from_mut(lock)) };
    if outcome == -1 { Err(last_error()) } else { Ok(()) }
}

/// Sets a lock of the open file description.
pub(super) fn set(owner: &OwnedFd, (kind, l_start, l_len): Lock) -> Result<(), c_int> {
    #[expect(clippy::cast_possible_truncation, reason = "the constants are small")]
    let (l_type, l_whence) = (kind as c_short, libc::SEEK_SET as c_short);
    let mut lock = libc::flock { l_type, l_whence, l_start, l_len, l_pid: 0 };
    call(owner.as_raw_fd(), F_OFD_SETLK, &mut lock)
}

/// Which file a descriptor is of, and how many names it has.
pub(super) fn identify(descriptor: c_int) -> Result<(FileId, libc::nlink_t), c_int> {
    let mut status = MaybeUninit::<libc::stat>::uninit();
    // SAFETY: the place is as large as what is written there, and is read only when it was written.
    unsafe {
        if libc::fstat(descriptor, status.as_mut_ptr()) == -1 {
            return Err(last_error());
        }
        let status = status.assume_init_ref();
        Ok(((status.st_dev, status.st_ino), status.st_nlink))
    }
}

/// Which file stands at a path. A link is no file.
pub(super) fn find(path: &CStr) -> Option<FileId> {
    let mut status = MaybeUninit::<libc::stat>::uninit();
    // SAFETY: as in `identify`.
    unsafe {
        let found = libc::lstat(path.as_ptr(), status.as_mut_ptr()) == 0;
        found.then(|| status.assume_init_ref()).map(|status| (status.st_dev, status.st_ino))
    }
}

/// Whether a file may be opened so today.
pub(super) fn may_open(path: &CStr, access: c_int) -> bool {
    let mode = if access == libc::O_RDONLY { libc::R_OK } else { libc::R_OK | libc::W_OK };
    // SAFETY: the path ends in a zero.
    unsafe { libc::faccessat(libc::AT_FDCWD, path.as_ptr(), mode, libc::AT_EACCESS) == 0 }
}

/// What a description was opened for: `O_RDONLY`, `O_WRONLY` or `O_RDWR`.
pub(super) fn access(descriptor: c_int) -> Result<c_int, c_int> {
    // SAFETY: the command has no argument.
    let flags = unsafe { libc::fcntl(descriptor, libc::F_GETFL) };
    if flags == -1 { Err(last_error()) } else { Ok(flags & libc::O_ACCMODE) }
}

/// Another descriptor of the same description, not handed to child processes.
pub(super) fn duplicate(descriptor: c_int) -> Result<OwnedFd, c_int> {
    // SAFETY: SQLite closes a descriptor only after its own call with it has returned.
    let own = unsafe { BorrowedFd::borrow_raw(descriptor) };
    own.try_clone_to_owned().map_err(|error| error.raw_os_error().unwrap_or(libc::EIO))
}

fn last_error() -> c_int {
    io::Error::last_os_error().raw_os_error().unwrap_or(libc::EIO)
}
