//! The function as a process.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::{
    io::{BufRead, BufReader, Lines, Write},
    net::{TcpListener, TcpStream},
    process::{Child, ChildStdout, Command, Stdio},
    time::Duration,
};

use souk_kit::{Clock, Role};
use souk_testing::{Tokens, dynamodb_url};
use tokio::task::block_in_place;
use uuid::Uuid;

const ADA: Uuid = Uuid::from_u128(7);
const PATIENCE: Duration = Duration::from_secs(20);

/// The child, and what it says.
struct Function {
    child: Child,
    port: u16,
    said: Lines<BufReader<ChildStdout>>,
}

impl Function {
    /// `log` is what it logs, in the words of `RUST_LOG`.
    async fn start(tokens: &Tokens, log: &str) -> Self {
        let port = free_port();
        let mut command = Command::new(env!("CARGO_BIN_EXE_notifications"));
        let mut child = command
            .env_clear()
            .env("PORT", port.to_string())
            .env("RUST_LOG", log)
            .env("AWS_REGION", "eu-central-1")
            .env("AWS_ENDPOINT_URL_DYNAMODB", dynamodb_url().await)
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("NOTIFICATIONS_TABLE_NAME", "notifications")
            .env("NOTIFICATIONS_SENDER_ADDRESS", "shop@souk.example")
            .env("SMTP_URL", format!("smtp://127.0.0.1:{}", free_port()))
            .envs(tokens.settings())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, port, said }
    }

    fn wait_for(&mut self, message: &str) {
        let said = self.said.by_ref().map_while(Result::ok);
        let mut said = said.skip_while(|line| !line.contains(message));
        assert!(said.next().is_some(), "it never said `{message}`");
    }

    /// Follows some order that nobody has heard of, up to the first line of the stream.
    fn follow(&self, token: &str) -> Lines<BufReader<TcpStream>> {
        let mut lines = self.ask(token);
        assert_eq!(lines.next().unwrap().unwrap(), "HTTP/1.1 200 OK");
        while !lines.next().unwrap().unwrap().starts_with("retry:") {}
        lines
    }

    /// Asks for the updates of some order with a token in the query; all that is answered.
    fn ask(&self, token: &str) -> Lines<BufReader<TcpStream>> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let path = format!("/v1/orders/{}/updates?access_token={token}", Uuid::now_v7());
        write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
        BufReader::new(stream).lines()
    }

    /// Ends it, and answers what it has said since it was last listened to.
    fn end(mut self) -> Vec<String> {
        self.terminate();
        assert!(self.child.wait().unwrap().success());
        self.said.by_ref().map_while(Result::ok).collect()
    }

    fn terminate(&self) {
        let id = self.child.id().to_string();
        let kill = Command::new("kill").args(["-TERM", &id]).status().unwrap();
        assert!(kill.success());
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        // It has ended already, if all is well.
        let _ = self.child.kill();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_sigterm_open_streams_end_in_order_and_nothing_has_to_be_cut() {
    let tokens = Tokens::new(Clock::system());
    let mut function = Function::start(&tokens, "info").await;
    block_in_place(|| {
        function.wait_for("notifications is ready");
        let stream = function.follow(&tokens.token(ADA, Role::Customer));
        function.terminate();
        let rest: Vec<_> = stream.map(Result::unwrap).collect();
        assert_eq!(rest[rest.len() - 2..], ["0", ""], "the stream was cut");
        let said = function.end();
        let cut = said.iter().find(|line| line.contains("are cut"));
        assert_eq!(cut, None, "a request was still open");
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_in_the_query_is_in_no_log_whether_it_is_good_or_not() {
    let tokens = Tokens::new(Clock::system());
    let (good, bad) = (tokens.token(ADA, Role::Customer), "no.good.token");
    let mut function = Function::start(&tokens, "trace").await;
    block_in_place(|| {
        function.wait_for("notifications is ready");
        drop(function.follow(&good));
        let refused = function.ask(bad).next().unwrap().unwrap();
        assert_eq!(refused, "HTTP/1.1 401 Unauthorized");
        let said = function.end();
        assert!(said.len() > 10, "it has said too little: {said:?}");
        for line in said {
            assert!(!line.contains(&good) && !line.contains(bad), "{line}");
            assert!(!line.contains("access_token="), "{line}");
        }
    });
}
