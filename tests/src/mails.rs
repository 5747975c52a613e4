//! The mails that the shop has sent, as its mail server shows them.

use serde_json::Value;

use crate::client::Client;
use crate::shop::Shop;
use crate::wait::eventually;

impl Shop {
    /// The mails to an address; nothing where mails cannot be looked at.
    pub async fn mails_to(&self, email: &str) -> Option<Vec<Value>> {
        let server = Client::elsewhere(self.mails.as_deref()?);
        let mails = server.get(&format!("/mails?to={email}")).await.expect(200);
        Some(mails.body.as_array().cloned().unwrap_or_default())
    }

    /// The newest one-time link in a mail to `email` whose path begins with `path`, as path and query; awaits `count` mails with
    /// such a link. Nothing where mails cannot be looked at.
    pub async fn link_mailed_to(&self, email: &str, path: &str, count: usize) -> Option<String> {
        let _ = self.mails.as_ref()?;
        let what = format!("{count} mails to {email} with a link to {path}");
        let link = eventually(&what, async || {
            let mails = self.mails_to(email).await.unwrap_or_default();
            let texts = mails.iter().filter_map(|mail| mail["text"].as_str());
            let links: Vec<_> = texts
                .filter_map(|text| link(text, &self.gateway, path))
                .collect();
            match links.len() >= count {
                true => newest(links).ok_or_else(|| "none asked for".to_owned()),
                false => Err(format!("{mails:#?}")),
            }
        });
        Some(link.await)
    }
}

/// The mail server lists the newest first.
fn newest(links: Vec<String>) -> Option<String> {
    links.into_iter().next()
}

/// `<gateway><path>?...` in a text, without the gateway.
fn link(text: &str, gateway: &str, path: &str) -> Option<String> {
    let begin = text.find(&format!("{gateway}{path}"))? + gateway.len();
    let rest = &text[begin..];
    let end = rest.find(|letter: char| letter.is_whitespace() || "<>\"".contains(letter));
    Some(rest[..end.unwrap_or(rest.len())].to_owned())
}
