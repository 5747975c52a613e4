//! Names and values of attributes, as the Java SDK in Knative's Kafka broker treats them.

/// Whether CloudEvents allows `name`: lower-case letters and digits.
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

/// Whether `value` can be sent as a header. The others would be taken by the real broker and never be delivered.
pub(crate) fn is_sendable(value: &str) -> bool {
    value
        .chars()
        .all(|char| char == '\t' || !char.is_ascii_control())
}

/// Header bytes as text, one character for each byte: HTTP in Java is Latin-1.
pub(crate) fn from_header(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// Text as header bytes. What Latin-1 does not have becomes `?`, one for each UTF-16 unit.
pub(crate) fn to_header(text: &str) -> Vec<u8> {
    let byte = |unit: u16| u8::try_from(unit).unwrap_or(b'?');
    text.encode_utf16().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_a_header_come_out_as_they_went_in() {
        let sent = "Zürich ✓".as_bytes();
        assert_eq!(to_header(&from_header(sent)), sent);
    }

    #[test]
    fn text_of_json_is_cut_to_latin_1() {
        assert_eq!(to_header("ü"), [0xFC]);
        assert_eq!(to_header("a😀"), *b"a??");
    }

    #[test]
    fn names_are_lower_case_letters_and_digits() {
        for (name, good) in [
            ("a", true),
            ("1st", true),
            ("order_id", false),
            ("a-b", false),
            ("a.b", false),
            ("A", false),
            ("", false),
        ] {
            assert_eq!(is_name(name), good, "{name}");
        }
    }
}
