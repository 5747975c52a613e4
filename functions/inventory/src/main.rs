//! Starts the function.

fn main() -> std::process::ExitCode {
    souk_kit::Program::new("inventory", inventory::start)
        .api(inventory::api)
        .migrate(inventory::migrate)
        .run()
}
