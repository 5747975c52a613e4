//! Routes of the same priority that one request can satisfy both. Kong lets the greater id decide, which is made from the
//! name: a rename would move requests. So they are refused, although Kong takes them.

use regex::Regex;
use regex_syntax::hir::literal::{Extractor, Literal};
use regex_syntax::hir::{Hir, HirKind, Look};
use souk_plan::model::KongRoute;

use super::{expression, priority, split};

/// Pairs of names. It errs on the side of refusing where two regexes are hard to tell apart.
pub(crate) fn ties(routes: &[KongRoute]) -> Vec<(&str, &str)> {
    let parts: Vec<(&str, u64, KongRoute)> = routes
        .iter()
        .flat_map(|route| {
            split::by_path(route)
                .into_iter()
                .map(move |part| (route, part))
        })
        .map(|(route, part)| (route.name.as_str(), priority::of(&part), part))
        .collect();
    let mut ties = Vec::new();
    for (index, (name, priority, part)) in parts.iter().enumerate() {
        for (other_name, other_priority, other) in &parts[index + 1..] {
            if name != other_name && priority == other_priority && meet(part, other) {
                ties.push((*name, *other_name));
            }
        }
    }
    ties
}

fn meet(one: &KongRoute, other: &KongRoute) -> bool {
    let headers_meet = one.headers.iter().all(|(name, values)| {
        let others = other
            .headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        others.is_none_or(|(_, others)| any_pair(values, others, headers_meet))
    });
    headers_meet
        && any_pair(&one.methods, &other.methods, |one, other| one == other)
        && any_pair(&one.hosts, &other.hosts, hosts_meet)
        && any_pair(&one.paths, &other.paths, paths_meet)
}

/// Whether some value of the one meets some value of the other; no values are all values.
fn any_pair(one: &[String], other: &[String], meet: impl Fn(&str, &str) -> bool) -> bool {
    let both = || {
        one.iter()
            .any(|one| other.iter().any(|other| meet(one, other)))
    };
    one.is_empty() || other.is_empty() || both()
}

fn headers_meet(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other) || one.starts_with("~*") || other.starts_with("~*")
}

fn hosts_meet(one: &str, other: &str) -> bool {
    match (one.split_once('*'), other.split_once('*')) {
        (None, None) => one == other,
        (Some(wildcard), None) => fits(wildcard, other),
        (None, Some(wildcard)) => fits(wildcard, one),
        (Some((prefix, suffix)), Some((other_prefix, other_suffix))) => {
            let nested = |one: &str, other: &str| one.starts_with(other) || other.starts_with(one);
            let ends = suffix.ends_with(other_suffix) || other_suffix.ends_with(suffix);
            nested(prefix, other_prefix) && ends
        }
    }
}

fn fits((prefix, suffix): (&str, &str), host: &str) -> bool {
    host.starts_with(prefix) && host.ends_with(suffix)
}

/// Parts of one priority have regexes, or plain paths of one length.
fn paths_meet(one: &str, other: &str) -> bool {
    let (Some(regex), Some(other_regex)) = (one.strip_prefix('~'), other.strip_prefix('~')) else {
        return one == other;
    };
    let others = beginnings(other_regex);
    beginnings(regex).iter().any(|one| {
        others.iter().any(|other| match (one.whole, other.whole) {
            (true, _) => matches(other_regex, &one.text),
            (false, true) => matches(regex, &other.text),
            (false, false) => {
                one.text.starts_with(&other.text) || other.text.starts_with(&one.text)
            }
        })
    })
}

/// How a match may begin, as far as that is a text.
struct Beginning {
    text: String,
    /// It is a whole match, and nothing may follow.
    whole: bool,
}

/// All of them; a match that can begin with anything begins with the empty text.
fn beginnings(regex: &str) -> Vec<Beginning> {
    let anything = || {
        vec![Beginning {
            text: String::new(),
            whole: false,
        }]
    };
    let Ok(parsed) = regex_syntax::parse(regex) else {
        return anything();
    };
    let ends = ends_with_the_path(&parsed);
    let found = Extractor::new().extract(&parsed);
    let beginning = |literal: &Literal| {
        // A class may have been cut within a character.
        let text = std::str::from_utf8(literal.as_bytes()).ok();
        Beginning {
            text: text.unwrap_or_default().to_owned(),
            whole: ends && literal.is_exact() && text.is_some(),
        }
    };
    let texts = found.literals().filter(|literals| !literals.is_empty());
    texts.map_or_else(anything, |literals| {
        literals.iter().map(beginning).collect()
    })
}

/// Whether every match ends where the path does: `...$`.
fn ends_with_the_path(parsed: &Hir) -> bool {
    let HirKind::Concat(parts) = parsed.kind() else {
        return false;
    };
    matches!(parts.last().map(Hir::kind), Some(HirKind::Look(Look::End)))
}

fn matches(regex: &str, path: &str) -> bool {
    Regex::new(&expression::anchored(regex)).is_ok_and(|regex| regex.is_match(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::router::tests::route;

    fn paths(name: &str, methods: &[&str], paths: &[&str]) -> KongRoute {
        let strings = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
        KongRoute {
            methods: strings(methods),
            paths: strings(paths),
            ..route(name)
        }
    }

    fn tie(one: (&[&str], &str), other: (&[&str], &str)) -> bool {
        let routes = [
            paths("one", one.0, &[one.1]),
            paths("other", other.0, &[other.1]),
        ];
        !ties(&routes).is_empty()
    }

    #[test]
    fn only_what_one_request_can_satisfy_both_is_a_tie() {
        for (one, other, expected) in [
            ((&["GET"][..], "/v1/a"), (&["GET"][..], "/v1/a"), true),
            ((&["GET"], "/v1/a"), (&["POST"], "/v1/a"), false),
            ((&["GET"], "/v1/a"), (&["GET"], "/v1/b"), false),
            ((&["GET"], "/v1/a"), (&["GET"], "/v1/ab"), false),
            ((&["GET"], "~/v1/a$"), (&["GET"], "~/v1/b$"), false),
            ((&["GET"], "~/v1/a$"), (&["GET"], "~/v1/a/me$"), false),
            ((&["GET"], "~/v1/a"), (&["GET"], "~/v1/a/me$"), true),
            ((&["GET"], "~/v1/[^/]+$"), (&["GET"], "~/v1/me$"), true),
            (
                (&["GET"], "~/v1/[^/]+$"),
                (&["GET"], r"~/v2/jwks\.json$"),
                false,
            ),
            ((&["GET"], "~/v1/ab?c"), (&["GET"], "~/v1/a[^b]"), true),
            (
                (&["GET"], "~/docs(/[^/]+)?$"),
                (&["GET"], r"~/(openapi|asyncapi)\.json$"),
                false,
            ),
            (
                (&["GET"], "~/v1/orders/[^/]+/updates$"),
                (&["GET"], r"~/(openapi|asyncapi)\.json$"),
                false,
            ),
            (
                (&["GET"], r"~/[a-z]+\.json$"),
                (&["GET"], r"~/(openapi|asyncapi)\.json$"),
                true,
            ),
            ((&["GET"], "~/(a|b)"), (&["GET"], "~/b/c$"), true),
            ((&["GET"], "~/a|/b$"), (&["GET"], "~/a/c$"), true),
            ((&[], "~/v1/a"), (&["GET"], "~/v1/a"), false),
        ] {
            assert_eq!(tie(one, other), expected, "{one:?} {other:?}");
        }
    }

    #[test]
    fn hosts_and_headers_can_tell_routes_apart() {
        let with = |host: &str, header: &str| {
            let mut one = paths("one", &["GET"], &["/"]);
            one.hosts = vec![host.to_owned()];
            one.headers
                .insert("x-ver".to_owned(), vec![header.to_owned()]);
            one.name = format!("{host} {header}");
            one
        };
        let met = |one, other| ties(&[one, other]).len() == 1;
        assert!(met(with("a.com", "1"), with("a.com", "~*[0-9]")));
        assert!(!met(with("a.com", "1"), with("a.com", "2")));
        assert!(!met(with("a.com", "1"), with("b.com", "1")));
        assert!(met(with("*.a.com", "1"), with("x.*", "1")));
        assert!(!met(with("*.a.com", "1"), with("*.b.com", "1")));
    }

    #[test]
    fn the_shops_routes_are_told_apart() {
        let routes = [
            paths("register-account", &["POST"], &["~/v1/accounts$"]),
            paths("open-session", &["POST"], &["~/v1/sessions$"]),
            paths("own-account", &["GET"], &["~/v1/accounts/me$"]),
            paths(
                "identity-keys",
                &["GET", "HEAD"],
                &[r"~/v1/identity/jwks\.json$"],
            ),
            paths(
                "browse-catalog",
                &["GET", "HEAD"],
                &["/v1/products", "/v1/categories"],
            ),
            paths("edit-catalog", &["PUT", "DELETE"], &["/v1/products"]),
            paths("orders", &["GET", "POST"], &["/v1/orders"]),
            paths("order-updates", &["GET"], &["~/v1/orders/[^/]+/updates$"]),
            paths("publish-events", &["POST"], &["~/v1/events$"]),
            paths("preflight", &["OPTIONS"], &["/v1"]),
        ];
        assert_eq!(ties(&routes), []);
    }
}
