//! The C library's own functions of the same names, which this library's hide; and the system calls, should there be none.

use std::ffi::CStr;
use std::sync::atomic::{AtomicUsize, Ordering};

use libc::{c_int, c_void, clockid_t, timespec, timeval};

/// A function of the C library that is looked up when it is first needed.
struct Hidden {
    name: &'static CStr,
    /// 0: not looked up. 1: it is not there.
    address: AtomicUsize,
}

impl Hidden {
    const fn named(name: &'static CStr) -> Self {
        Self {
            name,
            address: AtomicUsize::new(0),
        }
    }

    fn address(&self) -> Option<usize> {
        let known = match self.address.load(Ordering::Relaxed) {
            0 => {
                // SAFETY: the name ends in a NUL. That two threads look at once does no harm: they find the same.
                let found = unsafe { libc::dlsym(libc::RTLD_NEXT, self.name.as_ptr()) };
                let found = (found as usize).max(1);
                self.address.store(found, Ordering::Relaxed);
                found
            }
            known => known,
        };
        (known != 1).then_some(known)
    }
}

static CLOCK_GETTIME: Hidden = Hidden::named(c"clock_gettime");
static GETTIMEOFDAY: Hidden = Hidden::named(c"gettimeofday");

type ClockGettime = unsafe extern "C" fn(clockid_t, *mut timespec) -> c_int;
type Gettimeofday = unsafe extern "C" fn(*mut timeval, *mut c_void) -> c_int;

/// clock_gettime(2).
///
/// # Safety
///
/// `time` can be written to.
pub(crate) unsafe fn clock_gettime(clock: clockid_t, time: *mut timespec) -> c_int {
    match CLOCK_GETTIME.address() {
        Some(address) => {
            // SAFETY: the C library's function of that name has this signature; the arguments are the caller's.
            unsafe {
                let function: ClockGettime = std::mem::transmute(address);
                function(clock, time)
            }
        }
        // SAFETY: the system call takes the same arguments.
        None => called(unsafe { libc::syscall(libc::SYS_clock_gettime, clock, time) }),
    }
}

/// gettimeofday(2).
///
/// # Safety
///
/// `time` and `zone` can be written to or are null.
pub(crate) unsafe fn gettimeofday(time: *mut timeval, zone: *mut c_void) -> c_int {
    match GETTIMEOFDAY.address() {
        Some(address) => {
            // SAFETY: the C library's function of that name has this signature; the arguments are the caller's.
            unsafe {
                let function: Gettimeofday = std::mem::transmute(address);
                function(time, zone)
            }
        }
        // SAFETY: the system call takes the same arguments.
        None => called(unsafe { libc::syscall(libc::SYS_gettimeofday, time, zone) }),
    }
}

/// A system call gives 0 or -1 here.
fn called(result: libc::c_long) -> c_int {
    if result == 0 { 0 } else { -1 }
}
