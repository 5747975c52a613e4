//! `autoscaling.knative.dev/...`: the autoscaler's settings of one revision. Defaults are those of `config-autoscaler`.

use std::ops::RangeInclusive;

use super::go_duration::milliseconds;
use crate::annotations::Annotations;
use crate::fields::{Field, outside};
use crate::model::{ScaleMetric, ScalePlan};

/// The domain of the annotations.
pub(super) const DOMAIN: &str = "autoscaling.knative.dev";
const ANY: RangeInclusive<i64> = 0..=i32::MAX as i64;
const HOUR: u64 = 3_600_000;

/// Reads the annotations of a revision template. `limit` is its `containerConcurrency`.
pub(super) fn read(annotations: &mut Annotations<'_>, limit: u32) -> ScalePlan {
    let mut settings = Settings(annotations);
    settings.without_effect();
    let metric = settings.metric();
    let min = settings.whole("min-scale", "minScale", ANY).unwrap_or(0);
    let max = settings.max(min);
    ScalePlan {
        min,
        max,
        // 0 needs `allow-zero-initial-scale`, which is off by default.
        initial: settings
            .whole("initial-scale", "initialScale", 1..=*ANY.end())
            .unwrap_or(1),
        activation: settings
            .whole("activation-scale", "activationScale", 1..=*ANY.end())
            .unwrap_or(1),
        target: settings.target(metric, limit),
        metric,
        utilization: settings
            .decimal(
                "target-utilization-percentage",
                "targetUtilizationPercentage",
                1.0..=100.0,
            )
            .unwrap_or(70.0)
            / 100.0,
        stable_window_seconds: settings
            .seconds("window", "window", 6_000..=HOUR)
            .unwrap_or(60),
        panic_window_percentage: settings
            .decimal(
                "panic-window-percentage",
                "panicWindowPercentage",
                1.0..=100.0,
            )
            .unwrap_or(10.0),
        panic_threshold_percentage: settings
            .decimal(
                "panic-threshold-percentage",
                "panicThresholdPercentage",
                110.0..=1000.0,
            )
            .unwrap_or(200.0),
        scale_down_delay_seconds: settings
            .seconds("scale-down-delay", "scaleDownDelay", 0..=HOUR)
            .unwrap_or(0),
        pod_retention_seconds: settings
            .seconds(
                "scale-to-zero-pod-retention-period",
                "scaleToZeroPodRetentionPeriod",
                0..=u64::MAX,
            )
            .unwrap_or(0),
    }
}

struct Settings<'s, 'a>(&'s mut Annotations<'a>);

impl<'a> Settings<'_, 'a> {
    /// By its name or by the older one in camel case.
    fn take(&mut self, name: &str, alias: &str) -> Option<(&'a str, Field<'a>)> {
        let written = self.0.take(&format!("{DOMAIN}/{name}"));
        written.or_else(|| self.0.take(&format!("{DOMAIN}/{alias}")))
    }

    fn whole(&mut self, name: &str, alias: &str, range: RangeInclusive<i64>) -> Option<u32> {
        let (text, field) = self.take(name, alias)?;
        let number = text
            .parse::<i64>()
            .ok()
            .filter(|number| range.contains(number));
        if number.is_none() {
            field.wrong(outside(&range));
        }
        u32::try_from(number?).ok()
    }

    fn decimal(&mut self, name: &str, alias: &str, range: RangeInclusive<f64>) -> Option<f64> {
        let (text, field) = self.take(name, alias)?;
        let number = text
            .parse::<f64>()
            .ok()
            .filter(|number| range.contains(number));
        if number.is_none() {
            field.wrong(format!(
                "must be a number from {} to {}",
                range.start(),
                range.end()
            ));
        }
        number
    }

    fn seconds(&mut self, name: &str, alias: &str, range: RangeInclusive<u64>) -> Option<u64> {
        let (text, field) = self.take(name, alias)?;
        let fits = |duration: &u64| range.contains(duration) && duration.is_multiple_of(1_000);
        let duration = milliseconds(text).filter(fits);
        if duration.is_none() {
            let least = range.start() / 1_000;
            let most = match *range.end() {
                HOUR => " to 1h",
                _ => "",
            };
            field.wrong(format!(
                "must be a duration in whole seconds from {least}s{most}, such as `60s`"
            ));
        }
        Some(duration? / 1_000)
    }

    fn max(&mut self, min: u32) -> u32 {
        let Some((text, field)) = self.take("max-scale", "maxScale") else {
            return 0;
        };
        match text.parse() {
            Ok(max) if max == 0 || max >= min => return max,
            Ok(max) => field.wrong(format!("{max} is less than min-scale {min}")),
            Err(_) => field.wrong("must be 0 or more"),
        }
        0
    }

    fn metric(&mut self) -> ScaleMetric {
        match self.take("metric", "metric") {
            None | Some(("concurrency", _)) => ScaleMetric::Concurrency,
            Some(("rps", _)) => ScaleMetric::Rps,
            Some((other, field)) => {
                field.wrong(format!(
                    "`{other}` is not supported here; `concurrency` and `rps` are"
                ));
                ScaleMetric::Concurrency
            }
        }
    }

    fn target(&mut self, metric: ScaleMetric, limit: u32) -> f64 {
        let limit = (limit > 0).then_some(f64::from(limit));
        let annotated = self.decimal("target", "target", 0.01..=f64::from(i32::MAX));
        match (metric, annotated) {
            (ScaleMetric::Concurrency, Some(target)) => target.min(limit.unwrap_or(target)),
            (ScaleMetric::Concurrency, None) => limit.unwrap_or(100.0),
            (ScaleMetric::Rps, target) => target.unwrap_or(200.0),
        }
    }

    /// What has one supported value only, or none that could be seen here.
    fn without_effect(&mut self) {
        for (name, alias, only) in [
            ("class", "class", "kpa.autoscaling.knative.dev"),
            (
                "metric-aggregation-algorithm",
                "metricAggregationAlgorithm",
                "linear",
            ),
        ] {
            if let Some((text, field)) = self.take(name, alias)
                && text != only
            {
                field.wrong(format!("`{text}` is not supported here; `{only}` is"));
            }
        }
        // It decides whether requests pass the activator. Here they always do.
        if let Some((text, field)) = self.take("target-burst-capacity", "targetBurstCapacity")
            && !text
                .parse::<f64>()
                .is_ok_and(|capacity| capacity >= 0.0 || capacity == -1.0)
        {
            field.wrong("must be 0 or more, or -1");
        }
    }
}
