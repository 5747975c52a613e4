//! A dashboard: rows of panels, as Grafana's JSON.

use serde_json::{Value, json};

use crate::panel::{COLUMNS, Drawn, Panel};

/// The format of the JSON; Grafana 11 reads it and brings it up to date.
const SCHEMA: u32 = 39;

/// A dashboard.
#[derive(Debug, Clone)]
pub struct Dashboard {
    /// Its name in addresses and of its file, for example `souk-gateway`.
    pub uid: String,
    /// What it is called.
    pub title: String,
    description: String,
    links: Vec<Value>,
    rows: Vec<(String, Vec<Panel>)>,
}

impl Dashboard {
    /// One without panels.
    pub(crate) fn new(uid: &str, title: &str, description: &str) -> Self {
        Self {
            uid: format!("souk-{uid}"),
            title: title.to_owned(),
            description: description.to_owned(),
            links: vec![
                json!({
                    "title": "Souk", "type": "dashboards", "tags": ["souk"], "asDropdown": true, "icon": "external link",
                    "includeVars": false, "keepTime": true, "targetBlank": false, "tooltip": "", "url": "",
                }),
                link("Runbooks", "docs/runbooks/README.md"),
            ],
            rows: Vec::new(),
        }
    }

    /// One more place to go to. An address that begins with `docs/runbooks/` is in the repository: the chart says where that is.
    pub(crate) fn link(mut self, title: &str, url: &str) -> Self {
        self.links.push(link(title, url));
        self
    }

    /// One more row of panels, under a heading.
    pub(crate) fn row(mut self, heading: &str, panels: Vec<Panel>) -> Self {
        self.rows.push((heading.to_owned(), panels));
        self
    }

    /// What it asks Prometheus for.
    pub fn expressions(&self) -> impl Iterator<Item = &str> {
        let asked = self.panels().filter(|panel| panel.drawn != Drawn::Log);
        asked.flat_map(|panel| {
            panel
                .queries
                .iter()
                .map(|(expression, _)| expression.as_str())
        })
    }

    /// Its panels, as they come.
    pub(crate) fn panels(&self) -> impl Iterator<Item = &Panel> {
        self.rows.iter().flat_map(|(_, panels)| panels)
    }

    /// Its file.
    pub fn text(&self) -> String {
        format!("{:#}\n", self.json())
    }

    fn json(&self) -> Value {
        json!({
            "uid": self.uid,
            "title": self.title,
            "description": self.description,
            "tags": ["souk"],
            "timezone": "browser",
            "editable": false,
            "graphTooltip": 1,
            "refresh": "30s",
            "schemaVersion": SCHEMA,
            "time": { "from": "now-1h", "to": "now" },
            "links": self.links,
            "templating": { "list": [{
                "name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus", "refresh": 1,
            }] },
            "annotations": { "list": [] },
            "panels": self.placed(),
        })
    }

    /// Panels beside each other as long as they fit, each row under its heading.
    fn placed(&self) -> Vec<Value> {
        let (mut placed, mut y) = (Vec::new(), 0);
        for (heading, panels) in &self.rows {
            let id = placed.len() as u32 + 1;
            placed.push(json!({
                "id": id, "type": "row", "title": heading, "collapsed": false, "panels": [],
                "gridPos": { "h": 1, "w": COLUMNS, "x": 0, "y": y },
            }));
            y += 1;
            let (mut x, mut height) = (0, 0);
            for panel in panels {
                if x + panel.width > COLUMNS {
                    (x, y, height) = (0, y + height, 0);
                }
                placed.push(panel.json(placed.len() as u32 + 1, x, y));
                x += panel.width;
                height = height.max(panel.height());
            }
            y += height;
        }
        placed
    }
}

fn link(title: &str, url: &str) -> Value {
    json!({
        "title": title, "type": "link", "url": url, "asDropdown": false, "icon": "doc", "includeVars": false,
        "keepTime": true, "tags": [], "targetBlank": true, "tooltip": "",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panel::Unit;

    #[test]
    fn panels_stand_beside_each_other_and_never_on_each_other() {
        let panel = |width| Panel::new("a", Unit::Count, "b").wide(width);
        let dashboard = Dashboard::new("x", "X", "")
            .row("one", vec![panel(8), panel(12), panel(8)])
            .row("two", vec![panel(24)]);
        let at: Vec<_> = dashboard
            .placed()
            .iter()
            .map(|panel| {
                let at = &panel["gridPos"];
                (at["x"].as_u64().unwrap(), at["y"].as_u64().unwrap())
            })
            .collect();
        assert_eq!(at, [(0, 0), (0, 1), (8, 1), (0, 9), (0, 17), (0, 18)]);
    }
}
