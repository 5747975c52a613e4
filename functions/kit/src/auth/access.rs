//! Who may ask for something: anybody, or who has one of some roles and the scope besides.

use super::{Caller, Role};
use crate::Problem;

/// Who may ask for something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    roles: &'static [Role],
    need: Need,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    Nothing,
    Scope(&'static str),
    /// At least one scope that begins like this.
    AnyScope(&'static str),
}

impl Access {
    /// Anybody may.
    pub const fn public() -> Self {
        Self {
            roles: &[],
            need: Need::Nothing,
        }
    }

    /// Whoever has one of the roles, and the scope.
    ///
    /// # Panics
    /// If there is no role, or no scope: in a constant, when it is compiled.
    pub const fn of(roles: &'static [Role], scope: &'static str) -> Self {
        assert!(!roles.is_empty() && !scope.is_empty());
        Self {
            roles,
            need: Need::Scope(scope),
        }
    }

    /// Whoever has one of the roles and any scope that begins with `prefix` (`publish:`). Which one it has to be, the handler
    /// decides.
    ///
    /// # Panics
    /// If there is no role, or no prefix: in a constant, when it is compiled.
    pub const fn any_scope(roles: &'static [Role], prefix: &'static str) -> Self {
        assert!(!roles.is_empty() && !prefix.is_empty());
        Self {
            roles,
            need: Need::AnyScope(prefix),
        }
    }

    /// Whether anybody may.
    pub const fn is_public(&self) -> bool {
        self.roles.is_empty()
    }

    /// The roles of which one is needed; none if anybody may.
    pub const fn roles(&self) -> &'static [Role] {
        self.roles
    }

    /// The scope that is needed, as documents have it: `orders:write`, `publish:*`.
    pub fn scope(&self) -> Option<String> {
        match self.need {
            Need::Nothing => None,
            Need::Scope(scope) => Some(scope.to_owned()),
            Need::AnyScope(prefix) => Some(format!("{prefix}*")),
        }
    }

    /// Refuses a caller who may not, with the reason.
    pub fn check(&self, caller: &Caller) -> Result<(), Problem> {
        if self.is_public() {
            return Ok(());
        }
        if !self.roles.contains(&caller.role) {
            let names: Vec<_> = self.roles.iter().map(|role| role.name()).collect();
            let names = names.join(" or ");
            return Err(Problem::forbidden(format!("This needs the role {names}.")));
        }
        match self.need {
            Need::Scope(scope) if !caller.has_scope(scope) => {
                Err(Problem::insufficient_scope(scope))
            }
            Need::AnyScope(prefix) if !caller.scopes().iter().any(|own| extends(own, prefix)) => {
                Err(Problem::insufficient_scope(prefix))
            }
            _ => Ok(()),
        }
    }
}

/// Whether it begins with the prefix, and goes on.
fn extends(scope: &str, prefix: &str) -> bool {
    scope
        .strip_prefix(prefix)
        .is_some_and(|rest| !rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDER: Access = Access::of(&[Role::Guest, Role::Customer], "orders:write");
    const PUBLISH: Access = Access::any_scope(&[Role::Machine], "publish:");

    fn status(access: Access, role: Role, scopes: &[&str]) -> u16 {
        let caller = Caller::for_tests(role, scopes);
        access
            .check(&caller)
            .map_or_else(|problem| problem.status().as_u16(), |()| 200)
    }

    #[test]
    fn the_role_alone_or_the_scope_alone_is_not_enough() {
        assert_eq!(status(ORDER, Role::Customer, &["orders:write"]), 200);
        assert_eq!(status(ORDER, Role::Guest, &["openid", "orders:write"]), 200);
        assert_eq!(status(ORDER, Role::Customer, &["orders:read"]), 403);
        assert_eq!(status(ORDER, Role::Customer, &[]), 403);
        assert_eq!(status(ORDER, Role::Merchant, &["orders:write"]), 403);
    }

    #[test]
    fn a_scope_is_the_same_whole_and_not_in_part() {
        for scope in ["orders:write2", "orders", "orders:", "ORDERS:WRITE"] {
            assert_eq!(status(ORDER, Role::Customer, &[scope]), 403, "{scope}");
        }
    }

    #[test]
    fn any_scope_of_a_kind_is_one_that_says_something() {
        assert_eq!(status(PUBLISH, Role::Machine, &["publish:x.v1"]), 200);
        assert_eq!(status(PUBLISH, Role::Machine, &["publish:"]), 403);
        assert_eq!(status(PUBLISH, Role::Machine, &["catalog:write"]), 403);
        assert_eq!(status(PUBLISH, Role::Customer, &["publish:x.v1"]), 403);
    }

    #[test]
    fn the_missing_scope_is_named_where_oauth_looks_for_it() {
        use axum::response::IntoResponse;
        let caller = Caller::for_tests(Role::Customer, &[]);
        let response = ORDER.check(&caller).unwrap_err().into_response();
        let challenge = response.headers()["www-authenticate"].to_str().unwrap();
        assert_eq!(
            challenge,
            "Bearer error=\"insufficient_scope\", scope=\"orders:write\""
        );
    }
}
