//! `cargo run --bin dashboards`: writes the chart's dashboards and the rules of its objectives.

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    match write() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("dashboards: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write() -> Result<(), souk_dashboards::Failure> {
    for (file, text) in souk_dashboards::files()? {
        let failed = |error| souk_dashboards::Failure::File(PathBuf::from(&file), error);
        std::fs::write(&file, text).map_err(failed)?;
    }
    Ok(())
}
