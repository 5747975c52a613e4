//! Takes money that is held, or lets it go.

use super::{Effect, done, refused};
use crate::{
    answer::Failure,
    form::Form,
    records::{Intent, Status},
};

pub(super) fn capture(intent: &Intent, form: &Form) -> Result<Effect, Failure> {
    form.only(&["amount_to_capture", "metadata"])?;
    let wanted = form.amount("amount_to_capture")?;
    if intent.status != Status::RequiresCapture {
        let why = Failure::unexpected_state(intent, "captured", "requires_capture");
        return Ok(refused(why));
    }
    let amount = wanted.unwrap_or(intent.amount_capturable);
    if amount > intent.amount_capturable {
        let message = "The amount to capture is greater than the amount that can be captured.";
        return Ok(refused(Failure::refused(
            Some("amount_too_large"),
            message.to_owned(),
        )));
    }
    Ok(done(Intent {
        status: Status::Succeeded,
        amount_capturable: 0,
        amount_received: amount,
        ..intent.clone()
    }))
}

pub(super) fn cancel(intent: &Intent, form: &Form, now: i64) -> Result<Effect, Failure> {
    form.only(&["cancellation_reason"])?;
    let reasons = [
        "duplicate",
        "fraudulent",
        "requested_by_customer",
        "abandoned",
    ];
    let reason = form.choice("cancellation_reason", &reasons)?;
    if matches!(intent.status, Status::Canceled | Status::Succeeded) {
        let allowed = "requires_payment_method, requires_capture, requires_action";
        return Ok(refused(Failure::unexpected_state(
            intent, "canceled", allowed,
        )));
    }
    Ok(done(Intent {
        status: Status::Canceled,
        amount_capturable: 0,
        canceled_at: Some(now),
        cancellation_reason: reason.map(str::to_owned),
        ..intent.clone()
    }))
}
