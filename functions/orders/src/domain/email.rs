//! Addresses that guests name themselves. What identity has checked comes with the token.

/// As long as an address can be (RFC 5321).
pub const EMAIL_CHARS_MAX: usize = 254;
const LOCAL_CHARS_MAX: usize = 64;

/// Whether it can be an address: whether there is somebody at it, only a letter can tell.
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let fits = text.len() <= EMAIL_CHARS_MAX && local.len() <= LOCAL_CHARS_MAX;
    fits && is_local(local) && is_domain(domain)
}

/// Atoms with dots between them (RFC 5321); no quoted text, which nobody has and which could say anything.
fn is_local(text: &str) -> bool {
    let atom = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b);
    text.split('.')
        .all(|part| !part.is_empty() && part.bytes().all(atom))
}

fn is_domain(text: &str) -> bool {
    let label = |part: &str| {
        let letters = part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        letters && (1..=63).contains(&part.len()) && !part.starts_with('-') && !part.ends_with('-')
    };
    text.contains('.') && text.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_address_and_nothing_besides() {
        for good in [
            "grace@souk.example",
            "grace.h+shop@mail.souk.example",
            "o'brien@xn--bcher-kva.example",
        ] {
            assert!(is_email(good), "{good}");
        }
        for wrong in [
            "",
            "grace",
            "grace@",
            "@souk.example",
            "grace@souk",
            "gr ace@souk.example",
            "grace@souk.example, ada@souk.example",
            "Grace <grace@souk.example>",
            "grace@souk.example\r\nBcc: ada@souk.example",
            "\"a\"@souk.example",
            ".grace@souk.example",
            "grace@-souk.example",
            "grace@souk..example",
            "gr\u{e4}ce@souk.example",
        ] {
            assert!(!is_email(wrong), "{wrong}");
        }
    }

    #[test]
    fn an_address_has_the_length_that_mail_servers_take() {
        let local = |chars| format!("{}@souk.example", "g".repeat(chars));
        assert!(is_email(&local(64)) && !is_email(&local(65)));
        let long = format!("g@{}example", "souk.".repeat(50));
        assert!(!is_email(&long), "{} characters", long.len());
    }
}
