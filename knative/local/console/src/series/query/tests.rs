//! Answers to questions.

use super::*;
use crate::record::PointRecord;

fn series(
    kind: SeriesKind,
    labels: &[(&str, &str)],
    points: &[(i64, f64, &[u64])],
) -> StoredSeries {
    StoredSeries {
        source: "functions".to_owned(),
        name: "x".to_owned(),
        kind,
        unit: String::new(),
        help: String::new(),
        labels: labels
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        bounds: vec![0.1, 1.0],
        points: points
            .iter()
            .map(|(at, value, counts)| PointRecord {
                at: *at,
                value: *value,
                counts: counts.to_vec(),
            })
            .collect(),
    }
}

fn ask(of: As, by: Option<&[&str]>) -> Query {
    Query {
        from: 0,
        to: 60,
        step: 30,
        of,
        by: by.map(|by| by.iter().map(|name| (*name).to_owned()).collect()),
        with: Vec::new(),
    }
}

#[test]
fn a_rate_counts_on_over_a_new_start() {
    let one = series(
        SeriesKind::Counter,
        &[],
        &[
            (0, 0.0, &[]),
            (20, 60.0, &[]),
            (40, 3.0, &[]),
            (50, 9.0, &[]),
        ],
    );
    let lines = evaluate(&[one], &ask(As::Rate, None));
    assert_eq!(
        lines[0].points,
        [(0, Some(0.0)), (30, Some(2.0)), (60, Some(0.3))]
    );
}

#[test]
fn a_value_holds_until_the_next_one_and_is_unknown_before_the_first() {
    let one = series(SeriesKind::Gauge, &[], &[(10, 5.0, &[]), (60, 7.0, &[])]);
    let lines = evaluate(&[one], &ask(As::Value, None));
    assert_eq!(
        lines[0].points,
        [(0, None), (30, Some(5.0)), (60, Some(7.0))]
    );
}

#[test]
fn lines_are_told_apart_by_the_labels_that_were_asked_for() {
    let all = [("orders", "200"), ("orders", "500"), ("carts", "200")].map(|(name, status)| {
        let labels = [("service_name", name), ("status", status)];
        series(SeriesKind::Counter, &labels, &[(0, 1.0, &[])])
    });
    let values = |query: &Query| {
        let lines = evaluate(&all, query);
        let last = lines.iter().filter_map(|line| line.points.last());
        last.map(|(_, value)| *value).collect::<Vec<_>>()
    };
    assert_eq!(
        values(&ask(As::Value, Some(&["service_name"]))),
        [Some(1.0), Some(2.0)]
    );
    assert_eq!(values(&ask(As::Value, Some(&[]))), [Some(3.0)]);
    assert_eq!(values(&ask(As::Value, None)).len(), 3);
    let mut with = ask(As::Value, Some(&[]));
    with.with = vec![("status".to_owned(), "500".to_owned())];
    assert_eq!(values(&with), [Some(1.0)]);
}

#[test]
fn a_quantile_grows_in_a_straight_line_within_its_bucket_and_ends_at_the_last_bound() {
    let one = series(
        SeriesKind::Histogram,
        &[],
        &[
            (0, 0.0, &[0, 0, 0]),
            (30, 1.0, &[10, 10, 0]),
            (60, 9.0, &[10, 10, 5]),
        ],
    );
    let at = |share| {
        let lines = evaluate(std::slice::from_ref(&one), &ask(As::Quantile(share), None));
        lines[0]
            .points
            .iter()
            .map(|(_, value)| *value)
            .collect::<Vec<_>>()
    };
    assert_eq!(at(0.5), [None, Some(0.1), Some(1.0)]);
    let upper = at(0.75)[1].unwrap();
    assert!((upper - 0.55).abs() < 1e-9, "{upper}");
}
