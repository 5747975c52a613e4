//! Starts the function.

fn main() -> std::process::ExitCode {
    souk_kit::run("identity", identity::start)
}
