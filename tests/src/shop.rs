//! A shop to test: one that is started here from the repository's manifests, or one that runs elsewhere.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::OnceCell;

use crate::credentials::Credentials;
use crate::limits;
use crate::process::{build, is_running, repository, souk};
use crate::wait::within;

/// Where the runtime's page answers; at any free port unless a test says otherwise.
const CONSOLE: &str = "--console";
/// How the names of the shops' folders begin; the test program's process id follows.
const FOLDERS: &str = "souk-journeys-";

/// A shop.
pub struct Shop {
    /// Where its gateway answers.
    pub gateway: String,
    /// Who may do what.
    pub credentials: Credentials,
    /// Where its mails can be read, if they can.
    pub mails: Option<String>,
    /// The shop's own folder, when it was started here.
    pub local: Option<Local>,
}

/// A shop that was started here.
pub struct Local {
    data_dir: PathBuf,
    /// Any port at first, then that one: it is in the name of who issues tokens.
    listen: String,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    folder: Option<TempDir>,
}

impl Shop {
    /// The one shop that all journeys of a test program share. It ends with the program.
    pub async fn shared() -> &'static Self {
        static SHARED: OnceCell<Shop> = OnceCell::const_new();
        SHARED
            .get_or_init(|| async {
                match std::env::var("SOUK_GATEWAY_URL") {
                    Ok(gateway) => Self::elsewhere(gateway),
                    Err(_) => tokio::task::spawn_blocking(|| Self::start(&[]))
                        .await
                        .expect("a shop starts"),
                }
            })
            .await
    }

    /// A shop of one's own, in a temporary folder; `arguments` are added to `souk up`.
    ///
    /// # Panics
    ///
    /// When the shop does not open.
    #[must_use]
    pub fn start(arguments: &[String]) -> Self {
        Self::start_with(arguments, &[])
    }

    /// The same, with variables for `souk`: a setting of `gateway-config/environments/local.env`, for instance. Limits of the gate
    /// that are not among them are out of the way.
    ///
    /// # Panics
    ///
    /// When the shop does not open.
    #[must_use]
    pub fn start_with(arguments: &[String], environment: &[(&str, &str)]) -> Self {
        let mut local = Local::new(arguments);
        let given = environment.iter();
        let given = given.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        local.environment.extend(given);
        local.up();
        Self::opened(local)
    }

    /// A shop of one's own that comes from a file which `souk backup` has written.
    ///
    /// # Panics
    ///
    /// When it cannot be restored or does not open.
    #[must_use]
    pub fn restored(file: &Path) -> Self {
        let local = Local::new(&[]);
        let file = file.to_str().expect("its name is text");
        let restore = local.souk(&["restore", file]);
        assert!(restore.status.success(), "{restore:?}");
        local.up();
        Self::opened(local)
    }

    /// Opens the shop again after it was closed or killed.
    ///
    /// # Panics
    ///
    /// When the shop was not started here or does not open.
    #[must_use]
    pub fn reopen(mut self) -> Self {
        let local = self
            .local
            .take()
            .expect("only a shop that was started here can be opened again");
        local.up();
        Self::opened(local)
    }

    /// The same with other arguments of `souk up`.
    ///
    /// # Panics
    ///
    /// When the shop was not started here or does not open.
    #[must_use]
    pub fn reopen_with(mut self, arguments: &[String]) -> Self {
        if let Some(local) = &mut self.local {
            local.arguments = arguments.to_vec();
        }
        self.reopen()
    }

    fn opened(mut local: Local) -> Self {
        let credentials = read_json(&local.data_dir.join("credentials.json"));
        let mails = local.page_of("mail-server");
        let gateway = credentials["gateway"].as_str();
        let gateway = gateway
            .expect("credentials.json names the gateway")
            .to_owned();
        gateway
            .trim_start_matches("http://")
            .clone_into(&mut local.listen);
        Self {
            gateway,
            credentials: serde_json::from_value(credentials).expect("credentials.json is complete"),
            mails,
            local: Some(local),
        }
    }

    fn elsewhere(gateway: String) -> Self {
        let file = std::env::var("SOUK_CREDENTIALS")
            .expect("SOUK_CREDENTIALS names the file with the shop's accounts");
        Self {
            gateway,
            credentials: serde_json::from_value(read_json(Path::new(&file)))
                .expect("SOUK_CREDENTIALS is complete"),
            mails: std::env::var("SOUK_MAILS_URL").ok(),
            local: None,
        }
    }

    /// The shop's own folder and commands.
    ///
    /// # Panics
    ///
    /// When the shop was not started here.
    #[must_use]
    pub fn local(&self) -> &Local {
        self.local
            .as_ref()
            .expect("this test needs a shop that was started here")
    }
}

impl Local {
    fn new(arguments: &[String]) -> Self {
        remove_what_ended_tests_left();
        let prefix = format!("{FOLDERS}{}-", std::process::id());
        let folder = tempfile::Builder::new()
            .prefix(&prefix)
            .tempdir()
            .expect("a temporary folder can be made");
        open_to_other_users(folder.path());
        Self {
            data_dir: folder.path().join("data"),
            listen: "127.0.0.1:0".to_owned(),
            arguments: arguments.to_vec(),
            environment: limits::out_of_the_way(),
            folder: Some(folder),
        }
    }

    /// The data directory.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// An address in `addresses.json`, such as `metrics`.
    ///
    /// # Panics
    ///
    /// When there is none.
    #[must_use]
    pub fn address(&self, name: &str) -> String {
        let addresses = read_json(&self.data_dir.join("addresses.json"));
        let address = addresses[name].as_str();
        address
            .unwrap_or_else(|| panic!("no {name} in {addresses:#}"))
            .to_owned()
    }

    /// A Secret that the runtime made: `secrets/souk/<name>.json`.
    #[must_use]
    pub fn secret(&self, name: &str) -> Value {
        read_json(&self.data_dir.join(format!("secrets/souk/{name}.json")))
    }

    /// Where a function's database is, with its name and password there.
    ///
    /// # Panics
    ///
    /// When it has none.
    #[must_use]
    pub fn database_url(&self, function: &str) -> String {
        let secret = self.secret(&format!("{function}-database"));
        let url = secret["url"].as_str().expect("the Secret holds a URL");
        url.to_owned()
    }

    /// Where a stand-in (`payment-provider`, `mail-server`) shows its page, if it has one.
    #[must_use]
    pub fn page_of(&self, name: &str) -> Option<String> {
        let ps = self.ps();
        let mut stand_ins = ps["stand_ins"].as_array().into_iter().flatten();
        let page = &stand_ins.find(|one| one["name"] == name)?["page"];
        page.as_str().map(str::to_owned)
    }

    /// Runs `souk <arguments>` on this shop.
    ///
    /// # Panics
    ///
    /// When `souk` cannot be started.
    #[must_use]
    pub fn souk(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(souk());
        command
            .args(arguments)
            .arg("--data-dir")
            .arg(&self.data_dir)
            .stdin(Stdio::null());
        command.output().expect("souk can be started")
    }

    /// What `souk ps --json` says.
    ///
    /// # Panics
    ///
    /// When it is no JSON.
    #[must_use]
    pub fn ps(&self) -> Value {
        let output = self.souk(&["ps", "--json"]);
        let said = String::from_utf8_lossy(&output.stdout);
        serde_json::from_str(&said).unwrap_or_else(|error| {
            panic!(
                "ps: {error}: {said}{}",
                String::from_utf8_lossy(&output.stderr)
            )
        })
    }

    /// The same; nothing when the shop does not answer, as while it is killed, frozen or opening.
    #[must_use]
    pub fn ps_if_there(&self) -> Option<Value> {
        let output = self.souk(&["ps", "--json"]);
        serde_json::from_slice(&output.stdout).ok()
    }

    /// Opens the shop again after `souk` was killed, at the same address, as a supervisor does: again and again until it opens, for
    /// the killed one may take a moment to be gone. What it was opened with, it is opened with again.
    ///
    /// # Panics
    ///
    /// When it has not opened after a minute.
    pub async fn open_again(&self) {
        within(Duration::from_secs(60), "the shop to open", async || {
            self.try_up()
        })
        .await;
    }

    /// The processes of a function, or of all of them.
    #[must_use]
    pub fn processes(&self, function: Option<&str>) -> Vec<i32> {
        let ps = self.ps();
        let functions = ps["functions"].as_array().into_iter().flatten();
        let wanted = functions.filter(|one| function.is_none_or(|name| one["name"] == name));
        let instances = wanted.flat_map(|one| one["instances"].as_array().into_iter().flatten());
        instances
            .filter_map(|instance| i32::try_from(instance["pid"].as_i64()?).ok())
            .collect()
    }

    /// The process of `souk up`.
    ///
    /// # Panics
    ///
    /// When there is none.
    #[must_use]
    pub fn pid(&self) -> i32 {
        let text =
            std::fs::read_to_string(self.data_dir.join("souk.pid")).expect("souk.pid can be read");
        text.trim().parse().expect("souk.pid holds a number")
    }

    fn up(&self) {
        if let Err(said) = self.try_up() {
            panic!("souk up failed: {said}");
        }
    }

    fn try_up(&self) -> Result<(), String> {
        build();
        let mut command = Command::new(souk());
        command.args(["up", "--detach", "--no-build", "--listen", &self.listen]);
        if !self.arguments.iter().any(|argument| argument == CONSOLE) {
            command.args([CONSOLE, "127.0.0.1:0"]);
        }
        command
            .arg("--while-pid")
            .arg(std::process::id().to_string());
        command
            .arg("--data-dir")
            .arg(&self.data_dir)
            .args(&self.arguments)
            .envs(self.environment.iter().cloned());
        let output = command
            .current_dir(repository())
            .stdin(Stdio::null())
            .output()
            .expect("souk can be started");
        let said = [&output.stdout[..], &output.stderr].concat();
        match output.status.success() {
            true => Ok(()),
            false => Err(String::from_utf8_lossy(&said).into_owned()),
        }
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        let Some(folder) = self.folder.take() else {
            return;
        };
        let _ = self.souk(&["down"]);
        if std::thread::panicking() {
            keep_logs(&self.data_dir.join("log"));
        }
        drop(folder);
    }
}

/// A shop that a whole test program shares ends with it, and its folder stays: the next program removes it.
fn remove_what_ended_tests_left() {
    for entry in std::fs::read_dir(std::env::temp_dir())
        .into_iter()
        .flatten()
        .flatten()
    {
        let name = entry.file_name();
        let pid = name
            .to_str()
            .and_then(|name| name.strip_prefix(FOLDERS)?.split('-').next()?.parse().ok());
        if pid.is_some_and(|pid| !is_running(pid)) {
            // Somebody else may do the same at the same time.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// PostgreSQL refuses to run as root; whoever it runs as must reach its folder.
fn open_to_other_users(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let opened = std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o711));
    opened.expect("the temporary folder is ours");
}

fn keep_logs(logs: &Path) {
    let kept = repository()
        .join("target/journeys")
        .join(std::process::id().to_string());
    let copied = std::fs::create_dir_all(&kept).is_ok()
        && Command::new("cp")
            .arg("-r")
            .arg(logs)
            .arg(&kept)
            .status()
            .is_ok_and(|status| status.success());
    if copied {
        eprintln!("the shop's logs: {}", kept.display());
    }
}

pub(crate) fn read_json(path: &Path) -> Value {
    let text =
        std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
