//! argon2id in memory that is kept: asking the system for 19 MiB for each password takes longer, and what an allocator keeps of
//! it on every thread has no bound.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::{
        CustomizedPasswordHasher, Error, PasswordVerifier,
        phc::{Output, ParamsString, PasswordHash, Salt},
        try_generate_salt,
    },
};

/// For the comparison with nobody's password, which has to take as long as one with somebody's.
const NOBODYS_SALT: [u8; 16] = *b"nobody's account";

/// Hashes with the library's default parameters, which are OWASP's. Clones share the memory.
#[derive(Clone, Default)]
pub(super) struct Hasher(Arc<Mutex<Vec<Vec<Block>>>>);

impl Hasher {
    /// The hash to be stored (PHC string format), with a new salt.
    pub(super) fn hash(&self, password: &[u8]) -> Result<String, Error> {
        let salt = try_generate_salt()?;
        let hash = self.hash_password_with_params(password, &salt, Params::DEFAULT)?;
        Ok(hash.to_string())
    }

    /// Whether the password is the one that was hashed.
    pub(super) fn is_right(&self, password: &[u8], hash: &str) -> Result<bool, Error> {
        match self.verify_password(password, &PasswordHash::new(hash)?) {
            Ok(()) => Ok(true),
            Err(Error::PasswordInvalid) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Takes as long as a comparison, and compares nothing.
    pub(super) fn pretend(&self, password: &[u8]) -> Result<(), Error> {
        let hash = self.hash_password_with_params(password, &NOBODYS_SALT, Params::DEFAULT);
        hash.map(drop)
    }

    /// As much memory as there are hashes computed at the same time.
    fn lend<T>(&self, blocks: usize, work: impl FnOnce(&mut [Block]) -> T) -> T {
        let mut memory = self.kept().pop().unwrap_or_default();
        if memory.len() < blocks {
            memory.resize(blocks, Block::new());
        }
        let done = work(&mut memory[..blocks]);
        self.kept().push(memory);
        done
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Vec<Block>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CustomizedPasswordHasher<PasswordHash> for Hasher {
    type Params = Params;

    fn hash_password_customized(
        &self,
        password: &[u8],
        salt: &[u8],
        algorithm: Option<&str>,
        version: Option<u32>,
        params: Params,
    ) -> Result<PasswordHash, Error> {
        let algorithm = algorithm.map_or(Ok(Algorithm::default()), Algorithm::try_from)?;
        let version = version.map_or(Ok(Version::default()), Version::try_from)?;
        let mut output = vec![0; params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN)];
        let argon2 = Argon2::new(algorithm, version, params.clone());
        self.lend(params.block_count(), |memory| {
            argon2.hash_password_into_with_memory(password, salt, &mut output, memory)
        })?;
        Ok(PasswordHash {
            algorithm: algorithm.ident(),
            version: Some(version.into()),
            params: ParamsString::try_from(&params)?,
            salt: Some(Salt::new(salt)?),
            hash: Some(Output::new(&output)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use argon2::PasswordVerifier as _;

    use super::*;

    #[test]
    fn what_is_hashed_here_is_understood_by_the_library_and_tells_its_strength() {
        let hash = Hasher::default().hash(b"correct horse").unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        let theirs = Argon2::default();
        assert!(
            theirs
                .verify_password(b"correct horse", hash.as_str())
                .is_ok()
        );
        assert!(
            theirs
                .verify_password(b"wrong horse", hash.as_str())
                .is_err()
        );
    }

    #[test]
    fn memory_that_was_used_before_changes_no_hash_and_is_used_again() {
        let hasher = Hasher::default();
        let (one, other) = (hasher.hash(b"one").unwrap(), hasher.hash(b"one").unwrap());
        assert_ne!(one, other, "the salt is the same");
        for hash in [&one, &other] {
            assert!(hasher.is_right(b"one", hash).unwrap());
            assert!(!hasher.is_right(b"other", hash).unwrap());
        }
        hasher.pretend(b"one").unwrap();
        assert_eq!(hasher.kept().len(), 1);
    }
}
