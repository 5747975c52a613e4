//! Starts the function.

fn main() -> std::process::ExitCode {
    souk_kit::Program::new("orders", orders::start)
        .api(orders::api)
        .migrate(orders::migrate)
        .run()
}
