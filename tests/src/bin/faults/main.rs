//! `faults`: the real server under capture load, killed with SIGKILL at random moments; afterwards every acknowledged
//! event must be there once, and nothing else.
//!
//! Crews sign pickups, notes, deliveries and acceptances and send them in batches of random sizes over connections of
//! their own; what was not acknowledged stays in the outbox and is sent again, what was acknowledged never is, so that
//! a loss cannot heal unseen. A clerk declares and issues meanwhile. Run it through `scripts/faults`.

mod check;
mod crew;
mod office;
mod restore;
mod run;

use anyhow::{Context as _, bail};
use std::path::PathBuf;
use std::process::ExitCode;

/// What to do, from the command line.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// Seconds under load, per database.
    pub(crate) seconds: u64,
    /// Kills in that time.
    pub(crate) kills: usize,
    /// Seed of all randomness but keys and ids.
    pub(crate) seed: u64,
    /// Crews, each with a connection of its own.
    pub(crate) crews: usize,
    /// Manifests issued before the first start.
    pub(crate) manifests: usize,
    /// Only this database.
    pub(crate) only: Option<store::Kind>,
    /// The binary.
    pub(crate) binary: PathBuf,
    /// Instead of kills: a backup under load, later the loss of the database, and its restore.
    pub(crate) restore: bool,
}

fn options() -> anyhow::Result<Options> {
    let (mut seconds, mut kills) = (None, None);
    let mut options = Options {
        seconds: 0,
        kills: 0,
        seed: u64::try_from(server::compose::now().timestamp_millis())?,
        crews: 8,
        manifests: 320,
        only: None,
        binary: PathBuf::from("target/debug/emanifest"),
        restore: false,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        if name == "--restore" {
            options.restore = true;
            continue;
        }
        let value = arguments.next().with_context(|| format!("{name} needs a value"))?;
        match name.as_str() {
            "--seconds" => seconds = Some(value.parse()?),
            "--kills" => kills = Some(value.parse()?),
            "--seed" => options.seed = value.parse()?,
            "--crews" => options.crews = value.parse()?,
            "--manifests" => options.manifests = value.parse()?,
            "--binary" => options.binary = value.into(),
            "--only" => {
                options.only = Some(match value.as_str() {
                    "sqlite" => store::Kind::Sqlite,
                    "postgres" => store::Kind::Postgres,
                    _ => bail!("--only takes sqlite or postgres"),
                });
            }
            _ => bail!(
                "usage: faults [--seconds N] [--kills N] [--seed N] [--crews N] [--manifests N] [--only sqlite|postgres] [--binary FILE] [--restore]"
            ),
        }
    }
    if options.restore {
        kills = Some(1);
        seconds = seconds.or(Some(45));
    }
    // A kill every seven seconds or so leaves the server time to start, work and be cut off in the middle.
    options.kills = kills.unwrap_or_else(|| {
        seconds.map_or(20, |seconds: u64| usize::try_from(seconds / 7).unwrap_or(20).max(1))
    });
    options.seconds = seconds.unwrap_or_else(|| u64::try_from(options.kills).unwrap_or(20) * 7);
    Ok(options)
}

fn main() -> anyhow::Result<ExitCode> {
    let options = options()?;
    println!(
        "== faults: seed {}, {} kills in {} s per database",
        options.seed, options.kills, options.seconds
    );
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let mut tally = check::Tally::default();
    for kind in [store::Kind::Sqlite, store::Kind::Postgres] {
        if options.only.is_some_and(|only| only != kind) {
            continue;
        }
        runtime.block_on(async {
            tokio::select! {
                done = run::database(&options, kind, &mut tally) => done,
                // Stopped by hand or by a time limit, the server must not stay behind.
                () = stopped() => bail!("stopped"),
            }
        })?;
    }
    println!("{} passed, {} failed", tally.passed, tally.failed);
    Ok(if tally.failed == 0 && tally.passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// SIGINT or SIGTERM.
async fn stopped() {
    let terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
    match terminated {
        Ok(mut terminated) => {
            tokio::select! { _ = tokio::signal::ctrl_c() => {}, _ = terminated.recv() => {} }
        }
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}
