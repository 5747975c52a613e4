//! The page for people: the newest payments, and the switches.

use std::{fmt::Write, sync::Arc};

use axum::{extract::State, response::Html};

use crate::{
    desk::Desk,
    records::Intent,
    switches::{Mode, Switches},
};

const INTENTS_SHOWN: usize = 100;

pub(crate) async fn page(State(desk): State<Arc<Desk>>) -> Html<String> {
    let intents = desk.newest(INTENTS_SHOWN);
    let mut html = String::from(HEAD);
    switches(&mut html, desk.switches());
    if intents.is_empty() {
        html.push_str("<p>No payment yet. Order something.</p>");
    } else {
        html.push_str("<table><tr><th>when<th>amount<th>status<th>payment method<th>order<th>id");
        intents.iter().for_each(|intent| row(&mut html, intent));
        html.push_str("</table>");
    }
    Html(html)
}

/// Writing to a String cannot fail.
fn switches(html: &mut String, switches: Switches) {
    html.push_str("<p>Calls are answered: ");
    let modes = [
        (Mode::Normal, "normal", "as they should be"),
        (Mode::Late, "late", "late"),
        (Mode::Fail, "fail", "with a 500"),
        (Mode::Hang, "hang", "never, though the work is done"),
    ];
    for (mode, name, words) in modes {
        let pressed = mode == switches.mode;
        let _ = write!(
            html,
            "<button data-mode={name} aria-pressed={pressed}>{words}</button> "
        );
    }
    if let Some(next) = switches.next {
        let _ = write!(html, "(the next {next} only)");
    }
    html.push_str("</p>");
}

fn row(html: &mut String, intent: &Intent) {
    let order = intent.metadata.get("order_id").map_or("", String::as_str);
    let _ = write!(
        html,
        "<tr><td><time data-seconds={}></time><td class=n>{}.{:02} {}<td>{}{}<td>{}<td>{}<td>{}",
        intent.created,
        intent.amount / 100,
        intent.amount % 100,
        escape(&intent.currency.to_ascii_uppercase()),
        intent.status.name(),
        given_back(intent),
        escape(&method(intent)),
        escape(order),
        escape(&intent.id),
    );
}

fn given_back(intent: &Intent) -> String {
    match intent.amount_refunded {
        0 => String::new(),
        minor => format!(", {}.{:02} given back", minor / 100, minor % 100),
    }
}

fn method(intent: &Intent) -> String {
    let declined = intent.last_payment_error.as_ref().and_then(|error| {
        let code = error.get("decline_code").or_else(|| error.get("code"))?;
        Some(format!("declined: {}", code.as_str()?))
    });
    declined
        .or_else(|| intent.payment_method.clone())
        .unwrap_or_default()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

const HEAD: &str = r#"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content="width=device-width">
<title>Payments</title><style>
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{max-width:70rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.3rem}
table{border-collapse:collapse;width:100%;font-size:.85rem}
th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #8885}
.n{text-align:right;white-space:nowrap}
button{font:inherit;font-size:.85rem;border:1px solid #8885;border-radius:6px;padding:.2rem .6rem;cursor:pointer}
button[aria-pressed=true]{background:#3b82f6;color:#fff}
</style><h1>Payments</h1>
<script>addEventListener("DOMContentLoaded",()=>{
for(const t of document.querySelectorAll("time"))t.textContent=new Date(t.dataset.seconds*1000).toLocaleString();
for(const b of document.querySelectorAll("button"))b.onclick=async()=>{
await fetch("/switches",{method:"PUT",headers:{"content-type":"application/json"},body:JSON.stringify({mode:b.dataset.mode})});
location.reload()}})</script>
"#;

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
        assert!(page.contains("25.00 EUR") && page.contains("requires_capture"));
        assert!(page.contains("<td>&lt;script&gt;"), "{page}");
        assert!(page.contains("<button data-mode=late aria-pressed=true>"));
        assert!(page.contains("the next 3 only"));
    }
}
