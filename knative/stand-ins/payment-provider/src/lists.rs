//! Lists of payments and refunds, newest first.

use serde_json::{Value, json};

use crate::{
    answer::{Answer, Failure},
    desk::Desk,
    form::Form,
};

const PAGE_USUAL: usize = 10;
const PAGE_MAX: i64 = 100;

/// Payments, all of them.
pub(crate) fn intents(desk: &Desk, form: &Form) -> Result<Answer, Failure> {
    form.only(&["limit", "starting_after"])?;
    let (limit, after) = (limit(form)?, form.get("starting_after"));
    Ok(desk.look(|state| {
        let all = state.intents(after).map(|intent| intent.view());
        page("list", "/v1/payment_intents", all, limit)
    }))
}

/// Refunds, of one payment or of all.
pub(crate) fn refunds(desk: &Desk, form: &Form) -> Result<Answer, Failure> {
    form.only(&["limit", "payment_intent", "starting_after"])?;
    let (limit, after) = (limit(form)?, form.get("starting_after"));
    Ok(desk.look(|state| {
        let all = state.refunds(form.get("payment_intent"), after);
        page(
            "list",
            "/v1/refunds",
            all.map(|refund| refund.view()),
            limit,
        )
    }))
}

/// Payments with some metadata. Of the provider's search language only `metadata['key']:'value'` is understood.
pub(crate) fn search(desk: &Desk, form: &Form) -> Result<Answer, Failure> {
    form.only(&["limit", "query"])?;
    let (limit, query) = (limit(form)?, form.required("query")?);
    let Some((key, value)) = clause(query) else {
        let message = "This stand-in understands `metadata['key']:'value'` only.".to_owned();
        return Err(Failure::parameter("parameter_invalid", "query", message));
    };
    Ok(desk.look(|state| {
        let all = state.intents(None);
        let found = all.filter(|intent| intent.metadata.get(key).is_some_and(|own| own == value));
        let found = found.map(|intent| intent.view());
        page("search_result", "/v1/payment_intents/search", found, limit)
    }))
}

fn clause(query: &str) -> Option<(&str, &str)> {
    let (key, value) = query.strip_prefix("metadata['")?.split_once("']:'")?;
    let value = value.strip_suffix('\'')?;
    (!key.contains('\'') && !value.contains('\'')).then_some((key, value))
}

fn limit(form: &Form) -> Result<usize, Failure> {
    match form.amount("limit")? {
        None => Ok(PAGE_USUAL),
        Some(limit) if limit <= PAGE_MAX => Ok(usize::try_from(limit).unwrap_or(PAGE_USUAL)),
        Some(_) => {
            let message = format!("This value must be less than or equal to {PAGE_MAX}.");
            Err(Failure::parameter(
                "parameter_invalid_integer",
                "limit",
                message,
            ))
        }
    }
}

fn page(object: &str, url: &str, all: impl Iterator<Item = Value>, limit: usize) -> Answer {
    let mut all = all;
    let data: Vec<_> = all.by_ref().take(limit).collect();
    let has_more = all.next().is_some();
    Answer::ok(&json!({ "object": object, "url": url, "has_more": has_more, "data": data }))
}
