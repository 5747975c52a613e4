//! Kong's error bodies: JSON, HTML, XML or plain text, as the client's `Accept` prefers.

use http::HeaderMap;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderName};

/// The form of an error body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Json,
    Html,
    Xml,
    Plain,
}

/// Who writes the error; they differ in what a client gets that accepts nothing in particular.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Author {
    Kong,
    Nginx,
}

/// The form for a request.
pub(crate) fn form_for(headers: &HeaderMap, author: Author) -> Form {
    match (joined(headers, &ACCEPT), author) {
        (Some(accept), _) => preferred(&accept),
        (None, Author::Kong) => Form::Json,
        (None, Author::Nginx) => {
            joined(headers, &CONTENT_TYPE).map_or(Form::Plain, |accept| preferred(&accept))
        }
    }
}

impl Form {
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=utf-8",
            Self::Html => "text/html; charset=utf-8",
            Self::Xml => "application/xml; charset=utf-8",
            Self::Plain => "text/plain; charset=utf-8",
        }
    }

    pub(crate) fn body(self, message: &str, request_id: &str) -> String {
        match self {
            Self::Json => format!(
                "{{\n  \"message\":{},\n  \"request_id\":\"{request_id}\"\n}}",
                serde_json::Value::from(message)
            ),
            Self::Html => html(&escaped(message), request_id),
            Self::Xml => xml(&escaped(message), request_id),
            Self::Plain => format!("{message}\nrequest_id: {request_id}\n"),
        }
    }
}

fn joined(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let values: Vec<&str> = headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    (!values.is_empty()).then(|| values.join(","))
}

/// The known type of the greatest quality, the first of equals; JSON when nothing is known.
fn preferred(accept: &str) -> Form {
    let (mut best, mut form) = (0.0, Form::Json);
    for range in accept.split(',') {
        let mut parameters = range.split(';').map(str::trim);
        let media_type = parameters.next().unwrap_or_default().to_ascii_lowercase();
        let quality = parameters
            .find_map(|parameter| parameter.strip_prefix("q="))
            .map_or(1.0, |quality| quality.trim().parse().unwrap_or(0.0));
        if media_type.contains('/') && quality > best {
            best = quality;
            form = known(&media_type).unwrap_or(form);
        }
    }
    form
}

fn known(media_type: &str) -> Option<Form> {
    match media_type {
        "application/json" | "application/*" | "*/*" => Some(Form::Json),
        "text/html" => Some(Form::Html),
        "application/xml" => Some(Form::Xml),
        "text/plain" | "text/*" => Some(Form::Plain),
        _ => None,
    }
}

fn escaped(message: &str) -> String {
    message
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn html(message: &str, request_id: &str) -> String {
    format!(
        "<!doctype html>\n<html>\n  <head>\n    <meta charset=\"utf-8\">\n    <title>Error</title>\n  </head>\n  <body>\n    \
         <h1>Error</h1>\n    <p>{message}.</p>\n    <p>request_id: {request_id}</p>\n  </body>\n</html>\n"
    )
}

fn xml(message: &str, request_id: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<error>\n  <message>{message}</message>\n  \
         <requestid>{request_id}</requestid>\n</error>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(accept: Option<&str>, author: Author) -> Form {
        let mut headers = HeaderMap::new();
        if let Some(accept) = accept {
            headers.insert(ACCEPT, accept.parse().unwrap());
        }
        form_for(&headers, author)
    }

    #[test]
    fn the_form_follows_accept() {
        for (accept, expected) in [
            ("application/json", Form::Json),
            ("text/html", Form::Html),
            (
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                Form::Html,
            ),
            ("application/xml", Form::Xml),
            ("text/plain", Form::Plain),
            ("text/*", Form::Plain),
            ("text/plain;q=0.3, application/xml;q=0.7", Form::Xml),
            ("image/png", Form::Json),
            ("image/png, text/html;q=0.5", Form::Json),
            ("nonsense", Form::Json),
            ("*/*", Form::Json),
        ] {
            assert_eq!(form(Some(accept), Author::Kong), expected, "{accept}");
        }
    }

    #[test]
    fn without_accept_kong_writes_json_and_nginx_plain_text() {
        assert_eq!(form(None, Author::Kong), Form::Json);
        assert_eq!(form(None, Author::Nginx), Form::Plain);
        let json = HeaderMap::from_iter([(CONTENT_TYPE, "application/json".parse().unwrap())]);
        assert_eq!(form_for(&json, Author::Nginx), Form::Json);
    }

    #[test]
    fn bodies_are_kongs_to_the_byte() {
        assert_eq!(
            Form::Json.body("no Route matched with those values", "ab12"),
            "{\n  \"message\":\"no Route matched with those values\",\n  \"request_id\":\"ab12\"\n}"
        );
        assert_eq!(
            Form::Plain.body("Bad request", "ab12"),
            "Bad request\nrequest_id: ab12\n"
        );
        assert!(
            Form::Html
                .body("a<b", "ab12")
                .contains("<p>a&lt;b.</p>\n    <p>request_id: ab12</p>")
        );
        assert!(
            Form::Xml
                .body("x", "ab12")
                .contains("  <message>x</message>\n  <requestid>ab12</requestid>")
        );
    }
}
