//! A route whose paths are of different kinds or lengths becomes several in the engine, each with its own priority.

use std::collections::BTreeMap;

use souk_plan::model::KongRoute;
use uuid::{Uuid, uuid};

/// From which Kong makes the ids of the parts; they decide ties.
const PARTS: Uuid = uuid!("7f145bf9-0dce-4f91-98eb-debbce4b9f6b");

/// The parts of a route: one for all regexes, one for each length of plain paths. A route that needs no splitting keeps
/// its id.
pub(crate) fn by_path(route: &KongRoute) -> Vec<KongRoute> {
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in &route.paths {
        groups.entry(group(path)).or_default().push(path.clone());
    }
    if groups.len() < 2 {
        return vec![route.clone()];
    }
    groups
        .into_iter()
        .map(|(group, paths)| part(route, &group, paths))
        .collect()
}

fn group(path: &str) -> String {
    if path.starts_with('~') {
        "true".to_owned()
    } else {
        path.len().to_string()
    }
}

fn part(route: &KongRoute, group: &str, paths: Vec<String>) -> KongRoute {
    let name = format!("{}#{group}", route.id);
    KongRoute {
        id: Uuid::new_v5(&PARTS, name.as_bytes()),
        paths,
        ..route.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::router::tests::route;

    fn split(paths: &[&str]) -> Vec<Vec<String>> {
        let mut whole = route("r");
        whole.paths = paths.iter().map(|path| (*path).to_owned()).collect();
        by_path(&whole).into_iter().map(|part| part.paths).collect()
    }

    #[test]
    fn regexes_and_each_length_make_a_part() {
        assert_eq!(
            split(&["/a", "/bb", "~/x", "/c", "~/y"]),
            [vec!["/a", "/c"], vec!["/bb"], vec!["~/x", "~/y"]]
        );
    }

    #[test]
    fn one_kind_stays_whole_and_keeps_its_id() {
        assert_eq!(split(&["/a", "/b"]), [vec!["/a", "/b"]]);
        assert_eq!(split(&[]), [Vec::<String>::new()]);
        assert_eq!(by_path(&route("r"))[0].id, route("r").id);
    }
}
