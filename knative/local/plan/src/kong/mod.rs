//! Kong's declarative configuration, as decK renders it and DB-less Kong reads it.

mod consumer;
mod entity;
mod file;
mod gate_keys;
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

/// A gateway without anything.
pub(crate) fn empty(file: PathBuf) -> GatewayPlan {
    GatewayPlan {
        file,
        services: Vec::new(),
        routes: Vec::new(),
        consumers: Vec::new(),
        plugins: Vec::new(),
        keys_from: None,
        rendered: String::new(),
    }
}

/// Reads Kong's file. `variable` gives the value of a variable by its name.
pub(crate) fn read(
    path: &Path,
    variable: &mut dyn FnMut(&str) -> Option<String>,
    report: &Report,
) -> GatewayPlan {
    let file = shown(path);
    let mut gateway = empty(PathBuf::from(&file));
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
    let source = Source::rendered(&file, &rendered.text, &rendered.lines);
    read_documents(&source, &mut gateway, report);
    gateway.rendered = rendered.text;
    gateway.keys_from = gate_keys::beside(path, report);
    gateway
}

/// Reads a text without variables, which mistakes call `file`.
pub(crate) fn read_declared(file: &Path, text: &str, report: &Report) -> GatewayPlan {
    let mut gateway = empty(file.to_owned());
    let shown = file.display().to_string();
    read_documents(&Source::new(&shown, text), &mut gateway, report);
    text.clone_into(&mut gateway.rendered);
    gateway
}

fn read_documents(source: &Source<'_>, gateway: &mut GatewayPlan, report: &Report) {
    match source.documents(report).as_slice() {
        [] => (),
        [document] => file::read(document, gateway, report),
        [_, second, ..] => report.add(&second.at, "Kong reads one document only"),
    }
}
