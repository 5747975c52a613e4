//! The rules for single values: what survives every broker and every SDK unchanged.

/// All attributes together stay well below the eight kilobytes of headers that a broker takes.
const ATTRIBUTE_BYTES_MAX: usize = 256;
/// What CloudEvents recommends.
const NAME_BYTES_MAX: usize = 20;

/// What is wrong with the value of an attribute. SDKs disagree on how to escape a space, `"` and `%`, so there are none.
pub(super) fn complaint(text: &str) -> Option<String> {
    let travels = |b: u8| b.is_ascii_graphic() && b != b'"' && b != b'%';
    if text.trim().is_empty() {
        Some("is empty".to_owned())
    } else if text.len() > ATTRIBUTE_BYTES_MAX {
        Some(format!(
            "has {} bytes, allowed are {ATTRIBUTE_BYTES_MAX}",
            text.len()
        ))
    } else if text.bytes().all(travels) {
        None
    } else {
        Some("may only consist of printable ASCII without space, \" and %".to_owned())
    }
}

/// Whether this can be the name of an attribute.
pub(super) fn is_name(name: &str) -> bool {
    let plain = name
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    plain && (1..=NAME_BYTES_MAX).contains(&name.len())
}

/// Whether a URI has none but the characters that RFC 3986 gives it; some parsers mind, and one of them is the broker's.
pub(super) fn is_uri(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=".contains(&b);
    text.bytes().all(allowed)
}

/// Whether content of this media type is JSON. Parameters, such as a charset, are not looked at.
pub fn is_json(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    let media_type = media_type.to_ascii_lowercase();
    media_type == "application/json" || media_type == "text/json" || media_type.ends_with("+json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_brokers_and_sdks_would_change_is_not_accepted() {
        assert_eq!(complaint("orders/0192-ab_c.d~!#"), None);
        assert_eq!(complaint(&"x".repeat(256)), None);
        for text in [
            "",
            " ",
            "a b",
            "a\"b",
            "50%",
            "caf\u{e9}",
            "a\tb",
            "a\u{7f}",
        ] {
            assert!(complaint(text).is_some(), "{text:?}");
        }
        assert!(complaint(&"x".repeat(257)).is_some());
    }

    #[test]
    fn names_are_short_and_of_lower_case_letters_and_digits() {
        assert!(is_name("traceparent") && is_name("2nd"));
        for name in ["", "order_id", "orderId", "a-b", &"x".repeat(21)] {
            assert!(!is_name(name), "{name:?}");
        }
    }

    #[test]
    fn json_is_recognised_by_its_media_type() {
        for json in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "application/vnd.erp+json",
        ] {
            assert!(is_json(json), "{json}");
        }
        for other in ["", "text/plain", "application/jsonlines", "json"] {
            assert!(!is_json(other), "{other}");
        }
    }
}
