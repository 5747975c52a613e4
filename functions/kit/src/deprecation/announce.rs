//! Around every route of an old version.

use ::http::{HeaderName, header::USER_AGENT, request::Parts};
use axum::{
    RequestPartsExt,
    extract::{Extension, MatchedPath, Request},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{Deprecation, usage::Call};
use crate::{Caller, Problem};

/// What Kong calls who has called it.
const CONSUMER: HeaderName = HeaderName::from_static("x-consumer-username");

/// Answers as ever, and says that this version ends.
pub(crate) async fn announce(request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let Ok(Extension(deprecation)) = parts.extract::<Extension<Deprecation>>().await else {
        return Problem::internal("the service was built without `deprecation`").into_response();
    };
    let client = client(&mut parts).await;
    let route = parts.extract::<MatchedPath>().await;
    deprecation.0.usage.note(Call {
        method: parts.method.clone(),
        route: route.map_or_else(|_| "unknown".to_owned(), |route| route.as_str().to_owned()),
        client,
    });

    let successor = successor(parts.uri.path());
    let mut response = next.run(Request::from_parts(parts, body)).await;
    let headers = response.headers_mut();
    deprecation.0.dates.write(headers, successor.as_deref());
    response
}

/// The program that calls: what its token says, else what the gateway calls it, else what it calls itself.
async fn client(parts: &mut Parts) -> Option<String> {
    // A bad token is for the handler to refuse.
    let caller = parts.extract::<Option<Caller>>().await.ok().flatten();
    let header = |name| parts.headers.get(name)?.to_str().ok();
    let product = || header(USER_AGENT)?.split(['/', ' ']).next();
    caller.map(|caller| caller.client).or_else(|| {
        let name = header(CONSUMER).or_else(product);
        name.map(str::to_owned)
    })
}

/// The path of the same thing in the next version: `/v1/orders/7` is `/v2/orders/7` there.
fn successor(path: &str) -> Option<String> {
    let (version, rest) = path.strip_prefix("/v")?.split_once('/')?;
    let next = version.parse::<u32>().ok()?.checked_add(1)?;
    Some(format!("/v{next}/{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls(headers: &[(&str, &str)]) -> Parts {
        let mut request = ::http::Request::get("/v1/notes");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap().into_parts().0
    }

    #[tokio::test]
    async fn a_client_is_called_what_the_gateway_calls_it_or_else_what_it_calls_itself() {
        let agent = ("user-agent", "shop-app/2.1 (Android 16)");
        let known = client(&mut calls(&[agent, ("x-consumer-username", "erp")])).await;
        assert_eq!(known.as_deref(), Some("erp"));
        let named = client(&mut calls(&[agent])).await;
        assert_eq!(named.as_deref(), Some("shop-app"));
        assert_eq!(client(&mut calls(&[])).await, None);
    }

    #[test]
    fn the_successor_is_the_same_path_in_the_next_version() {
        assert_eq!(successor("/v1/orders/7").as_deref(), Some("/v2/orders/7"));
        assert_eq!(successor("/v9/orders").as_deref(), Some("/v10/orders"));
        for path in ["/v1", "/orders/v1", "/vx/orders", "/v4294967295/orders"] {
            assert_eq!(successor(path), None, "{path}");
        }
    }
}
