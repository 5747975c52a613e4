//! acl: lets consumers in, or keeps them out, by their groups.

use std::sync::Arc;

use http::StatusCode;
use http::header::HeaderName;
use serde::Deserialize;

use super::{Plugin, Setting, parse};
use crate::consumers::Consumer;
use crate::exchange::Exchange;
use crate::exit::Exit;

const CONSUMER_GROUPS: HeaderName = HeaderName::from_static("x-consumer-groups");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    #[serde(default)]
    allow: Vec<String>,
    #[serde(default)]
    deny: Vec<String>,
    #[serde(default)]
    hide_groups_header: bool,
    #[serde(default)]
    always_use_authenticated_groups: bool,
}

enum Rule {
    Allow(Vec<String>),
    Deny(Vec<String>),
}

struct Acl {
    rule: Rule,
    hide_groups_header: bool,
}

/// Makes the plugin.
pub(crate) fn build(setting: &Setting<'_>) -> Result<Arc<dyn Plugin>, String> {
    let config: Config = parse(&setting.plugin.config)?;
    if config.always_use_authenticated_groups {
        return Err("config.always_use_authenticated_groups: is not supported here".to_owned());
    }
    let rule = match (config.allow, config.deny) {
        (allow, deny) if allow.is_empty() == deny.is_empty() => {
            return Err("config: exactly one of allow and deny must be given".to_owned());
        }
        (allow, deny) if deny.is_empty() => Rule::Allow(allow),
        (_, deny) => Rule::Deny(deny),
    };
    Ok(Arc::new(Acl {
        rule,
        hide_groups_header: config.hide_groups_header,
    }))
}

impl Plugin for Acl {
    fn access(&self, exchange: &mut Exchange) -> Result<(), Box<Exit>> {
        let Some(consumer) = exchange.consumer.clone() else {
            return Err(unauthorized());
        };
        let anonymous = exchange.credential.is_none();
        if !self.admits(&consumer) {
            return Err(match anonymous && consumer.groups.is_empty() {
                true => unauthorized(),
                false => Exit::error(StatusCode::FORBIDDEN, "You cannot consume this service"),
            });
        }
        if !self.hide_groups_header && !consumer.groups.is_empty() {
            exchange.set_header(CONSUMER_GROUPS, Some(&consumer.groups.join(", ")));
        }
        Ok(())
    }
}

impl Acl {
    fn admits(&self, consumer: &Consumer) -> bool {
        let one_of = |groups: &[String]| consumer.groups.iter().any(|group| groups.contains(group));
        match &self.rule {
            Rule::Allow(groups) => one_of(groups),
            Rule::Deny(groups) => !one_of(groups),
        }
    }
}

fn unauthorized() -> Box<Exit> {
    Exit::error(StatusCode::UNAUTHORIZED, "Unauthorized")
}

#[cfg(test)]
mod tests {
    use super::super::identity::identify;
    use super::super::testing::{consumer, exchange, message, plugin, refusal};
    use super::*;
    use serde_json::{Value, json};

    /// Status and message for a consumer of these groups; None: it may pass.
    fn refused(config: Value, groups: &[&str], credential: Option<&str>) -> Option<(u16, String)> {
        let mut request = exchange("GET", "/", &[]);
        identify(&mut request, &consumer("carol", groups), credential);
        let exit = plugin("acl", config).access(&mut request).err()?;
        Some((exit.status.as_u16(), message(&exit)))
    }

    #[test]
    fn groups_decide() {
        let forbidden = || Some((403, "You cannot consume this service".to_owned()));
        let (allow, deny) = (json!({"allow": ["staff"]}), json!({"deny": ["staff"]}));
        assert_eq!(refused(allow.clone(), &["staff"], Some("key")), None);
        assert_eq!(
            refused(allow.clone(), &["guests"], Some("key")),
            forbidden()
        );
        assert_eq!(refused(allow.clone(), &[], Some("key")), forbidden());
        assert_eq!(refused(deny.clone(), &["staff"], Some("key")), forbidden());
        assert_eq!(refused(deny, &[], Some("key")), None);
        assert_eq!(
            refused(allow, &[], None),
            Some((401, "Unauthorized".to_owned()))
        );
    }

    #[test]
    fn who_is_not_authenticated_is_refused() {
        let exit = plugin("acl", json!({"deny": ["x"]}))
            .access(&mut exchange("GET", "/", &[]))
            .unwrap_err();
        assert_eq!(exit.status, StatusCode::UNAUTHORIZED);
    }

    #[test]
    fn the_upstream_sees_the_groups_unless_they_are_hidden() {
        for (hide, expected) in [(false, Some("staff, guests")), (true, None)] {
            let mut request = exchange("GET", "/", &[]);
            identify(
                &mut request,
                &consumer("carol", &["staff", "guests"]),
                Some("key"),
            );
            let acl = plugin(
                "acl",
                json!({"allow": ["staff"], "hide_groups_header": hide}),
            );
            acl.access(&mut request).unwrap();
            assert_eq!(request.header("x-consumer-groups"), expected);
        }
    }

    #[test]
    fn allow_and_deny_exclude_each_other() {
        for config in [json!({}), json!({"allow": ["a"], "deny": ["b"]})] {
            assert!(refusal("acl", config).contains("exactly one of allow and deny"));
        }
    }
}
