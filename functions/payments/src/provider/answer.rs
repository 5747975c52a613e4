//! What the provider's answers mean. Whatever leaves a doubt whether money has moved is unclear, and asked again.

use serde::Deserialize;
use serde_json::from_slice;
use souk_kit::resilience::ClientError;

use super::{
    Unclear,
    thing::{IntentThing, List, RefundThing},
};
use crate::domain::{Ask, Entry, Payment, Reply};

/// What is known of a question once it was asked.
#[derive(Debug)]
pub(super) enum Understood {
    /// What has come of it.
    Reply(Reply),
    /// Its key was used with other parameters, by a release of this function that asks in other words.
    KeyReused,
}

#[derive(Deserialize)]
struct Failure {
    error: Details,
}

#[derive(Deserialize)]
struct Details {
    #[serde(rename = "type")]
    kind: String,
    code: Option<String>,
    decline_code: Option<String>,
    payment_intent: Option<IntentThing>,
}

/// What the provider has said to a question about an entry.
pub(super) fn understand(
    entry: &Entry,
    ask: Ask,
    answered: Result<Vec<u8>, ClientError>,
) -> Result<Understood, Unclear> {
    match answered {
        Ok(body) => done(entry, ask, &body).map(Understood::Reply),
        Err(ClientError::Status(name, status, body)) => {
            let unclear = || Unclear(format!("{name} answered {status}: {body}"));
            match (status.as_u16(), serde_json::from_str(&body)) {
                (400 | 402, Ok(Failure { error })) => {
                    refused(entry, ask, error).ok_or_else(unclear)
                }
                // Nothing but the address can be missing when an authorisation is asked for.
                (404, Ok(Failure { error })) if !is_authorization(ask) || ask == Ask::Abandon => {
                    refused(entry, ask, error).ok_or_else(unclear)
                }
                _ => Err(unclear()),
            }
        }
        Err(error) => Err(Unclear(error.to_string())),
    }
}

/// How the one among the provider's payments of an order stands that is this payment; none if there is none.
pub(super) fn found(
    payment: &Payment,
    entry: &Entry,
    answered: Result<Vec<u8>, ClientError>,
) -> Result<Option<Reply>, Unclear> {
    let list: List<IntentThing> = read(&answered.map_err(unanswered)?)?;
    let own = list.data.into_iter().find(|thing| thing.is_of(payment));
    let Some(thing) = own else {
        return Ok(None);
    };
    let (id, status) = (thing.id.clone(), thing.status.clone());
    let reply = thing.intent().reply(entry.kind);
    reply.map(Some).ok_or_else(|| stands(&id, &status))
}

/// Whether so much was given back of a payment that this refund must be among it.
pub(super) fn found_refund(
    payment: &Payment,
    entry: &Entry,
    answered: Result<Vec<u8>, ClientError>,
) -> Result<Option<Reply>, Unclear> {
    let list: List<RefundThing> = read(&answered.map_err(unanswered)?)?;
    let good =
        |refund: &&RefundThing| !matches!(refund.status.as_deref(), Some("failed" | "canceled"));
    let given_back: i64 = list
        .data
        .iter()
        .filter(good)
        .map(|refund| refund.amount)
        .sum();
    let is_done = given_back >= payment.refunded_minor.saturating_add(entry.amount_minor);
    let newest = list.data.iter().find(good);
    Ok(newest
        .filter(|_| is_done)
        .map(|refund| Reply::Done(refund.id.clone())))
}

fn done(entry: &Entry, ask: Ask, body: &[u8]) -> Result<Reply, Unclear> {
    if matches!(ask, Ask::Refund | Ask::FindOrRefund) {
        let RefundThing { id, status, .. } = read(body)?;
        return match status.as_deref() {
            Some("succeeded" | "pending") => Ok(Reply::Done(id)),
            Some(status @ ("failed" | "canceled")) => Ok(Reply::Refused(status.to_owned())),
            status => Err(stands(&id, status.unwrap_or("without a status"))),
        };
    }
    let thing: IntentThing = read(body)?;
    let (id, status) = (thing.id.clone(), thing.status.clone());
    match thing.intent().reply(entry.kind) {
        // What was to be given up still waits for the customer.
        Some(Reply::NeedsCustomer { .. }) if ask == Ask::Abandon => Err(stands(&id, &status)),
        Some(reply) => Ok(reply),
        None => Err(stands(&id, &status)),
    }
}

/// A refusal; none if it is one of the question's form, which says nothing about the money.
fn refused(entry: &Entry, ask: Ask, details: Details) -> Option<Understood> {
    if details.kind == "idempotency_error" {
        return is_authorization(ask).then_some(Understood::KeyReused);
    }
    // The payment stands as it was to stand already: this was asked before, or somebody has done it at the provider's own desk.
    let shown = details.payment_intent.map(IntentThing::intent);
    let reply = shown.and_then(|intent| intent.reply(entry.kind));
    match (ask, reply) {
        (_, Some(reply @ Reply::Done(_))) => return Some(Understood::Reply(reply)),
        (Ask::Abandon, Some(reply @ Reply::Refused(_))) => return Some(Understood::Reply(reply)),
        // What the provider does not know (any more), it does not hold either.
        (Ask::Abandon, _) if details.code.as_deref() == Some("resource_missing") => {}
        // What the payment is cannot be told: it is looked at again.
        (Ask::Abandon | Ask::Look, _) => return None,
        _ => {}
    }
    let reason = details.decline_code.or(details.code);
    let reason = reason.unwrap_or(details.kind);
    Some(Understood::Reply(Reply::Refused(reason)))
}

fn is_authorization(ask: Ask) -> bool {
    matches!(
        ask,
        Ask::Authorize | Ask::FindOrAuthorize | Ask::Look | Ask::Abandon
    )
}

fn read<T: for<'a> Deserialize<'a>>(body: &[u8]) -> Result<T, Unclear> {
    from_slice(body).map_err(|error| Unclear(format!("its answer cannot be read: {error}")))
}

fn unanswered(error: ClientError) -> Unclear {
    Unclear(error.to_string())
}

fn stands(id: &str, status: &str) -> Unclear {
    Unclear(format!("{id} is {status}"))
}

#[cfg(test)]
#[path = "answer_tests.rs"]
mod tests;
