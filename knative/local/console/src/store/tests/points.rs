//! Points of metrics.

use super::*;

#[tokio::test]
async fn points_are_given_from_the_one_before_the_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Limits::default());
    let series = SeriesRecord {
        source: Source::Functions,
        name: "n_total".to_owned(),
        kind: SeriesKind::Counter,
        unit: String::new(),
        help: String::new(),
        labels: vec![("service_name".to_owned(), "orders".to_owned())],
        bounds: Vec::new(),
    };
    let point = |at, value| PointRecord {
        at,
        value,
        counts: Vec::new(),
    };
    let points = [
        (NOW + 10, 1.0),
        (NOW + 20, 2.0),
        (NOW + 30, 3.0),
        (NOW + 40, 4.0),
    ];
    let points = points.map(|(at, value)| (series.clone(), point(at, value)));
    store.points(points.to_vec());
    store.points(vec![(series.clone(), point(NOW + 40, 5.0))]);
    store.flush().await;
    assert_eq!(store.counts().points.load(Ordering::Relaxed), 4);
    let found = store
        .points_of("n_total".to_owned(), None, NOW + 25, NOW + 40)
        .await
        .unwrap();
    assert_eq!(
        found[0].points,
        [
            point(NOW + 20, 2.0),
            point(NOW + 30, 3.0),
            point(NOW + 40, 5.0)
        ]
    );
    assert_eq!(found[0].labels["service_name"], "orders");
    let none = store.points_of(
        "n_total".to_owned(),
        Some("platform".to_owned()),
        0,
        i64::MAX,
    );
    assert!(none.await.unwrap().is_empty());
    assert_eq!(store.series().await.unwrap().len(), 1);
}

#[tokio::test]
async fn points_are_bounded_and_the_last_one_of_a_series_stays() {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits {
        points: 100,
        ..Limits::default()
    };
    let store = open(folder.path(), limits);
    let series = |name: &str| SeriesRecord {
        source: Source::Platform,
        name: name.to_owned(),
        kind: SeriesKind::Gauge,
        unit: String::new(),
        help: String::new(),
        labels: Vec::new(),
        bounds: Vec::new(),
    };
    let point = |at| PointRecord {
        at,
        value: 1.0,
        counts: Vec::new(),
    };
    store.points(vec![(series("still"), point(NOW))]);
    for at in NOW..NOW + 500 {
        store.points(vec![(series("busy"), point(at))]);
        store.flush().await;
    }
    let points = store.counts().points.load(Ordering::Relaxed);
    assert!((50..=101).contains(&points), "{points}");
    let still = store
        .points_of("still".to_owned(), None, NOW + 400, NOW + 500)
        .await
        .unwrap();
    assert_eq!(still[0].points, [point(NOW)]);
}
