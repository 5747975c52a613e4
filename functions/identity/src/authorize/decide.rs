//! What a good request is answered with. Pure.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{Login, Refusal, Request};
use crate::domain::Scope;

/// What is known when a request comes in.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    /// Who is logged in at the browser.
    pub(crate) login: Option<Login>,
    /// Whom the client expects, if it says so; nobody for a hint that says nothing.
    pub(crate) expected: Option<Option<Uuid>>,
    /// What a token would be good for: the request's scopes without those that client or account cannot have.
    pub(crate) wanted: Scope,
    /// What the account has allowed the client before; everything, if the client asks nobody.
    pub(crate) allowed: Allowed,
}

/// What somebody has allowed a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Allowed {
    /// The client is the shop itself.
    Everything,
    /// Only this; maybe nothing.
    Only(Scope),
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// The password is asked for.
    LogIn,
    /// Consent is asked for.
    Ask,
    /// A code is given.
    Grant,
    /// The client is told why not.
    Refuse(Refusal),
}

/// Decides.
pub(crate) fn decide(request: &Request, standing: &Standing, now: DateTime<Utc>) -> Decision {
    let login = standing.login.as_ref();
    if !login.is_some_and(|login| suits(request, standing, login, now)) {
        return refuse_if(
            request.prompt.none,
            "login_required",
            "Nobody suitable is logged in.",
        )
        .unwrap_or(Decision::LogIn);
    }
    if standing.wanted.is_empty() {
        let description = "The client cannot be given any of these scopes for this account.";
        return Decision::Refuse(Refusal::new("invalid_scope", description));
    }
    let covered = match &standing.allowed {
        Allowed::Everything => true,
        Allowed::Only(allowed) => standing.wanted.is_within(allowed) && !request.prompt.consent,
    };
    if covered {
        return Decision::Grant;
    }
    refuse_if(
        request.prompt.none,
        "consent_required",
        "The account has not allowed it yet.",
    )
    .unwrap_or(Decision::Ask)
}

fn suits(request: &Request, standing: &Standing, login: &Login, now: DateTime<Utc>) -> bool {
    let fresh =
        |max_age: TimeDelta| max_age > TimeDelta::zero() && now - login.authenticated_at <= max_age;
    !request.prompt.login
        && request.max_age.is_none_or(fresh)
        && standing
            .expected
            .is_none_or(|expected| expected == Some(login.account_id))
}

fn refuse_if(none: bool, error: &'static str, description: &'static str) -> Option<Decision> {
    none.then(|| Decision::Refuse(Refusal::new(error, description)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authorize::parameters::Parameters;

    const ADA: Uuid = Uuid::from_u128(1);

    fn request(more: &str) -> Request {
        let usual = "response_type=code&scope=openid&code_challenge_method=S256\
                     &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        Request::read(&Parameters::read(&format!("{usual}&{more}"))).unwrap()
    }

    fn standing() -> Standing {
        let login = Login {
            login_id: Uuid::from_u128(9),
            account_id: ADA,
            authenticated_at: DateTime::UNIX_EPOCH,
        };
        Standing {
            login: Some(login),
            expected: None,
            wanted: Scope::of(&["openid"]),
            allowed: Allowed::Everything,
        }
    }

    fn decision(more: &str, standing: &Standing, seconds_later: i64) -> String {
        let now = DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds_later);
        match decide(&request(more), standing, now) {
            Decision::Refuse(refusal) => refusal.error.to_owned(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn nobody_gets_a_code_without_a_login_that_suits() {
        let (someone, nobody) = (
            standing(),
            Standing {
                login: None,
                ..standing()
            },
        );
        assert_eq!(decision("", &someone, 0), "Grant");
        assert_eq!(decision("", &nobody, 0), "LogIn");
        assert_eq!(decision("prompt=none", &nobody, 0), "login_required");
        assert_eq!(decision("prompt=login", &someone, 0), "LogIn");
        assert_eq!(decision("max_age=60", &someone, 60), "Grant");
        assert_eq!(decision("max_age=60", &someone, 61), "LogIn");
        assert_eq!(decision("max_age=0", &someone, 0), "LogIn");
        assert_eq!(
            decision("max_age=60&prompt=none", &someone, 61),
            "login_required"
        );
    }

    #[test]
    fn a_hint_of_somebody_else_asks_for_a_login() {
        let expecting = |expected| Standing {
            expected: Some(expected),
            ..standing()
        };
        assert_eq!(decision("", &expecting(Some(ADA)), 0), "Grant");
        let other = expecting(Some(Uuid::from_u128(2)));
        assert_eq!(decision("prompt=none", &other, 0), "login_required");
        assert_eq!(
            decision("prompt=none", &expecting(None), 0),
            "login_required"
        );
    }

    #[test]
    fn a_client_of_others_gets_what_it_was_allowed() {
        let allowed = |scopes: &[&str]| Standing {
            wanted: Scope::of(&["openid", "email"]),
            allowed: Allowed::Only(Scope::of(scopes)),
            ..standing()
        };
        let (all, some) = (
            allowed(&["openid", "email", "profile"]),
            allowed(&["openid"]),
        );
        assert_eq!(decision("", &all, 0), "Grant");
        assert_eq!(decision("prompt=consent", &all, 0), "Ask");
        assert_eq!(decision("", &some, 0), "Ask");
        assert_eq!(decision("prompt=none", &some, 0), "consent_required");
    }

    #[test]
    fn a_token_that_would_be_good_for_nothing_is_not_given() {
        let nothing = Standing {
            wanted: Scope::default(),
            ..standing()
        };
        assert_eq!(decision("", &nothing, 0), "invalid_scope");
    }
}
