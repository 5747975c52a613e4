//! Kong's declarative configuration, as decK renders it and DB-less Kong reads it.

mod consumer;
mod entity;
mod file;
mod plugin;
mod render;
mod route;
mod schema;
mod service;
mod settings;

use std::fs;
use std::path::{Path, PathBuf};

use crate::mistake::{At, Report};
use crate::model::GatewayPlan;
use crate::paths::shown;
use crate::yaml::Source;

pub use settings::Settings;

/// Reads Kong's file. `variable` gives the value of a variable by its name.
pub(crate) fn read(
    path: &Path,
    variable: &mut dyn FnMut(&str) -> Option<String>,
    report: &Report,
) -> GatewayPlan {
    let file = shown(path);
    let mut gateway = GatewayPlan {
        file: PathBuf::from(&file),
        services: Vec::new(),
        routes: Vec::new(),
        consumers: Vec::new(),
        plugins: Vec::new(),
    };
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            report.add(&At::whole(&file), format!("cannot be read: {error}"));
            return gateway;
        }
    };
    // A file that could not be rendered is not the file that was meant: no word about its fields.
    let Some(rendered) = render::render(&file, &text, variable, report) else {
        return gateway;
    };
    let documents = Source::rendered(&file, &rendered.text, &rendered.lines).documents(report);
    match documents.as_slice() {
        [] => (),
        [document] => file::read(document, &mut gateway, report),
        [_, second, ..] => report.add(&second.at, "Kong reads one document only"),
    }
    gateway
}
