//! Random bytes, handed in, so that a test can foresee what is made of them.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::{TryRngCore as _, rngs::OsRng};
use sha2::{Digest, Sha256};
use souk_kit::Problem;

/// Bytes that nobody guesses. Clones of a sequence continue it.
#[derive(Clone, Debug)]
pub(crate) struct Chance(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    #[cfg_attr(not(test), expect(dead_code, reason = "only tests foresee"))]
    Sequence(Arc<AtomicU64>),
}

impl Chance {
    /// What the operating system gives.
    pub(crate) fn system() -> Self {
        Self(Source::System)
    }

    /// Always the same ones, each time others. For tests.
    #[cfg(test)]
    pub(crate) fn sequence() -> Self {
        Self(Source::Sequence(Arc::default()))
    }

    /// 32 bytes: 256 bits of chance.
    pub(crate) fn bytes(&self) -> Result<[u8; 32], Problem> {
        let mut bytes = [0; 32];
        match &self.0 {
            Source::System => OsRng
                .try_fill_bytes(&mut bytes)
                .map_err(Problem::internal)?,
            Source::Sequence(last) => {
                let next = last.fetch_add(1, Ordering::Relaxed);
                bytes = Sha256::digest(next.to_be_bytes()).into();
            }
        }
        Ok(bytes)
    }

    /// A secret to be given to somebody: 32 bytes in base64url, 43 characters.
    pub(crate) fn secret(&self) -> Result<String, Problem> {
        Ok(URL_SAFE_NO_PAD.encode(self.bytes()?))
    }
}

/// What is stored of a secret that was made by chance: nobody finds 256 bits by trying, so one round is enough.
pub(crate) fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_secrets_are_the_same() {
        for chance in [Chance::system(), Chance::sequence()] {
            let (one, other) = (chance.secret().unwrap(), chance.secret().unwrap());
            assert_ne!(one, other);
            assert_eq!(one.len(), 43);
        }
    }
}
