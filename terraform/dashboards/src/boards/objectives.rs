//! What is promised, and how much of what may fail is left.

use crate::dashboard::Dashboard;
use crate::objectives::{OBJECTIVES, Objective, burns};
use crate::panel::{Drawn, Panel, Unit};

pub(crate) fn board() -> Dashboard {
    let dashboard = Dashboard::new(
        "objectives",
        "Souk: objectives",
        "What the shop promises over 28 days, and how fast the promises are \
             used up.",
    );
    let left = OBJECTIVES.iter().map(left).collect();
    let burning = OBJECTIVES.iter().map(burning).collect();
    OBJECTIVES
        .iter()
        .fold(dashboard, |dashboard, objective| {
            let page = format!("docs/runbooks/{}.md", objective.alert);
            dashboard.link(objective.alert, &page)
        })
        .row("What is left of what may fail in 28 days", left)
        .row("How fast it is used up", burning)
        .row("What fails now", vec![failing()])
}

fn left(objective: &Objective) -> Panel {
    let share = objective.recorded("1h");
    Panel::new(objective.name, Unit::Share, objective.promise)
        .ask(
            format!(
                "clamp_min(1 - avg_over_time({share}[28d]) / {}, 0)",
                objective.budget
            ),
            "left",
        )
        .drawn(Drawn::Number)
        .wide(6)
}

fn burning(objective: &Objective) -> Panel {
    let about = "Times as fast as would use it up in exactly 28 days. Somebody is \
             called at the dashed line.";
    let panel = Panel::new(objective.name, Unit::Times, about).wide(12);
    let windows = burns().map(|burn| burn.long);
    windows
        .into_iter()
        .fold(panel, |panel, window| {
            panel.ask(
                format!("{} / {}", objective.recorded(window), objective.budget),
                window,
            )
        })
        .bad_from(burns()[0].factor)
}

fn failing() -> Panel {
    let about = "The share of the last five minutes that broke a promise.";
    let panel = Panel::new("Failing", Unit::Share, about).wide(24);
    OBJECTIVES.iter().fold(panel, |panel, objective| {
        panel.ask(objective.recorded("5m"), objective.name)
    })
}
