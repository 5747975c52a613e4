//! The API key and the secret of webhooks: made once and kept for their owner only. The key is asked for in the two ways that the API takes.

use std::{fs, io, io::Write, os::unix::fs::OpenOptionsExt, path::Path};

use axum::http::{HeaderMap, header::AUTHORIZATION};
use base64::{Engine, engine::general_purpose::STANDARD};
use uuid::Uuid;

const FILE: &str = "api-key";
const WEBHOOK_FILE: &str = "webhook-secret";

/// The key kept in `state_dir`; a new one if there is none.
pub(crate) fn open(state_dir: &Path) -> io::Result<String> {
    kept(&state_dir.join(FILE), "sk_test")
}

/// What webhooks are signed with, kept in `state_dir`; a new secret if there is none.
pub fn webhook_secret(state_dir: &Path) -> io::Result<String> {
    kept(&state_dir.join(WEBHOOK_FILE), "whsec")
}

fn kept(path: &Path, prefix: &str) -> io::Result<String> {
    match fs::read_to_string(path) {
        Ok(key) if !key.trim().is_empty() => Ok(key.trim().to_owned()),
        Ok(_) => make(path, prefix),
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(path, prefix),
        Err(error) => Err(error),
    }
}

fn make(path: &Path, prefix: &str) -> io::Result<String> {
    let key = format!(
        "{prefix}_{}{}",
        Uuid::new_v4().simple(),
        Uuid::new_v4().simple()
    );
    let mut options = fs::OpenOptions::new();
    let mut file = options
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(key.as_bytes())?;
    Ok(key)
}

/// The key that a request brings: as bearer token, or as user name without a password.
pub(crate) fn brought(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, credentials) = value.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(credentials.trim().to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = STANDARD.decode(credentials.trim()).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    text.split_once(':').map(|(user, _)| user.to_owned())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_key_is_the_same_after_a_restart_and_only_its_owner_can_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let key = open(folder.path()).unwrap();
        assert_eq!(open(folder.path()).unwrap(), key);
        let mode = fs::metadata(folder.path().join(FILE))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_key_comes_as_bearer_or_as_user_name() {
        // `printf sk_test_1: | base64`
        for value in [
            "Bearer sk_test_1",
            "bearer sk_test_1",
            "Basic c2tfdGVzdF8xOg==",
        ] {
            let headers = HeaderMap::from_iter([(AUTHORIZATION, value.parse().unwrap())]);
            assert_eq!(brought(&headers).as_deref(), Some("sk_test_1"), "{value}");
        }
        assert_eq!(brought(&HeaderMap::new()), None);
    }
}
