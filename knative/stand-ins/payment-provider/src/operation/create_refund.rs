//! Gives money back.

use super::{Effect, find, new_id, refused};
use crate::{
    answer::Failure,
    form::Form,
    records::{Intent, Refund, Status},
    state::State,
};

pub(super) fn create_refund(state: &State, form: &Form, now: i64) -> Result<Effect, Failure> {
    form.only(&["payment_intent", "amount", "reason", "metadata"])?;
    let id = form.required("payment_intent")?;
    let reasons = ["duplicate", "fraudulent", "requested_by_customer"];
    let (wanted, reason) = (form.amount("amount")?, form.choice("reason", &reasons)?);
    let intent = find(state, id)?;
    if intent.status != Status::Succeeded {
        let message =
            format!("This PaymentIntent ({id}) does not have a successful charge to refund.");
        return Ok(refused(Failure::refused(None, message)));
    }
    let left = intent.amount_received - intent.amount_refunded;
    let amount = wanted.unwrap_or(left);
    if left == 0 {
        let charge = intent.latest_charge.as_deref().unwrap_or(id);
        let message = format!("Charge {charge} has already been refunded.");
        return Ok(refused(Failure::refused(
            Some("charge_already_refunded"),
            message,
        )));
    }
    if amount > left {
        let message = format!(
            "Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
        );
        return Ok(refused(Failure::refused(None, message)));
    }
    let refund = Refund {
        id: new_id("re"),
        amount,
        currency: intent.currency.clone(),
        payment_intent: intent.id.clone(),
        charge: intent.latest_charge.clone(),
        reason: reason.map(str::to_owned),
        metadata: form.metadata()?,
        created: now,
    };
    let intent = Intent {
        amount_refunded: intent.amount_refunded + amount,
        ..intent.clone()
    };
    Ok(Effect {
        answer: Ok(refund.view()),
        intent: Some(intent),
        refund: Some(refund),
    })
}
