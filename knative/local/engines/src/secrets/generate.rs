//! Secrets by chance.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::Rng as _;
use rand::seq::IndexedRandom as _;

const CONSONANTS: &[u8] = b"bdfghjklmnprstvz";
const VOWELS: &[u8] = b"aeiou";

/// 32 random bytes in base64url.
#[must_use]
pub fn random_token() -> String {
    let bytes: [u8; 32] = rand::rng().random();
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A password that can be read out and typed: `tovi-raka-mesu-dilo-47`, 57 bits.
#[must_use]
pub fn readable_password() -> String {
    let words: Vec<String> = (0..4).map(|_| word()).collect();
    format!(
        "{}-{:02}",
        words.join("-"),
        rand::rng().random_range(0..100)
    )
}

fn word() -> String {
    let mut chance = rand::rng();
    let letters = [CONSONANTS, VOWELS, CONSONANTS, VOWELS];
    let chosen = letters.iter().filter_map(|set| set.choose(&mut chance));
    chosen.map(|letter| char::from(*letter)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_32_bytes_and_no_padding() {
        let token = random_token();
        assert_eq!(URL_SAFE_NO_PAD.decode(&token).unwrap().len(), 32);
        assert_ne!(token, random_token());
    }

    #[test]
    fn a_password_is_made_of_syllables_and_a_number() {
        let password = readable_password();
        let parts: Vec<&str> = password.split('-').collect();
        assert_eq!(parts.len(), 5);
        assert!(parts[..4].iter().all(|word| word.len() == 4));
        assert!(parts[4].parse::<u8>().is_ok());
        assert_ne!(password, readable_password());
    }
}
