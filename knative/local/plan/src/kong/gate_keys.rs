//! `gate-keys.yaml` beside Kong's file: where the gate's keys and machine clients are had.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use url::Url;

use crate::fields::Fields;
use crate::mistake::{At, Report};
use crate::paths::shown;
use crate::yaml::Source;

const FILE: &str = "gate-keys.yaml";

/// The URL in it. None: there is no such file, so Kong's file holds every key itself.
pub(super) fn beside(gateway_config: &Path, report: &Report) -> Option<String> {
    let path = gateway_config.with_file_name(FILE);
    let file = shown(&path);
    match fs::read_to_string(&path) {
        Ok(text) => read(&file, &text, report),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => {
            report.add(&At::whole(&file), format!("cannot be read: {error}"));
            None
        }
    }
}

fn read(file: &str, text: &str, report: &Report) -> Option<String> {
    let documents = Source::new(file, text).documents(report);
    let Some(document) = documents.first() else {
        report.add(&At::whole(file), "source: is missing");
        return None;
    };
    let mut fields = Fields::of_document(document, report)?;
    let source = fields.required("source")?;
    let url = source.text()?;
    let is_right = Url::parse(url).is_ok_and(|url| url.scheme() == "http" && url.has_host());
    if !is_right {
        source.wrong("must be http://host/path: it is called inside the cluster");
        return None;
    }
    Some(url.to_owned())
}
