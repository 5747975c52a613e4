//! The four commands.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tokio::signal::unix::{SignalKind, signal};

use crate::{
    cli::{Advance, Smoke},
    judge::{Limits, Verdict, judge},
    prometheus::Prometheus,
    rollout::{Next, Rollout},
    services::Services,
    smoke,
    traffic::{Release, held, released},
};

/// So often in a row Prometheus may fail to answer; then a release that nobody can see is taken back.
const BLIND_LOOKS: u32 = 4;

/// Keeps all requests where they are.
pub(crate) async fn hold(services: &Services, names: &[String]) -> Result<()> {
    for name in names {
        match services.find(name).await? {
            Some(standing) => {
                services.route(name, &held(standing.stable())).await?;
                println!("{name}: all requests stay with {}", standing.stable());
            }
            None => println!("{name}: does not exist yet, nothing to hold"),
        }
    }
    Ok(())
}

/// Gives everything back to the stable revisions.
pub(crate) async fn roll_back(services: &Services, names: &[String]) -> Result<()> {
    let releases = releases(services, names).await?;
    take_back(services, &releases).await
}

/// Asks every candidate by its tag.
pub(crate) async fn smoke(services: &Services, smoke: &Smoke) -> Result<()> {
    for release in releases(services, &smoke.services).await? {
        smoke::ask(services.namespace(), &release, smoke).await?;
    }
    Ok(())
}

/// Takes the candidates through their shares.
pub(crate) async fn advance(services: &Services, options: &Advance) -> Result<()> {
    let schedule = options.schedule()?;
    let prometheus = Prometheus::at(&options.prometheus)?;
    let releases = releases(services, &options.services).await?;
    if releases.is_empty() {
        println!("no Service has a new revision");
        return Ok(());
    }
    let watch = Watch {
        services,
        prometheus,
        releases,
        every: options.every,
        limits: options.limits(),
    };
    let failed = tokio::select! {
        finished = watch.run(Rollout::new(schedule)) => match finished {
            Ok(()) => return watch.finish().await,
            Err(error) => error,
        },
        signal = told_to_stop() => signal,
    };
    take_back(services, &watch.releases).await?;
    Err(failed.context("the release was taken back"))
}

async fn releases(services: &Services, names: &[String]) -> Result<Vec<Release>> {
    let mut releases = Vec::new();
    for name in names {
        match services.get(name).await?.release(name)? {
            Some(release) => releases.push(release),
            None => println!("{name}: no new revision"),
        }
    }
    Ok(releases)
}

/// Every Service is told, even when telling one of them fails.
async fn take_back(services: &Services, releases: &[Release]) -> Result<()> {
    let mut failed = Vec::new();
    for release in releases {
        let Release {
            service, stable, ..
        } = release;
        match services.route(service, &release.share(0)).await {
            Ok(()) => println!("{service}: all requests go to {stable} again"),
            Err(error) => failed.push(format!("{error:#}")),
        }
    }
    ensure!(failed.is_empty(), "NOT TAKEN BACK: {}", failed.join("; "));
    Ok(())
}

async fn told_to_stop() -> anyhow::Error {
    let signals = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    );
    match signals {
        (Ok(mut terminate), Ok(mut interrupt)) => {
            tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
            anyhow::anyhow!("told to stop")
        }
        (Err(error), _) | (_, Err(error)) => error.into(),
    }
}

struct Watch<'a> {
    services: &'a Services,
    prometheus: Prometheus,
    releases: Vec<Release>,
    every: Duration,
    limits: Limits,
}

impl Watch<'_> {
    async fn run(&self, mut rollout: Rollout) -> Result<()> {
        let mut since = self.share(rollout.share()).await?;
        let mut blind = 0;
        loop {
            tokio::time::sleep(self.every).await;
            let verdicts = match self.look(since.elapsed()).await {
                Ok(verdicts) => verdicts,
                Err(error) if blind + 1 < BLIND_LOOKS => {
                    println!("{error:#}");
                    blind += 1;
                    continue;
                }
                Err(error) => return Err(error).context("the candidates cannot be watched"),
            };
            blind = 0;
            match rollout.next(since.elapsed(), &verdicts) {
                Next::Wait => {}
                Next::Share(percent) => since = self.share(percent).await?,
                Next::Done => return Ok(()),
                Next::RollBack(cause) => bail!("{cause}"),
            }
        }
    }

    async fn share(&self, percent: u8) -> Result<Instant> {
        for release in &self.releases {
            self.services
                .route(&release.service, &release.share(percent))
                .await?;
            println!("{}: {percent} % to {}", release.service, release.candidate);
        }
        Ok(Instant::now())
    }

    async fn look(&self, window: Duration) -> Result<Vec<(String, Verdict)>> {
        let mut verdicts = Vec::new();
        for Release {
            service,
            stable,
            candidate,
        } in &self.releases
        {
            let known = self.prometheus.figures(service, stable, window).await?;
            let new = self.prometheus.figures(service, candidate, window).await?;
            let p95 = new
                .p95_seconds
                .map(|p95| format!(", p95 {:.0} ms", p95 * 1000.0));
            println!(
                "{service}: {candidate} answered {:.0} requests, {:.0} with 5xx{}; {stable} {:.0} and {:.0}",
                new.requests,
                new.errors,
                p95.unwrap_or_default(),
                known.requests,
                known.errors,
            );
            verdicts.push((service.clone(), judge(&known, &new, &self.limits)));
        }
        Ok(verdicts)
    }

    async fn finish(&self) -> Result<()> {
        for release in &self.releases {
            self.services.route(&release.service, &released()).await?;
            println!(
                "{}: {} has replaced {}",
                release.service, release.candidate, release.stable
            );
        }
        Ok(())
    }
}
