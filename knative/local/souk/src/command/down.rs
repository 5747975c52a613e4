//! `souk down`: asks the shop to close and waits until it has.

use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::control::client::{ask, post};
use crate::data_dir::DataDir;
use crate::failure::{Failure, Outcome};
use crate::system::send_signal;
use crate::terminal::answer;

/// A shop closes within 15 s; a little more for a busy machine.
const CLOSED_WITHIN: Duration = Duration::from_secs(25);

/// Closes the shop. That none is open is what was wanted.
pub(crate) fn stop(data_dir: &DataDir) -> Outcome {
    let Some(pid) = data_dir.holder() else {
        answer(&format!(
            "no shop is running in {}",
            data_dir.path().display()
        ));
        return Ok(());
    };
    let started = Instant::now();
    // One that is still opening does not listen yet, but takes the signal.
    if ask(post(data_dir, "/down", Bytes::new())).is_err() {
        let _ = send_signal(pid, libc::SIGTERM);
    }
    if data_dir.released_within(CLOSED_WITHIN) {
        let seconds = started.elapsed().as_secs_f64();
        answer(&format!(
            "the shop in {} is closed (pid {pid}, after {seconds:.1} s); its data are kept",
            data_dir.path().display()
        ));
        return Ok(());
    }
    Err(Failure::new(
        format!(
            "the shop (pid {pid}) has not closed within {} s",
            CLOSED_WITHIN.as_secs()
        ),
        format!(
            "See why in {}, or end it: kill -KILL {pid} (nothing that was accepted is lost)",
            data_dir.log("souk").display()
        ),
    ))
}
