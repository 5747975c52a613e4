//! What scopes mean, in the words of the consent page. Pure.

use crate::domain::{Role, Scope};

/// A line for each scope, as somebody of this role may allow it.
pub(crate) fn words(scope: &Scope, role: Role) -> Vec<String> {
    scope.iter().map(|scope| line(scope, role)).collect()
}

fn line(scope: &str, role: Role) -> String {
    match scope {
        "openid" => "recognise you".to_owned(),
        "profile" => "see your name".to_owned(),
        "email" => "see your e-mail address".to_owned(),
        "offline_access" => "stay connected until you end it".to_owned(),
        "account" => "read, change and erase your account, and end your sessions".to_owned(),
        _ => of_things(scope, role).unwrap_or_else(|| scope.to_owned()),
    }
}

/// `things:verb`
fn of_things(scope: &str, role: Role) -> Option<String> {
    let (things, verb) = scope.split_once(':')?;
    let verb = match verb {
        "read" => "see",
        "write" => "change",
        _ => return None,
    };
    let whose = if role == Role::Customer {
        "your"
    } else {
        "everybody's"
    };
    let things = match things {
        "carts" | "orders" | "payments" | "shipments" | "notifications" | "accounts" => {
            format!("{whose} {things}")
        }
        "catalog" => "the catalog and its prices".to_owned(),
        "stock" => "the stock".to_owned(),
        "dead-letters" => "undeliverable events".to_owned(),
        "clients" => "the programs that may ask for access".to_owned(),
        "keys" => "the keys that sign tokens".to_owned(),
        _ => return None,
    };
    Some(format!("{verb} {things}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_that_people_can_give_has_words() {
        for role in [Role::Customer, Role::Merchant, Role::Operator] {
            let scope = Scope::of_role(role);
            for (scope, words) in scope.iter().zip(words(&scope, role)) {
                assert_ne!(scope, words);
            }
        }
    }

    #[test]
    fn a_customer_allows_what_is_theirs_and_a_merchant_what_is_everybodys() {
        let orders = Scope::of(&["orders:read"]);
        assert_eq!(words(&orders, Role::Customer), ["see your orders"]);
        assert_eq!(words(&orders, Role::Merchant), ["see everybody's orders"]);
    }
}
