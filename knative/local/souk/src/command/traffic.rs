//! `souk traffic`: which revisions get a function's requests, as `kn service update --traffic` says it.

use bytes::Bytes;
use souk_serving::TrafficChange;

use crate::cli::TrafficOptions;
use crate::command::revisions;
use crate::control::client::{ask, post};
use crate::data_dir::DataDir;
use crate::failure::{Failure, Outcome};
use crate::terminal::me;

/// Changes the traffic, if something is to be changed, and prints how it is.
pub(crate) fn set(options: &TrafficOptions, data_dir: &DataDir) -> Outcome {
    let change = TrafficChange {
        percents: options.percents.clone(),
        tags: options.tags.clone(),
        untag: options.untag.clone(),
    };
    if change != TrafficChange::default() {
        let body = serde_json::to_vec(&change).map_err(|error| Failure::new(error, ""))?;
        let path = format!("/traffic/{}", options.service);
        let (status, said) = ask(post(data_dir, &path, Bytes::from(body)))?;
        if !status.is_success() {
            let remedy = format!("Look at what there is: {} revisions", me());
            return Err(Failure::new(format!("{said}; nothing was changed"), remedy));
        }
    }
    revisions::print_of(Some(&options.service), false, data_dir)
}
