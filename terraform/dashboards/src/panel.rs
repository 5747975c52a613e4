//! One panel: what is asked, and how it is drawn.

use serde_json::{Value, json};

use crate::queries::quantile as quantile_of;

/// How wide a dashboard is, in Grafana's columns.
pub(crate) const COLUMNS: u32 = 24;

/// What a number is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Seconds,
    Milliseconds,
    /// From 0 to 1.
    Share,
    /// Things.
    Count,
    /// Things in a second.
    PerSecond,
    RequestsPerSecond,
    BytesPerSecond,
    /// Minor units of a currency were divided by 100.
    Money,
    /// Burnt times as fast as the budget allows.
    Times,
}

impl Unit {
    /// As Grafana calls it.
    fn name(self) -> &'static str {
        match self {
            Self::Seconds => "s",
            Self::Milliseconds => "ms",
            Self::Share => "percentunit",
            Self::Count => "short",
            Self::PerSecond => "cps",
            Self::RequestsPerSecond => "reqps",
            Self::BytesPerSecond => "Bps",
            Self::Money => "none",
            Self::Times => "suffix: x",
        }
    }
}

/// How a panel is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Drawn {
    Lines,
    /// Lines whose sum says something.
    Stacked,
    /// The newest number of each series.
    Number,
    /// The newest number of each series, the greatest first.
    Bars,
    /// Lines of a log, from Loki.
    Log,
}

/// A panel.
#[derive(Debug, Clone)]
pub(crate) struct Panel {
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) unit: Unit,
    pub(crate) drawn: Drawn,
    /// Each with what its series are called in the legend.
    pub(crate) queries: Vec<(String, String)>,
    /// In columns, of 24.
    pub(crate) width: u32,
    /// From here on it is bad.
    pub(crate) bad_from: Option<f64>,
}

impl Panel {
    /// A third of a row of lines. `description` says what it means and when it is bad.
    pub(crate) fn new(title: &str, unit: Unit, description: &str) -> Self {
        Self {
            title: title.to_owned(),
            description: description.to_owned(),
            unit,
            drawn: Drawn::Lines,
            queries: Vec::new(),
            width: COLUMNS / 3,
            bad_from: None,
        }
    }

    /// Asks for one thing more.
    pub(crate) fn ask(mut self, expression: impl Into<String>, legend: &str) -> Self {
        self.queries.push((expression.into(), legend.to_owned()));
        self
    }

    /// Median, 95th and 99th percentile of a histogram, whose selector stands without `_bucket` and braces around the matchers.
    pub(crate) fn quantiles(self, histogram: &str, matchers: &str) -> Self {
        [("0.5", "p50"), ("0.95", "p95"), ("0.99", "p99")]
            .into_iter()
            .fold(self, |panel, (quantile, legend)| {
                panel.ask(quantile_of(quantile, histogram, matchers, ""), legend)
            })
    }

    /// Draws it otherwise.
    pub(crate) fn drawn(mut self, drawn: Drawn) -> Self {
        self.drawn = drawn;
        self
    }

    /// Makes it so many columns wide.
    pub(crate) fn wide(mut self, columns: u32) -> Self {
        self.width = columns;
        self
    }

    /// Red from here on.
    pub(crate) fn bad_from(mut self, limit: f64) -> Self {
        self.bad_from = Some(limit);
        self
    }

    /// As Grafana has it.
    pub(crate) fn json(&self, id: u32, x: u32, y: u32) -> Value {
        let (kind, options) = self.kind_and_options();
        json!({
            "id": id,
            "type": kind,
            "title": self.title,
            "description": self.description,
            "datasource": self.source(),
            "gridPos": { "h": self.height(), "w": self.width, "x": x, "y": y },
            "fieldConfig": { "defaults": self.field(), "overrides": [] },
            "options": options,
            "targets": self.targets(),
        })
    }

    /// In Grafana's rows.
    pub(crate) fn height(&self) -> u32 {
        match self.drawn {
            Drawn::Number => 5,
            Drawn::Log => 10,
            _ => 8,
        }
    }

    fn source(&self) -> Value {
        match self.drawn {
            Drawn::Log => json!({ "type": "loki", "uid": "loki" }),
            _ => json!({ "type": "prometheus", "uid": "${datasource}" }),
        }
    }

    fn targets(&self) -> Vec<Value> {
        let refs = 'A'..='Z';
        self.queries
            .iter()
            .zip(refs)
            .map(|((expression, legend), reference)| {
                let mut target = json!({
                    "refId": reference.to_string(),
                    "datasource": self.source(),
                    "expr": expression,
                    "legendFormat": legend,
                });
                target[if self.drawn == Drawn::Bars {
                    "instant"
                } else {
                    "range"
                }] = json!(true);
                target
            })
            .collect()
    }

    fn field(&self) -> Value {
        let mut steps = vec![json!({ "color": "green", "value": null })];
        if let Some(limit) = self.bad_from {
            steps.push(json!({ "color": "red", "value": limit }));
        }
        let mut field = json!({
            "unit": self.unit.name(),
            "min": 0,
            "thresholds": { "mode": "absolute", "steps": steps },
        });
        if self.unit == Unit::Money {
            field["decimals"] = json!(2);
        }
        if matches!(self.drawn, Drawn::Lines | Drawn::Stacked) {
            field["color"] = json!({ "mode": "palette-classic" });
            field["custom"] = self.curve();
        }
        field
    }

    fn curve(&self) -> Value {
        let stacked = self.drawn == Drawn::Stacked;
        json!({
            "drawStyle": "line",
            "lineWidth": 1,
            "fillOpacity": if stacked { 40 } else { 8 },
            "showPoints": "never",
            "stacking": { "mode": if stacked { "normal" } else { "none" }, "group": "A" },
            "thresholdsStyle": { "mode": if self.bad_from.is_some() { "dashed" } else { "off" } },
        })
    }

    fn kind_and_options(&self) -> (&'static str, Value) {
        let newest = json!({ "calcs": ["lastNotNull"], "fields": "", "values": false });
        match self.drawn {
            Drawn::Lines | Drawn::Stacked => (
                "timeseries",
                json!({
                    "legend": { "displayMode": "list", "placement": "bottom", "showLegend": true, "calcs": [] },
                    "tooltip": { "mode": "multi", "sort": "desc" },
                }),
            ),
            Drawn::Number => (
                "stat",
                json!({
                    "reduceOptions": newest, "colorMode": "value", "graphMode": "area", "justifyMode": "auto",
                    "orientation": "auto", "textMode": "auto", "wideLayout": true, "showPercentChange": false,
                    "percentChangeColorMode": "standard",
                }),
            ),
            Drawn::Bars => (
                "bargauge",
                json!({
                    "reduceOptions": newest, "displayMode": "basic", "orientation": "horizontal", "showUnfilled": true,
                    "valueMode": "color", "namePlacement": "auto", "sizing": "auto", "minVizWidth": 8, "minVizHeight": 16,
                    "maxVizHeight": 300,
                    "legend": { "displayMode": "list", "placement": "bottom", "showLegend": false, "calcs": [] },
                }),
            ),
            Drawn::Log => (
                "logs",
                json!({
                    "showTime": true, "showLabels": false, "showCommonLabels": false, "wrapLogMessage": true,
                    "prettifyLogMessage": false, "enableLogDetails": true, "dedupStrategy": "none", "sortOrder": "Descending",
                }),
            ),
        }
    }
}
