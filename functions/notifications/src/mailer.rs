//! Mails out, by SMTP. Whether one was sent before is not known here.

use std::time::Duration;

use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Mailbox, SinglePart,
        header::{HeaderName, HeaderValue},
    },
    transport::smtp::AsyncSmtpTransportBuilder,
};
use thiserror::Error;
use tokio::time::timeout;

use crate::domain::Letter;

/// How long the whole conversation about one mail may take.
pub(crate) const SEND_TIMEOUT: Duration = Duration::from_secs(8);
const SENDER_NAME: &str = "Souk";

/// Hands mails to the mail server. Clones share its connections.
#[derive(Clone)]
pub(crate) struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    sender: Address,
}

/// Why a mail was not taken.
#[derive(Debug, Error)]
pub(crate) enum MailError {
    /// The mail server is away, or does not want it now.
    #[error("the mail server does not take it: {0}")]
    NotNow(String),
    /// It will never be taken.
    #[error("it cannot be mailed: {0}")]
    Never(String),
}

impl Mailer {
    /// Sends by this server, in this name. It connects when there is something to send.
    pub(crate) fn new(server: AsyncSmtpTransportBuilder, sender: Address) -> Self {
        let transport = server.timeout(Some(SEND_TIMEOUT)).build();
        Self { transport, sender }
    }

    /// Hands over one letter; done when the server has taken it.
    pub(crate) async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        let mail = self.compose(letter)?;
        match timeout(SEND_TIMEOUT, self.transport.send(mail)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) if error.is_permanent() => Err(MailError::Never(error.to_string())),
            Ok(Err(error)) => Err(MailError::NotNow(error.to_string())),
            Err(_) => Err(MailError::NotNow("it does not answer in time".to_owned())),
        }
    }

    /// The same letter is the same mail, to the last byte.
    fn compose(&self, letter: &Letter) -> Result<Message, MailError> {
        let never = |error: &dyn std::error::Error| MailError::Never(error.to_string());
        let recipient: Address = letter.recipient.parse().map_err(|error| never(&error))?;
        let message_id = format!("<{}@{}>", letter.id(), self.sender.domain());
        Message::builder()
            .from(Mailbox::new(
                Some(SENDER_NAME.to_owned()),
                self.sender.clone(),
            ))
            .to(Mailbox::new(None, recipient))
            .subject(&letter.subject)
            .message_id(Some(message_id))
            .date(letter.at.into())
            .raw_header(no_answer_wanted())
            .singlepart(SinglePart::plain(letter.text.clone()))
            .map_err(|error| never(&error))
    }
}

/// Keeps robots, such as those that say that somebody is on holiday, from answering (RFC 3834).
fn no_answer_wanted() -> HeaderValue {
    let name = HeaderName::new_from_ascii_str("Auto-Submitted");
    HeaderValue::new(name, "auto-generated".to_owned())
}
