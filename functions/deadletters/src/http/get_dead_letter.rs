//! `GET /v1/dead-letters/{dead_letter_id}`: one dead letter, whole. For operators: it may name customers.

use axum::extract::State;
use souk_kit::{
    Access, Answer, Role,
    api::Doc,
    http::{Json, Path},
};
use uuid::Uuid;

use super::{DEAD_LETTER_ID, dead_letter_view::WholeView, found};
use crate::app::App;

pub(crate) const GET_DEAD_LETTER: Doc = Doc::new(
    "Read a dead letter whole",
    Access::of(&[Role::Operator, Role::Machine], "dead-letters:read"),
)
.path(&[DEAD_LETTER_ID])
.says(&[(200, "The dead letter with its event.")]);

pub(crate) async fn get_dead_letter(
    State(app): State<App>,
    Path(dead_letter_id): Path<Uuid>,
) -> Answer<Json<WholeView>> {
    let kept = found(&app, dead_letter_id).await?;
    Ok(Json(WholeView::of(&kept)))
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use souk_kit::Role;
    use uuid::Uuid;

    use crate::testing::{Office, refused};

    #[tokio::test]
    async fn only_operators_read_what_customers_are_named_in() {
        let office = Office::open().await;
        office.deliver(&refused("1", "inventory"), b"{}").await;
        let path = format!("/v1/dead-letters/{}", office.list("").await[0]);
        for (role, status) in [
            (Role::Operator, StatusCode::OK),
            (Role::Machine, StatusCode::OK),
            (Role::Merchant, StatusCode::FORBIDDEN),
            (Role::Customer, StatusCode::FORBIDDEN),
            (Role::Guest, StatusCode::FORBIDDEN),
        ] {
            assert_eq!(office.get_as(role, &path).await.status, status);
            assert_eq!(office.get_as(role, "/v1/dead-letters").await.status, status);
        }
    }

    #[tokio::test]
    async fn what_never_came_is_not_found() {
        let path = format!("/v1/dead-letters/{}", Uuid::nil());
        let answered = Office::open().await.get(&path).await;
        assert_eq!(answered.status, StatusCode::NOT_FOUND);
    }
}
