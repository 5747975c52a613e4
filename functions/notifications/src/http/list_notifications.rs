//! `GET /v1/notifications?limit=&cursor=`: what was written to oneself, newest first.

use axum::extract::State;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;
use souk_kit::{
    Access, Answer, Caller, Role,
    api::Doc,
    http::Json,
    page::{Page, PageQuery},
};
use uuid::Uuid;

use crate::{
    app::App,
    domain::Kind,
    store::{Filed, FiledState},
};

/// A letter as its recipient sees it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Notification")]
pub(crate) struct NotificationView {
    /// Which one it is; the mail has it in its `Message-ID`.
    notification_id: Uuid,
    /// What it is about.
    #[schemars(with = "Kind")]
    kind: &'static str,
    /// The order that it is about, if it is about one.
    order_id: Option<Uuid>,
    /// Where it was mailed to.
    #[schemars(extend("format" = "email"))]
    recipient: String,
    /// Its subject.
    subject: String,
    /// Its text.
    text: String,
    /// What has become of it.
    #[schemars(with = "FiledState")]
    status: &'static str,
    /// When what it tells of happened.
    happened_at: DateTime<Utc>,
    /// When the mail server has taken it.
    sent_at: Option<DateTime<Utc>>,
}

pub(crate) const LIST_NOTIFICATIONS: Doc = Doc::new(
    "List what was written to oneself, newest first",
    Access::of(&[Role::Guest, Role::Customer], "notifications:read"),
)
.says(&[(200, "A page of letters.")]);

pub(crate) async fn list_notifications(
    State(app): State<App>,
    caller: Caller,
    page: PageQuery,
) -> Answer<Json<Page<NotificationView>>> {
    let after: Option<String> = page.after()?;
    let found = app
        .store
        .letters_to(caller.subject, after.as_deref(), &page)
        .await?;
    let cut = Page::cut(found, &page, |last: &Filed| last.position.clone());
    Ok(Json(cut.map(NotificationView::from)))
}

impl From<Filed> for NotificationView {
    fn from(filed: Filed) -> Self {
        let letter = filed.letter;
        Self {
            notification_id: letter.id(),
            kind: letter.kind.name(),
            order_id: letter.order_id,
            recipient: letter.recipient,
            subject: letter.subject,
            text: letter.text,
            status: filed.state.name(),
            happened_at: letter.at,
            sent_at: filed.sent_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use chrono::TimeDelta;
    use serde_json::Value;
    use souk_kit::Role;
    use uuid::Uuid;

    use crate::testing::{ADA, Mailroom};

    #[tokio::test]
    async fn letters_come_newest_first_and_page_by_page_to_their_recipient_only() {
        let room = Mailroom::open().await;
        for _ in 0..3 {
            assert_eq!(room.hear(&room.placed()).await, StatusCode::ACCEPTED);
            room.clock.advance(TimeDelta::seconds(1));
        }
        let all = room.notifications(ADA).await;
        let times: Vec<_> = all.iter().map(|one| one["happened_at"].as_str()).collect();
        assert!(
            times.len() == 3 && times.is_sorted_by(|a, b| a > b),
            "{times:?}"
        );

        let token = room.token(ADA, Role::Customer);
        let first = room.get("/v1/notifications?limit=2", &token).await.body;
        let cursor = first["next_cursor"].as_str().unwrap();
        let path = format!("/v1/notifications?limit=2&cursor={cursor}");
        let second = room.get(&path, &token).await.body;
        assert_eq!(first["items"].as_array().unwrap()[..], all[..2]);
        assert_eq!(second["items"].as_array().unwrap()[..], all[2..]);
        assert_eq!(second["next_cursor"], Value::Null);
        assert!(room.notifications(Uuid::from_u128(666)).await.is_empty());
        let nobody = room.get("/v1/notifications", "no token").await;
        assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
    }
}
