//! The function's master key: it encrypts the private halves of signing keys in the store (AES-256-GCM), and other secrets are
//! derived from it (HMAC-SHA-256), each for one use.

use std::{fmt, str::FromStr, sync::Arc};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::Sha256;
use thiserror::Error;
use zeroize::Zeroizing;

const KEY_BYTES: usize = 32;

/// 32 secret bytes. They are never shown, and wiped when the last clone goes.
#[derive(Clone)]
pub(crate) struct Master(Arc<Zeroizing<[u8; KEY_BYTES]>>);

/// The text is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("it is not {KEY_BYTES} bytes, in base64url or in hexadecimal digits")]
pub(crate) struct NoKey;

/// What is sealed cannot be opened: by another key, for another name, or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("it was sealed with another key, or changed since")]
pub(crate) struct NotOpened;

impl Master {
    /// A key of these bytes.
    pub(crate) fn of(bytes: [u8; KEY_BYTES]) -> Self {
        Self(Arc::new(Zeroizing::new(bytes)))
    }

    /// The bytes themselves, to derive other keys from; never to be used as a key of something else.
    pub(crate) fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// Encrypts `text`, so that it can be opened under the same name only. `nonce` is new each time.
    pub(super) fn seal(&self, name: &str, text: &[u8], nonce: [u8; NONCE_LEN]) -> Vec<u8> {
        let mut sealed = text.to_vec();
        self.cipher()
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(name.as_bytes()),
                &mut sealed,
            )
            .expect("a key in PEM is much shorter than what AES-GCM takes");
        [nonce.as_slice(), &sealed].concat()
    }

    /// What was sealed under this name.
    pub(super) fn open(&self, name: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, NotOpened> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN).ok_or(NotOpened)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| NotOpened)?;
        let mut text = Zeroizing::new(sealed.to_vec());
        let aad = Aad::from(name.as_bytes());
        let opened = self.cipher().open_in_place(nonce, aad, &mut text);
        let length = opened.map_err(|_| NotOpened)?.len();
        text.truncate(length);
        Ok(text)
    }

    /// A secret that belongs to `of`, for the use that `label` names. Whoever has both, and not this key, does not find it.
    pub(crate) fn derive(&self, label: &str, of: &[u8]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_slice())
            .expect("HMAC takes a key of any length");
        mac.update(label.as_bytes());
        mac.update(&[0]);
        mac.update(of);
        mac.finalize().into_bytes().into()
    }

    fn cipher(&self) -> LessSafeKey {
        let key = UnboundKey::new(&AES_256_GCM, self.0.as_slice());
        LessSafeKey::new(key.expect("the key has the length that AES-256 needs"))
    }
}

impl FromStr for Master {
    type Err = NoKey;

    fn from_str(text: &str) -> Result<Self, NoKey> {
        let text = text.trim();
        let bytes = Zeroizing::new(if text.len() == 2 * KEY_BYTES {
            from_hex(text).ok_or(NoKey)?
        } else {
            let plain = text.trim_end_matches('=');
            URL_SAFE_NO_PAD.decode(plain).map_err(|_| NoKey)?
        });
        let bytes = bytes.as_slice().try_into().map_err(|_| NoKey)?;
        Ok(Self::of(bytes))
    }
}

impl fmt::Debug for Master {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Master(not shown)")
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    let byte = |pair: &[u8]| {
        let digits = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(digits, 16).ok()
    };
    pairs.map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONCE: [u8; NONCE_LEN] = [7; NONCE_LEN];

    #[test]
    fn what_is_sealed_is_opened_by_the_same_key_under_the_same_name_and_unchanged() {
        let (key, other) = (Master::of([1; 32]), Master::of([2; 32]));
        let sealed = key.seal("k1", b"secret", NONCE);
        assert_eq!(key.open("k1", &sealed).unwrap().as_slice(), b"secret");
        assert_eq!(key.open("k2", &sealed), Err(NotOpened));
        assert_eq!(other.open("k1", &sealed), Err(NotOpened));
        let mut changed = sealed.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(key.open("k1", &changed), Err(NotOpened));
        assert_eq!(key.open("k1", b"short"), Err(NotOpened));
        assert!(!sealed.windows(6).any(|part| part == b"secret"));
    }

    #[test]
    fn a_key_is_read_from_base64url_or_hexadecimal_digits_and_never_shown() {
        let hex = "01".repeat(32);
        let base64 = URL_SAFE_NO_PAD.encode([1; 32]);
        for text in [&hex, &base64, &format!("{base64}=\n")] {
            let key: Master = text.parse().unwrap();
            assert_eq!(key.bytes(), &[1; 32]);
            assert!(!format!("{key:?}").contains('1'));
        }
        for wrong in ["", "short", &"0".repeat(63), &"zz".repeat(32)] {
            assert_eq!(wrong.parse::<Master>().err(), Some(NoKey), "{wrong}");
        }
    }

    #[test]
    fn a_derived_secret_is_for_one_use_and_one_thing() {
        let key = Master::of([1; 32]);
        let secret = key.derive("refresh token", b"a");
        assert_eq!(secret, key.derive("refresh token", b"a"));
        assert_ne!(secret, key.derive("refresh token", b"b"));
        assert_ne!(secret, key.derive("link", b"a"));
        assert_ne!(secret, Master::of([2; 32]).derive("refresh token", b"a"));
    }
}
