//! `DELETE /v1/sessions`: log out everywhere else.

use axum::extract::State;
use souk_kit::{
    Access, Answer, Caller,
    api::{Doc, Status},
};

use super::list_sessions::OWNERS;
use crate::{app::App, authorize, sessions};

pub(super) const END_SESSIONS: Doc = Doc::new(
    "Log out everywhere else",
    Access::of(OWNERS, "account"),
)
.about(
    "All sessions end but the one that this request belongs to, and every browser is logged out.",
)
.says(&[(204, "They have ended.")]);

pub(super) async fn end_sessions(
    State(app): State<App>,
    caller: Caller,
) -> Answer<Status<204, ()>> {
    let mut tx = app.outbox.begin().await?;
    sessions::end_all(&mut tx, caller.subject, caller.session).await?;
    authorize::end_all(tx.conn(), caller.subject).await?;
    tx.commit().await?;
    Ok(Status(()))
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use crate::testing::Desk;

    #[tokio::test]
    async fn everywhere_else_is_everywhere_but_here() {
        let desk = Desk::open().await;
        desk.register("ada@souk.example", "correct horse").await;
        desk.register("bob@souk.example", "correct horse").await;
        let (here, there, bob) = (
            desk.log_in("ada@souk.example", "correct horse").await,
            desk.log_in("ada@souk.example", "correct horse").await,
            desk.log_in("bob@souk.example", "correct horse").await,
        );
        let token = here.body["access_token"].as_str().unwrap();
        let ended = desk.delete("/v1/sessions", token).await;
        assert_eq!(ended.status, StatusCode::NO_CONTENT);
        assert!(!desk.can_refresh(&there).await);
        assert!(desk.can_refresh(&here).await && desk.can_refresh(&bob).await);
    }
}
