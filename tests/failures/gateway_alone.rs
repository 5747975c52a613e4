//! `souk gateway`: the gateway alone in front of somebody else's ingress. Here that is a shop's own network, which answers to the
//! functions' names in `Host` as Knative's does.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use journeys::process::{repository, signal, souk};
use journeys::wait::patience;
use journeys::{Client, Shop, eventually};
use reqwest::Method;
use serde_json::Value;
use tempfile::TempDir;
use tokio::time::timeout;

/// A running `souk gateway` with a copy of the shop's kong.yaml.
struct Alone {
    process: Child,
    url: String,
    folder: TempDir,
}

impl Alone {
    fn in_front_of(upstream: &str, secrets: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        fs::create_dir(folder.path().join("environments")).expect("a folder can be made");
        for file in ["kong.yaml", "gate-keys.yaml", "environments/local.env"] {
            let original = repository().join("gateway-config").join(file);
            fs::copy(original, folder.path().join(file)).expect("a file can be copied");
        }
        let log = fs::File::create(folder.path().join("log")).expect("a file can be made");
        let mut process = Command::new(souk())
            .args([
                "gateway",
                "--listen",
                "127.0.0.1:0",
                "--wait",
                "10",
                "--upstream",
                upstream,
                "--config",
            ])
            .arg(folder.path().join("kong.yaml"))
            .arg("--secrets")
            .arg(secrets)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("souk can be started");
        let mut url = String::new();
        let stdout = process.stdout.take().expect("stdout is piped");
        BufReader::new(stdout)
            .read_line(&mut url)
            .expect("stdout is text");
        Self {
            process,
            url: url.trim().to_owned(),
            folder,
        }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("kong.yaml")
    }

    fn said(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).expect("the log can be read")
    }

    async fn until_it_says(&self, what: &str) {
        eventually(what, async || {
            let said = self.said();
            if said.contains(what) {
                Ok(())
            } else {
                Err(said)
            }
        })
        .await;
    }

    fn signal(&self, number: i32) {
        signal(
            i32::try_from(self.process.id()).expect("a process id"),
            number,
        );
    }

    /// Changes its file and has it read again.
    fn changed(&self, from: &str, to: &str) {
        let text = fs::read_to_string(self.file()).expect("the file can be read");
        assert!(text.contains(from), "kong.yaml has no {from}");
        fs::write(self.file(), text.replacen(from, to, 1)).expect("the file can be written");
        self.signal(libc::SIGHUP);
    }

    fn ended(mut self) -> ExitStatus {
        self.signal(libc::SIGTERM);
        self.process.wait().expect("it can be waited for")
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        // Already ended, unless a test has failed.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Reads an order's live updates until one says `status`.
async fn until_told(client: &Client, order_id: &str, status: &str) {
    let path = format!("/v1/orders/{order_id}/updates");
    let mut response = client
        .request(Method::GET, &path)
        .send()
        .await
        .expect("the stream opens");
    let (mut text, wanted) = (String::new(), format!("\"status\":\"{status}\""));
    while !text.contains(&wanted) {
        let piece = timeout(patience(), response.chunk()).await;
        let piece = piece.unwrap_or_else(|_| panic!("{wanted} did not come, but {text}"));
        let piece = piece
            .expect("the stream goes on")
            .expect("the stream does not end");
        text.push_str(&String::from_utf8_lossy(&piece));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_goes_through_a_gateway_that_stands_alone_before_an_ingress() {
    let shop = Shop::start(&[]);
    let addresses = fs::read_to_string(shop.local().data_dir().join("addresses.json"));
    let addresses: Value =
        serde_json::from_str(&addresses.expect("addresses.json is there")).expect("JSON");
    let ingress = addresses["proxy"]
        .as_str()
        .expect("the network has an address");
    let secrets = shop.local().data_dir().join("secrets");
    let alone = Alone::in_front_of(ingress, &secrets);

    let visitor = Client::visitor(&alone.url);
    let (customer, _) = visitor.new_customer().await;
    let order_id = customer.order("COF-ETH-250", 1, "pm_card_visa").await;
    until_told(&customer, &order_id, "confirmed").await;
    let _ = visitor.get("/events").await.expect(404);
    let _ = visitor.get("/v1/orders").await.expect(401);

    alone.changed("limit_by: ip", "limit_bi: ip");
    alone.until_it_says("did you mean `limit_by`?").await;
    let _ = visitor.get("/v1/products").await.expect(200);
    alone.changed(
        "limit_bi: ip",
        "limit_by: ip\n              hide_client_headers: true",
    );
    alone.until_it_says("the file was read again").await;

    let _ = shop.local().souk(&["down"]);
    let answer = visitor.get("/v1/products").await.expect(502);
    assert_eq!(answer.header("server"), "kong/3.9.3");
    let said = answer.body.to_string();
    assert!(
        said.contains("An invalid response was received from the upstream server"),
        "{said}"
    );
    alone.until_it_says("the upstream gives no answer").await;
    assert!(alone.ended().success());
}
