//! `GET /v1/dead-letters?type=&destination=&since=&status=&limit=&cursor=`: newest first, without their data. For operators.

use axum::extract::State;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Deserialize;
use souk_kit::{
    Access, Answer, Role,
    api::Doc,
    http::{Json, Query},
    page::{Page, PageQuery},
};

use super::dead_letter_view::DeadLetterView;
use crate::{
    app::App,
    domain::Status,
    store::{
        Kept,
        dead_letters::{self, Position, Wanted},
    },
};

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Filter {
    /// Only events of this type.
    #[serde(rename = "type")]
    event_type: Option<String>,
    /// Only what this function did not take.
    destination: Option<String>,
    /// Only what came here since then.
    since: Option<DateTime<Utc>>,
    /// Only those with this status: `open` are those that are still to be dealt with.
    status: Option<Status>,
}

pub(crate) const LIST_DEAD_LETTERS: Doc = Doc::new(
    "List events that no consumer took, newest first",
    Access::of(&[Role::Operator, Role::Machine], "dead-letters:read"),
)
.says(&[(200, "A page of dead letters, without their data.")]);

pub(crate) async fn list_dead_letters(
    State(app): State<App>,
    Query(filter): Query<Filter>,
    page: PageQuery,
) -> Answer<Json<Page<DeadLetterView>>> {
    let wanted = Wanted {
        event_type: filter.event_type,
        destination: filter.destination,
        since: filter.since,
        status: filter.status,
    };
    let after: Option<Position> = page.after()?;
    let found = dead_letters::list(&app.pool, &wanted, after, &page).await?;
    let cut = Page::cut(found, &page, |last: &Kept| {
        (last.arrived_at, last.dead_letter_id)
    });
    Ok(Json(cut.map(|kept| DeadLetterView::of(&kept))))
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use chrono::TimeDelta;

    use crate::testing::{Office, refused};

    #[tokio::test]
    async fn pages_show_every_dead_letter_once_newest_first() {
        let office = Office::open().await;
        for n in 0..5 {
            office.deliver(&refused(&n.to_string(), "carts"), b"").await;
            // Some come at the same time.
            office.clock.advance(TimeDelta::seconds(n % 2));
        }
        let (mut seen, mut path) = (Vec::new(), "/v1/dead-letters?limit=2".to_owned());
        loop {
            let page = office.get(&path).await.body;
            let items = page["items"].as_array().unwrap().iter();
            seen.extend(items.map(|item| item["id"].as_str().unwrap().to_owned()));
            let Some(cursor) = page["next_cursor"].as_str() else {
                break;
            };
            path = format!("/v1/dead-letters?limit=2&cursor={cursor}");
        }
        assert_eq!(seen, ["4", "3", "2", "1", "0"]);
    }

    #[tokio::test]
    async fn a_list_can_be_narrowed_by_type_destination_and_time() {
        let office = Office::open().await;
        office.deliver(&refused("1", "inventory"), b"").await;
        office.clock.advance(TimeDelta::hours(1));
        let since = office.clock.now().format("%Y-%m-%dT%H:%M:%SZ");
        office.deliver(&refused("2", "carts"), b"").await;
        let other_type = [
            ("ce-type", &b"other"[..]),
            ("ce-id", b"3"),
            ("ce-source", b"/s"),
        ];
        office.deliver(&other_type, b"").await;
        for (query, expected) in [
            ("?destination=inventory".to_owned(), 1),
            (
                "?destination=http://carts.souk.svc.cluster.local/events".to_owned(),
                1,
            ),
            ("?type=dev.souk.order.placed.v1".to_owned(), 2),
            ("?type=other&destination=carts".to_owned(), 0),
            (format!("?since={since}"), 2),
        ] {
            assert_eq!(office.list(&query).await.len(), expected, "{query}");
        }
    }

    #[tokio::test]
    async fn a_time_that_is_none_is_refused() {
        let answered = Office::open().await.get("/v1/dead-letters?since=now").await;
        assert_eq!(answered.status, StatusCode::BAD_REQUEST);
    }
}
