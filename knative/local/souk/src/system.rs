//! The few system calls that Rust has no safe name for. Nothing else in this crate is unsafe.
#![allow(unsafe_code)]

use std::ffi::{CString, OsStr};
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

#[cfg(target_os = "linux")]
use tokio::io::{Interest, unix::AsyncFd};

/// Sets a variable of this process, or takes it away. To be called while there is one thread.
pub(crate) fn set_variable(name: &str, value: Option<&OsStr>) {
    // SAFETY: the caller's promise: nobody else reads the environment now.
    unsafe {
        match value {
            Some(value) => std::env::set_var(name, value),
            None => std::env::remove_var(name),
        }
    }
}

/// Sends a signal to one process.
pub(crate) fn send_signal(pid: u32, signal: i32) -> io::Result<()> {
    let pid = i32::try_from(pid).map_err(io::Error::other)?;
    // SAFETY: kill(2) touches no memory. `pid` is positive, so that it names one process and no group.
    succeeded(unsafe { libc::kill(pid, signal) })
}

/// Ends the process group that `leader` made. That there is none any more is no error.
pub(crate) fn kill_group(leader: u32) {
    if let Ok(group) = i32::try_from(leader) {
        // SAFETY: killpg(2) touches no memory. `group` is a child's id, so neither our own group (0) nor everybody (1).
        unsafe { libc::killpg(group, libc::SIGKILL) };
    }
}

/// Who this process is, as a user: the number that files are owned by.
pub(crate) fn user() -> u32 {
    // SAFETY: geteuid(2) takes nothing, touches no memory and cannot fail.
    unsafe { libc::geteuid() }
}

/// What a file system has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Space {
    /// For whoever is not root.
    pub(crate) bytes: u64,
    /// How many files can still be made; none: this file system does not count them.
    pub(crate) files: Option<u64>,
}

/// What is left where `folder` is.
#[allow(
    clippy::useless_conversion,
    reason = "the fields are narrower on other systems"
)]
pub(crate) fn space_left(folder: &Path) -> io::Result<Space> {
    let path = CString::new(folder.as_os_str().as_bytes()).map_err(io::Error::other)?;
    let mut found = std::mem::MaybeUninit::<libc::statvfs>::uninit();
    // SAFETY: `path` ends with a NUL, and statvfs(3) writes to `found` and nowhere else.
    succeeded(unsafe { libc::statvfs(path.as_ptr(), found.as_mut_ptr()) })?;
    // SAFETY: it succeeded, so all of `found` was written.
    let found = unsafe { found.assume_init() };
    let bytes = u64::from(found.f_bavail).saturating_mul(u64::from(found.f_frsize));
    let counts_files = u64::from(found.f_files) > 0;
    Ok(Space {
        bytes,
        files: counts_files.then(|| u64::from(found.f_favail)),
    })
}

/// Whether there is such a process, be it ours or somebody else's.
pub(crate) fn is_alive(pid: u32) -> bool {
    !matches!(send_signal(pid, 0), Err(error) if error.raw_os_error() == Some(libc::ESRCH))
}

/// Waits for the end of a process that is somebody else's to wait for. It must be there at the call: its id may be another's later.
#[cfg(target_os = "linux")]
pub(crate) fn end_of(pid: u32) -> io::Result<impl Future<Output = ()> + Send + 'static> {
    // SAFETY: pidfd_open(2) touches no memory.
    let handle = unsafe { libc::syscall(libc::SYS_pidfd_open, libc::c_long::from(pid), 0) };
    let handle = i32::try_from(handle).map_err(io::Error::other)?;
    succeeded(handle.min(0))?;
    // SAFETY: the kernel has just given it to us, and nobody else knows of it.
    let handle = unsafe { OwnedFd::from_raw_fd(handle) };
    // SAFETY: an `OwnedFd` is one descriptor and keeps it open.
    let handle = unsafe { AsyncFd::register_with_interest(handle, Interest::READABLE) }?;
    Ok(async move {
        // It can be read from when the process has ended.
        let _ = handle.readable().await;
    })
}

/// Other systems have no such call; there are no containers either.
#[cfg(not(target_os = "linux"))]
pub(crate) fn end_of(_pid: u32) -> io::Result<std::future::Ready<()>> {
    Err(io::ErrorKind::Unsupported.into())
}

/// How many files and processes this process may have at most, by the names that podman has for them; what is not limited is left
/// out.
pub(crate) fn most_files_and_processes() -> Vec<(&'static str, u64)> {
    let mut most = Vec::new();
    for (name, resource) in [
        ("nofile", libc::RLIMIT_NOFILE),
        ("nproc", libc::RLIMIT_NPROC),
    ] {
        let mut limit = libc::rlimit {
            rlim_cur: 0,
            rlim_max: 0,
        };
        // SAFETY: getrlimit(2) writes to `limit` and nowhere else.
        let known = unsafe { libc::getrlimit(resource, &raw mut limit) } == 0;
        if known && limit.rlim_max != libc::RLIM_INFINITY {
            most.push((name, limit.rlim_max));
        }
    }
    most
}

/// Lets what `command` starts be the first of a new session: closing the terminal does not reach it.
pub(crate) fn in_new_session(command: &mut Command) {
    // SAFETY: setsid(2) takes nothing, touches no memory, and may be called between fork and exec.
    unsafe {
        command.pre_exec(|| succeeded(libc::setsid().min(0)));
    }
}

/// Lets what `command` starts get SIGKILL when the thread that starts it ends.
pub(crate) fn die_with_parent(command: &mut Command) {
    let parent = std::process::id();
    let ask = move || {
        ask_for_death_signal()?;
        // The parent may have died before the kernel was asked.
        // SAFETY: getppid(2) takes nothing, touches no memory and cannot fail.
        if u32::try_from(unsafe { libc::getppid() }) == Ok(parent) {
            return Ok(());
        }
        Err(io::Error::from_raw_os_error(libc::ESRCH))
    };
    // SAFETY: `ask` runs between fork and exec and makes system calls only; it allocates nothing and takes no lock.
    unsafe {
        command.pre_exec(ask);
    }
}

/// From now on stdout and stderr are `file`; whoever read them sees their end.
pub(crate) fn redirect_output(file: &File) -> io::Result<()> {
    for standard in [libc::STDOUT_FILENO, libc::STDERR_FILENO] {
        // SAFETY: dup2(2) replaces one of our own descriptors, which nothing here owns as a Rust value.
        succeeded(unsafe { libc::dup2(file.as_raw_fd(), standard) }.min(0))?;
    }
    Ok(())
}

/// Hands what the allocator holds and nobody uses back to the system. glibc keeps it otherwise, in each thread's arena.
pub(crate) fn trim_heap() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: malloc_trim(3) may be called at any time by any thread; it only releases memory that is free.
    unsafe {
        libc::malloc_trim(0);
    }
}

#[cfg(target_os = "linux")]
fn ask_for_death_signal() -> io::Result<()> {
    // SAFETY: prctl(2) with PR_SET_PDEATHSIG reads one integer.
    succeeded(unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) })
}

/// Other systems have no such call: there a process may outlive a souk that was killed.
#[cfg(not(target_os = "linux"))]
fn ask_for_death_signal() -> io::Result<()> {
    Ok(())
}

fn succeeded(result: i32) -> io::Result<()> {
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

#[cfg(test)]
mod tests {
    use std::process::Stdio;

    use super::*;

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn the_end_of_a_process_is_seen_by_who_may_not_wait_for_it() {
        let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        let end = end_of(child.id()).unwrap();
        drop(child.stdin.take());
        end.await;
        assert!(child.try_wait().unwrap().is_some());
    }

    #[test]
    fn a_folder_that_is_there_has_space_and_one_that_is_not_has_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(space_left(folder.path()).unwrap().bytes > 0);
        assert!(space_left(&folder.path().join("none")).is_err());
    }

    #[test]
    fn a_process_is_alive_until_it_has_been_waited_for() {
        let mut child = Command::new("true").spawn().unwrap();
        let pid = child.id();
        assert!(is_alive(std::process::id()));
        child.wait().unwrap();
        assert!(!is_alive(pid));
    }
}
