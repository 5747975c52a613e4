//! The page for people: the newest payments, and the switches.

use std::{fmt::Write, sync::Arc};

use axum::{extract::State, response::Html};
use chrono::{DateTime, SecondsFormat};

use crate::{
    desk::Desk,
    money::money,
    records::{Intent, Status},
    switches::{Mode, Switches},
};

const INTENTS_SHOWN: usize = 100;
/// The page's head, with all that it needs: it loads nothing from anywhere.
const HEAD: &str = include_str!("page.html");

pub(crate) async fn page(State(desk): State<Arc<Desk>>) -> Html<String> {
    let intents = desk.newest(INTENTS_SHOWN);
    let mut html = String::from(HEAD);
    html.push_str("<main><header><h1>Payments</h1><p>No real money moves here.</p></header>");
    switches(&mut html, desk.switches());
    if intents.is_empty() {
        html.push_str("<p class=none>No payment yet. Order something.</p>");
    } else {
        html.push_str(
            "<table><tr><th>When<th class=amount>Amount<th>Status<th>Payment method<th>Order and payment",
        );
        intents.iter().for_each(|intent| row(&mut html, intent));
        html.push_str("</table>");
    }
    html.push_str("</main>");
    Html(html)
}

/// Writing to a String cannot fail.
fn switches(html: &mut String, switches: Switches) {
    html.push_str("<section><h2>How calls are answered</h2><div class=switches>");
    let modes = [
        (Mode::Normal, "normal", "Normally"),
        (Mode::Late, "late", "Late"),
        (Mode::Fail, "fail", "With a 500"),
        (Mode::Hang, "hang", "Never"),
    ];
    for (mode, name, words) in modes {
        let pressed = mode == switches.mode;
        let _ = write!(
            html,
            "<button data-mode={name} aria-pressed={pressed}>{words}</button>"
        );
    }
    html.push_str(
        "<select aria-label=\"For how many calls\"><option value=\"\">all calls from now on</option>\
         <option value=1>the next call</option><option value=3>the next 3 calls</option></select></div>",
    );
    let _ = write!(html, "<p class=soft>{}</p></section>", explained(switches));
}

/// What a switch does, for who has just pressed it.
fn explained(switches: Switches) -> String {
    let who = match switches.next {
        None => "Every call that changes something".to_owned(),
        Some(1) => "The next call that changes something".to_owned(),
        Some(next) => format!("Each of the next {next} calls that change something"),
    };
    match switches.mode {
        Mode::Normal => format!("{who} gets its answer at once."),
        Mode::Late => format!("{who} gets its answer after {} ms.", switches.delay_ms),
        Mode::Fail => format!("{who} gets a 500, and nothing is done."),
        Mode::Hang => format!("{who} gets no answer, although the work is done."),
    }
}

fn row(html: &mut String, intent: &Intent) {
    let made = DateTime::from_timestamp(intent.created, 0).unwrap_or_default();
    let made = made.to_rfc3339_opts(SecondsFormat::Secs, true);
    let order = intent.metadata.get("order_id").map_or("", String::as_str);
    let (class, words) = standing(intent.status);
    let _ = write!(
        html,
        "<tr><td class=when><time datetime=\"{made}\">{made}</time>\
         <td class=amount>{}\
         <td class=\"status {class}\" title={}>{words}{}\
         <td class=method>{}\
         <td class=\"order id\">{}<span class=soft>{}</span>",
        escape(&money(intent.amount, &intent.currency)),
        intent.status.name(),
        note(intent),
        escape(intent.payment_method.as_deref().unwrap_or_default()),
        escape(order),
        escape(&intent.id),
    );
}

/// A status as people say it, and the class that colours it.
fn standing(status: Status) -> (&'static str, &'static str) {
    match status {
        Status::RequiresPaymentMethod => ("declined", "declined"),
        Status::RequiresAction => ("waiting", "waits for the customer"),
        Status::RequiresCapture => ("held", "held"),
        Status::Canceled => ("released", "let go"),
        Status::Succeeded => ("taken", "taken"),
    }
}

/// What there is to add to a status: why it was declined, what was given back or never taken.
fn note(intent: &Intent) -> String {
    let mut notes = Vec::new();
    notes.extend(reason(intent));
    if intent.status == Status::Succeeded && intent.amount_received < intent.amount {
        let taken = money(intent.amount_received, &intent.currency);
        notes.push(format!("{taken} of it"));
    }
    if intent.amount_refunded > 0 {
        let given_back = money(intent.amount_refunded, &intent.currency);
        notes.push(format!("{given_back} given back"));
    }
    notes
        .iter()
        .map(|note| format!("<span class=soft>{}</span>", escape(note)))
        .collect()
}

fn reason(intent: &Intent) -> Option<String> {
    let error = intent.last_payment_error.as_ref()?;
    let code = error.get("decline_code").or_else(|| error.get("code"))?;
    Some(code.as_str()?.replace('_', " "))
}

pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use crate::testing::{Caller, ORDER};

    #[tokio::test]
    async fn the_page_shows_payments_without_their_markup_and_the_switches() {
        let caller = Caller::new();
        let order = ORDER.replace("o-1", "%3Cscript%3E");
        caller.post("/v1/payment_intents", &order, "k1").await;
        caller.switch(r#"{"mode":"late","next":3}"#).await;
        let page = caller.text("/").await;
        assert!(page.contains("25.00 EUR") && page.contains("title=requires_capture>held"));
        assert!(page.contains("id\">&lt;script&gt;"), "{page}");
        assert!(page.contains("<button data-mode=late aria-pressed=true>"));
        assert!(page.contains(
            "Each of the next 3 calls that change something gets its answer after 1000 ms."
        ));
    }
}
