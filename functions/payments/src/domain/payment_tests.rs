//! A payment with its amounts, answered in every way.

use chrono::TimeDelta;
use souk_contracts::Currency;

use super::*;
use crate::domain::{Ask, IntentStatus, NoRefund};

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

fn captured() -> Payment {
    let request = Request {
        order_id: Uuid::from_u128(1),
        account_id: Uuid::from_u128(7),
        amount: eur(2500),
        payment_method: "pm_card_visa".into(),
    };
    let mut payment = Payment::requested(Uuid::from_u128(2), request, DateTime::UNIX_EPOCH);
    answer(&mut payment, &done());
    payment
        .hear(Fact::ShipmentDispatched, DateTime::UNIX_EPOCH)
        .unwrap();
    answer(&mut payment, &done());
    payment
}

fn done() -> Reply {
    Reply::Done("pi_1".into())
}

fn answer(payment: &mut Payment, reply: &Reply) {
    let (kind, amount) = payment.due().unwrap();
    settle(payment, kind, amount, reply);
}

fn settle(payment: &mut Payment, kind: Kind, amount: i64, reply: &Reply) {
    let mut entry = Entry::open(
        Uuid::nil(),
        payment.request.order_id,
        kind,
        amount,
        DateTime::UNIX_EPOCH,
    );
    payment.conclude(&mut entry, reply, DateTime::UNIX_EPOCH);
}

#[test]
fn no_more_is_given_back_than_was_taken() {
    let mut payment = captured();
    assert_eq!(payment.refund(Some(eur(2000))), Ok(2000));
    settle(&mut payment, Kind::Refund, 2000, &done());
    let left = eur(500);
    assert_eq!(
        payment.refund(Some(eur(501))),
        Err(NoRefund::TooMuch { left })
    );
    assert_eq!(payment.refund(None), Ok(500));
    settle(&mut payment, Kind::Refund, 500, &done());
    assert_eq!(payment.standing.state, State::Refunded);
    assert_eq!(payment.refund(None), Err(NoRefund::AllBack));
}

#[test]
fn a_cancelled_order_gets_back_what_is_left() {
    let mut payment = captured();
    settle(&mut payment, Kind::Refund, 2000, &done());
    payment
        .hear(Fact::OrderCancelled, DateTime::UNIX_EPOCH)
        .unwrap();
    assert_eq!(payment.due(), Some((Kind::Refund, 500)));
    answer(&mut payment, &done());
    assert_eq!(
        (payment.standing.state, payment.refunded_minor),
        (State::Refunded, 2500)
    );
}

#[test]
fn a_refund_that_is_refused_leaves_the_amounts_as_they_were() {
    let mut payment = captured();
    let refused = Reply::Refused("charge_disputed".into());
    settle(&mut payment, Kind::Refund, 2500, &refused);
    assert_eq!(payment.refund(None), Ok(2500));
}

#[test]
fn nothing_is_given_back_in_another_currency() {
    let dollars = Money::new(1, "USD".parse().unwrap());
    let refused = Err(NoRefund::OtherCurrency(Currency::EUR));
    assert_eq!(captured().refund(Some(dollars)), refused);
}

fn requested() -> (Payment, Entry) {
    let request = Request {
        order_id: Uuid::from_u128(1),
        account_id: Uuid::from_u128(7),
        amount: eur(2500),
        payment_method: "pm_card_threeDSecure2Required".into(),
    };
    let payment = Payment::requested(Uuid::from_u128(2), request, DateTime::UNIX_EPOCH);
    let (kind, amount) = payment.due().unwrap();
    let now = DateTime::UNIX_EPOCH;
    let entry = Entry::open(Uuid::from_u128(3), Uuid::from_u128(1), kind, amount, now);
    (payment, entry)
}

fn needs_customer() -> Reply {
    Reply::NeedsCustomer {
        reference: "pi_1".into(),
        url: "https://bank.example/1".into(),
    }
}

fn shown(status: IntentStatus) -> Intent {
    Intent {
        reference: "pi_1".into(),
        status,
        reason: None,
        url: Some("https://bank.example/1".into()),
    }
}

#[test]
fn a_payment_that_its_customer_has_to_confirm_is_announced_once_and_stays_open() {
    let ((mut payment, mut entry), now) = (requested(), DateTime::UNIX_EPOCH);
    let first = payment.conclude(&mut entry, &needs_customer(), now);
    assert_eq!(first, Some(Announcement::AuthenticationRequested));
    assert_eq!(
        (entry.outcome.clone(), payment.next(&entry)),
        (Outcome::Open, Next::Nothing)
    );
    assert_eq!(payment.conclude(&mut entry, &needs_customer(), now), None);
    assert_eq!(payment.ask(&entry, now), Ask::Look);
    assert_eq!(
        payment.authentication().unwrap().url,
        "https://bank.example/1"
    );
    let last = payment.conclude(&mut entry, &done(), now);
    assert_eq!(
        (last, payment.authentication()),
        (Some(Announcement::Authorized), None)
    );
}

#[test]
fn of_a_cancelled_order_nothing_has_to_be_confirmed_and_the_payment_is_given_up() {
    let ((mut payment, mut entry), now) = (requested(), DateTime::UNIX_EPOCH);
    payment.hear(Fact::OrderCancelled, now).unwrap();
    assert_eq!(payment.ask(&entry, now), Ask::Authorize);
    let news = payment.conclude(&mut entry, &needs_customer(), now);
    assert_eq!((news, payment.next(&entry)), (None, Next::Again));
    assert_eq!(
        (payment.ask(&entry, now), payment.authentication()),
        (Ask::Abandon, None)
    );
    let refused = Reply::Refused("canceled".into());
    payment.conclude(&mut entry, &refused, now);
    assert_eq!(
        (payment.standing.state, payment.next(&entry)),
        (State::Declined, Next::Nothing)
    );
}

#[test]
fn the_provider_is_searched_before_a_question_is_asked_again_whose_key_it_may_have_forgotten() {
    let (payment, entry) = requested();
    let after = |hours| payment.ask(&entry, DateTime::UNIX_EPOCH + TimeDelta::hours(hours));
    assert_eq!(
        (after(23), after(24)),
        (Ask::Authorize, Ask::FindOrAuthorize)
    );
}

#[test]
fn a_notice_says_something_only_about_the_question_that_is_open() {
    use IntentStatus::*;
    let ((mut payment, mut entry), now) = (requested(), DateTime::UNIX_EPOCH);
    assert_eq!(
        payment.shown(&entry, &shown(RequiresAction)),
        Some(needs_customer())
    );
    payment.conclude(&mut entry, &needs_customer(), now);
    assert_eq!(
        payment.shown(&entry, &shown(RequiresAction)),
        None,
        "that is known"
    );
    let other = Intent {
        reference: "pi_2".into(),
        ..shown(RequiresCapture)
    };
    assert_eq!(
        payment.shown(&entry, &other),
        None,
        "that is another payment"
    );
    assert_eq!(payment.shown(&entry, &shown(RequiresCapture)), Some(done()));
    let void = Entry {
        kind: Kind::Void,
        ..entry.clone()
    };
    assert_eq!(
        payment.shown(&void, &shown(RequiresCapture)),
        None,
        "that is late"
    );
    let refund = Entry {
        kind: Kind::Refund,
        ..entry
    };
    assert_eq!(payment.shown(&refund, &shown(Canceled)), None);
}

#[test]
fn a_capture_that_is_refused_is_announced_and_left_to_people() {
    let ((mut payment, mut entry), now) = (requested(), DateTime::UNIX_EPOCH);
    payment.conclude(&mut entry, &done(), now);
    payment.hear(Fact::ShipmentDispatched, now).unwrap();
    let (kind, amount) = payment.due().unwrap();
    let mut capture = Entry::open(Uuid::nil(), Uuid::from_u128(1), kind, amount, now);
    let refused = Reply::Refused("charge_expired_for_capture".into());
    let news = payment.conclude(&mut capture, &refused, now);
    let reason = "charge_expired_for_capture".to_owned();
    assert_eq!(news, Some(Announcement::CaptureRefused(reason)));
    assert!(matches!(payment.next(&capture), Next::Stuck(_)));
    assert_eq!(payment.standing.state, State::Authorized);
}

#[test]
fn an_answer_of_the_provider_ends_its_absence() {
    let ((mut payment, mut entry), now) = (requested(), DateTime::UNIX_EPOCH);
    assert_eq!(payment.wait.postpone(None, now), Some(1));
    payment.conclude(&mut entry, &done(), now);
    assert_eq!(payment.wait, Wait::default());
}
