//! A shop of one function: the example `serving_echo`, run as a real process.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use futures::future::BoxFuture;
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use souk_plan::model::{EnvValue, EnvVar, ObjectName, ServicePlan};
use souk_serving::{FunctionStatus, InstanceState, Launcher, Serving};
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use crate::plan::plan;

/// Longer than anything takes on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running `serving_echo`.
pub(crate) struct Shop {
    pub(crate) serving: Serving,
    pub(crate) service: ObjectName,
    folder: TempDir,
}

/// Cargo builds examples beside the tests.
struct Examples {
    diary: PathBuf,
}

impl Launcher for Examples {
    fn launch(
        &self,
        service: &ServicePlan,
        runtime: Vec<(String, String)>,
    ) -> BoxFuture<'static, io::Result<Child>> {
        let mut program = std::env::current_exe().unwrap();
        program.pop();
        program.pop();
        let mut command =
            Command::new(program.join("examples").join(&service.container.executable));
        command
            .env_clear()
            .env("ECHO_DIARY", &self.diary)
            .envs(runtime)
            .stdin(std::process::Stdio::null())
            .kill_on_drop(true);
        for variable in &service.container.env {
            if let EnvValue::Literal(value) = &variable.value {
                command.env(&variable.name, value);
            }
        }
        Box::pin(async move { command.spawn() })
    }
}

impl Shop {
    /// Opens it with what `change` makes of a plain plan.
    pub(crate) fn open(change: impl FnOnce(&mut ServicePlan)) -> Self {
        let mut plan = plan();
        change(&mut plan);
        let folder = tempfile::tempdir().unwrap();
        let diary = folder.path().join("diary");
        Self {
            serving: Serving::start(&[plan.clone()], Arc::new(Examples { diary })),
            service: plan.object,
            folder,
        }
    }

    /// Opens it and waits until its one instance is ready.
    pub(crate) async fn open_awake(change: impl FnOnce(&mut ServicePlan)) -> Self {
        let shop = Self::open(|plan| {
            plan.scale.min = 1;
            change(plan);
        });
        shop.until_ready(1).await;
        shop
    }

    /// What starts processes for it, for a second runtime of the same Service.
    pub(crate) fn launcher(&self) -> Arc<dyn Launcher> {
        let diary = self.folder.path().join("diary");
        Arc::new(Examples { diary })
    }

    /// Applies what `change` makes of a plain plan, under another template.
    pub(crate) fn apply(&self, template: &str, change: impl FnOnce(&mut ServicePlan)) {
        let mut plan = plan();
        plan.template_hash = template.to_owned();
        change(&mut plan);
        self.serving.apply(&[plan]);
    }

    /// Which revision answers a request for the Service, or for `<tag>-<service>`.
    pub(crate) async fn revision_at(&self, name: &str) -> String {
        let name = ObjectName {
            name: name.to_owned(),
            ..self.service.clone()
        };
        let request = Request::get("/revision").body(Body::empty()).unwrap();
        let answer = timeout(PATIENCE, self.serving.call(&name, request));
        read(answer.await.unwrap()).await.1
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, String) {
        read(self.begin(Request::get(path), Body::empty()).await).await
    }

    pub(crate) async fn post(&self, path: &str) -> (StatusCode, String) {
        read(self.begin(Request::post(path), Body::from("{}")).await).await
    }

    /// Gives the answer when it has begun.
    pub(crate) async fn begin(
        &self,
        request: http::request::Builder,
        body: Body,
    ) -> Response<Body> {
        let request = request.header("host", "echo.souk.svc.cluster.local");
        let answer = self
            .serving
            .call(&self.service, request.body(body).unwrap());
        timeout(PATIENCE, answer).await.unwrap()
    }

    pub(crate) fn status(&self) -> FunctionStatus {
        self.serving.functions().remove(0)
    }

    /// Waits until the function looks so.
    pub(crate) async fn until(&self, what: &str, looks: impl Fn(&FunctionStatus) -> bool) {
        let look = async {
            while !looks(&self.status()) {
                sleep(Duration::from_millis(5)).await;
            }
        };
        if timeout(PATIENCE, look).await.is_err() {
            panic!("never {what}: {:#?}", self.status());
        }
    }

    pub(crate) async fn until_ready(&self, instances: usize) {
        self.until("ready", |function| {
            let ready = |state| state == InstanceState::Ready;
            function
                .instances
                .iter()
                .filter(|one| ready(one.state))
                .count()
                == instances
        })
        .await;
    }

    /// What the processes wrote down.
    pub(crate) fn diary(&self) -> Vec<String> {
        let text = fs::read_to_string(self.folder.path().join("diary")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    pub(crate) async fn until_noted(&self, what: &str) {
        let noted = format!("noted: {what}");
        self.until(&noted, |_| self.diary().iter().any(|line| line == what))
            .await;
    }
}

/// An answer's status and text; a body that breaks off ends with `!`.
pub(crate) async fn read(answer: Response<Body>) -> (StatusCode, String) {
    let (head, mut body) = answer.into_parts();
    let mut text = String::new();
    while let Some(frame) = timeout(PATIENCE, body.frame()).await.unwrap() {
        match frame {
            Ok(frame) => text.push_str(&String::from_utf8_lossy(frame.data_ref().unwrap())),
            Err(_) => {
                text.push('!');
                break;
            }
        }
    }
    (head.status, text)
}

pub(crate) fn environment(plan: &mut ServicePlan, name: &str, value: &str) {
    plan.container.env.push(EnvVar {
        name: name.to_owned(),
        value: EnvValue::Literal(value.to_owned()),
    });
}
