//! `souk up --detach`: starts itself again in a session of its own and tells on what that says until the shop is open.
//!
//! The two talk by the child's stdout and stderr: a NUL byte on stdout means open. From then on both go to the log.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;

use tokio::signal::unix::{SignalKind, signal};

use crate::data_dir::DataDir;
use crate::failure::{Failure, Outcome};
use crate::log_file;
use crate::system::{in_new_session, redirect_output, send_signal};

const OPEN: u8 = 0;
const CHUNK_BYTES: usize = 4096;

/// Starts the shop in the background and returns when it is open, or has failed to.
pub(crate) fn start(data_dir: &DataDir) -> Outcome {
    data_dir.make()?;
    // Seen at once, rather than in the background; the lock itself is the child's to hold.
    drop(data_dir.lock()?);
    let mut child =
        child().map_err(|error| Failure::new(format!("souk cannot start itself: {error}"), ""))?;
    pass_on_interrupts(child.id())
        .map_err(|error| Failure::new(format!("signals cannot be listened for: {error}"), ""))?;
    let said_open = follow(&mut child);
    if said_open {
        return Ok(());
    }
    let how = child.wait();
    match how.as_ref().ok().and_then(ExitStatus::code) {
        Some(code) => Err(Failure::told(code)),
        None => Err(Failure::new(
            format!("the shop ended before it was open ({how:?})"),
            format!("What it did: {}", data_dir.log("souk").display()),
        )),
    }
}

/// Who interrupts the wait does not want the shop either: it is asked to close, and what it says is still heard.
fn pass_on_interrupts(background: u32) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let entered = runtime.enter();
    let mut interrupts = signal(SignalKind::interrupt())?;
    drop(entered);
    let body = move || {
        runtime.block_on(async {
            while interrupts.recv().await.is_some() {
                // One that has ended in the meantime is what is wanted.
                let _ = send_signal(background, libc::SIGTERM);
            }
        });
    };
    thread::Builder::new().spawn(body).map(drop)
}

/// Tells whoever waits that the shop is open, and lets go of his terminal.
pub(crate) fn tell_open(data_dir: &DataDir) -> io::Result<()> {
    let log = log_file::open(&data_dir.log("souk"))?;
    let mut stdout = io::stdout();
    // Whoever waited may have gone away; the shop is open all the same.
    let _ = stdout.write_all(&[OPEN]).and_then(|()| stdout.flush());
    redirect_output(&log)
}

fn child() -> io::Result<Child> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(std::env::args_os().skip(1).map(in_background));
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    in_new_session(&mut command);
    command.spawn()
}

fn in_background(argument: OsString) -> OsString {
    if argument == "--detach" {
        "--in-background".into()
    } else {
        argument
    }
}

/// Passes on what the child says, until it lets go of both; whether it said that the shop is open.
fn follow(child: &mut Child) -> bool {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let progress = thread::spawn(move || stderr.map(|from| pass_on(from, io::stderr())));
    let said_open = stdout.is_some_and(|from| pass_on(from, io::stdout()));
    let _ = progress.join();
    said_open
}

/// Copies until the end or the sign; nobody listening is no reason to stop.
fn pass_on(mut from: impl Read, mut to: impl Write) -> bool {
    let mut chunk = [0; CHUNK_BYTES];
    loop {
        let read = match from.read(&mut chunk) {
            Ok(0) | Err(_) => return false,
            Ok(read) => &chunk[..read],
        };
        let text = read.split(|byte| *byte == OPEN).next().unwrap_or_default();
        let _ = to.write_all(text).and_then(|()| to.flush());
        if text.len() < read.len() {
            return true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_before_the_sign_is_passed_on() {
        let mut heard = Vec::new();
        assert!(pass_on(&b"open at 8000\n\0later"[..], &mut heard));
        assert_eq!(heard, b"open at 8000\n");
    }

    #[test]
    fn an_end_without_the_sign_is_a_failure() {
        let mut heard = Vec::new();
        assert!(!pass_on(&b"cannot"[..], &mut heard));
        assert_eq!(heard, b"cannot");
    }

    #[test]
    fn the_exit_code_of_the_background_half_is_passed_on() {
        let exits = [1, 3, 4, 101].map(|code| Failure::told(code).exit as u8);
        assert_eq!(exits, [1, 3, 4, 1]);
    }

    #[test]
    fn the_background_half_gets_the_same_arguments() {
        assert_eq!(in_background("--detach".into()), "--in-background");
        assert_eq!(in_background("--listen".into()), "--listen");
    }
}
