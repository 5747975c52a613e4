//! Kong's normal form of a path: what routes are compared with, and, escaped again, what the upstream sees.

/// Decodes every triplet that is not reserved, writes the others in capitals, removes dot segments and merges slashes.
///
/// The result is bytes: a decoded triplet need not be UTF-8.
pub(crate) fn normalise(path: &str) -> Vec<u8> {
    let decoded = decode_unreserved(path.as_bytes());
    if !decoded.contains(&b'.') && !decoded.windows(2).any(|pair| pair == b"//") {
        return decoded;
    }
    remove_dots_and_merge(&decoded)
}

/// Escapes what may not stand in a request line; `%` is left alone, because what is still encoded was meant to be.
pub(crate) fn escape(path: &str) -> String {
    let mut escaped = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || br"!#$&'()*+,/:;=?@[\]-_.~%".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            push_triplet(&mut escaped, byte);
        }
    }
    escaped
}

/// Appends `%XX`.
pub(crate) fn push_triplet(text: &mut String, byte: u8) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    text.push('%');
    text.push(char::from(DIGITS[usize::from(byte >> 4)]));
    text.push(char::from(DIGITS[usize::from(byte & 15)]));
}

/// The byte that a triplet at the start of the text stands for.
pub(crate) fn triplet(text: &[u8]) -> Option<u8> {
    match text {
        [b'%', high, low, ..] => Some((hex(*high)? << 4) | hex(*low)?),
        _ => None,
    }
}

fn decode_unreserved(path: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(path.len());
    let mut at = 0;
    while at < path.len() {
        match triplet(&path[at..]) {
            Some(byte) if b"!*'();:@&=+$,/?%#[]".contains(&byte) => {
                decoded.extend(path[at..at + 3].to_ascii_uppercase());
                at += 3;
            }
            Some(byte) => {
                decoded.push(byte);
                at += 3;
            }
            None => {
                decoded.push(path[at]);
                at += 1;
            }
        }
    }
    decoded
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

fn remove_dots_and_merge(path: &[u8]) -> Vec<u8> {
    let mut kept: Vec<&[u8]> = Vec::new();
    let mut segments = path.split(|byte| *byte == b'/').skip(1).peekable();
    let mut trailing_slash = false;
    while let Some(segment) = segments.next() {
        trailing_slash = segments.peek().is_none() && matches!(segment, b"" | b"." | b"..");
        match segment {
            b"" | b"." => {}
            b".." => drop(kept.pop()),
            other => kept.push(other),
        }
    }
    let mut normal = Vec::with_capacity(path.len());
    for segment in &kept {
        normal.push(b'/');
        normal.extend_from_slice(segment);
    }
    if trailing_slash || kept.is_empty() {
        normal.push(b'/');
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_normalised_as_kong_does() {
        for (raw, normal) in [
            ("/", "/"),
            ("/a/b", "/a/b"),
            ("/a//b///c", "/a/b/c"),
            ("/a/./b/", "/a/b/"),
            ("/a/b/..", "/a/"),
            ("/a/b/.", "/a/b/"),
            ("/a/../../b", "/b"),
            ("/..", "/"),
            ("/%7Euser", "/~user"),
            ("/a%2fb", "/a%2Fb"),
            ("/a%20b", "/a b"),
            ("/a/%2e%2E/b", "/b"),
            ("/100%", "/100%"),
            ("/a%zz", "/a%zz"),
            ("/%25", "/%25"),
            ("/a.b//", "/a.b/"),
        ] {
            assert_eq!(String::from_utf8(normalise(raw)).unwrap(), normal, "{raw}");
        }
    }

    #[test]
    fn what_cannot_stand_in_a_request_line_is_escaped_again() {
        assert_eq!(escape("/a b/~x/%2F/\u{fc}\""), "/a%20b/~x/%2F/%C3%BC%22");
    }
}
