//! What the provider says unasked: signed, so that nobody else can say it.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::Sha256;
use thiserror::Error;

use super::thing::IntentThing;

/// A signature that is older, or further ahead, is not accepted: who has recorded one cannot use it later.
const TOLERANCE: TimeDelta = TimeDelta::seconds(300);
/// While the secret is being changed the provider signs with both.
const SIGNATURES_MAX: usize = 8;

/// What the provider signs with. Clones share it.
#[derive(Clone)]
pub(crate) struct WebhookSecret(SecretString);

/// Why a notice is not the provider's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum NotSigned {
    /// There is no signature that can be read.
    #[error("there is no signature of the form t=...,v1=...")]
    Unreadable,
    /// Somebody else has signed it, or it was changed.
    #[error("the signature is not the provider's for this body")]
    Forged,
    /// It was signed at another time.
    #[error("the signature is older than five minutes, or from the future")]
    OutOfTime,
}

/// What the provider says: how one of its things stands.
#[derive(Deserialize)]
pub(crate) struct Notice {
    /// Always the same for the same notice.
    pub(crate) id: String,
    /// What has happened, such as `payment_intent.canceled`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    data: NoticeData,
}

#[derive(Deserialize)]
struct NoticeData {
    object: serde_json::Value,
}

impl WebhookSecret {
    /// This one, whole: the provider's secrets begin with `whsec_`, which belongs to them.
    pub(crate) fn new(secret: SecretString) -> Self {
        Self(secret)
    }

    /// Checks that the provider has signed this body at about this time. `signature` is the header `Stripe-Signature`.
    pub(crate) fn check(
        &self,
        signature: &str,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<(), NotSigned> {
        let (mut signed_at, mut signatures) = (None, Vec::new());
        for (name, value) in signature.split(',').filter_map(|part| part.split_once('=')) {
            match name.trim() {
                "t" => signed_at = Some(value),
                "v1" if signatures.len() < SIGNATURES_MAX => signatures.extend(bytes(value)),
                _ => {}
            }
        }
        let signed_at = signed_at.ok_or(NotSigned::Unreadable)?;
        if signatures.is_empty() {
            return Err(NotSigned::Unreadable);
        }
        let mac = self.mac(signed_at, body);
        // `verify_slice` takes the same time for every wrong signature.
        let is_genuine = |given: &Vec<u8>| mac.clone().verify_slice(given).is_ok();
        if !signatures.iter().any(is_genuine) {
            return Err(NotSigned::Forged);
        }
        let seconds = signed_at.parse().map_err(|_| NotSigned::Unreadable)?;
        let signed_at = DateTime::from_timestamp(seconds, 0).ok_or(NotSigned::Unreadable)?;
        if now.signed_duration_since(signed_at).abs() > TOLERANCE {
            return Err(NotSigned::OutOfTime);
        }
        Ok(())
    }

    fn mac(&self, signed_at: &str, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.expose_secret().as_bytes())
            .expect("a key may have any length");
        mac.update(signed_at.as_bytes());
        mac.update(b".");
        mac.update(body);
        mac
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret")
    }
}

impl Notice {
    /// The payment that it is about; none if it is about something else.
    pub(crate) fn intent(&self) -> Option<IntentThing> {
        let is_payment = self.kind.starts_with("payment_intent.");
        is_payment
            .then(|| IntentThing::deserialize(&self.data.object).ok())
            .flatten()
    }
}

/// Bytes from their hexadecimal digits.
fn bytes(hexadecimal: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    };
    hexadecimal.as_bytes().chunks(2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"id":"evt_1"}"#;
    /// `printf '1750000000.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_1`
    const SIGNATURE: &str = "7113434f6301e19f3d8887a27ba3f5feeacae8ff66bdecbd99a8ba88b6390feb";

    fn check(signature: &str, seconds: i64) -> Result<(), NotSigned> {
        let secret = WebhookSecret::new("whsec_1".to_owned().into());
        secret.check(
            signature,
            BODY,
            DateTime::from_timestamp(seconds, 0).unwrap(),
        )
    }

    fn signed(at: i64) -> String {
        format!("t={at},v1={SIGNATURE}")
    }

    #[test]
    fn a_signature_that_openssl_has_made_is_good_for_five_minutes_both_ways() {
        for (seconds, expected) in [
            (0, Ok(())),
            (300, Ok(())),
            (-300, Ok(())),
            (301, Err(NotSigned::OutOfTime)),
            (-301, Err(NotSigned::OutOfTime)),
        ] {
            let at = 1_750_000_000 + seconds;
            assert_eq!(check(&signed(1_750_000_000), at), expected, "{seconds} s");
        }
    }

    #[test]
    fn the_time_is_signed_too() {
        let moved = check(&signed(1_750_000_100), 1_750_000_100);
        assert_eq!(moved, Err(NotSigned::Forged));
    }

    #[test]
    fn one_good_signature_among_others_is_enough_while_the_secret_is_changed() {
        let other = format!("t=1750000000,v1={},v1={SIGNATURE},v0=x", "00".repeat(32));
        assert_eq!(check(&other, 1_750_000_000), Ok(()));
    }

    #[test]
    fn without_a_signature_that_can_be_read_nothing_is_believed() {
        for unreadable in ["", "t=1750000000", "v1=00", "t=1750000000,v1=zz", "t,v1"] {
            let refused = check(unreadable, 1_750_000_000);
            assert_eq!(refused, Err(NotSigned::Unreadable), "{unreadable:?}");
        }
        let short = check("t=1750000000,v1=00", 1_750_000_000);
        assert_eq!(short, Err(NotSigned::Forged));
    }
}
