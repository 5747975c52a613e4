//! The mail around a link. The same link is the same mail, under the same id.

use chrono::{DateTime, Utc};
use souk_contracts::LinkPurpose;
use souk_kit::{
    Refusal,
    mailer::{Mail, MailError},
};
use uuid::Uuid;

use crate::{app::App, domain::Account};

/// What is mailed. No `Debug`: it has a secret in it.
pub(super) struct Letter<'a> {
    pub(super) link_id: Uuid,
    pub(super) purpose: LinkPurpose,
    pub(super) account: &'a Account,
    pub(super) token: String,
    pub(super) requested_at: DateTime<Utc>,
}

impl Letter<'_> {
    /// Hands it to the mail server.
    pub(super) async fn send(&self, app: &App) -> Result<(), Refusal> {
        let sent = app.accounts.mailer.send(&self.mail(app)).await;
        sent.map_err(|error| match error {
            MailError::NotNow(_) => Refusal::Later(error.to_string()),
            MailError::Never(_) => Refusal::Never(error.to_string()),
        })
    }

    fn mail(&self, app: &App) -> Mail {
        let (path, subject) = match self.purpose {
            LinkPurpose::EmailVerification => {
                ("/account/verify-email", "Please verify your e-mail address")
            }
            LinkPurpose::PasswordReset => ("/account/reset-password", "Choose a new password"),
        };
        // A token is base64url, which says in an address what it says here.
        let link = format!("{}?token={}", app.settings.url(path), self.token);
        Mail {
            id: self.link_id,
            recipient: self.account.email.to_string(),
            subject: subject.to_owned(),
            text: self.text(&link),
            at: self.requested_at,
        }
    }

    fn text(&self, link: &str) -> String {
        let name = &self.account.name;
        match self.purpose {
            LinkPurpose::EmailVerification => format!(
                "Hello {name},\n\nPlease confirm that this is your e-mail address:\n\n{link}\n\n\
                 The link is good for three days. If you have not opened an account, you need not do anything.\n\nSouk\n"
            ),
            LinkPurpose::PasswordReset => format!(
                "Hello {name},\n\nSomebody, probably you, wants to choose a new password for your account:\n\n{link}\n\n\
                 The link is good for half an hour, once. If it was not you, you need not do anything: your password stays as it is.\n\n\
                 Souk\n"
            ),
        }
    }
}
