//! `GET /api/metrics`, `GET /api/metrics/query`.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Asked, unreadable};
use crate::console::Console;
use crate::problem::Problem;
use crate::series::{As, Query, evaluate};
use crate::store::StoredSeries;
use crate::time;

/// What is shown when nobody says.
const RANGE_SECONDS: i64 = 15 * 60;
const POINTS: i64 = 240;
const POINTS_MOST: i64 = 2000;
/// More lines are not drawn.
const LINES_MOST: usize = 200;
/// The most values of one label that are listed.
const VALUES_MOST: usize = 200;

#[derive(Serialize)]
struct Described {
    name: String,
    r#type: &'static str,
    unit: String,
    help: String,
    source: String,
    labels: BTreeMap<String, BTreeSet<String>>,
}

pub(super) async fn list(State(console): State<Console>) -> Result<Json<Value>, Problem> {
    let series = console.telemetry.store().series().await;
    let mut metrics: BTreeMap<(String, String), Described> = BTreeMap::new();
    for one in series.map_err(unreadable)? {
        let key = (one.name.clone(), one.source.clone());
        let metric = metrics.entry(key).or_insert_with(|| Described {
            name: one.name,
            r#type: one.kind.name(),
            unit: one.unit,
            help: one.help,
            source: one.source,
            labels: BTreeMap::new(),
        });
        for (name, value) in one.labels {
            let values = metric.labels.entry(name).or_default();
            if values.len() < VALUES_MOST {
                values.insert(value);
            }
        }
    }
    let metrics: Vec<Described> = metrics.into_values().collect();
    Ok(Json(json!({ "metrics": metrics })))
}

#[derive(Deserialize)]
pub(super) struct AskedOf {
    name: String,
    source: Option<String>,
    from: Option<String>,
    to: Option<String>,
    step: Option<i64>,
    r#as: Option<String>,
    by: Option<String>,
    r#where: Option<String>,
}

pub(super) async fn query(
    State(console): State<Console>,
    Asked(asked): Asked<AskedOf>,
) -> Result<Json<Value>, Problem> {
    let query = understood(&asked, console.telemetry.micros() / 1_000_000)?;
    // A rate at the beginning looks back.
    let from = query.from - query.step.max(60);
    let source = asked.source.filter(|source| !source.is_empty());
    let store = console.telemetry.store();
    let series = store
        .points_of(asked.name.clone(), source, from, query.to)
        .await
        .map_err(unreadable)?;
    let unit = unit(series.first(), query.of);
    let evaluated = tokio::task::spawn_blocking(move || evaluate(&series, &query));
    let mut lines = evaluated
        .await
        .map_err(|error| Problem::away(error.to_string()))?;
    lines.truncate(LINES_MOST);
    Ok(Json(json!({
        "name": asked.name,
        "as": asked.r#as.as_deref().unwrap_or("value"),
        "unit": unit,
        "series": lines,
    })))
}

fn understood(asked: &AskedOf, now: i64) -> Result<Query, Problem> {
    let to = seconds("to", asked.to.as_deref())?.unwrap_or(now);
    let from = seconds("from", asked.from.as_deref())?.unwrap_or(to - RANGE_SECONDS);
    if from > to {
        return Err(Problem::bad_request("from is after to"));
    }
    let step = asked.step.unwrap_or(((to - from) / POINTS).max(10));
    if step < 1 || (to - from) / step > POINTS_MOST {
        let why = format!("step gives more than {POINTS_MOST} points, or none");
        return Err(Problem::bad_request(why));
    }
    Ok(Query {
        from,
        to,
        step,
        of: of(asked.r#as.as_deref().unwrap_or("value"))?,
        by: asked.by.as_deref().map(words),
        with: pairs(asked.r#where.as_deref().unwrap_or_default())?,
    })
}

fn of(word: &str) -> Result<As, Problem> {
    match word {
        "value" => Ok(As::Value),
        "rate" => Ok(As::Rate),
        "p50" => Ok(As::Quantile(0.5)),
        "p90" => Ok(As::Quantile(0.9)),
        "p95" => Ok(As::Quantile(0.95)),
        "p99" => Ok(As::Quantile(0.99)),
        _ => Err(Problem::bad_request(
            "as is value, rate, p50, p90, p95 or p99",
        )),
    }
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(',').map(str::trim);
    words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// `label:value,label:value`.
fn pairs(text: &str) -> Result<Vec<(String, String)>, Problem> {
    let pair = |word: String| match word.split_once(':') {
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => Err(Problem::bad_request(
            "where is label:value, with commas between",
        )),
    };
    words(text).into_iter().map(pair).collect()
}

/// Seconds since 1970, or a time as RFC 3339 writes it.
fn seconds(name: &str, text: Option<&str>) -> Result<Option<i64>, Problem> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let number = text.parse::<f64>().ok().map(|seconds| seconds as i64);
    let at = number.or_else(|| time::parse(text).map(|micros| micros / 1_000_000));
    match at {
        Some(at) => Ok(Some(at)),
        None => Err(Problem::bad_request(format!(
            "{name} is a time: seconds since 1970, or as RFC 3339 writes it"
        ))),
    }
}

fn unit(series: Option<&StoredSeries>, of: As) -> String {
    use crate::record::SeriesKind;
    let Some(series) = series else {
        return String::new();
    };
    match (series.kind, of) {
        (SeriesKind::Histogram, As::Value) => "1".to_owned(),
        (SeriesKind::Histogram, As::Rate) => "1/s".to_owned(),
        (_, As::Rate) => format!(
            "{}/s",
            if series.unit.is_empty() {
                "1"
            } else {
                &series.unit
            }
        ),
        _ => series.unit.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked() -> AskedOf {
        AskedOf {
            name: "x".to_owned(),
            source: None,
            from: None,
            to: None,
            step: None,
            r#as: None,
            by: None,
            r#where: None,
        }
    }

    #[test]
    fn who_asks_for_no_time_sees_the_last_quarter_of_an_hour() {
        let query = understood(&asked(), 10_000).unwrap();
        assert_eq!((query.from, query.to, query.step), (9_100, 10_000, 10));
        assert_eq!(query.by, None);
    }

    #[test]
    fn times_labels_and_quantiles_are_read_and_what_is_wrong_is_refused() {
        let mut one = asked();
        one.from = Some("1970-01-01T00:01:00Z".to_owned());
        one.to = Some("120.9".to_owned());
        one.r#as = Some("p95".to_owned());
        one.by = Some(String::new());
        one.r#where = Some("a:b:c,d:e".to_owned());
        let query = understood(&one, 0).unwrap();
        assert_eq!(
            (query.from, query.to, query.of),
            (60, 120, As::Quantile(0.95))
        );
        assert_eq!(query.by, Some(Vec::new()));
        assert_eq!(query.with[0], ("a".to_owned(), "b:c".to_owned()));
        for wrong in [
            AskedOf {
                step: Some(0),
                ..asked()
            },
            AskedOf {
                from: Some("200".to_owned()),
                to: Some("100".to_owned()),
                ..asked()
            },
            AskedOf {
                r#as: Some("average".to_owned()),
                ..asked()
            },
            AskedOf {
                to: Some("today".to_owned()),
                ..asked()
            },
            AskedOf {
                r#where: Some("a".to_owned()),
                ..asked()
            },
        ] {
            assert!(understood(&wrong, 10_000).is_err());
        }
    }
}
