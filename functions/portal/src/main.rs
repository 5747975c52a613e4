//! Starts the function.

fn main() -> std::process::ExitCode {
    souk_kit::Program::new("portal", portal::start)
        .api(portal::api)
        .run()
}
