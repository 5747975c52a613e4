//! Starts the function.

fn main() -> std::process::ExitCode {
    souk_kit::Program::new("payments", payments::start)
        .api(payments::api)
        .migrate(payments::migrate)
        .run()
}
