//! `GET /v1/orders/{order_id}/updates`: the status of an order, as a stream of events (SSE) that ends with its last one.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use chrono::{DateTime, Utc};
use futures::{Stream, StreamExt, future::ready, stream};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use souk_kit::{
    Access, Answer, Problem, Role,
    api::{Doc, Either, Output, Param, Reply, Schemas, Status},
    auth::StreamCaller,
    http::Path,
};
use uuid::Uuid;

use crate::{
    app::App,
    domain::{self, Update},
    live::{Follower, NoPlace, Pace, Reader},
};

/// Until a place may be free.
const RETRY_AFTER_SECONDS: u32 = 5;
/// nginx, which Kong is made of, would keep events until there are enough of them.
const NO_BUFFERING: (&str, &str) = ("x-accel-buffering", "no");

const ORDER_ID: Param = Param::new("order_id", "The order.");

/// What an order has become.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OrderUpdate")]
struct UpdateView {
    /// The order.
    order_id: Uuid,
    /// Where it stands since then.
    #[schemars(with = "domain::Status")]
    status: &'static str,
    /// Why, if there is a reason.
    status_reason: Option<String>,
    /// When.
    at: DateTime<Utc>,
}

/// An order that was not heard of yet may be one that was placed a moment ago: the stream is opened and waits for it.
pub(crate) const FOLLOW_ORDER: Doc = Doc::new("Follow an order", Access::of(&[Role::Guest, Role::Customer, Role::Merchant, Role::Machine], "orders:read"))
    .about(
        "Its status as it happens: server-sent events, each with the name `status` and an update as its data. The stream \
         begins with what has happened and ends with the order's last status. `Last-Event-ID`, which browsers send by \
         themselves when they connect again, leaves out what was told.",
    )
    .path(&[ORDER_ID])
    .says(&[
        (200, "The stream."),
        (204, "All was told; there is nothing more to come."),
    ])
    .refuses(&[(429, "too-many-streams", "The account has as many streams open as it may have.")])
    .also(|operation| {
        let about = "The id of the last event that was received.";
        operation.header("Last-Event-ID", false, about, json!({ "type": "string" }));
    });

pub(crate) async fn follow_order(
    State(app): State<App>,
    StreamCaller(caller): StreamCaller,
    Path(order_id): Path<Uuid>,
    headers: HeaderMap,
) -> Answer<Either<Updates, Status<204, ()>>> {
    let (reader, told) = (Reader::of(&caller), last_told(&headers));
    let pace = app.live.pace;
    let follower = Follower::new(app, order_id, reader).map_err(refuse)?;
    let history = follower.begin().await?;
    if history.first().is_some_and(|first| !reader.may_see(first)) {
        return Err(Problem::not_found("order", order_id));
    }
    if history.last().is_some_and(|last| ends_before(last, told)) {
        // The one answer after which a browser does not come again.
        return Ok(Either::That(Status(())));
    }
    let stream = events(follower.follow(history, told), pace);
    let heartbeat = KeepAlive::new().interval(pace.heartbeat);
    let sse = Sse::new(stream).keep_alive(heartbeat);
    Ok(Either::This(Updates(([NO_BUFFERING], sse).into_response())))
}

fn refuse(no_place: NoPlace) -> Problem {
    match no_place {
        NoPlace::Full => Problem::unavailable("Too many streams are open.", RETRY_AFTER_SECONDS),
        NoPlace::Greedy => {
            let detail = "This account has too many streams open.";
            Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-streams", detail)
                .retry_after(RETRY_AFTER_SECONDS)
        }
    }
}

/// A stream of updates.
pub(crate) struct Updates(Response);

impl IntoResponse for Updates {
    fn into_response(self) -> Response {
        self.0
    }
}

impl Output for Updates {
    /// OpenAPI 3.1 has no word for what is in the events of a stream; `x-event-data` is ours.
    fn replies(schemas: &mut Schemas) -> Vec<Reply> {
        let mut reply = Reply::of(200, "text/event-stream", json!({ "type": "string" }));
        reply.content["text/event-stream"]["x-event-data"] = schemas.written::<UpdateView>();
        vec![reply]
    }
}

/// The rank of the update that a client has seen last, which is its event id.
fn last_told(headers: &HeaderMap) -> u8 {
    let id = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    id.and_then(|id| id.parse().ok()).unwrap_or_default()
}

/// Whether the history has ended, and all of it was told.
fn ends_before(last: &Update, told: u8) -> bool {
    last.status.is_final() && last.status.rank() <= told
}

fn events(
    updates: impl Stream<Item = Update>,
    pace: Pace,
) -> impl Stream<Item = Result<Event, axum::Error>> {
    // Sent at once, so that a browser knows that the stream is open.
    let opening = Event::default().retry(pace.retry);
    stream::once(ready(Ok(opening))).chain(updates.map(event))
}

fn event(update: Update) -> Result<Event, axum::Error> {
    let id = update.status.rank().to_string();
    Event::default()
        .event("status")
        .id(id)
        .json_data(UpdateView::from(update))
}

impl From<Update> for UpdateView {
    fn from(update: Update) -> Self {
        Self {
            order_id: update.order_id,
            status: update.status.name(),
            status_reason: update.reason,
            at: update.at,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chrono::TimeDelta;
    use serde_json::Value;

    use super::*;
    use crate::testing::{ADA, Following, Mailroom, PACE};

    const STRANGER: Uuid = Uuid::from_u128(666);

    async fn follow(room: &Mailroom, order_id: Uuid) -> Following {
        let following = room.follow(order_id, ADA, "").await;
        assert_eq!(following.status, StatusCode::OK);
        following
    }

    async fn status_of(following: &mut Following) -> Value {
        let told = following.next().await.expect("the stream has ended");
        told.data["status"].clone()
    }

    /// The ids and statuses of all that is told until the stream ends.
    async fn rest_of(following: &mut Following) -> Vec<(String, String)> {
        let mut rest = Vec::new();
        while let Some(told) = following.next().await {
            assert_eq!(told.event, "status");
            rest.push((told.id, told.data["status"].as_str().unwrap().to_owned()));
        }
        rest
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = |(id, status): &(&str, &str)| ((*id).to_owned(), (*status).to_owned());
        pairs.iter().map(owned).collect()
    }

    #[tokio::test]
    async fn who_comes_late_is_told_everything_and_who_comes_again_what_is_missing() {
        let room = Mailroom::open().await;
        let order_id = Uuid::now_v7();
        // In the wrong order, which is put right.
        for fact in room.life_of(order_id).iter().rev() {
            assert_eq!(room.deliver(fact).await, StatusCode::ACCEPTED);
        }
        let all = pairs(&[
            ("1", "pending"),
            ("2", "confirmed"),
            ("3", "shipped"),
            ("4", "delivered"),
        ]);
        assert_eq!(rest_of(&mut follow(&room, order_id).await).await, all);

        let mut again = room.follow(order_id, ADA, "last-event-id: 2\r\n").await;
        assert_eq!(rest_of(&mut again).await, all[2..]);
        let nothing = room.follow(order_id, ADA, "last-event-id: 4\r\n").await;
        assert_eq!(nothing.status, StatusCode::NO_CONTENT);
    }

    #[tokio::test]
    async fn what_is_overtaken_is_not_told_any_more() {
        let room = Mailroom::open().await;
        let order_id = Uuid::now_v7();
        let [placed, confirmed, shipped, delivered] = room.life_of(order_id);
        let mut following = follow(&room, order_id).await;
        room.deliver(&placed).await;
        assert_eq!(status_of(&mut following).await, "pending");
        room.deliver(&shipped).await;
        assert_eq!(status_of(&mut following).await, "shipped");
        room.deliver(&confirmed).await;
        room.deliver(&delivered).await;
        assert_eq!(rest_of(&mut following).await, pairs(&[("4", "delivered")]));
    }

    #[tokio::test]
    async fn a_cancelled_order_ends_the_stream_with_its_reason() {
        let room = Mailroom::open().await;
        let order_id = Uuid::now_v7();
        let mut following = follow(&room, order_id).await;
        room.deliver(&room.cancelled_event(order_id)).await;
        let told = following.next().await.unwrap();
        let expected = json!({
            "order_id": order_id, "status": "cancelled", "status_reason": "payment_declined",
            "at": room.clock.now(),
        });
        assert_eq!(told.data, expected);
        assert!(following.next().await.is_none(), "it went on");
    }

    #[tokio::test]
    async fn an_order_that_was_not_heard_of_yet_is_waited_for_with_signs_of_life() {
        let room = Mailroom::open().await;
        let order = room.placed();
        let mut following = follow(&room, order.order_id).await;
        following.sign_of_life().await;
        room.hear(&order).await;
        assert_eq!(status_of(&mut following).await, "pending");
    }

    #[tokio::test]
    async fn an_order_that_nobody_hears_of_is_not_waited_for_for_ever() {
        let patience = Duration::from_millis(100);
        let room = Mailroom::with(Pace { patience, ..PACE }).await;
        let mut following = follow(&room, Uuid::now_v7()).await;
        assert!(following.next().await.is_none());
    }

    #[tokio::test]
    async fn a_stream_ends_with_the_token_it_was_opened_with() {
        let look = Duration::from_millis(20);
        let room = Mailroom::with(Pace { look, ..PACE }).await;
        let order = room.placed();
        room.hear(&order).await;
        let mut following = follow(&room, order.order_id).await;
        assert_eq!(status_of(&mut following).await, "pending");
        room.clock.advance(TimeDelta::days(1));
        assert!(following.next().await.is_none(), "it went on");
    }

    #[tokio::test]
    async fn an_account_with_too_many_streams_is_told_to_come_later_and_others_are_not() {
        let room = Mailroom::open().await;
        let order_id = Uuid::now_v7();
        let mut open = Vec::new();
        let refused = loop {
            let following = room.follow(order_id, ADA, "").await;
            match following.status {
                StatusCode::OK => open.push(following),
                status => break status,
            }
        };
        assert_eq!(refused, StatusCode::TOO_MANY_REQUESTS);
        let another = room.follow(order_id, STRANGER, "").await;
        assert_eq!(another.status, StatusCode::OK);
    }

    #[tokio::test]
    async fn an_order_is_there_for_its_customer_and_for_merchants_only() {
        let room = Mailroom::open().await;
        let order = room.placed();
        let mut early = room.follow(order.order_id, STRANGER, "").await;
        room.hear(&order).await;
        assert!(early.next().await.is_none(), "a stranger was told of it");
        let late = room.follow(order.order_id, STRANGER, "").await;
        assert_eq!(late.status, StatusCode::NOT_FOUND);

        let path = format!("/v1/orders/{}/updates", order.order_id);
        let merchant = room.token(STRANGER, Role::Merchant);
        let by_parameter = format!("{path}?access_token={merchant}");
        let mut following = Following::open(room.address, &by_parameter, "").await;
        assert_eq!(status_of(&mut following).await, "pending");
        let nobody = Following::open(room.address, &path, "").await;
        assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
    }

    #[tokio::test]
    async fn what_another_instance_hears_is_told_here() {
        let look = Duration::from_millis(50);
        let room = Mailroom::with(Pace { look, ..PACE }).await;
        let order = room.placed();
        let mut following = follow(&room, order.order_id).await;
        let elsewhere = room.another_instance();
        elsewhere.hear(&order).await;
        assert_eq!(status_of(&mut following).await, "pending");
    }
}
