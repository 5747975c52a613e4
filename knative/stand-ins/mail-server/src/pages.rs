//! What can be asked about the mails over HTTP: a page for people, JSON for tests.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use mail_parser::DateTime;
use serde::Deserialize;
use uuid::Uuid;

use crate::mailbox::{Mail, Mailbox};
use crate::switches::{Set, Switches};

/// The page is for a person to look at, not for an archive.
const MAILS_SHOWN: usize = 100;
/// Its head, with all that it needs: it loads nothing from anywhere.
const HEAD: &str = include_str!("page.html");

/// The page, the JSON list and the single mails; how the server behaves.
pub(crate) fn routes(mailbox: Arc<Mailbox>, switches: Arc<Switches>) -> Router {
    let switches = Router::new()
        .route("/switches", get(shown).put(switch))
        .with_state(switches);
    Router::new()
        .route("/", get(page))
        .route("/mails", get(list).delete(clear))
        .route("/mails/{id}", get(raw))
        .with_state(mailbox)
        .merge(switches)
}

async fn shown(State(switches): State<Arc<Switches>>) -> Json<Set> {
    Json(switches.now())
}

async fn switch(State(switches): State<Arc<Switches>>, Json(set): Json<Set>) -> Json<Set> {
    switches.set(set);
    Json(switches.now())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    to: Option<String>,
}

async fn list(
    State(mailbox): State<Arc<Mailbox>>,
    Query(wanted): Query<Wanted>,
) -> Json<Vec<Mail>> {
    Json(mailbox.list(wanted.to.as_deref()))
}

async fn clear(State(mailbox): State<Arc<Mailbox>>) -> Json<serde_json::Value> {
    Json(serde_json::json!({ "removed": mailbox.clear() }))
}

async fn raw(State(mailbox): State<Arc<Mailbox>>, Path(id): Path<Uuid>) -> Response {
    match mailbox.raw(id) {
        Some(mail) => ([(header::CONTENT_TYPE, "message/rfc822")], mail).into_response(),
        None => (
            StatusCode::NOT_FOUND,
            format!("no mail {id}; GET /mails lists them\n"),
        )
            .into_response(),
    }
}

async fn page(State(mailbox): State<Arc<Mailbox>>, Query(wanted): Query<Wanted>) -> Html<String> {
    // The form sends an empty address for everybody.
    let to = wanted.to.filter(|to| !to.is_empty());
    let mails = mailbox.list(to.as_deref());
    let mut html = String::from(HEAD);
    head(&mut html, &mails, &mailbox.recipients(), to.as_deref());
    for mail in mails.iter().take(MAILS_SHOWN) {
        article(&mut html, mail);
    }
    if mails.is_empty() {
        html.push_str("<p class=none>No mail yet. Order something.</p>");
    }
    html.push_str("</main>");
    Html(html)
}

/// Writing to a String cannot fail.
fn head(html: &mut String, mails: &[Mail], recipients: &BTreeSet<String>, to: Option<&str>) {
    let count = match mails.len() {
        1 => "1 mail".to_owned(),
        more @ 0..=MAILS_SHOWN => format!("{more} mails"),
        more => format!("{more} mails; the newest {MAILS_SHOWN} are shown"),
    };
    let _ = write!(
        html,
        "<main><header><h1>Mails</h1><p>{count}. They were taken over SMTP and are delivered to nobody.</p></header>\
         <form><select name=to aria-label=Recipient><option value=\"\">to everybody</option>"
    );
    for recipient in recipients {
        let address = escape(recipient);
        let selected = if to.is_some_and(|to| to.eq_ignore_ascii_case(recipient)) {
            " selected"
        } else {
            ""
        };
        let _ = write!(
            html,
            "<option value=\"{address}\"{selected}>to {address}</option>"
        );
    }
    html.push_str("</select><button type=button id=forget>Forget all</button></form>");
}

fn article(html: &mut String, mail: &Mail) {
    let arrived = mail.id.get_timestamp().map_or(0, |at| at.to_unix().0);
    let arrived = DateTime::from_timestamp(i64::try_from(arrived).unwrap_or(0)).to_rfc3339();
    let subject = match mail.subject.as_str() {
        "" => "(no subject)",
        subject => subject,
    };
    // Writing to a String cannot fail.
    let _ = write!(
        html,
        "<article><div class=top><h2>{0}</h2><time datetime=\"{arrived}\">{arrived}</time></div>\
         <p class=meta>to {1} &middot; from {2} &middot; <a href=\"/mails/{3}\" download=\"{3}.eml\">source</a></p><pre>{4}</pre></article>",
        escape(subject),
        escape(&mail.to.join(", ")),
        escape(&mail.from),
        mail.id,
        escape(mail.text.trim_end()),
    );
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_cannot_bring_markup_into_the_page() {
        let mail = Mail {
            id: Uuid::now_v7(),
            from: String::new(),
            to: vec!["a@x".to_owned()],
            subject: "<script>alert(1)</script>".to_owned(),
            text: "a & b".to_owned(),
        };
        let mut html = String::new();
        article(&mut html, &mail);
        assert!(html.contains("&lt;script&gt;") && !html.contains("<script>"));
        assert!(html.contains("a &amp; b"));
    }

    #[test]
    fn an_address_cannot_bring_markup_into_the_choice_of_recipients() {
        let recipients = BTreeSet::from(["\"><b>@x".to_owned(), "a@x".to_owned()]);
        let mut html = String::new();
        head(&mut html, &[], &recipients, Some("A@x"));
        assert!(html.contains("<option value=\"a@x\" selected>"), "{html}");
        assert!(html.contains("&quot;&gt;&lt;b&gt;@x") && !html.contains("<b>"));
    }
}
