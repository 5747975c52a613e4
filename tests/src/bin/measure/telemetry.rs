//! What it costs that a shop tells of itself: two shops, one with telemetry and one without, which get the same load in turns.

use journeys::Shop;

use crate::{Row, Rush, busy_milliseconds, family_milliseconds};

/// Before it counts.
const WARM_UP: usize = 100;
const ORDERS: usize = 300;
/// Each shop has so many turns; who is first changes from turn to turn.
const TURNS: usize = 6;

/// A shop, and what its turns have given.
struct Side {
    shop: Shop,
    rush: Rush,
    per_second: Vec<f64>,
    /// Milliseconds of processor time of everything that belongs to the shop, for one order.
    busy: Vec<f64>,
    /// What the runtime itself has of that.
    runtime: Vec<f64>,
}

impl Side {
    async fn open(arguments: &[String]) -> Self {
        let shop = Shop::start(arguments);
        let rush = Rush::of(&shop).await;
        let _ = rush.orders(WARM_UP).await;
        Self {
            shop,
            rush,
            per_second: Vec::new(),
            busy: Vec::new(),
            runtime: Vec::new(),
        }
    }

    async fn turn(&mut self) {
        let pid = self.shop.local().pid();
        let (before, runtime) = (self.busy_so_far(), busy_milliseconds(pid));
        self.per_second
            .push(self.rush.orders(ORDERS).await.confirmed);
        let for_an_order = |busy: u64| busy as f64 / ORDERS as f64;
        let busy = self.busy_so_far().saturating_sub(before);
        self.busy.push(for_an_order(busy));
        self.runtime
            .push(for_an_order(busy_milliseconds(pid) - runtime));
    }

    /// PostgreSQL leaves its family when it starts.
    fn busy_so_far(&self) -> u64 {
        let local = self.shop.local();
        let souk = local.pid();
        let database = local.process_of("postgresql").unwrap_or_default();
        let is_apart = !journeys::process::children(souk).contains(&database);
        let apart = if is_apart {
            family_milliseconds(database)
        } else {
            0
        };
        family_milliseconds(souk) + apart
    }
}

pub(crate) async fn rows() -> Vec<Row> {
    let mut on = Side::open(&[]).await;
    let mut off = Side::open(&["--no-telemetry".to_owned()]).await;
    for turn in 0..TURNS {
        if turn % 2 == 0 {
            on.turn().await;
            off.turn().await;
        } else {
            off.turn().await;
            on.turn().await;
        }
    }
    let overview = on.shop.console().get("/api/overview").await.expect(200);
    let turns =
        format!("with telemetry against without, median of {TURNS} turns of {ORDERS} orders");
    vec![
        compared(
            &format!("orders per second {turns}"),
            &on.per_second,
            &off.per_second,
        ),
        compared(
            &format!("processor time for an order, ms, {turns}"),
            &on.busy,
            &off.busy,
        ),
        compared("of that, the runtime's", &on.runtime, &off.runtime),
        (
            "what the console was told meanwhile".to_owned(),
            overview.body["telemetry"].to_string(),
        ),
    ]
}

fn compared(what: &str, with: &[f64], without: &[f64]) -> Row {
    let pairs = with.iter().zip(without);
    let each: Vec<String> = pairs
        .map(|(with, without)| format!("{with:.0}/{without:.0}"))
        .collect();
    let (with, without) = (median(with), median(without));
    let ratio = with / without;
    let text = format!(
        "{with:.1} against {without:.1}: {ratio:.3} ({})",
        each.join(", ")
    );
    (what.to_owned(), text)
}

fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() % 2 {
        0 => f64::midpoint(values[middle - 1], values[middle]),
        _ => values[middle],
    }
}
