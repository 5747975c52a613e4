//! What can be done with money. Pure: what is known and asked goes in, what changes and is answered comes out.

mod confirm_intent;
mod create_intent;
mod create_refund;
mod end_intent;

use axum::http::StatusCode;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    answer::Failure,
    form::Form,
    records::{Intent, Refund},
    state::State,
};
use confirm_intent::{approve, refuse};
use create_intent::create_intent;
use create_refund::create_refund;
use end_intent::{cancel, capture};

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// Hold money, or take it at once.
    CreateIntent,
    /// Take money that is held.
    Capture(String),
    /// Let go of money that is held.
    Cancel(String),
    /// Give money back.
    CreateRefund,
    /// The customer confirms a payment, on the page for that.
    Approve(String),
    /// The customer refuses to.
    Refuse(String),
}

/// What changes, and what is answered.
pub(crate) struct Effect {
    pub(crate) intent: Option<Intent>,
    pub(crate) refund: Option<Refund>,
    pub(crate) answer: Result<Value, Failure>,
}

impl Operation {
    /// Does it. The error is one of the parameters: nothing was begun, and the idempotency key remains unused.
    ///
    /// `base` is where the stand-in is reached.
    pub(crate) fn perform(
        &self,
        state: &State,
        form: &Form,
        base: &str,
        now: i64,
    ) -> Result<Effect, Failure> {
        match self {
            Self::CreateIntent => create_intent(form, base, now),
            Self::Capture(id) => capture(find(state, id)?, form),
            Self::Cancel(id) => cancel(find(state, id)?, form, now),
            Self::CreateRefund => create_refund(state, form, now),
            Self::Approve(id) => approve(find(state, id)?),
            Self::Refuse(id) => refuse(find(state, id)?),
        }
    }

    /// The path, which belongs to what an idempotency key was used for.
    pub(crate) fn path(&self) -> String {
        match self {
            Self::CreateIntent => "/v1/payment_intents".to_owned(),
            Self::Capture(id) => format!("/v1/payment_intents/{id}/capture"),
            Self::Cancel(id) => format!("/v1/payment_intents/{id}/cancel"),
            Self::CreateRefund => "/v1/refunds".to_owned(),
            Self::Approve(id) => format!("/authenticate/{id}/approve"),
            Self::Refuse(id) => format!("/authenticate/{id}/refuse"),
        }
    }
}

/// The intent of that id, or the answer that there is none.
pub(crate) fn find<'a>(state: &'a State, id: &str) -> Result<&'a Intent, Failure> {
    let missing = || Failure::missing(StatusCode::NOT_FOUND, "payment_intent", "intent", id);
    state.intent(id).ok_or_else(missing)
}

fn done(intent: Intent) -> Effect {
    Effect {
        answer: Ok(intent.view()),
        intent: Some(intent),
        refund: None,
    }
}

fn refused(why: Failure) -> Effect {
    Effect {
        intent: None,
        refund: None,
        answer: Err(why),
    }
}

pub(crate) fn new_id(prefix: &str) -> String {
    format!("{prefix}_{}", Uuid::now_v7().simple())
}
