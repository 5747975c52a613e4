//! What the shop wants to know of its letters.

use souk_kit::{mailer::MailError, metrics::Counter};

use crate::domain::Kind;

static LETTERS: Counter = Counter::new(
    "souk.letters",
    "{letter}",
    "Attempts to mail a letter, by what the mail server made of it.",
);

/// The mail server has taken a letter or has not: `sent`, or `refused` with `error.type` `later` or `never`.
pub(crate) fn mailed(kind: Kind, answered: &Result<(), MailError>) {
    let kind = ("souk.letter.kind", kind.name());
    let error = match answered {
        Ok(()) => return LETTERS.add(1, &[kind, ("souk.outcome", "sent")]),
        Err(MailError::NotNow(_)) => "later",
        Err(MailError::Never(_)) => "never",
    };
    let refused = ("souk.outcome", "refused");
    LETTERS.add(1, &[kind, refused, ("error.type", error)]);
}

#[cfg(test)]
mod tests {
    use souk_kit::metrics::Readout;
    use souk_testing::Manner;

    use crate::testing::Mailroom;

    #[tokio::test]
    async fn what_the_mail_server_makes_of_a_letter_is_told() {
        let told = Readout::start();
        let kind = ("souk.letter.kind", "order.placed");
        let count = |labels: &[_]| told.count("souk.letters", &[&[kind], labels].concat());
        let later = || count(&[("souk.outcome", "refused"), ("error.type", "later")]);
        let never = || count(&[("souk.outcome", "refused"), ("error.type", "never")]);
        let sent = || count(&[("souk.outcome", "sent")]);
        let before = (later(), never(), sent());
        let room = Mailroom::open().await;
        let order = room.placed();
        for manner in [Manner::NotNow, Manner::Never, Manner::Takes] {
            room.post_office.behave(manner);
            room.hear(&order).await;
        }
        assert!(later() > before.0);
        assert!(never() > before.1);
        assert!(sent() > before.2);
    }
}
