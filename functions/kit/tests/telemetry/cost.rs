//! What it costs a function to tell: processor time for a request that reads, writes, asks a neighbour and emits, on against off.
//!
//! `cargo test -p souk-kit --test telemetry -- --ignored --nocapture cost`

use std::fs;

use super::World;

const ROUNDS: usize = 4;
const REQUESTS: usize = 400;
/// Ticks of the kernel's accounting in a second.
const TICKS: f64 = 100.0;

/// Seconds of processor time that a process has had.
fn processor_seconds(pid: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields = stat.rsplit(')').next().unwrap().split_whitespace();
    let ticks = fields.skip(11).take(2).map(|it| it.parse::<f64>().unwrap());
    ticks.sum::<f64>() / TICKS
}

async fn milliseconds_a_request(world: &mut World) -> f64 {
    let before = processor_seconds(world.function.pid());
    for _ in 0..REQUESTS {
        world.ask("/v1/notes/7").await.unwrap();
    }
    world.recorder.waiting();
    let spent = processor_seconds(world.function.pid()) - before;
    spent * 1000.0 / REQUESTS as f64
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn cost_of_a_request_with_telemetry_on_and_off() {
    let (mut on, mut off) = (World::quiet().await, World::silent().await);
    let (mut with, mut without) = (0.0, 0.0);
    for _ in 0..ROUNDS {
        with += milliseconds_a_request(&mut on).await / ROUNDS as f64;
        without += milliseconds_a_request(&mut off).await / ROUNDS as f64;
    }
    println!(
        "{with:.3} ms with, {without:.3} ms without: {:.2}",
        with / without
    );
}
