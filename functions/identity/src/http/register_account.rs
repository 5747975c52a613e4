//! `POST /v1/accounts`: a new customer. Nobody becomes a merchant here: a role in the request is a field that nobody knows.

use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use souk_kit::{
    Answer, FieldError, Problem,
    api::{Doc, Located, Status},
    http::Json,
};

use super::account_view::{AccountView, example};
use crate::{
    announce,
    app::App,
    domain::{
        ADDRESS_BYTES_MAX, Account, Email, NAME_CHARS_MAX, PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN,
        Password, Role, check_name,
    },
    store::accounts,
};

/// No `Debug`: it has a password in it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Registration {
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

pub(crate) const REGISTER_ACCOUNT: Doc = Doc::new("Register a customer")
    .says(&[(201, "The account. `POST /v1/sessions` opens a session for it.")])
    .refuses(&[(409, "email-taken", "There is an account with this e-mail address already.")])
    .asks(|| json!({ "email": "ada@souk.example", "password": "correct horse battery", "name": "Ada" }))
    .shows(example);

pub(crate) async fn register_account(
    State(app): State<App>,
    Json(registration): Json<Registration>,
) -> Answer<Status<201, Located<Json<AccountView>>>> {
    let (email, password, name) = registration.check()?;
    let hash = app.passwords.hash(password).await?;

    let mut tx = app.outbox.begin().await?;
    let account = Account {
        account_id: tx.id(),
        email,
        name,
        role: Role::Customer,
        registered_at: tx.now(),
    };
    if !accounts::insert(tx.conn(), &account, &hash).await? {
        let detail = "There is an account with this e-mail address already.";
        return Err(Problem::conflict("email-taken", detail));
    }
    tx.emit(announce::registered(&account, tx.id()))?;
    tx.commit().await?;

    Ok(Status(Located {
        location: "/v1/accounts/me".to_owned(),
        answer: Json(AccountView::of(account)),
    }))
}

impl Registration {
    /// Everything that is wrong is named at once.
    fn check(self) -> Answer<(Email, Password, String)> {
        let name = check_name(&self.name);
        match (self.email.parse(), self.password.parse(), name) {
            (Ok(email), Ok(password), Ok(name)) => Ok((email, password, name)),
            (email, password, name) => {
                let field = |field, detail: Option<String>| Some(FieldError::new(field, detail?));
                let errors = [
                    field("email", email.err().map(|error| error.to_string())),
                    field("password", password.err().map(|error| error.to_string())),
                    field("name", name.err()),
                ];
                Err(Problem::invalid(errors.into_iter().flatten().collect()))
            }
        }
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
        let (event_type, event) = desk.next().await;
        assert_eq!(event_type, "dev.souk.account.registered.v1");
        assert_eq!(event["account_id"], registered.body["account_id"]);
        assert_eq!(event["email"], "ada@souk.example");
    }

    #[tokio::test]
    async fn an_address_is_taken_once_however_it_is_written() {
        let mut desk = Desk::open().await;
        desk.register("ada@souk.example", "correct horse").await;
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
    async fn nobody_makes_himself_a_merchant() {
        let desk = Desk::open().await;
        for (field, value) in [("role", json!("merchant")), ("roles", json!(["merchant"]))] {
            let mut request =
                json!({ "email": "a@souk.example", "password": "correct horse", "name": "A" });
            request[field] = value;
            let refused = desk.post("/v1/accounts", request).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        }
    }
}
