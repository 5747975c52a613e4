//! The history, with real files.

mod logs;
mod points;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use super::*;
use crate::record::{SeriesKind, Source, SpanKind, SpanRecord};
use logs::{line, messages};

/// Seconds since 1970.
const NOW: i64 = 1_000_000;

fn now() -> Now {
    Arc::new(|| SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000))
}

fn open(folder: &Path, limits: Limits) -> Store {
    Store::open(folder, limits, now()).unwrap()
}

fn span(trace: u64, span: u64, parent: Option<u64>, start_us: i64) -> TracedSpan {
    let mut trace_id = [1; 16];
    trace_id[8..].copy_from_slice(&trace.to_be_bytes());
    TracedSpan {
        trace_id,
        keys: Vec::new(),
        order: None,
        span: SpanRecord {
            span_id: span.to_be_bytes(),
            parent_id: parent.map(u64::to_be_bytes),
            service: if span.is_multiple_of(2) {
                "orders"
            } else {
                "gateway"
            }
            .to_owned(),
            name: format!("work {span}"),
            kind: SpanKind::Server,
            start_us,
            duration_us: 1000,
            error: false,
            status: String::new(),
            detail: r#"{"attributes":{},"events":[],"links":[]}"#.to_owned(),
        },
    }
}

fn trace_id(trace: u64) -> [u8; 16] {
    span(trace, 1, None, 0).trace_id
}

fn any() -> TraceFilter {
    TraceFilter {
        limit: 10,
        ..TraceFilter::default()
    }
}

async fn names(store: &Store, filter: TraceFilter) -> Vec<String> {
    store.flush().await;
    let page = store.traces(filter).await.unwrap();
    page.traces.into_iter().map(|trace| trace.name).collect()
}

#[tokio::test]
async fn spans_come_in_any_order_and_one_that_comes_again_counts_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Limits::default());
    store.spans(vec![span(1, 4, Some(2), 300), span(1, 2, Some(1), 200)]);
    store.flush().await;
    store.spans(vec![span(1, 1, None, 100), span(1, 2, Some(1), 200)]);
    store.flush().await;
    let trace = store.trace(trace_id(1), 10).await.unwrap().unwrap();
    assert_eq!((trace.head.spans, trace.head.duration_us), (3, 1200));
    assert_eq!(trace.head.name, "work 1");
    assert_eq!(trace.head.services, ["gateway", "orders"]);
    let starts: Vec<i64> = trace.spans.iter().map(|one| one.start_us).collect();
    assert_eq!(starts, [100, 200, 300]);
    assert!(trace.orphans.is_empty());
    assert_eq!(store.counts().spans.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn a_span_whose_parent_is_missing_is_an_orphan_until_the_parent_comes() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Limits::default());
    store.spans(vec![span(1, 3, Some(2), 300), span(1, 1, None, 100)]);
    store.flush().await;
    let orphans = async || {
        store.flush().await;
        let trace = store.trace(trace_id(1), 1).await.unwrap().unwrap();
        (trace.orphans, trace.spans.len())
    };
    // Also of spans that are not given out.
    assert_eq!(orphans().await, (vec![3_u64.to_be_bytes()], 1));
    store.spans(vec![span(1, 2, Some(1), 200)]);
    assert_eq!(orphans().await, (vec![], 1));
    assert!(store.trace(trace_id(9), 1).await.unwrap().is_none());
}

#[tokio::test]
async fn a_list_is_newest_first_in_pages_and_filters() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Limits::default());
    let mut slow = span(2, 2, None, 200);
    slow.span.duration_us = 5_000_000;
    slow.keys = vec!["o-1".to_owned()];
    slow.order = Some("o-1".to_owned());
    let mut failed = span(3, 3, None, 300);
    failed.span.error = true;
    failed.span.name = "100% sure".to_owned();
    store.spans(vec![span(1, 1, None, 100), slow, failed]);
    let page = |limit, before| TraceFilter {
        limit,
        before,
        ..TraceFilter::default()
    };
    assert_eq!(names(&store, page(2, None)).await, ["100% sure", "work 2"]);
    let first = store.traces(page(2, None)).await.unwrap();
    assert_eq!(first.next_before, Some(200));
    assert_eq!(names(&store, page(2, Some(200))).await, ["work 1"]);
    assert_eq!(
        store.traces(page(2, Some(200))).await.unwrap().next_before,
        None
    );
    let with = |change: fn(&mut TraceFilter)| {
        let mut filter = any();
        change(&mut filter);
        filter
    };
    for (filter, expected) in [
        (with(|one| one.errors = true), "100% sure"),
        (with(|one| one.at_least_us = Some(2_000_000)), "work 2"),
        (with(|one| one.key = Some("o-1".to_owned())), "work 2"),
        (
            with(|one| one.service = Some("orders".to_owned())),
            "work 2",
        ),
        (with(|one| one.text = Some("0% S".to_owned())), "100% sure"),
        (with(|one| one.text = Some("O-1".to_owned())), "work 2"),
    ] {
        assert_eq!(names(&store, filter).await, [expected]);
    }
    for nothing in [
        with(|one| one.service = Some("nobody".to_owned())),
        with(|one| one.key = Some("o-2".to_owned())),
        with(|one| one.text = Some("_".to_owned())),
    ] {
        assert!(names(&store, nothing).await.is_empty());
    }
}

#[tokio::test]
async fn a_restart_keeps_the_history_and_goes_on_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Limits::default());
    store.spans(vec![span(1, 2, Some(1), 200)]);
    store.flush().await;
    drop(store);
    let store = open(folder.path(), Limits::default());
    assert_eq!(store.counts().spans.load(Ordering::Relaxed), 1);
    store.spans(vec![span(1, 1, None, 100), span(1, 2, Some(1), 200)]);
    store.flush().await;
    let trace = store.trace(trace_id(1), 10).await.unwrap().unwrap();
    assert_eq!((trace.head.spans, trace.orphans.len()), (2, 0));
}

#[tokio::test]
async fn spans_are_bounded_and_whole_traces_go_oldest_first() {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits {
        spans: 1000,
        ..Limits::default()
    };
    let store = open(folder.path(), limits);
    for trace in 0..1000 {
        let start = i64::try_from(trace).unwrap() * 1000;
        store.spans(vec![
            span(trace, 1, None, start),
            span(trace, 2, Some(1), start),
        ]);
        if trace.is_multiple_of(100) {
            store.flush().await;
        }
    }
    store.flush().await;
    let spans = store.counts().spans.load(Ordering::Relaxed);
    assert!((900..=1000).contains(&spans), "{spans}");
    assert!(store.trace(trace_id(0), 1).await.unwrap().is_none());
    let last = store.trace(trace_id(999), 10).await.unwrap().unwrap();
    assert_eq!(last.spans.len(), 2);
    let all = store
        .traces(TraceFilter {
            limit: 2000,
            ..any()
        })
        .await
        .unwrap();
    assert_eq!(all.traces.len() as u64 * 2, spans);
}

#[tokio::test]
async fn the_file_does_not_grow_beyond_its_bound() {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits {
        bytes: 1 << 20,
        ..Limits::default()
    };
    let store = open(folder.path(), limits);
    for trace in 0..200 {
        let mut large = span(trace, 1, None, 1);
        large.span.detail = format!(r#"{{"attributes":{{"x":"{}"}}}}"#, "x".repeat(20_000));
        store.spans(vec![large]);
        store.flush().await;
    }
    let bytes = store.counts().bytes.load(Ordering::Relaxed);
    assert!(bytes < 2 << 20, "{bytes}");
    assert!(store.trace(trace_id(199), 1).await.unwrap().is_some());
}

#[tokio::test]
async fn what_is_older_than_its_age_goes() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Limits::default());
    store.spans(vec![span(1, 1, None, 100)]);
    store.logs(vec![line("old", None)]);
    store.flush().await;
    drop(store);
    let later: Now = Arc::new(|| SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000 + 90_000));
    let store = Store::open(folder.path(), Limits::default(), later).unwrap();
    store.spans(vec![span(2, 1, None, 100)]);
    store.logs(vec![line("new", None)]);
    assert_eq!(
        messages(
            &store,
            LogFilter {
                limit: 9,
                ..LogFilter::default()
            }
        )
        .await,
        ["new"]
    );
    assert!(store.trace(trace_id(1), 1).await.unwrap().is_none());
    assert!(store.trace(trace_id(2), 1).await.unwrap().is_some());
}

#[tokio::test]
async fn two_read_while_one_writes() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Limits::default());
    store.spans(vec![span(0, 1, None, 1)]);
    store.flush().await;
    let readers: Vec<_> = (0..2)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut seen = 0;
                while seen < 50 {
                    let head = store.trace(trace_id(0), 100).await.unwrap().unwrap().head;
                    assert!(head.spans >= seen, "a reader sees time go on");
                    seen = head.spans;
                }
            })
        })
        .collect();
    for number in 2..=60 {
        store.spans(vec![span(0, number, Some(1), 1)]);
        store.flush().await;
    }
    for reader in readers {
        reader.await.unwrap();
    }
}
