//! Starts the function.

fn main() -> std::process::ExitCode {
    souk_kit::Program::new("shipping", shipping::start)
        .api(shipping::api)
        .migrate(shipping::migrate)
        .run()
}
