//! Starts the function.

fn main() -> std::process::ExitCode {
    souk_kit::Program::new("notifications", notifications::start)
        .api(notifications::api)
        .migrate(notifications::migrate)
        .run()
}
