//! The span of a request that waits for an instance.

use std::io;
use std::sync::Arc;
use std::time::SystemTime;

use axum::body::Body;
use http::Request;
use souk_network::{Kind, Spans, TraceContext, Value};
use souk_plan::model::ObjectName;
use souk_serving::{Ledger, ServiceRecord, Serving};

use crate::plan::plan;
use crate::support::{Shop, read};

const CALLERS: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

struct Forgetful;

impl Ledger for Forgetful {
    fn write(&self, _: &ServiceRecord) -> io::Result<()> {
        Ok(())
    }

    fn forget(&self, _: &ObjectName) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn only_a_request_that_waits_for_an_instance_has_a_span_under_its_callers() {
    let shop = Shop::open(|_| ());
    let (spans, mut ended) = Spans::channel(SystemTime::now);
    let serving = Serving::open(Vec::new(), shop.launcher(), Arc::new(Forgetful), spans);
    serving.apply(&[plan()]);
    let ask = async || {
        let request = Request::get("/").header("traceparent", CALLERS);
        let request = request.body(Body::empty()).unwrap();
        read(serving.call(&shop.service, request).await).await.0
    };
    assert_eq!(ask().await, 200);
    let span = ended.try_recv().unwrap();
    let caller = TraceContext::parse(CALLERS).unwrap();
    assert_eq!(
        (span.trace_id, span.parent_id),
        (caller.trace_id(), Some(caller.span_id()))
    );
    assert_eq!(
        (span.service, span.name.as_str(), span.kind, &span.error),
        ("activator", "activate echo", Kind::Internal, &None)
    );
    let cold = ("faas.coldstart", Value::Bool(true));
    assert!(span.attributes.contains(&cold), "{span:?}");
    assert!(span.ended > span.started);
    assert_eq!(ask().await, 200);
    assert!(ended.try_recv().is_err(), "the second found an instance");
    serving.stop().await;
    assert_eq!(ask().await, 503);
    assert!(ended.try_recv().is_err(), "it did not wait to be refused");
}
