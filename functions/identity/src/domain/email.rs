//! An e-mail address: normalised, so that one mailbox has one account, and plain enough for every mail server.

use std::{fmt, str::FromStr};

use thiserror::Error;

/// The longest address.
pub const ADDRESS_BYTES_MAX: usize = 254;
const LOCAL_BYTES_MAX: usize = 64;
/// What stands in an unquoted local part besides letters and digits (RFC 5322).
const LOCAL_SIGNS: &[u8] = b".!#$%&'*+/=?^_`{|}~-";

/// An address, trimmed and in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email(String);

/// Why a text is no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum EmailError {
    /// It is longer than mail servers take.
    #[error("is longer than {ADDRESS_BYTES_MAX} characters")]
    TooLong,
    /// It does not look like one.
    #[error("is no e-mail address, such as ada@example.com")]
    NotAnAddress,
}

impl Email {
    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Email {
    type Err = EmailError;

    fn from_str(text: &str) -> Result<Self, EmailError> {
        let address = text.trim().to_ascii_lowercase();
        if address.len() > ADDRESS_BYTES_MAX {
            return Err(EmailError::TooLong);
        }
        match address.rsplit_once('@') {
            Some((local, domain)) if is_local(local) && is_domain(domain) => Ok(Self(address)),
            _ => Err(EmailError::NotAnAddress),
        }
    }
}

fn is_local(local: &str) -> bool {
    let plain = local
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || LOCAL_SIGNS.contains(&b));
    plain
        && (1..=LOCAL_BYTES_MAX).contains(&local.len())
        && local.split('.').all(|part| !part.is_empty())
}

fn is_domain(domain: &str) -> bool {
    let label = |label: &str| {
        let plain = label
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-');
        plain && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
    };
    domain.contains('.') && domain.split('.').all(label)
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_mailbox_has_one_address_however_it_is_written() {
        let written = " Ada.Lovelace+shop@Example.COM\t".parse::<Email>().unwrap();
        assert_eq!(written.as_str(), "ada.lovelace+shop@example.com");
    }

    #[test]
    fn what_a_mail_server_would_refuse_is_refused_here() {
        let long = format!("{}@example.com", "x".repeat(65));
        for wrong in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@localhost",
            "a b@example.com",
            "a..b@example.com",
            "ada@example..com",
            "ada@-x.com",
            "a\r\nBcc: b@example.com",
            "<ada@example.com>",
            "ä@example.com",
            &long,
        ] {
            assert!(wrong.parse::<Email>().is_err(), "{wrong:?}");
        }
    }
}
