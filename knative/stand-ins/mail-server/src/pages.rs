//! What can be asked about the mails over HTTP: a page for people, JSON for tests.

use std::fmt::Write;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use uuid::Uuid;

use crate::mailbox::{Mail, Mailbox};

/// The page, the JSON list and the single mails.
pub(crate) fn routes(mailbox: Arc<Mailbox>) -> Router {
    Router::new()
        .route("/", get(page))
        .route("/mails", get(list).delete(clear))
        .route("/mails/{id}", get(raw))
        .with_state(mailbox)
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

async fn page(State(mailbox): State<Arc<Mailbox>>) -> Html<String> {
    let mails = mailbox.list(None);
    let mut html = String::from(HEAD);
    if mails.is_empty() {
        html.push_str("<p class=none>No mail yet. Order something.</p>");
    }
    for mail in &mails {
        article(&mut html, mail);
    }
    Html(html)
}

fn article(html: &mut String, mail: &Mail) {
    let arrived = mail.id.get_timestamp().map_or(0, |at| at.to_unix().0);
    // Writing to a String cannot fail.
    let _ = write!(
        html,
        "<article><h2>{}</h2><p class=meta>to {} &middot; from {} &middot; <time data-seconds={arrived}></time> &middot; <a href=/mails/{}>source</a></p><pre>{}</pre></article>",
        escape(&mail.subject),
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

const HEAD: &str = r#"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content="width=device-width">
<title>Mails</title><style>
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{max-width:46rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.3rem}h2{font-size:1rem;margin:0}
article{border:1px solid #8885;border-radius:8px;padding:.8rem 1rem;margin:.8rem 0}
.meta{margin:.2rem 0 .6rem;font-size:.8rem;opacity:.75}
pre{white-space:pre-wrap;margin:0;font:inherit}
</style><h1>Mails</h1>
<script>addEventListener("DOMContentLoaded",()=>{for(const t of document.querySelectorAll("time"))t.textContent=new Date(t.dataset.seconds*1000).toLocaleString()})</script>
"#;

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
}
