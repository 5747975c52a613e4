use axum::body::{Body, to_bytes};
use futures::StreamExt;
use http::Request;
use souk_broker::Reason;

use crate::world::{Subscriber, World, accept, delivery, event};

fn request(
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body.into()).unwrap()
}

#[tokio::test]
async fn the_ingress_checks_method_then_broker_then_event() {
    let structured = [("content-type", "application/cloudevents+json")];
    let batch = [("content-type", "application/cloudevents-batch+json")];
    let whole = r#"{"specversion":"1.0","id":"1","source":"/s","type":"t"}"#;
    let long_path = format!("/souk/default?{}", "a".repeat(5000));
    let many_headers = "a".repeat(9000);
    let long_header = [structured[0], ("x-long", many_headers.as_str())];
    let world = World::new();
    let broker = world.open().await;
    for (method, path, headers, body, status) in [
        ("POST", "/souk/default", &structured[..], whole, 202),
        ("POST", "/souk/default/", &structured, whole, 202),
        ("POST", "/souk/default?a=b", &structured, whole, 202),
        ("GET", "/souk/default", &structured, whole, 405),
        ("OPTIONS", "/souk/nobody", &structured, "", 405),
        ("POST", "/souk/nobody", &structured, "{", 404),
        ("POST", "/", &structured, whole, 404),
        ("POST", "//souk/default", &structured, whole, 404),
        ("POST", "/souk/%64efault", &structured, whole, 404),
        ("POST", "/souk/default", &structured, "{", 400),
        ("POST", "/souk/default", &batch, whole, 400),
        ("POST", "/souk/default", &[], whole, 400),
        ("POST", &long_path, &structured, whole, 414),
        ("POST", "/souk/default", &long_header, whole, 431),
        ("GET", "/healthz", &[], "", 200),
        ("GET", "/readyz", &[], "", 200),
    ] {
        let answer = broker.ingress(request(method, path, headers, body)).await;
        assert_eq!(
            answer.status(),
            status,
            "{method} {path} {headers:?} {body}"
        );
        let body = to_bytes(answer.into_body(), 100).await.unwrap();
        assert!(body.is_empty());
    }
    broker.stop().await;
}

#[tokio::test]
async fn why_an_event_was_refused_stands_beside_the_answer() {
    let broker = World::new().open().await;
    let headers = [("content-type", "application/cloudevents+json")];
    for (event, expected) in [
        ("{", "it is no JSON"),
        (
            r#"{"specversion":"1.0","id":"1","source":"/s"}"#,
            "it has no type",
        ),
    ] {
        let answer = broker
            .ingress(request("POST", "/souk/default", &headers, event))
            .await;
        let Reason(why) = answer.extensions().get().unwrap();
        assert!(why.contains(expected), "{why}");
    }
    broker.stop().await;
}

#[tokio::test]
async fn what_fits_into_no_record_is_unavailable_for_ever() {
    let world = World::new();
    let broker = world.open().await;
    for (bytes, status) in [(1_048_350, 202), (1_048_500, 503), (5 << 20, 503)] {
        let headers = [
            ("ce-specversion", "1.0"),
            ("ce-id", "1"),
            ("ce-source", "/s"),
            ("ce-type", "t"),
        ];
        let large = request("POST", "/souk/default", &headers, vec![b'x'; bytes]);
        assert_eq!(broker.ingress(large).await.status(), status, "{bytes}");
    }
    let malformed = request(
        "POST",
        "/souk/default",
        &[("ce-specversion", "1.0")],
        vec![b'x'; 5 << 20],
    );
    assert_eq!(broker.ingress(malformed).await.status(), 400);
    broker.stop().await;
}

#[tokio::test]
async fn events_are_shown_oldest_first_and_then_as_they_come() {
    let willing = Subscriber::willing().await;
    let world = World::new().with_trigger(vec![], &willing, delivery(0, None));
    let broker = world.open().await;
    for id in ["1", "2"] {
        accept(&broker, event(id, "placed", &[])).await;
    }
    let shown: Vec<_> = broker.events(false).map(|line| line.id).collect().await;
    assert_eq!(shown, ["1", "2"]);

    let mut following = broker.events(true);
    assert_eq!(following.next().await.unwrap().id, "1");
    accept(&broker, event("3", "placed", &[])).await;
    assert_eq!(following.next().await.unwrap().id, "2");
    let third = following.next().await.unwrap();
    assert_eq!(
        (third.id.as_str(), third.broker.as_str()),
        ("3", "souk/default")
    );
    broker.stop().await;
    assert!(following.next().await.is_none());
}
