//! `souk plan`: what the manifests come to, for a person or a program.

use std::collections::BTreeMap;

use souk_plan::model::{Filter, Plan, TriggerPlan};

use crate::cli::PlanOptions;
use crate::failure::{Failure, Outcome};
use crate::planning;
use crate::terminal::{answer, table};

/// Prints the plan.
pub(crate) fn print(options: &PlanOptions) -> Outcome {
    let plan = planning::preview(&options.sources)?;
    if options.json {
        let json = serde_json::to_string_pretty(&plan);
        let json = json.map_err(|error| Failure::new(format!("the plan: {error}"), ""))?;
        answer(&json);
    } else {
        answer(&text(&plan));
    }
    Ok(())
}

fn text(plan: &Plan) -> String {
    let sections = [
        section(
            &["FUNCTION", "REVISION", "SCALE", "CONCURRENCY", "TIMEOUT"],
            functions(plan),
        ),
        section(
            &["TRIGGER", "EVENTS", "SUBSCRIBER", "RETRIES"],
            triggers(plan),
        ),
        section(&["PING SOURCE", "SCHEDULE", "SINK"], ping_sources(plan)),
        section(&["JOB", "RUNS"], jobs(plan)),
        section(
            &["ROUTE", "METHODS", "PATHS", "SERVICE", "PLUGINS"],
            routes(plan),
        ),
        section(&["IN NO MANIFEST", "KEYS"], needs(plan)),
    ];
    sections
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join("\n\n")
}

fn section(head: &[&str], rows: Vec<Vec<String>>) -> Option<String> {
    let head = head.iter().map(|cell| (*cell).to_owned()).collect();
    (!rows.is_empty()).then(|| table(&[vec![head], rows].concat()))
}

fn functions(plan: &Plan) -> Vec<Vec<String>> {
    let row = |service: &souk_plan::model::ServicePlan| {
        let max = match service.scale.max {
            0 => "any".to_owned(),
            max => max.to_string(),
        };
        let concurrency = match service.container_concurrency {
            0 => format!("target {}", service.scale.target),
            limit => format!("limit {limit}"),
        };
        vec![
            service.object.name.clone(),
            service.revision.clone(),
            format!("{} to {max}", service.scale.min),
            concurrency,
            format!("{} s", service.timeout_seconds),
        ]
    };
    plan.services.iter().map(row).collect()
}

fn triggers(plan: &Plan) -> Vec<Vec<String>> {
    let row = |trigger: &TriggerPlan| {
        vec![
            trigger.object.name.clone(),
            filters(&trigger.filters),
            trigger.subscriber.clone(),
            trigger.delivery.retry.to_string(),
        ]
    };
    plan.triggers.iter().map(row).collect()
}

/// `type = dev.souk.order.placed.v1`, as people say it.
fn filters(all: &[Filter]) -> String {
    let all: Vec<String> = all.iter().map(filter).collect();
    if all.is_empty() {
        "all".to_owned()
    } else {
        all.join(" and ")
    }
}

fn filter(filter: &Filter) -> String {
    let listed = |attributes: &BTreeMap<String, String>, sign: &str| {
        let pairs = attributes.iter();
        let pairs: Vec<String> = pairs
            .map(|(name, value)| format!("{name} {sign} {value}"))
            .collect();
        pairs.join(" and ")
    };
    let joined = |filters: &[Filter], word: &str| {
        let filters: Vec<String> = filters.iter().map(self::filter).collect();
        format!("({})", filters.join(word))
    };
    match filter {
        Filter::Exact(attributes) => listed(attributes, "="),
        Filter::Prefix(attributes) => listed(attributes, "begins with"),
        Filter::Suffix(attributes) => listed(attributes, "ends with"),
        Filter::All(filters) => joined(filters, " and "),
        Filter::Any(filters) => joined(filters, " or "),
        Filter::Not(filter) => format!("not ({})", self::filter(filter)),
    }
}

fn ping_sources(plan: &Plan) -> Vec<Vec<String>> {
    let sources = plan.ping_sources.iter();
    sources
        .map(|source| {
            vec![
                source.object.name.clone(),
                source.schedule.clone(),
                source.sink.clone(),
            ]
        })
        .collect()
}

fn jobs(plan: &Plan) -> Vec<Vec<String>> {
    let runs = |suspended| if suspended { "suspended" } else { "once" };
    let jobs = plan.jobs.iter();
    jobs.map(|job| vec![job.object.name.clone(), runs(job.suspend).to_owned()])
        .collect()
}

fn routes(plan: &Plan) -> Vec<Vec<String>> {
    let gateway = &plan.gateway;
    let row = |route: &souk_plan::model::KongRoute| {
        let own = gateway
            .plugins
            .iter()
            .filter(|plugin| plugin.route.as_ref() == Some(&route.name));
        vec![
            route.name.clone(),
            route.methods.join(" "),
            route.paths.join(" "),
            route.service.clone(),
            own.map(|plugin| plugin.name.as_str())
                .collect::<Vec<_>>()
                .join(" "),
        ]
    };
    gateway.routes.iter().map(row).collect()
}

/// What some variable refers to and no manifest holds; a key is optional when all who refer to it say so.
fn needs(plan: &Plan) -> Vec<Vec<String>> {
    let mut objects: BTreeMap<String, BTreeMap<&str, bool>> = BTreeMap::new();
    for need in &plan.needs {
        let object = format!(
            "{:?} {}/{}",
            need.kind, need.object.namespace, need.object.name
        );
        let keys = objects.entry(object).or_default();
        *keys
            .entry(need.key.as_deref().unwrap_or("(all)"))
            .or_insert(true) &= need.optional;
    }
    let told = |(key, optional): (&str, bool)| match optional {
        true => format!("{key} (optional)"),
        false => key.to_owned(),
    };
    let row = |(object, keys): (String, BTreeMap<&str, bool>)| {
        let keys: Vec<String> = keys.into_iter().map(told).collect();
        vec![object, keys.join(", ")]
    };
    objects.into_iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_read_like_sentences() {
        let exact =
            |value: &str| Filter::Exact(BTreeMap::from([("type".to_owned(), value.to_owned())]));
        let either = Filter::Any(vec![exact("a"), Filter::Not(Box::new(exact("b")))]);
        assert_eq!(filters(&[]), "all");
        assert_eq!(
            filters(&[exact("a"), either]),
            "type = a and (type = a or not (type = b))"
        );
    }
}
