#![doc = include_str!("../README.md")]
#![cfg(target_os = "linux")]
// The library stands between programs and the C library: its functions are called with raw pointers, and it calls the C library itself.
#![expect(
    unsafe_code,
    reason = "the interface is C's; each use says why it is sound"
)]

mod offset;
mod system;

use libc::{c_int, c_void, clockid_t, time_t, timespec, timeval};

const NANOSECONDS: i64 = 1_000_000_000;
const NANOSECONDS_A_MICROSECOND: i64 = 1_000;

/// Tells a clock's time: the time of day with the offset, any other as it is.
///
/// # Safety
///
/// As clock_gettime(2): `time` can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clock_gettime(clock: clockid_t, time: *mut timespec) -> c_int {
    // SAFETY: the caller's promise is the same.
    let result = unsafe { system::clock_gettime(clock, time) };
    let moves = matches!(clock, libc::CLOCK_REALTIME | libc::CLOCK_REALTIME_COARSE);
    if result == 0 && moves && !time.is_null() {
        // SAFETY: the system has just written there.
        let time = unsafe { &mut *time };
        (time.tv_sec, time.tv_nsec) = moved(time.tv_sec, time.tv_nsec, offset::now());
    }
    result
}

/// Tells the time of day in microseconds, with the offset.
///
/// # Safety
///
/// As gettimeofday(2): `time` and `zone` can be written to or are null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gettimeofday(time: *mut timeval, zone: *mut c_void) -> c_int {
    // SAFETY: the caller's promise is the same.
    let result = unsafe { system::gettimeofday(time, zone) };
    if result == 0 && !time.is_null() {
        // SAFETY: the system has just written there.
        let time = unsafe { &mut *time };
        let nanoseconds = time.tv_usec * NANOSECONDS_A_MICROSECOND;
        let (seconds, nanoseconds) = moved(time.tv_sec, nanoseconds, offset::now());
        *time = timeval {
            tv_sec: seconds,
            tv_usec: nanoseconds / NANOSECONDS_A_MICROSECOND,
        };
    }
    result
}

/// Tells the time of day in seconds, with the offset.
///
/// # Safety
///
/// As time(2): `time` can be written to or is null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn time(time: *mut time_t) -> time_t {
    let mut now = timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: `now` is ours. The coarse clock is the one that time(2) looks at.
    let result = unsafe { clock_gettime(libc::CLOCK_REALTIME_COARSE, &raw mut now) };
    let seconds = if result == 0 { now.tv_sec } else { -1 };
    if !time.is_null() {
        // SAFETY: the caller's promise.
        unsafe { *time = seconds };
    }
    seconds
}

/// Seconds and nanoseconds, `offset` nanoseconds later.
fn moved(seconds: i64, nanoseconds: i64, offset: i64) -> (i64, i64) {
    let nanoseconds = nanoseconds + offset % NANOSECONDS;
    (
        seconds + offset / NANOSECONDS + nanoseconds.div_euclid(NANOSECONDS),
        nanoseconds.rem_euclid(NANOSECONDS),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nanoseconds_carry_into_seconds() {
        for (time, offset, wanted) in [
            ((10, 5), 0, (10, 5)),
            ((10, 999_999_999), 1, (11, 0)),
            ((10, 600_000_000), 1_600_000_000, (12, 200_000_000)),
            ((10, 0), 1_800 * NANOSECONDS, (1_810, 0)),
            ((10, 0), -1, (9, 999_999_999)),
        ] {
            assert_eq!(moved(time.0, time.1, offset), wanted, "{time:?} {offset}");
        }
    }
}
