//! How many instances of a revision there is room for on this machine.

use std::thread::available_parallelism;

use souk_plan::model::{ScalePlan, ServicePlan};

/// What the autoscaler of `service` may do here. Instances beyond the processors only take them from each other, and from what the
/// others have to do: a cluster would leave such pods pending. Where an instance takes no more than so many requests at a time
/// (`containerConcurrency`), more of them do help.
pub(crate) fn here(service: &ServicePlan) -> ScalePlan {
    let processors = available_parallelism().map_or(1, usize::from);
    let processors = u32::try_from(processors).unwrap_or(u32::MAX);
    let scale = service.scale.clone();
    if service.container_concurrency > 0 {
        scale
    } else {
        within(scale, processors)
    }
}

fn within(scale: ScalePlan, processors: u32) -> ScalePlan {
    let most = processors.max(2).max(scale.min).max(scale.initial);
    let max = match scale.max {
        0 => most,
        max => max.min(most),
    };
    ScalePlan { max, ..scale }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::autoscaler::tests::scale;

    #[test]
    fn there_are_no_more_instances_than_processors_unless_the_manifest_asks_for_them() {
        // min, max, initial; processors; instances at most.
        let rows = [
            ((0, 10, 1), 4, 4),
            ((0, 0, 1), 4, 4),
            ((0, 3, 1), 4, 3),
            ((0, 10, 1), 1, 2),
            ((6, 10, 1), 4, 6),
            ((0, 10, 8), 4, 8),
        ];
        for ((min, max, initial), processors, expected) in rows {
            let asked = ScalePlan {
                min,
                max,
                initial,
                ..scale(60)
            };
            assert_eq!(within(asked, processors).max, expected);
        }
    }
}
