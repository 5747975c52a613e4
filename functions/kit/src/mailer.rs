//! Mails out, by SMTP (feature `mailer`). Whether one was sent before is not known here.

use std::time::Duration;

use chrono::{DateTime, Utc};
pub use lettre::Address;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Mailbox, SinglePart,
        header::{HeaderName, HeaderValue},
    },
    transport::smtp::AsyncSmtpTransportBuilder,
};
use opentelemetry::KeyValue;
use thiserror::Error;
use tokio::time::timeout;
use uuid::Uuid;

use crate::{Reader, telemetry::Call};

/// How long the whole conversation about one mail may take.
pub const SEND_TIMEOUT: Duration = Duration::from_secs(8);
const SENDER_NAME: &str = "Souk";
/// As which the mail server is found in a trace.
const PEER: &str = "mail-server";

/// How the mail server is reached.
pub type MailServer = AsyncSmtpTransportBuilder;

/// Hands mails to the mail server. Clones share its connections.
#[derive(Clone, Debug)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    sender: Address,
}

/// A mail to one person, in plain text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Always the same for the same mail, so that one that is sent twice can be known by it.
    pub id: Uuid,
    /// The address it goes to.
    pub recipient: String,
    /// The subject line.
    pub subject: String,
    /// The text.
    pub text: String,
    /// When that has happened which it tells of.
    pub at: DateTime<Utc>,
}

/// Why a mail was not taken.
#[derive(Debug, Error)]
pub enum MailError {
    /// The mail server is away, or does not want it now.
    #[error("the mail server does not take it: {0}")]
    NotNow(String),
    /// It will never be taken.
    #[error("it cannot be mailed: {0}")]
    Never(String),
}

/// How the server at this address is reached: `smtp://host:port`, `smtps://user:password@host`.
pub fn server(url: &str) -> Result<MailServer, lettre::transport::smtp::Error> {
    AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
}

impl Mailer {
    /// Sends by this server, in this name. It connects when there is something to send.
    pub fn new(server: MailServer, sender: Address) -> Self {
        let transport = server.timeout(Some(SEND_TIMEOUT)).build();
        Self { transport, sender }
    }

    /// Reads `SMTP_URL`, and the setting that names the sender's address.
    pub fn from_env(r: &mut Reader<'_>, sender: &str) -> Option<Self> {
        let server = r.required_with("SMTP_URL", server);
        let sender = r.required::<Address>(sender);
        Some(Self::new(server?, sender?))
    }

    /// Hands over one mail; done when the server has taken it.
    pub async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let mail = self.compose(mail)?;
        let call = Call::begin();
        let sent = match timeout(SEND_TIMEOUT, self.transport.send(mail)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) if error.is_permanent() => Err(MailError::Never(error.to_string())),
            Ok(Err(error)) => Err(MailError::NotNow(error.to_string())),
            Err(_) => Err(MailError::NotNow("it does not answer in time".to_owned())),
        };
        tell(call, &sent);
        sent
    }

    /// The same mail is the same to the last byte.
    fn compose(&self, mail: &Mail) -> Result<Message, MailError> {
        let never = |error: &dyn std::error::Error| MailError::Never(error.to_string());
        let recipient: Address = mail.recipient.parse().map_err(|error| never(&error))?;
        let message_id = format!("<{}@{}>", mail.id, self.sender.domain());
        Message::builder()
            .from(Mailbox::new(
                Some(SENDER_NAME.to_owned()),
                self.sender.clone(),
            ))
            .to(Mailbox::new(None, recipient))
            .subject(&mail.subject)
            .message_id(Some(message_id))
            .date(mail.at.into())
            .raw_header(no_answer_wanted())
            .singlepart(SinglePart::plain(mail.text.clone()))
            .map_err(|error| never(&error))
    }
}

/// Tells that a mail was sent, or not. To whom, and what was in it, is nobody's business.
fn tell(call: Option<Call>, sent: &Result<(), MailError>) {
    let error = match sent {
        Ok(()) => None,
        Err(MailError::NotNow(_)) => Some("not_now"),
        Err(MailError::Never(_)) => Some("never"),
    };
    if let Some(call) = call {
        let attributes = [
            KeyValue::new("peer.service", PEER),
            KeyValue::new("network.protocol.name", "smtp"),
        ];
        call.end("send mail", attributes.into(), error);
    }
}

/// Keeps robots, such as those that say that somebody is on holiday, from answering (RFC 3834).
fn no_answer_wanted() -> HeaderValue {
    let name = HeaderName::new_from_ascii_str("Auto-Submitted");
    HeaderValue::new(name, "auto-generated".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Env;

    fn mailer() -> Mailer {
        let server = server("smtp://127.0.0.1:1").unwrap();
        Mailer::new(server, "shop@souk.example".parse().unwrap())
    }

    fn mail(recipient: &str) -> Mail {
        Mail {
            id: Uuid::from_u128(7),
            recipient: recipient.to_owned(),
            subject: "Your order".to_owned(),
            text: "It is on its way.\n".to_owned(),
            at: DateTime::UNIX_EPOCH,
        }
    }

    #[tokio::test]
    async fn the_same_mail_is_the_same_to_the_last_byte() {
        let composed = || {
            mailer()
                .compose(&mail("ada@souk.example"))
                .unwrap()
                .formatted()
        };
        let text = String::from_utf8(composed()).unwrap();
        assert_eq!(text.as_bytes(), composed());
        assert!(text.contains("Auto-Submitted: auto-generated"), "{text}");
        assert!(text.contains("-000000000007@souk.example>"), "{text}");
    }

    #[tokio::test]
    async fn nobody_s_address_is_never_and_an_absent_server_is_not_now() {
        let never = mailer().send(&mail("ada")).await;
        assert!(matches!(never, Err(MailError::Never(_))), "{never:?}");
        let later = mailer().send(&mail("ada@souk.example")).await;
        assert!(matches!(later, Err(MailError::NotNow(_))), "{later:?}");
    }

    #[tokio::test]
    async fn a_setting_that_is_wrong_is_named_and_its_password_is_not_told() {
        let env = Env::of(&[
            ("SMTP_URL", "http://shop:hunter2@mail.example"),
            ("FROM", "the shop"),
        ]);
        let mut r = Reader::new(&env);
        let mailer = Mailer::from_env(&mut r, "FROM");
        let mistakes = r.finish(|| mailer).err().unwrap().to_string();
        assert!(mistakes.contains("SMTP_URL") && mistakes.contains("FROM"));
        assert!(!mistakes.contains("hunter2"), "{mistakes}");
    }
}
