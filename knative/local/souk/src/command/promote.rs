//! `souk promote`: lets PostgreSQL's replica lead, in the running shop or for the next start of a closed one.

use souk_engines::Postgres;
use souk_engines::postgres::Promotion;

use crate::cli::PromoteOptions;
use crate::control::client::{ask, post_for_long, read};
use crate::data_dir::DataDir;
use crate::failure::Outcome;
use crate::terminal::{answer, here, pretty};

/// Promotes, and tells what happened and how far the new primary is.
pub(crate) fn run(options: &PromoteOptions, data_dir: &DataDir) -> Outcome {
    let promotion = match data_dir.holder() {
        Some(_) => running(options.force, data_dir)?,
        None if !data_dir.holds_a_shop() => return Err(data_dir.not_running()),
        None => {
            let _nobody_opens_it = data_dir.lock()?;
            Postgres::promote_closed(data_dir.path(), options.force)?
        }
    };
    answer(&match options.json {
        true => pretty(&promotion)?,
        false => text(&promotion),
    });
    Ok(())
}

fn running(force: bool, data_dir: &DataDir) -> Outcome<Promotion> {
    let path = match force {
        true => "/promote?force=true",
        false => "/promote",
    };
    let said = ask(post_for_long(data_dir, path))?;
    read(&said)
}

fn text(promotion: &Promotion) -> String {
    let (leads, ended) = (promotion.leads.folder(), promotion.ended.folder());
    let first = match &promotion.position {
        Some(position) => format!(
            "{leads} leads now, from position {position} of the log, after {:.1} s",
            promotion.milliseconds as f64 / 1000.0
        ),
        None => format!(
            "{leads} leads from the next start on: {} up --replica",
            here()
        ),
    };
    let fate = match (promotion.position.is_some(), promotion.was_running) {
        (true, true) => format!("{ended} still ran and was stopped"),
        (true, false) => format!("{ended} did not run"),
        (false, _) => format!("{ended} is not started any more"),
    };
    let since = promotion.since.format("%Y-%m-%d %H:%M:%S UTC");
    let loss = match (promotion.complete, promotion.missing_bytes) {
        (true, _) => format!("nothing that was acknowledged is missing: synchronous since {since}"),
        (false, None) => format!(
            "what was written since {since} may be missing: commits have not waited for the replica"
        ),
        (false, Some(bytes)) => format!(
            "{bytes} bytes of the log, as last seen, are missing: commits have not waited for the replica since {since}"
        ),
    };
    let mut lines = vec![first, fate, loss];
    lines.extend(
        promotion
            .set_aside
            .as_ref()
            .map(|kept| format!("the files of {ended} are kept in {}", kept.display())),
    );
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn promotion(more: serde_json::Value) -> Promotion {
        let mut all = json!({
            "leads": "postgres-2", "ended": "postgres", "was_running": false, "complete": true,
            "since": "2026-01-01T00:00:00Z", "position": "0/3000060", "missing_bytes": null, "set_aside": null,
            "milliseconds": 420,
        });
        let entries = more.as_object().unwrap().clone();
        all.as_object_mut().unwrap().extend(entries);
        serde_json::from_value(all).unwrap()
    }

    #[test]
    fn it_says_who_leads_how_far_it_is_and_what_is_missing() {
        let said = text(&promotion(json!({})));
        for part in [
            "postgres-2 leads now",
            "0/3000060",
            "0.4 s",
            "nothing that was acknowledged is missing",
        ] {
            assert!(said.contains(part), "{part}: {said}");
        }
        let forced = json!({ "complete": false, "missing_bytes": 96, "set_aside": "/d/postgres-set-aside-1" });
        let said = text(&promotion(forced));
        assert!(
            said.contains("96 bytes") && said.contains("/d/postgres-set-aside-1"),
            "{said}"
        );
        let closed = text(&promotion(json!({ "position": null })));
        assert!(closed.contains("from the next start on"), "{closed}");
    }
}
