//! The few system calls that Rust has no safe name for. Nothing else in this crate is unsafe.
#![allow(unsafe_code)]

use std::io;
use std::os::fd::RawFd;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Whether this process may do everything, which PostgreSQL will not run with.
pub(crate) fn is_root() -> bool {
    // SAFETY: geteuid(2) takes nothing, touches no memory and cannot fail.
    unsafe { libc::geteuid() == 0 }
}

/// Sends a signal to one process.
pub(crate) fn send_signal(pid: u32, signal: i32) -> io::Result<()> {
    let pid = i32::try_from(pid).map_err(io::Error::other)?;
    // SAFETY: kill(2) touches no memory. `pid` is positive, so that it names one process and no group.
    match unsafe { libc::kill(pid, signal) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Sends a signal to the process group that `leader` made. That there is none any more is no error.
pub(crate) fn signal_group(leader: u32, signal: i32) {
    if let Ok(group) = i32::try_from(leader) {
        // SAFETY: killpg(2) touches no memory. `group` is a child's id, so neither our own group (0) nor everybody (1).
        unsafe { libc::killpg(group, signal) };
    }
}

/// How much what the runtime starts gives way to it when both want a processor. Whoever has to be refused, probed or routed is not to wait
/// for those who work; on a cluster they are on other processors.
const NICENESS: i32 = 10;

/// Lets what `command` starts, every thread of it, and everything that it will start give way to this process.
pub fn give_way(command: &mut Command) {
    // A system that does not want it goes on without.
    // SAFETY: setpriority(2) touches no memory; 0 is the new process itself.
    let ask = || {
        let _ = unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, NICENESS) };
        Ok(())
    };
    // SAFETY: `ask` runs between fork and exec and makes one system call.
    unsafe {
        command.pre_exec(ask);
    }
}

/// Lets the process that `command` starts get `signal` when the thread that starts it ends, and keep `inherited` open.
///
/// Set after the change of user, which would clear it.
pub(crate) fn die_with_parent(command: &mut Command, signal: i32, inherited: Option<RawFd>) {
    let parent = std::process::id();
    let prepare = move || {
        ask_for_death_signal(signal)?;
        // The parent may have died before the kernel was asked.
        // SAFETY: getppid(2) takes nothing, touches no memory and cannot fail.
        if u32::try_from(unsafe { libc::getppid() }) != Ok(parent) {
            return Err(io::Error::from_raw_os_error(libc::ESRCH));
        }
        inherited.map_or(Ok(()), keep_open)
    };
    // SAFETY: `prepare` runs between fork and exec and makes system calls only; it allocates nothing and takes no lock.
    unsafe {
        command.pre_exec(prepare);
    }
}

#[cfg(target_os = "linux")]
fn ask_for_death_signal(signal: i32) -> io::Result<()> {
    // SAFETY: prctl(2) with PR_SET_PDEATHSIG reads one integer.
    match unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, signal) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Other systems have no such call: there the next start ends what is left over.
#[cfg(not(target_os = "linux"))]
fn ask_for_death_signal(_signal: i32) -> io::Result<()> {
    Ok(())
}

fn keep_open(fd: RawFd) -> io::Result<()> {
    // SAFETY: fcntl(2) with F_SETFD changes a flag of a descriptor and touches no memory.
    match unsafe { libc::fcntl(fd, libc::F_SETFD, 0) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
