//! Which of several plugins of one name applies to a request: the most specific one, and only that one.

use std::collections::HashMap;
use std::sync::Arc;

use souk_plan::model::KongPlugin;
use uuid::Uuid;

use crate::plugins::Plugin;

/// A plugin and where it is attached.
pub(crate) struct Scoped {
    pub(crate) written: KongPlugin,
    /// The consumer of its scope.
    pub(crate) consumer: Option<Uuid>,
    pub(crate) plugin: Arc<dyn Plugin>,
}

/// What runs on one route under one plugin's name. The consumer is known only after authentication.
pub(crate) struct Slot {
    general: Option<Arc<dyn Plugin>>,
    by_consumer: HashMap<Uuid, Arc<dyn Plugin>>,
}

impl Slot {
    /// The plugins of this name for a route; None when there is none.
    pub(crate) fn new(plugins: &[Scoped], name: &str, route: &str, service: &str) -> Option<Self> {
        let fits =
            |scope: &Option<String>, name: &str| scope.as_deref().is_none_or(|scope| scope == name);
        let candidates: Vec<&Scoped> = plugins
            .iter()
            .filter(|scoped| scoped.written.name == name)
            .filter(|scoped| {
                fits(&scoped.written.route, route) && fits(&scoped.written.service, service)
            })
            .collect();
        let best = |consumer: Option<Uuid>| {
            candidates
                .iter()
                .filter(|scoped| scoped.consumer.is_none() || scoped.consumer == consumer)
                .max_by_key(|scoped| rank(&scoped.written))
                .map(|scoped| Arc::clone(&scoped.plugin))
        };
        let consumers = candidates.iter().filter_map(|scoped| scoped.consumer);
        let slot = Self {
            general: best(None),
            by_consumer: consumers
                .filter_map(|id| Some((id, best(Some(id))?)))
                .collect(),
        };
        (!candidates.is_empty()).then_some(slot)
    }

    /// What runs for this consumer.
    pub(crate) fn plugin(&self, consumer: Option<Uuid>) -> Option<&Arc<dyn Plugin>> {
        consumer
            .and_then(|id| self.by_consumer.get(&id))
            .or(self.general.as_ref())
    }
}

/// How specific a scope is.
fn rank(plugin: &KongPlugin) -> u8 {
    match (
        plugin.consumer.is_some(),
        plugin.route.is_some(),
        plugin.service.is_some(),
    ) {
        (true, true, true) => 8,
        (true, true, false) => 7,
        (true, false, true) => 6,
        (false, true, true) => 5,
        (true, false, false) => 4,
        (false, true, false) => 3,
        (false, false, true) => 2,
        (false, false, false) => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Exchange;
    use crate::exit::Exit;
    use http::StatusCode;

    struct Numbered(u16);

    impl Plugin for Numbered {
        fn access(&self, _: &mut Exchange) -> Result<(), Box<Exit>> {
            Err(Exit::empty(StatusCode::from_u16(self.0).unwrap()))
        }
    }

    const CONSUMER: Uuid = Uuid::from_u128(1);

    /// A plugin with a scope of letters: `c` the consumer, `r` the route, `s` the service.
    fn scoped(number: u16, scope: &str) -> Scoped {
        let on = |letter: char, name: &str| scope.contains(letter).then(|| name.to_owned());
        Scoped {
            written: KongPlugin {
                name: "p".to_owned(),
                enabled: true,
                service: on('s', "service"),
                route: on('r', "route"),
                consumer: on('c', "consumer"),
                config: serde_json::Value::Null,
                at: String::new(),
            },
            consumer: scope.contains('c').then_some(CONSUMER),
            plugin: Arc::new(Numbered(number)),
        }
    }

    fn chosen(plugins: &[Scoped], consumer: Option<Uuid>) -> Option<u16> {
        let slot = Slot::new(plugins, "p", "route", "service")?;
        let mut exchange = crate::plugins::testing::exchange("GET", "/", &[]);
        let exit = slot.plugin(consumer)?.access(&mut exchange).unwrap_err();
        Some(exit.status.as_u16())
    }

    #[test]
    fn the_most_specific_scope_wins_in_kongs_order() {
        let order = ["crs", "cr", "cs", "rs", "c", "r", "s", ""];
        for first in 0..order.len() {
            let plugins: Vec<Scoped> = (first..order.len())
                .rev()
                .map(|at| scoped(200 + u16::try_from(at).unwrap(), order[at]))
                .collect();
            let expected = 200 + u16::try_from(first).unwrap();
            assert_eq!(
                chosen(&plugins, Some(CONSUMER)),
                Some(expected),
                "{:?}",
                &order[first..]
            );
        }
    }

    #[test]
    fn a_consumers_plugin_is_not_for_others() {
        let plugins = [scoped(200, "c"), scoped(201, "")];
        assert_eq!(chosen(&plugins, None), Some(201));
        assert_eq!(chosen(&plugins, Some(Uuid::from_u128(2))), Some(201));
        assert_eq!(chosen(&plugins[..1], None), None);
    }

    #[test]
    fn another_routes_plugin_is_not_run() {
        let mut other = scoped(200, "r");
        other.written.route = Some("another".to_owned());
        assert_eq!(chosen(&[other], Some(CONSUMER)), None);
    }
}
