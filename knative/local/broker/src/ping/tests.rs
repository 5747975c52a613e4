use std::collections::BTreeMap;
use std::sync::Mutex;

use axum::body::Body;
use futures::future::BoxFuture;
use http::{HeaderMap, Request, Response, StatusCode};
use souk_plan::model::{ObjectName, PingSourcePlan};
use tokio::sync::mpsc;

use super::*;

/// A sink that tells of each ping.
struct Sink(mpsc::UnboundedSender<()>);

impl Network for Sink {
    fn call(&self, _: Request<Body>) -> BoxFuture<'static, Response<Body>> {
        let _ = self.0.send(());
        Box::pin(std::future::ready(Response::new(Body::empty())))
    }
}

#[tokio::test]
async fn a_clock_that_is_moved_over_many_ticks_gives_one_event_at_once() {
    let plan = PingSourcePlan {
        object: ObjectName {
            namespace: "souk".to_owned(),
            name: "sweep".to_owned(),
        },
        schedule: "14,44 * * * *".to_owned(),
        timezone: None,
        content_type: None,
        data: None,
        sink: "http://orders.souk.svc.cluster.local/events".to_owned(),
        extensions: BTreeMap::new(),
    };
    let now = Arc::new(Mutex::new("2026-01-02T03:00:00Z".parse().unwrap()));
    let shown = Arc::clone(&now);
    let (pings, mut pinged) = mpsc::unbounded_channel();
    let moved = watch::Sender::new(());
    tokio::spawn(run(
        Clock::new(&plan).unwrap(),
        Arc::new(Sink(pings)),
        moved.subscribe(),
        move || *shown.lock().unwrap(),
    ));
    // There is one thread: this lets the source look at its clock.
    tokio::task::yield_now().await;
    for time in ["2026-01-02T05:00:00Z", "2026-01-02T05:14:00Z"] {
        *now.lock().unwrap() = time.parse().unwrap();
        moved.send_replace(());
        let ping = timeout(Duration::from_secs(60), pinged.recv()).await;
        ping.unwrap().unwrap();
    }
    assert!(
        pinged.try_recv().is_err(),
        "five ticks, two moves, two events"
    );
}

#[test]
fn only_what_may_pass_is_sent_again() {
    for (status, again) in [
        (202, None),
        (200, None),
        (400, Some(false)),
        (404, Some(true)),
        (408, Some(false)),
        (425, Some(true)),
        (429, Some(true)),
        (500, Some(false)),
        (502, Some(true)),
        (503, Some(true)),
        (504, Some(true)),
    ] {
        let answer = Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: bytes::Bytes::new(),
        };
        let found = judge(Ok(answer)).err().map(|failure| failure.again);
        assert_eq!(found, again, "{status}");
    }
    assert!(judge(Err("refused".to_owned())).unwrap_err().again);
}
