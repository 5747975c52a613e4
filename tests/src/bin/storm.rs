//! `cargo run --bin storm -- --orders 10000 --kills 500 --seed 1`: the long storm, with its progress, its schedule and its numbers.

use std::process::ExitCode;

use journeys::storm::{self, Outcome, Settings, schedule};

const USAGE: &str =
    "storm [--orders N] [--kills N] [--seed N] [--rate ORDERS_PER_SECOND] [--schedule] [--keep]

  --schedule   print what would be done, and end
  --keep       leave the shop open afterwards, to be looked at";

struct Options {
    settings: Settings,
    only_schedule: bool,
    keep: bool,
}

fn options() -> Result<Options, String> {
    let settings = Settings {
        orders: 1000,
        kills: 50,
        seed: 1,
        rate: 10.0,
    };
    let mut options = Options {
        settings,
        only_schedule: false,
        keep: false,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || {
            arguments
                .next()
                .ok_or_else(|| format!("{argument} needs a value"))
        };
        let wrong = |error: &dyn std::fmt::Display| format!("{argument}: {error}");
        let settings = &mut options.settings;
        match argument.as_str() {
            "--orders" => settings.orders = value()?.parse().map_err(|error| wrong(&error))?,
            "--kills" => settings.kills = value()?.parse().map_err(|error| wrong(&error))?,
            "--seed" => settings.seed = value()?.parse().map_err(|error| wrong(&error))?,
            "--rate" => settings.rate = value()?.parse().map_err(|error| wrong(&error))?,
            "--schedule" => options.only_schedule = true,
            "--keep" => options.keep = true,
            _ => return Err(format!("{argument} is not known\n{USAGE}")),
        }
    }
    match options.settings.rate > 0.0 && options.settings.orders > 0 {
        true => Ok(options),
        false => Err(format!("--orders and --rate are above 0\n{USAGE}")),
    }
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "the numbers are what was asked for")]
async fn main() -> ExitCode {
    let Options {
        settings,
        only_schedule,
        keep,
    } = match options() {
        Ok(options) => options,
        Err(why) => {
            eprintln!("{why}");
            return ExitCode::from(2);
        }
    };
    let Settings {
        orders,
        kills,
        seed,
        rate,
    } = &settings;
    println!("storm --orders {orders} --kills {kills} --seed {seed} --rate {rate}");
    for strike in schedule::strikes(&settings) {
        println!("{strike}");
    }
    if only_schedule {
        for (number, purchase) in schedule::purchases(&settings).iter().enumerate() {
            println!("order {number}: {purchase:?}");
        }
        return ExitCode::SUCCESS;
    }
    let shop = tokio::task::spawn_blocking(storm::shop)
        .await
        .expect("a shop opens");
    eprintln!("the shop: {}", shop.local().data_dir().display());
    let outcome = storm::over(shop, &settings, |line| eprintln!("{line}")).await;
    println!("{}", numbers(&outcome));
    if keep {
        eprintln!(
            "the shop stays open until this program ends: {} (Enter ends it)",
            outcome.shop.local().data_dir().display()
        );
        let _ =
            tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new())).await;
    }
    ExitCode::from(u8::from(!outcome.is_kept))
}

fn numbers(outcome: &Outcome) -> String {
    let Outcome {
        audit,
        counts,
        storm,
        whole,
        ..
    } = outcome;
    let (accepted, told, kills) = (counts.accepted().len(), counts.told(), counts.kills());
    format!(
        "{audit}\n{accepted} orders accepted, {told} stories told, {kills} processes killed or frozen\nstorm {} s, with quiet and audit {} s\n\
         given up: {:?}\nanswers by status (0: none): {:?}\nstrikes: {:#?}",
        storm.as_secs(),
        whole.as_secs(),
        counts.given_up(),
        counts.answers(),
        counts.strikes(),
    )
}
