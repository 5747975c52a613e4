//! Starts the function.

fn main() -> std::process::ExitCode {
    souk_kit::Program::new("catalog", catalog::start)
        .api(catalog::api)
        .migrate(catalog::migrate)
        .run()
}
