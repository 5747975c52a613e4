//! One letter for each fact, and none twice: it is claimed in the store, mailed, and noted as sent.
//!
//! A process that dies between the mail and the note is the one way to mail twice: then both mails have the same `Message-ID`.

use chrono::TimeDelta;
use souk_kit::{
    Refusal,
    mailer::{Mail, MailError},
};

use crate::{app::App, domain::Letter, metrics, store::Claim};

/// Longer than a mail may take, and so short that the broker still tries when a claim is free again whose holder has died:
/// it tries for half a minute.
const CLAIMED_FOR: TimeDelta = TimeDelta::seconds(10);

/// Mails a letter, unless that was done before. Somebody who wants to be forgotten is written to about what has happened since,
/// and nothing of that is kept.
pub(crate) async fn mail(app: &App, letter: &Letter) -> Result<(), Refusal> {
    let erased_at = app.store.erased_at(letter.account_id).await?;
    if erased_at.is_some_and(|erased_at| letter.at <= erased_at) {
        return Ok(());
    }
    let outcome = mail_once(app, letter).await;
    // Looked up again: it may have been said while the letter was being mailed.
    if app.store.erased_at(letter.account_id).await?.is_some() {
        app.store.redact(letter).await?;
    }
    outcome
}

async fn mail_once(app: &App, letter: &Letter) -> Result<(), Refusal> {
    let now = app.clock.now();
    match app.store.claim(letter, now, now + CLAIMED_FOR).await? {
        Claim::SentBefore => Ok(()),
        Claim::Taken => Err(Refusal::Later(format!(
            "letter {} is being mailed already",
            letter.id()
        ))),
        Claim::Granted => mail_claimed(app, letter).await,
    }
}

async fn mail_claimed(app: &App, letter: &Letter) -> Result<(), Refusal> {
    let answered = app.mailer.send(&mail_of(letter)).await;
    metrics::mailed(letter.kind, &answered);
    let (noted, outcome) = match answered {
        Ok(()) => (app.store.note_sent(letter, app.clock.now()).await, Ok(())),
        Err(error @ MailError::NotNow(_)) => (
            app.store.release(letter).await,
            Err(Refusal::Later(error.to_string())),
        ),
        Err(error @ MailError::Never(_)) => (
            app.store.note_refused(letter, &error.to_string()).await,
            Err(Refusal::Never(error.to_string())),
        ),
    };
    // The mail is out, or it is not: asking for the event again because of the note could only make that worse.
    if let Err(error) = noted {
        tracing::error!(%error, letter = %letter.id(), "what became of a mail could not be noted");
    }
    outcome
}

fn mail_of(letter: &Letter) -> Mail {
    Mail {
        id: letter.id(),
        recipient: letter.recipient.clone(),
        subject: letter.subject.clone(),
        text: letter.text.clone(),
        at: letter.at,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use chrono::TimeDelta;
    use souk_testing::Manner;

    use super::*;
    use crate::{
        domain,
        testing::{ADA, Mailroom},
    };

    #[tokio::test]
    async fn a_fact_that_comes_twice_is_mailed_once_with_an_id_that_is_its_own() {
        let room = Mailroom::open().await;
        let order = room.placed();
        assert_eq!(room.hear(&order).await, StatusCode::ACCEPTED);
        assert_eq!(room.hear(&order).await, StatusCode::ACCEPTED);

        let mails = room.post_office.mails();
        assert_eq!(mails.len(), 1);
        assert_eq!(mails[0].to, ["ada@souk.example"]);
        let raw = &mails[0].raw;
        let parsed = mail_parser::MessageParser::default().parse(raw).unwrap();
        assert_eq!(parsed.subject(), Some("We have received your order"));
        let text = parsed.body_text(0).unwrap();
        assert!(text.contains("2 x Blue mug (12.50 EUR each)"), "{text}");
        let expected = format!("{}@souk.example", domain::placed(&order).id());
        assert_eq!(parsed.message_id(), Some(expected.as_str()));
    }

    #[tokio::test]
    async fn while_the_mail_server_is_away_the_event_is_asked_for_again() {
        let room = Mailroom::open().await;
        let order = room.placed();
        for manner in [Manner::HangsUp, Manner::NotNow] {
            room.post_office.behave(manner);
            assert_eq!(room.hear(&order).await, StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(room.notifications(ADA).await[0]["status"], "pending");
        }
        room.post_office.behave(Manner::Takes);
        assert_eq!(room.hear(&order).await, StatusCode::ACCEPTED);
        assert_eq!(room.post_office.mails().len(), 1);
        assert_eq!(room.notifications(ADA).await[0]["status"], "sent");
    }

    #[tokio::test]
    async fn an_address_that_does_not_exist_is_refused_for_ever_and_tried_again_when_redriven() {
        let room = Mailroom::open().await;
        let order = room.placed();
        room.post_office.behave(Manner::Never);
        assert_eq!(room.hear(&order).await, StatusCode::BAD_REQUEST);
        assert_eq!(room.notifications(ADA).await[0]["status"], "refused");
        room.post_office.behave(Manner::Takes);
        assert_eq!(room.hear(&order).await, StatusCode::ACCEPTED);
        assert_eq!(room.notifications(ADA).await[0]["status"], "sent");

        let mut nowhere = room.placed();
        nowhere.email = "not an address".into();
        assert_eq!(room.hear(&nowhere).await, StatusCode::BAD_REQUEST);
    }

    #[tokio::test]
    async fn a_letter_in_somebodys_hands_is_left_to_them_until_they_must_have_died() {
        let room = Mailroom::open().await;
        let (order, now) = (room.placed(), room.clock.now());
        let letter = domain::placed(&order);
        let store = &room.app.store;
        let claim = store.claim(&letter, now, now + CLAIMED_FOR).await.unwrap();
        assert_eq!(claim, Claim::Granted);
        assert_eq!(room.hear(&order).await, StatusCode::SERVICE_UNAVAILABLE);
        assert!(room.post_office.mails().is_empty());
        room.clock.advance(CLAIMED_FOR);
        assert_eq!(room.hear(&order).await, StatusCode::ACCEPTED);
        assert_eq!(room.post_office.mails().len(), 1);
    }

    #[test]
    fn a_claim_outlasts_its_mail() {
        let longest = TimeDelta::from_std(souk_kit::mailer::SEND_TIMEOUT).unwrap();
        assert!(longest < CLAIMED_FOR);
    }
}
