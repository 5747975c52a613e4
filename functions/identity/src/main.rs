//! Starts the function.

fn main() -> std::process::ExitCode {
    souk_kit::Program::new("identity", identity::start)
        .api(identity::api)
        .migrate(identity::migrate)
        .run()
}
