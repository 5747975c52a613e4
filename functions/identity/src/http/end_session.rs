//! `DELETE /v1/sessions/{session_id}`: log out somewhere.

use axum::extract::State;
use souk_kit::{
    Access, Answer, Caller, Problem,
    api::{Doc, Param, Status},
    http::Path,
};
use uuid::Uuid;

use super::list_sessions::OWNERS;
use crate::{app::App, sessions};

pub(super) const END_SESSION: Doc =
    Doc::new("Log out in one place", Access::of(OWNERS, "account"))
        .about("Its refresh token is good for nothing more; its access token is believed until it expires.")
        .path(&[Param::new("session_id", "The session.")])
        .says(&[(204, "It has ended.")]);

pub(super) async fn end_session(
    State(app): State<App>,
    caller: Caller,
    Path(session_id): Path<Uuid>,
) -> Answer<Status<204, ()>> {
    let mut tx = app.outbox.begin().await?;
    if !sessions::end_own(&mut tx, caller.subject, session_id).await? {
        return Err(Problem::not_found("session", session_id));
    }
    tx.commit().await?;
    Ok(Status(()))
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use crate::testing::Desk;

    #[tokio::test]
    async fn a_session_is_ended_by_its_owner_and_is_not_there_for_anybody_else() {
        let desk = Desk::open().await;
        desk.register("ada@souk.example", "correct horse").await;
        desk.register("bob@souk.example", "correct horse").await;
        let (ada, bob) = (
            desk.log_in("ada@souk.example", "correct horse").await,
            desk.token("bob@souk.example", "correct horse").await,
        );
        let token = ada.body["access_token"].as_str().unwrap();
        let session = desk
            .verifier()
            .verify(token)
            .await
            .unwrap()
            .session
            .unwrap();
        let path = format!("/v1/sessions/{session}");
        assert_eq!(desk.delete(&path, &bob).await.status, StatusCode::NOT_FOUND);
        assert!(desk.can_refresh(&ada).await);
        assert_eq!(
            desk.delete(&path, token).await.status,
            StatusCode::NO_CONTENT
        );
        assert_eq!(
            desk.delete(&path, token).await.status,
            StatusCode::NOT_FOUND
        );
        assert!(!desk.can_refresh(&ada).await);
    }
}
