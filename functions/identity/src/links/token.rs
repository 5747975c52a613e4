//! The secret in a link: derived from its id, so that it is neither stored nor sent to anybody but its owner. Pure.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use souk_contracts::LinkPurpose;
use uuid::Uuid;

const ID_BYTES: usize = 16;
/// What sets this use of the key apart from all others.
const LABEL: &[u8] = b"souk one-time link\0";

/// Makes and checks the secrets of links. Clones are the same key; there is no `Debug`.
#[derive(Clone)]
pub(crate) struct LinkKey(Hmac<Sha256>);

impl LinkKey {
    /// A key of its own, derived from a secret of the function that has other uses.
    pub(crate) fn derived_from(secret: &[u8; 32]) -> Self {
        let keyed = |key: &[u8]| {
            let mac = Hmac::<Sha256>::new_from_slice(key);
            mac.expect("HMAC takes a key of any length")
        };
        let mut derived = keyed(secret);
        derived.update(LABEL);
        Self(keyed(&derived.finalize().into_bytes()))
    }

    /// What the link carries.
    pub(super) fn token(&self, link_id: Uuid, purpose: LinkPurpose) -> String {
        let tag = self.tag(link_id, purpose).finalize().into_bytes();
        URL_SAFE_NO_PAD.encode([link_id.as_bytes().as_slice(), &tag].concat())
    }

    /// Which link a token belongs to; nothing if it was not made here for this purpose. It takes the same time for all that are wrong.
    pub(super) fn link_id(&self, token: &str, purpose: LinkPurpose) -> Option<Uuid> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (id, tag) = bytes.split_at_checked(ID_BYTES)?;
        let link_id = Uuid::from_slice(id).ok()?;
        self.tag(link_id, purpose).verify_slice(tag).ok()?;
        Some(link_id)
    }

    fn tag(&self, link_id: Uuid, purpose: LinkPurpose) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(super::store::name(purpose).as_bytes());
        mac.update(link_id.as_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use LinkPurpose::{EmailVerification, PasswordReset};

    #[test]
    fn a_token_is_good_for_its_link_its_purpose_and_its_key_only() {
        let (key, other) = (
            LinkKey::derived_from(&[1; 32]),
            LinkKey::derived_from(&[2; 32]),
        );
        let link_id = Uuid::from_u128(7);
        let token = key.token(link_id, PasswordReset);
        assert_eq!(key.link_id(&token, PasswordReset), Some(link_id));
        assert_eq!(key.link_id(&token, EmailVerification), None);
        assert_eq!(other.link_id(&token, PasswordReset), None);
        let another = key.token(Uuid::from_u128(7 << 100), PasswordReset);
        let mixed = format!("{}{}", &another[..20], &token[20..]);
        assert_eq!(key.link_id(&mixed, PasswordReset), None);
    }

    #[test]
    fn what_was_never_a_token_is_nothing() {
        let key = LinkKey::derived_from(&[1; 32]);
        let token = key.token(Uuid::from_u128(7), PasswordReset);
        let longer = format!("{token}AA");
        for wrong in ["", "a", "%%%", &token[..21], &token[..62], &longer] {
            assert_eq!(key.link_id(wrong, PasswordReset), None, "{wrong}");
        }
    }
}
