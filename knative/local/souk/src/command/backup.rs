//! `souk backup`: the whole shop in one file, taken while it runs or when it is closed.

use std::fs;
use std::path::Path;
use std::time::Duration;

use chrono::Utc;
use souk_engines::postgres::leading_folder;

use crate::backup::{FORMAT, Freeze, Manifest, compress, pack};
use crate::cli::ArchiveOption;
use crate::data_dir::DataDir;
use crate::failure::{Failure, Outcome};
use crate::terminal::{answer, here};

/// Writes the shop into a file.
pub(crate) fn write(options: &ArchiveOption, data_dir: &DataDir) -> Outcome {
    if !data_dir.holds_a_shop() {
        let what = format!("there is no shop in {}", data_dir.path().display());
        return Err(Failure::new(what, format!("Open one first: {} up", here())));
    }
    let manifest = Manifest {
        format: FORMAT,
        souk: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: Utc::now(),
        postgres: postgres_major(data_dir.path()),
    };
    let cannot = |what: &str, error: &dyn std::fmt::Display| {
        Failure::new(
            format!("the shop cannot be {what}: {error}"),
            format!(
                "It is as it was. On a machine without /proc close it first: {} down",
                here()
            ),
        )
    };
    // Beside the data: as large as they are, and for nobody else to see.
    let mut packed =
        tempfile::tempfile_in(data_dir.path()).map_err(|error| cannot("packed", &error))?;
    let stood_still = match data_dir.holder() {
        Some(pid) => {
            let freeze = Freeze::of(pid).map_err(|error| cannot("halted", &error))?;
            let done = pack(data_dir.path(), &manifest, &mut packed);
            let stood_still = freeze.end();
            done.map_err(|error| cannot("packed", &error))?;
            Some(stood_still)
        }
        None => {
            let _nobody_opens_it = data_dir.lock()?;
            pack(data_dir.path(), &manifest, &mut packed)
                .map_err(|error| cannot("packed", &error))?;
            None
        }
    };
    compress(&mut packed, &options.file).map_err(|error| {
        Failure::new(
            format!("{} cannot be written: {error}", options.file.display()),
            "Check that its folder is there, is yours and has room.",
        )
    })?;
    tell(&options.file, stood_still);
    Ok(())
}

fn tell(file: &Path, stood_still: Option<Duration>) {
    let megabytes = fs::metadata(file).map_or(0, |file| file.len()) as f64 / 1e6;
    let how = match stood_still {
        Some(time) => format!("the shop stood still for {:.2} s", time.as_secs_f64()),
        None => "the shop was closed".to_owned(),
    };
    answer(&format!(
        "{} holds the whole shop, its secrets included ({megabytes:.1} MB; {how})\n\
         another data directory gets it by: {} --data-dir <dir> restore {0}",
        file.display(),
        crate::terminal::me(),
    ));
}

fn postgres_major(data_dir: &Path) -> Option<u32> {
    let leads = leading_folder(data_dir).ok()?;
    let text = fs::read_to_string(data_dir.join(leads).join("PG_VERSION")).ok()?;
    text.trim().parse().ok()
}
