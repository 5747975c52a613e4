//! When a token is valid: the rules for `exp` and `nbf`.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// A claim that can be verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Claim {
    Exp,
    Nbf,
}

/// The times in a token, in seconds since 1970; None: absent or no number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Times {
    pub(crate) exp: Option<f64>,
    nbf: Option<f64>,
}

impl Times {
    pub(crate) fn of(claims: &Map<String, Value>) -> Self {
        let number = |name| claims.get(name).and_then(Value::as_f64);
        Self {
            exp: number("exp"),
            nbf: number("nbf"),
        }
    }
}

/// What is demanded of a token's times.
pub(crate) struct ClaimRules {
    verify: Vec<Claim>,
    /// Seconds; 0: any.
    maximum_expiration: u64,
}

impl ClaimRules {
    pub(crate) fn new(verify: Vec<Claim>, maximum_expiration: u64) -> Result<Self, String> {
        if maximum_expiration > 0 && !verify.contains(&Claim::Exp) {
            let needed = "config.maximum_expiration: needs exp in claims_to_verify";
            return Err(needed.to_owned());
        }
        Ok(Self {
            verify,
            maximum_expiration,
        })
    }

    /// An `Err` is the body of the refusal.
    pub(crate) fn check(&self, times: &Times, now: DateTime<Utc>) -> Result<(), Value> {
        let now = now.timestamp() as f64;
        let mut wrong = Map::new();
        for claim in &self.verify {
            let (name, time) = match claim {
                Claim::Exp => ("exp", times.exp),
                Claim::Nbf => ("nbf", times.nbf),
            };
            let complaint = match (claim, time) {
                (_, None) => "must be a number",
                (Claim::Exp, Some(time)) if time <= now => "token expired",
                (Claim::Nbf, Some(time)) if time > now => "token not valid yet",
                _ => continue,
            };
            wrong.insert(name.to_owned(), Value::from(complaint));
        }
        if !wrong.is_empty() {
            return Err(Value::Object(wrong));
        }
        let longest = now + self.maximum_expiration as f64;
        match self.maximum_expiration > 0 && times.exp.is_none_or(|exp| exp > longest) {
            true => Err(json!({"exp": "exceeds maximum allowed expiration"})),
            false => Ok(()),
        }
    }
}
