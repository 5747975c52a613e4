//! Just enough of PEM and DER to get a public key out of its file.

use super::token::decode_base64;

const SEQUENCE: u8 = 0x30;
const BIT_STRING: u8 = 0x03;

/// The label and the bytes of the first PEM block in a text.
pub(crate) fn pem(text: &str) -> Option<(&str, Vec<u8>)> {
    let (_, rest) = text.split_once("-----BEGIN ")?;
    let (label, rest) = rest.split_once("-----")?;
    let (body, _) = rest.split_once("-----END ")?;
    let base64: String = body.split_whitespace().collect();
    Some((label, decode_base64(&base64)?))
}

/// The algorithm (its identifier's content) and the key of a SubjectPublicKeyInfo.
pub(crate) fn subject_public_key(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let info = content(SEQUENCE, der)?.0;
    let (algorithm, rest) = content(SEQUENCE, info)?;
    let bits = content(BIT_STRING, rest)?.0;
    let (unused_bits, key) = bits.split_first()?;
    (*unused_bits == 0).then_some((algorithm, key))
}

/// The content of an element that must have this tag, and what follows it.
fn content(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (found, rest) = der.split_first()?;
    if *found != tag {
        return None;
    }
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        // 0x80, an indefinite length, is not DER.
        0x81..=0x84 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (
                bytes
                    .iter()
                    .fold(0, |length, byte| (length << 8) | usize::from(*byte)),
                rest,
            )
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}
