//! The one system call that has no safe name.

use std::io;

/// Sends SIGTERM to one process, which must not have been waited for yet: its id may be another's afterwards.
#[allow(unsafe_code)]
pub(crate) fn terminate(pid: u32) -> io::Result<()> {
    let pid = i32::try_from(pid).map_err(io::Error::other)?;
    // SAFETY: kill(2) touches no memory. `pid` is positive, so that it names one process and no group.
    match unsafe { libc::kill(pid, libc::SIGTERM) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
