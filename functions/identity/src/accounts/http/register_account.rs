//! `POST /v1/accounts`: a new customer, or a guest who becomes one.

use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use souk_kit::{
    Answer, Caller, Problem,
    api::{Doc, Located, Status},
    auth::Access,
    http::Json,
};

use super::account_view::{AccountView, example};
use crate::{
    accounts::registration::{self, Registration, register},
    app::App,
    domain::{ADDRESS_BYTES_MAX, NAME_CHARS_MAX, PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN},
};

// No `Debug`: it has a password in it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::accounts) struct NewAccount {
    /// Where the owner is written to. Of one mailbox there is one account.
    #[schemars(extend("format" = "email"), length(max = ADDRESS_BYTES_MAX))]
    email: String,
    /// Chosen by the owner.
    #[schemars(extend("format" = "password"), length(min = PASSWORD_CHARS_MIN, max = PASSWORD_CHARS_MAX))]
    password: String,
    /// What the owner is called.
    #[schemars(length(min = 1, max = NAME_CHARS_MAX))]
    name: String,
}

pub(in crate::accounts) const REGISTER_ACCOUNT: Doc = Doc::new("Register a customer", Access::public())
    .about(
        "With a guest's token the account gets the guest's id: carts and orders stay. The guest's sessions end. \
         A link that confirms the address is mailed.",
    )
    .says(&[(201, "The account. `POST /v1/sessions` opens a session for it.")])
    .refuses(&[
        (409, "email-taken", "There is an account with this e-mail address already."),
        (409, "has-account", "The token is that of somebody who has an account."),
    ])
    .asks(|| json!({ "email": "ada@souk.example", "password": "correct horse battery", "name": "Ada" }))
    .shows(example);

pub(in crate::accounts) async fn register_account(
    State(app): State<App>,
    caller: Option<Caller>,
    Json(new): Json<NewAccount>,
) -> Answer<Status<201, Located<Json<AccountView>>>> {
    let account = register(&app, caller.as_ref(), new.check()?).await?;
    Ok(Status(Located {
        location: "/v1/accounts/me".to_owned(),
        answer: Json(AccountView::of(account)),
    }))
}

impl NewAccount {
    fn check(self) -> Answer<Registration> {
        registration::check(&self.email, &self.password, &self.name).map_err(Problem::invalid)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;
    use crate::testing::Desk;

    #[tokio::test]
    async fn a_new_customer_has_an_account_and_is_announced() {
        let mut desk = Desk::open().await;
        let registered = desk.register(" Ada@Souk.Example", "correct horse").await;
        assert_eq!(registered.status, StatusCode::CREATED, "{registered:?}");
        assert_eq!(registered.body["email"], "ada@souk.example");
        assert_eq!(registered.body["roles"], json!(["customer"]));
        assert_eq!(registered.body["email_verified"], false);
        let (event_type, event) = desk.next().await;
        assert_eq!(event_type, "dev.souk.account.registered.v1");
        assert_eq!(event["account_id"], registered.body["account_id"]);
        assert_eq!(event["email"], "ada@souk.example");
        let (event_type, event) = desk.next().await;
        assert_eq!(event_type, "dev.souk.link.requested.v1");
        assert_eq!(event["purpose"], "email_verification");
    }

    #[tokio::test]
    async fn an_address_is_taken_once_however_it_is_written() {
        let mut desk = Desk::open().await;
        desk.register("ada@souk.example", "correct horse").await;
        desk.next().await;
        desk.next().await;
        let again = desk.register("ADA@souk.example ", "another horse").await;
        assert_eq!(again.status, StatusCode::CONFLICT);
        assert_eq!(
            again.body["type"],
            "https://souk.example/problems/email-taken"
        );
        assert!(desk.is_silent().await);
        desk.token("ada@souk.example", "correct horse").await;
    }

    #[tokio::test]
    async fn everything_that_is_wrong_is_named_at_once() {
        let desk = Desk::open().await;
        let wrong = json!({ "email": "ada", "password": "short", "name": " " });
        let refused = desk.post("/v1/accounts", wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let fields: Vec<_> = refused.body["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| error["field"].as_str().unwrap())
            .collect();
        assert_eq!(fields, ["email", "password", "name"]);
    }

    #[tokio::test]
    async fn nobody_gives_themselves_what_they_do_not_have() {
        let desk = Desk::open().await;
        for (field, value) in [
            ("role", json!("merchant")),
            ("roles", json!(["operator"])),
            ("account_id", json!("0192f0c1-6a5e-7b1c-9d3e-5f0a1b2c3d4e")),
            ("email_verified", json!(true)),
        ] {
            let mut request =
                json!({ "email": "a@souk.example", "password": "correct horse", "name": "A" });
            request[field] = value;
            let refused = desk.post("/v1/accounts", request).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        }
    }
}
