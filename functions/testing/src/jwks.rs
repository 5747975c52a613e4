//! A key set at an address, as `identity` answers it. On a thread of its own, so that a test without a runtime has it too.

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    thread,
};

use jsonwebtoken::jwk::JwkSet;

/// Serves the keys for as long as the test process lives; answers the address.
pub(crate) fn serve(set: &JwkSet) -> String {
    let body = serde_json::to_string(set).unwrap_or_else(|error| panic!("{error}"));
    let listener =
        TcpListener::bind("127.0.0.1:0").unwrap_or_else(|error| panic!("no port: {error}"));
    let address = listener
        .local_addr()
        .unwrap_or_else(|error| panic!("no address: {error}"));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // Whoever hangs up has no use for an answer.
            let _ = answer(stream, &body);
        }
    });
    format!("http://{address}/jwks.json")
}

/// One request and its answer, whatever was asked.
fn answer(stream: TcpStream, body: &str) -> std::io::Result<()> {
    let mut lines = BufReader::new(&stream).lines();
    while lines
        .next()
        .transpose()?
        .is_some_and(|line| !line.is_empty())
    {}
    write!(
        &stream,
        "HTTP/1.1 200 OK\r\ncontent-type: application/jwk-set+json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}
