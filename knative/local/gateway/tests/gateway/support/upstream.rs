use axum::body::Body;
use futures::future::BoxFuture;
use http::{Request, Response};
use serde_json::{Map, Value, json};
use souk_network::Network;

/// A network that is a closure.
pub(crate) struct Upstream<F>(pub(crate) F);

impl<F, A> Network for Upstream<F>
where
    F: Fn(Request<Body>) -> A + Send + Sync + 'static,
    A: Future<Output = Response<Body>> + Send + 'static,
{
    fn call(&self, request: Request<Body>) -> BoxFuture<'static, Response<Body>> {
        Box::pin((self.0)(request))
    }
}

/// An upstream that answers with the request it got, as JSON.
pub(crate) fn echo() -> impl Network {
    Upstream(|request: Request<Body>| async {
        let (parts, body) = request.into_parts();
        let mut headers = Map::new();
        for name in parts.headers.keys() {
            let values = parts.headers.get_all(name).iter();
            let values: Vec<_> = values.map(|value| value.to_str().unwrap()).collect();
            headers.insert(name.to_string(), json!(values.join(" | ")));
        }
        let body = axum::body::to_bytes(body, usize::MAX).await;
        let body = body.map_or(Value::Null, |body| json!(String::from_utf8_lossy(&body)));
        let echo = json!({
            "method": parts.method.as_str(),
            "uri": parts.uri.to_string(),
            "headers": headers,
            "body": body,
        });
        Response::builder()
            .header("content-type", "application/json")
            .body(Body::from(echo.to_string()))
            .unwrap()
    })
}

/// What such an upstream got.
pub(crate) async fn echoed(response: Response<Body>) -> Value {
    serde_json::from_str(&super::text(response).await).unwrap()
}
