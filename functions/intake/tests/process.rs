//! The function as a process: what the environment says, and what reaches the broker.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
};

use souk_kit::Clock;
use souk_testing::{Recorder, Tokens};

const SCOPE: &str = "publish:dev.souk.goods.received.v1";
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const DATA: &str = r#"{"delivery_note":"DN-1","lines":[{"sku":"MUG","quantity":1}],"received_at":"2026-01-02T03:04:05Z"}"#;

struct Function {
    child: Child,
    port: u16,
}

impl Function {
    /// Started, and ready.
    fn start(broker: &str, tokens: &Tokens) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let mut child = Command::new(env!("CARGO_BIN_EXE_intake"))
            .env("PORT", port.to_string())
            .env("K_SINK", broker)
            .envs(tokens.settings())
            .env_remove("RUST_LOG")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready = lines
            .map_while(Result::ok)
            .find(|line| line.contains("intake is ready"));
        assert!(ready.is_some(), "it never said that it is ready");
        Self { child, port }
    }

    /// The status line of the answer to an event in binary mode that belongs to a trace.
    fn publish(&self, token: &str) -> String {
        let request = format!(
            "POST /v1/events HTTP/1.1\r\nhost: intake\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
             ce-specversion: 1.0\r\nce-id: 1\r\nce-source: /publishers/erp\r\nce-type: dev.souk.goods.received.v1\r\n\
             traceparent: 00-{TRACE}-b7ad6b7169203331-01\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{DATA}",
            DATA.len()
        );
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.lines().next().unwrap_or_default().to_owned()
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_goes_on_in_the_trace_of_the_request_that_brought_it() {
    let mut broker = Recorder::start().await;
    let tokens = Tokens::new(Clock::system());
    let function = Function::start(broker.url(), &tokens);
    let token = tokens.machine("erp", &[SCOPE]);
    assert_eq!(function.publish(&token), "HTTP/1.1 202 Accepted");
    let sent = broker.next_sent().await;
    let traceparent = sent.headers["traceparent"].to_str().unwrap();
    assert!(traceparent.contains(TRACE), "{traceparent}");
    assert_eq!(sent.headers.get("authorization"), None, "the token went on");
}
