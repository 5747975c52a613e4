//! Log lines.

use super::*;

pub(super) fn line(message: &str, level: Option<crate::record::Level>) -> LogRecord {
    LogRecord {
        time_us: 5,
        service: "orders".to_owned(),
        level,
        message: message.to_owned(),
        trace_id: Some([7; 16]),
        span_id: None,
        fields: r#"{"target":"orders::http"}"#.to_owned(),
    }
}

pub(super) async fn messages(store: &Store, filter: LogFilter) -> Vec<String> {
    store.flush().await;
    let page = store.lines(filter).await.unwrap();
    let page = serde_json::to_value(page).unwrap();
    let lines = page["lines"].as_array().unwrap().iter();
    lines
        .map(|line| line["message"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn lines_are_newest_first_and_a_level_takes_what_is_graver_along() {
    use crate::record::Level;
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Limits::default());
    let mut followed = store.follow();
    store.logs(vec![
        line("one", Some(Level::Error)),
        line("two", Some(Level::Info)),
        line("three", None),
    ]);
    let any = LogFilter {
        limit: 10,
        ..LogFilter::default()
    };
    assert_eq!(messages(&store, any.clone()).await, ["three", "two", "one"]);
    let graver = LogFilter {
        level: Some(Level::Warn),
        ..any.clone()
    };
    assert_eq!(messages(&store, graver.clone()).await, ["one"]);
    let text = LogFilter {
        text: Some("ORDERS::http".to_owned()),
        before: Some(3),
        trace_id: Some([7; 16]),
        service: Some("orders".to_owned()),
        ..any.clone()
    };
    assert_eq!(messages(&store, text.clone()).await, ["two", "one"]);
    let page = store.lines(LogFilter { limit: 2, ..any }).await.unwrap();
    assert_eq!((page.lines.len(), page.next_before), (2, Some(2)));
    let first = followed.recv().await.unwrap();
    assert!(graver.wants(&first) && text.wants(&first));
    let second = followed.recv().await.unwrap();
    assert!(!graver.wants(&second));
}

#[tokio::test]
async fn what_is_written_together_stands_by_time() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Limits::default());
    let at = |message, time_us| LogRecord {
        time_us,
        ..line(message, None)
    };
    store.logs(vec![at("third", 30), at("first", 10), at("second", 20)]);
    let any = LogFilter {
        limit: 10,
        ..LogFilter::default()
    };
    assert_eq!(messages(&store, any).await, ["third", "second", "first"]);
}
