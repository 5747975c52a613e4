//! `souk send`: a CloudEvent from a file to the default broker, by way of the running shop.

use std::io::Read as _;
use std::path::Path;

use bytes::Bytes;
use http::StatusCode;

use crate::cli::SendOptions;
use crate::control::client::{ask, post};
use crate::data_dir::DataDir;
use crate::failure::{Failure, Outcome};
use crate::terminal::answer;

/// The broker takes no more either.
const EVENT_BYTES: u64 = 1024 * 1024;

/// Sends the event and prints what the broker said.
pub(crate) fn event(options: &SendOptions, data_dir: &DataDir) -> Outcome {
    let event = read(&options.file)?;
    let (status, body) = ask(post(data_dir, "/send", event))?;
    let said = if body.is_empty() {
        String::new()
    } else {
        format!(": {body}")
    };
    if status.is_success() {
        answer(&format!("the broker answered {status}{said}"));
        return Ok(());
    }
    let remedy = if status == StatusCode::BAD_REQUEST {
        "An event needs at least: {\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/me\",\"type\":\"demo\"}"
    } else {
        ""
    };
    let what = format!("the broker answered {status}{said}");
    Err(Failure::new(what, remedy))
}

fn read(file: &Path) -> Outcome<Bytes> {
    let mut text = Vec::new();
    let read = if file == Path::new("-") {
        std::io::stdin()
            .take(EVENT_BYTES + 1)
            .read_to_end(&mut text)
    } else {
        std::fs::File::open(file)
            .and_then(|opened| opened.take(EVENT_BYTES + 1).read_to_end(&mut text))
    };
    let remedy = "Name a file with one CloudEvent in JSON, or `-` to read stdin.";
    read.map_err(|error| Failure::new(format!("{}: {error}", file.display()), remedy))?;
    if text.len() as u64 > EVENT_BYTES {
        return Err(Failure::new(
            format!(
                "{}: larger than 1 MiB, which no broker takes",
                file.display()
            ),
            remedy,
        ));
    }
    let json: Result<serde_json::Value, _> = serde_json::from_slice(&text);
    json.map_err(|error| Failure::new(format!("{} is no JSON: {error}", file.display()), remedy))?;
    Ok(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_json_is_refused_before_anybody_is_asked() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("event.json");
        std::fs::write(&file, "{").unwrap();
        let said = read(&file).unwrap_err().to_string();
        assert!(said.contains("event.json is no JSON"), "{said}");
        assert!(read(&folder.path().join("absent")).is_err());
    }
}
