//! Starts the function.

fn main() -> std::process::ExitCode {
    souk_kit::Program::new("carts", carts::start)
        .api(carts::api)
        .migrate(carts::migrate)
        .run()
}
