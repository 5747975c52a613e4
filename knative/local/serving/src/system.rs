//! The few system calls that have no safe name.
#![allow(unsafe_code)]

use std::io;

/// Sends SIGTERM to one process, which must not have been waited for yet: its id may be another's afterwards.
pub(crate) fn terminate(pid: u32) -> io::Result<()> {
    let pid = i32::try_from(pid).map_err(io::Error::other)?;
    // SAFETY: kill(2) touches no memory. `pid` is positive, so that it names one process and no group.
    match unsafe { libc::kill(pid, libc::SIGTERM) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Ends the process group that `leader` made, if it made one and somebody is left in it.
pub(crate) fn kill_group(leader: u32) {
    if let Ok(group) = i32::try_from(leader) {
        // SAFETY: killpg(2) touches no memory. `group` is a child's id, so neither our own group (0) nor everybody (1).
        unsafe { libc::killpg(group, libc::SIGKILL) };
    }
}
