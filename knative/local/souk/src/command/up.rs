//! `souk up`: opens the shop, tells how to use it, and closes it when asked to.

use std::time::Duration;

use crate::cli::UpOptions;
use crate::clock::{self, Preload, Time};
use crate::command::detach;
use crate::data_dir::{DataDir, Lock};
use crate::failure::{Failure, Outcome};
use crate::stop::Stop;
use crate::terminal::{answer, progress};
use crate::{logging, memory, shop, version};

/// What may still run on other threads when everything has been stopped.
const LAST_TASKS_WITHIN: Duration = Duration::from_secs(1);

/// Opens the shop in this process and keeps it open.
pub(crate) fn run(options: &UpOptions, data_dir: &DataDir, preload: Option<Preload>) -> Outcome {
    data_dir.make()?;
    let clock = clock::enter(options, data_dir, preload.as_ref())?;
    let time = Time { clock, preload };
    let lock = data_dir.lock()?;
    version::enter(data_dir)?;
    logging::start(data_dir, !options.in_background)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| Failure::new(format!("no runtime: {error}"), ""))?;
    let outcome = runtime.block_on(keep_open(options, data_dir, &lock, time));
    runtime.shutdown_timeout(LAST_TASKS_WITHIN);
    outcome
}

async fn keep_open(options: &UpOptions, data_dir: &DataDir, lock: &Lock, time: Time) -> Outcome {
    let stop = Stop::listen(options.while_pid)
        .map_err(|error| Failure::new(format!("signals cannot be listened for: {error}"), ""))?;
    let opened = tokio::select! {
        opened = Box::pin(shop::open(options, data_dir, &stop, time)) => opened?,
        () = stop.asked() => return Err(Failure::new("closed before it was open", "")),
    };
    answer(&opened.summary);
    if options.in_background {
        detach::tell_open(data_dir)
            .map_err(|error| Failure::new(format!("output cannot go to the log: {error}"), ""))?;
    }
    tracing::info!("open");
    tokio::select! {
        () = stop.asked() => (),
        () = lock.lost() => progress("the data directory was removed"),
        () = memory::give_back() => (),
    }
    progress("closing the shop");
    opened.shop.close().await;
    progress("closed; all data are kept");
    Ok(())
}
