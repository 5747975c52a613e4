//! A function as a process: a test program starts itself again as one.

use std::{
    env,
    io::{BufRead, BufReader},
    net::TcpListener,
    process::{Child, Command, ExitCode, ExitStatus, Stdio},
    time::Duration,
};

use serde_json::Value;
use souk_kit::resilience::Client;

/// Set in the process that is the function.
pub(crate) const ROLE: &str = "SOUK_KIT_TEST_ROLE";

/// Is the function if this process is to be one, and nothing otherwise. It is called by a test named `run_as_a_function`.
pub(crate) fn be(run: impl FnOnce() -> ExitCode) {
    if env::var_os(ROLE).is_some() {
        let code = run();
        let codes = (0..=255).find(|n| ExitCode::from(*n) == code);
        std::process::exit(codes.unwrap().into());
    }
}

/// The function, until this is dropped.
pub(crate) struct Function {
    child: Child,
    port: u16,
    lines: Box<dyn Iterator<Item = Value> + Send>,
}

impl Function {
    /// Starts it with these settings; it may not be ready yet.
    pub(crate) fn start(settings: &[(&str, &str)]) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let mut command = Command::new(env::current_exe().unwrap());
        command
            .args(["--exact", "run_as_a_function", "--nocapture"])
            .env(ROLE, "function")
            .env_remove("RUST_LOG")
            .env("PORT", port.to_string())
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let lines = Box::new(lines.filter_map(|line| serde_json::from_str(&line).ok()));
        Self { child, port, lines }
    }

    /// The next line that says this.
    pub(crate) fn wait_for_line(&mut self, message: &str) -> Value {
        self.lines
            .find(|line| line["message"] == message)
            .unwrap_or_else(|| panic!("it never said `{message}`"))
    }

    /// A client of it.
    pub(crate) fn client(&self) -> Client {
        let base = format!("http://127.0.0.1:{}", self.port).parse().unwrap();
        Client::new("notes", base, Duration::from_secs(10)).unwrap()
    }

    /// Its process.
    #[allow(dead_code, reason = "not every test program looks at the process")]
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends it by SIGTERM.
    pub(crate) fn terminate(&mut self) -> ExitStatus {
        let kill = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(kill.success());
        self.child.wait().unwrap()
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
