//! Starts the function.

fn main() -> std::process::ExitCode {
    souk_kit::run("payments", payments::start)
}
