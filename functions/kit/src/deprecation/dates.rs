//! Since when an API is deprecated and until when it answers, as settings and as headers: `Deprecation` (RFC 9745), `Sunset`
//! (RFC 8594) and the links to what comes next and why.

use ::http::{HeaderMap, HeaderName, HeaderValue, header::LINK};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::Reader;

const DEPRECATION: HeaderName = HeaderName::from_static("deprecation");
const SUNSET: HeaderName = HeaderName::from_static("sunset");

/// The two dates, and where they are explained.
#[derive(Debug)]
pub(super) struct Dates {
    since: DateTime<Utc>,
    until: DateTime<Utc>,
    policy_url: String,
}

impl Dates {
    pub(super) fn from_env(r: &mut Reader<'_>, prefix: &str, promised: &str) -> Option<Self> {
        let (since, until) = (
            format!("{prefix}_DEPRECATED_AT"),
            format!("{prefix}_SUNSET_AT"),
        );
        let dates = (r.required(&since), r.required(&until));
        let policy_url = r.required_with("API_POLICY_URL", link_target);
        let dates = Self {
            since: dates.0?,
            until: dates.1?,
            policy_url: policy_url?,
        };
        if dates.until < dates.since {
            r.mistake(format!("{until} cannot be earlier than {since}"));
            return None;
        }
        // Both are dates of ISO 8601: they sort as text.
        if *dates.until.format("%F").to_string() < *promised {
            r.mistake(format!(
                "{until} cannot be earlier than {promised}, which the API's document has promised"
            ));
            return None;
        }
        Some(dates)
    }

    /// Adds the headers; `successor` is the path of the same thing in the next version.
    pub(super) fn write(&self, headers: &mut HeaderMap, successor: Option<&str>) {
        let since = format!("@{}", self.since.timestamp());
        let until = self.until.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let mut links = vec![
            format!(
                "<{}>; rel=\"deprecation\"; type=\"text/html\"",
                self.policy_url
            ),
            format!("<{}>; rel=\"sunset\"; type=\"text/html\"", self.policy_url),
        ];
        links.extend(successor.map(|path| format!("<{path}>; rel=\"successor-version\"")));
        for (name, value) in [
            (DEPRECATION, since),
            (SUNSET, until),
            (LINK, links.join(", ")),
        ] {
            match HeaderValue::try_from(value) {
                Ok(value) => drop(headers.append(name, value)),
                Err(error) => tracing::warn!(%error, %name, "a header could not be written"),
            }
        }
    }
}

/// The headers in the OpenAPI document, by name. What never reached the function is answered without them.
pub(crate) fn documented(always: bool) -> [(&'static str, Value); 3] {
    let header = |description: &str, schema: Value| json!({ "description": description, "required": always, "schema": schema });
    [
        (
            "Deprecation",
            header(
                "Since when this version is deprecated (RFC 9745).",
                json!({ "type": "string", "pattern": "^@-?[0-9]+$" }),
            ),
        ),
        (
            "Sunset",
            header(
                "Until when this version answers (RFC 8594).",
                json!({ "type": "string" }),
            ),
        ),
        (
            "Link",
            header(
                "`successor-version`: the same thing in the next version. `deprecation`, `sunset`: what to do, and until when.",
                json!({ "type": "string" }),
            ),
        ),
    ]
}

/// What may stand between the angle brackets of a link.
fn link_target(text: &str) -> Result<String, &'static str> {
    let fits = |byte: u8| byte.is_ascii_graphic() && !b"<>\"".contains(&byte);
    if !text.is_empty() && text.bytes().all(fits) {
        return Ok(text.to_owned());
    }
    Err("it is no URL reference, such as /docs or https://shop.example/docs")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Env;

    fn read(since: &str, until: &str, policy_url: &str) -> Result<Dates, String> {
        let env = Env::of(&[
            ("NOTES_V1_DEPRECATED_AT", since),
            ("NOTES_V1_SUNSET_AT", until),
            ("API_POLICY_URL", policy_url),
        ]);
        let mut r = Reader::new(&env);
        let dates = Dates::from_env(&mut r, "NOTES_V1", "2026-12-31");
        r.finish(|| dates).map_err(|mistakes| mistakes.to_string())
    }

    #[test]
    fn the_headers_are_those_of_the_standards() {
        let dates = read("2026-12-01T00:00:00Z", "2027-12-01T00:00:00+01:00", "/docs").unwrap();
        let mut headers = HeaderMap::new();
        dates.write(&mut headers, Some("/v2/notes/7"));
        assert_eq!(headers["deprecation"], "@1796083200");
        assert_eq!(headers["sunset"], "Tue, 30 Nov 2027 23:00:00 GMT");
        assert_eq!(
            headers["link"],
            "</docs>; rel=\"deprecation\"; type=\"text/html\", </docs>; rel=\"sunset\"; type=\"text/html\", \
             </v2/notes/7>; rel=\"successor-version\""
        );
    }

    #[test]
    fn nothing_ends_before_it_is_deprecated() {
        let mistake = read("2027-01-02T00:00:00Z", "2027-01-01T23:59:59Z", "/docs").unwrap_err();
        let expected = "NOTES_V1_SUNSET_AT cannot be earlier than NOTES_V1_DEPRECATED_AT";
        assert!(mistake.contains(expected), "{mistake}");
    }

    #[test]
    fn nothing_ends_before_the_day_that_was_promised() {
        assert!(read("2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z", "/docs").is_ok());
        let mistake = read("2026-01-01T00:00:00Z", "2026-12-30T23:59:59Z", "/docs").unwrap_err();
        assert!(mistake.contains("earlier than 2026-12-31"), "{mistake}");
    }

    #[test]
    fn every_setting_that_cannot_be_used_is_named() {
        let mistakes = read("tomorrow", "", "</docs>").unwrap_err();
        for name in [
            "NOTES_V1_DEPRECATED_AT",
            "NOTES_V1_SUNSET_AT",
            "API_POLICY_URL",
        ] {
            assert!(mistakes.contains(name), "{name} is not in: {mistakes}");
        }
    }
}
