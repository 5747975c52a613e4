//! What the provider was asked for and what came of it, as the metrics have it.

use souk_contracts::Money;

use super::{Entry, Kind, Outcome, Payment};

/// An operation that the provider has answered for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// `authorize`, `capture`, `void` or `refund`.
    pub name: &'static str,
    /// `done`, `declined` or `refused`.
    pub outcome: &'static str,
    /// How much was moved, if it is done.
    pub amount: Option<Money>,
}

impl Operation {
    /// Of an entry; none while it is open.
    pub fn of(payment: &Payment, entry: &Entry) -> Option<Self> {
        let outcome = match (&entry.outcome, entry.kind) {
            (Outcome::Open, _) => return None,
            (Outcome::Done, _) => "done",
            (Outcome::Refused(_), Kind::Authorization) => "declined",
            (Outcome::Refused(_), _) => "refused",
        };
        let currency = payment.request.amount.currency;
        Some(Self {
            name: entry.kind.operation(),
            outcome,
            amount: (entry.outcome == Outcome::Done)
                .then(|| Money::new(entry.amount_minor, currency)),
        })
    }
}

impl Kind {
    /// What is done to the money, as the metrics have it.
    pub fn operation(self) -> &'static str {
        match self {
            Self::Authorization => "authorize",
            Self::Capture => "capture",
            Self::Void => "void",
            Self::Refund => "refund",
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use souk_contracts::Currency;
    use uuid::Uuid;

    use super::*;
    use crate::domain::{Reply, Request};

    fn answered(kind: Kind, reply: &Reply) -> Option<Operation> {
        let request = Request {
            order_id: Uuid::from_u128(1),
            account_id: Uuid::from_u128(7),
            amount: Money::new(2500, Currency::EUR),
            payment_method: "pm_card_visa".into(),
        };
        let now = DateTime::UNIX_EPOCH;
        let payment = Payment::requested(Uuid::from_u128(2), request, now);
        let mut entry = Entry::open(Uuid::nil(), payment.request.order_id, kind, 500, now);
        entry.close(reply, now);
        Operation::of(&payment, &entry)
    }

    #[test]
    fn what_is_done_moves_the_entrys_amount_and_what_is_refused_none() {
        let done = answered(Kind::Refund, &Reply::Done("re_1".into())).unwrap();
        let amount = Some(Money::new(500, Currency::EUR));
        assert_eq!((done.name, done.outcome), ("refund", "done"));
        assert_eq!(done.amount, amount, "not the whole of the payment");
        let refused = answered(Kind::Capture, &Reply::Refused("expired".into())).unwrap();
        assert_eq!((refused.outcome, refused.amount), ("refused", None));
    }

    #[test]
    fn a_bank_declines_and_only_an_authorization() {
        let refusal = Reply::Refused("insufficient_funds".into());
        let outcome = |kind| answered(kind, &refusal).unwrap().outcome;
        assert_eq!(outcome(Kind::Authorization), "declined");
        assert_eq!(outcome(Kind::Void), "refused");
    }

    #[test]
    fn a_payment_that_its_customer_has_to_confirm_is_not_answered_yet() {
        let reply = Reply::NeedsCustomer {
            reference: "pi_1".into(),
            url: "https://pay.example".into(),
        };
        assert_eq!(answered(Kind::Authorization, &reply), None);
    }
}
