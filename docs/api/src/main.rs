//! `cargo run --bin api`: writes docs/api/openapi.json.

use std::process::ExitCode;

fn main() -> ExitCode {
    let file = souk_api::file();
    let written = souk_api::document()
        .map_err(|error| error.to_string())
        .and_then(|document| {
            let text = souk_api::text(&document);
            std::fs::write(&file, text).map_err(|error| format!("{}: {error}", file.display()))
        });
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("api: {error}");
            ExitCode::FAILURE
        }
    }
}
