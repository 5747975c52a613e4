//! What reports add up to.

use super::*;

fn family(kind: SeriesKind) -> Family {
    Family {
        kind,
        unit: String::new(),
        help: String::new(),
    }
}

fn take(all: &mut AddUp, kind: SeriesKind, report: Report, start: u64, end: u64, value: f64) {
    let amount = Amount {
        value,
        counts: Vec::new(),
    };
    let labels = vec![("service_name".to_owned(), "orders".to_owned())];
    let times = Times { start, end };
    assert!(all.take(
        "x",
        &family(kind),
        labels,
        Vec::new(),
        (report, times),
        amount
    ));
}

fn total(all: &AddUp) -> f64 {
    all.samples()[0].amount.value
}

#[test]
fn deltas_add_up_in_any_order_and_one_that_comes_again_counts_once() {
    let mut all = AddUp::default();
    take(&mut all, SeriesKind::Counter, Report::Delta, 20, 30, 2.0);
    take(&mut all, SeriesKind::Counter, Report::Delta, 10, 20, 3.0);
    take(&mut all, SeriesKind::Counter, Report::Delta, 10, 20, 3.0);
    assert_eq!(total(&all), 5.0);
}

#[test]
fn totals_of_processes_are_added_and_a_late_one_does_not_go_back() {
    let mut all = AddUp::default();
    for (start, end, value) in [(1, 10, 3.0), (1, 20, 5.0), (1, 15, 4.0), (30, 40, 1.0)] {
        take(
            &mut all,
            SeriesKind::Counter,
            Report::Total,
            start,
            end,
            value,
        );
    }
    assert_eq!(total(&all), 6.0);
    for start in 100..200 {
        take(
            &mut all,
            SeriesKind::Counter,
            Report::Total,
            start,
            start + 1,
            1.0,
        );
    }
    assert_eq!(total(&all), 106.0);
}

#[test]
fn a_total_that_may_fall_ends_with_its_process_and_a_gauge_is_what_was_told_last() {
    let mut all = AddUp::default();
    take(&mut all, SeriesKind::Gauge, Report::Total, 1, 10, 3.0);
    take(
        &mut all,
        SeriesKind::Gauge,
        Report::Total,
        2,
        10 + SILENT + 1,
        1.0,
    );
    assert_eq!(total(&all), 1.0);
    let mut all = AddUp::default();
    take(&mut all, SeriesKind::Gauge, Report::Now, 1, 10, 3.0);
    take(&mut all, SeriesKind::Gauge, Report::Now, 5, 9, 7.0);
    assert_eq!(total(&all), 3.0);
}

#[test]
fn other_buckets_begin_anew() {
    let mut all = AddUp::default();
    for (bounds, counts) in [(["1"], vec![1, 1]), (["2"], vec![0, 1])] {
        let amount = Amount { value: 3.0, counts };
        let bounds = bounds.map(str::to_owned).to_vec();
        let report = (Report::Delta, Times { start: 1, end: 2 });
        let family = family(SeriesKind::Histogram);
        assert!(all.take("x", &family, Vec::new(), bounds, report, amount));
    }
    let samples = all.samples();
    assert_eq!(samples[0].amount.counts, [0, 1]);
    assert_eq!(samples[0].series.bounds, ["2"]);
}

#[test]
fn series_are_bounded() {
    let mut all = AddUp::default();
    let family = family(SeriesKind::Counter);
    let take = |all: &mut AddUp, number: usize| {
        let labels = vec![("n".to_owned(), number.to_string())];
        let report = (Report::Delta, Times { start: 1, end: 2 });
        all.take("x", &family, labels, Vec::new(), report, Amount::default())
    };
    assert!((0..SERIES_MOST).all(|number| take(&mut all, number)));
    assert!(!take(&mut all, SERIES_MOST));
    assert!(take(&mut all, 0));
}
