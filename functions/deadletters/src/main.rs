//! Starts the function.

fn main() -> std::process::ExitCode {
    souk_kit::Program::new("deadletters", deadletters::start)
        .api(deadletters::api)
        .migrate(deadletters::migrate)
        .run()
}
