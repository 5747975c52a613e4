//! An authorization request (RFC 6749, 4.1.1; OpenID Connect Core, 3.1.2.1), once it is known whose it is and where the answer
//! goes. What is wrong with it is then told to the client.

use chrono::TimeDelta;

use super::{parameters::Parameters, pkce::Challenge};

/// The longest `state` and `nonce`: they come back in URIs and tokens.
const ECHO_BYTES_MAX: usize = 512;

/// What a client asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    /// Given back with the answer.
    pub(crate) state: Option<String>,
    /// Given back in the id_token.
    pub(crate) nonce: Option<String>,
    /// What it wants to be allowed, as it was written.
    pub(crate) scope: String,
    /// What the redeemer has to prove.
    pub(crate) challenge: Challenge,
    /// Whether anybody may be asked anything.
    pub(crate) prompt: Prompt,
    /// How long ago the login may have been.
    pub(crate) max_age: Option<TimeDelta>,
    /// Which address the login page shows.
    pub(crate) login_hint: Option<String>,
    /// An id_token of whom it expects.
    pub(crate) id_token_hint: Option<String>,
}

/// `prompt`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Prompt {
    /// Nothing may be asked.
    pub(crate) none: bool,
    /// The password is asked for, whoever is logged in.
    pub(crate) login: bool,
    /// Consent is asked for, whatever was allowed before.
    pub(crate) consent: bool,
}

/// An error as the client is told it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// Its code, of RFC 6749 4.1.2.1 or OpenID Connect Core 3.1.2.6.
    pub(crate) error: &'static str,
    /// What to do about it.
    pub(crate) description: &'static str,
}

impl Refusal {
    /// An error.
    pub(crate) const fn new(error: &'static str, description: &'static str) -> Self {
        Self { error, description }
    }
}

const fn invalid(description: &'static str) -> Refusal {
    Refusal::new("invalid_request", description)
}

impl Request {
    /// Reads the request, or says what is wrong with it.
    pub(crate) fn read(parameters: &Parameters) -> Result<Self, Refusal> {
        if parameters.repeated().is_some() {
            return Err(invalid("A parameter is there more than once."));
        }
        refuse_unsupported(parameters)?;
        let owned = |name| parameters.get(name).map(str::to_owned);
        Ok(Self {
            state: echoed(parameters, "state")?,
            nonce: echoed(parameters, "nonce")?,
            scope: owned("scope").ok_or(Refusal::new("invalid_scope", "scope is missing."))?,
            challenge: challenge(parameters)?,
            prompt: Prompt::read(parameters.get("prompt").unwrap_or_default())?,
            max_age: max_age(parameters)?,
            login_hint: owned("login_hint"),
            id_token_hint: owned("id_token_hint"),
        })
    }
}

impl Prompt {
    fn read(text: &str) -> Result<Self, Refusal> {
        let mut prompt = Self::default();
        for word in text.split_ascii_whitespace() {
            match word {
                "none" => prompt.none = true,
                // There is one account at a time; another one is chosen by logging in as it.
                "login" | "select_account" => prompt.login = true,
                "consent" => prompt.consent = true,
                _ => return Err(invalid("prompt has a value that is not supported.")),
            }
        }
        if prompt.none && (prompt.login || prompt.consent) {
            return Err(invalid("prompt=none goes with no other value."));
        }
        Ok(prompt)
    }
}

/// The same request for after a login, which was asked for and has been.
pub(crate) fn once_logged_in(parameters: &Parameters) -> Parameters {
    let prompt = parameters.get("prompt").unwrap_or_default();
    let rest: Vec<_> = prompt
        .split_ascii_whitespace()
        .filter(|word| !matches!(*word, "login" | "select_account"))
        .collect();
    let rest = rest.join(" ");
    let max_age = parameters
        .get("max_age")
        .filter(|age| *age != "0")
        .map(str::to_owned);
    parameters
        .clone()
        .with(
            "prompt",
            Some(&rest)
                .filter(|rest| !rest.is_empty())
                .map(String::as_str),
        )
        .with("max_age", max_age.as_deref())
}

fn refuse_unsupported(parameters: &Parameters) -> Result<(), Refusal> {
    match parameters.get("response_type") {
        Some("code") => {}
        None => return Err(invalid("response_type is missing.")),
        Some(_) => {
            let description = "Only response_type=code is supported.";
            return Err(Refusal::new("unsupported_response_type", description));
        }
    }
    if parameters
        .get("response_mode")
        .is_some_and(|mode| mode != "query")
    {
        return Err(invalid("Only response_mode=query is supported."));
    }
    for (name, error) in [
        ("request", "request_not_supported"),
        ("request_uri", "request_uri_not_supported"),
        ("registration", "registration_not_supported"),
    ] {
        if parameters.get(name).is_some() {
            return Err(Refusal::new(error, "Send the parameters themselves."));
        }
    }
    Ok(())
}

fn challenge(parameters: &Parameters) -> Result<Challenge, Refusal> {
    let challenge = parameters
        .get("code_challenge")
        .ok_or(invalid("code_challenge is missing: PKCE is required."))?;
    if parameters.get("code_challenge_method") != Some("S256") {
        return Err(invalid("Only code_challenge_method=S256 is supported."));
    }
    Challenge::read(challenge).ok_or(invalid("code_challenge is no SHA-256 in base64url."))
}

fn echoed(parameters: &Parameters, name: &str) -> Result<Option<String>, Refusal> {
    match parameters.get(name) {
        Some(value) if value.len() > ECHO_BYTES_MAX || value.contains('\0') => {
            Err(invalid("state or nonce is longer than 512 bytes."))
        }
        value => Ok(value.map(str::to_owned)),
    }
}

fn max_age(parameters: &Parameters) -> Result<Option<TimeDelta>, Refusal> {
    let seconds = parameters.get("max_age").map(str::parse::<u32>);
    match seconds {
        None => Ok(None),
        Some(Ok(seconds)) => Ok(Some(TimeDelta::seconds(seconds.into()))),
        Some(Err(_)) => Err(invalid("max_age is no number of seconds.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "response_type=code&scope=openid&state=s&nonce=n&code_challenge_method=S256\
                        &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn read(changes: &[(&str, Option<&str>)]) -> Result<Request, Refusal> {
        let mut parameters = Parameters::read(GOOD);
        for (name, value) in changes {
            parameters = parameters.with(name, *value);
        }
        Request::read(&parameters)
    }

    #[test]
    fn a_request_needs_a_type_a_scope_and_a_challenge() {
        assert!(read(&[]).is_ok());
        let long = "x".repeat(513);
        for (name, value, error) in [
            ("response_type", None, "invalid_request"),
            ("response_type", Some("token"), "unsupported_response_type"),
            (
                "response_type",
                Some("code id_token"),
                "unsupported_response_type",
            ),
            ("response_mode", Some("fragment"), "invalid_request"),
            ("scope", None, "invalid_scope"),
            ("code_challenge", None, "invalid_request"),
            ("code_challenge", Some("short"), "invalid_request"),
            ("code_challenge_method", None, "invalid_request"),
            ("code_challenge_method", Some("plain"), "invalid_request"),
            ("prompt", Some("none login"), "invalid_request"),
            ("prompt", Some("create"), "invalid_request"),
            ("max_age", Some("-1"), "invalid_request"),
            ("state", Some(&long), "invalid_request"),
            ("request", Some("e30."), "request_not_supported"),
            (
                "request_uri",
                Some("https://a.example"),
                "request_uri_not_supported",
            ),
            ("registration", Some("{}"), "registration_not_supported"),
        ] {
            let refusal = read(&[(name, value)]).unwrap_err();
            assert_eq!(refusal.error, error, "{name}={value:?}");
        }
    }

    #[test]
    fn a_repeated_parameter_is_refused() {
        let repeated = Parameters::read(&format!("{GOOD}&scope=openid"));
        assert_eq!(
            Request::read(&repeated).unwrap_err().error,
            "invalid_request"
        );
    }

    #[test]
    fn after_a_login_nobody_asks_for_another_one() {
        let changed = |prompt, max_age| {
            let asked = Parameters::default()
                .with("prompt", Some(prompt))
                .with("max_age", Some(max_age));
            let after = once_logged_in(&asked);
            (
                after.get("prompt").map(str::to_owned),
                after.get("max_age").map(str::to_owned),
            )
        };
        assert_eq!(changed("login", "0"), (None, None));
        assert_eq!(
            changed("login consent", "60"),
            (Some("consent".to_owned()), Some("60".to_owned()))
        );
    }
}
