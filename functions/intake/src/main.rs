//! Starts the function.

fn main() -> std::process::ExitCode {
    souk_kit::Program::new("intake", intake::start)
        .api(intake::api)
        .run()
}
