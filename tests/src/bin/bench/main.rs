//! `bench`: single signed pickups with position, manifest code and wall code, one event a request, against a no-op
//! route of the same server and against bare single-row commits of the same database, all in one run.
//!
//! Each round measures the three one after the other, so that a machine shared with others slows all of them alike.
//! Requests are signed before the clock starts. Run it through `scripts/bench`, which builds for release.

mod bare;
mod crypto;
mod drive;
mod report;
mod run;

use anyhow::{Context as _, bail};
use std::path::PathBuf;

/// What to measure, from the command line.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// Pickups per database, over all rounds.
    pub(crate) events: usize,
    /// Rounds.
    pub(crate) rounds: usize,
    /// Seconds of the no-op route and of bare commits in each round.
    pub(crate) seconds: u64,
    /// Connections and tasks at once.
    pub(crate) connections: usize,
    /// Only this database.
    pub(crate) only: Option<store::Kind>,
    /// The release binary.
    pub(crate) binary: PathBuf,
    /// Where the dated table is appended; without it nothing is written.
    pub(crate) out: Option<PathBuf>,
}

fn options() -> anyhow::Result<Options> {
    let mut options = Options {
        events: 20_000,
        rounds: 4,
        seconds: 3,
        connections: 64,
        only: None,
        binary: PathBuf::from("target/release/emanifest"),
        out: None,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().with_context(|| format!("{name} needs a value"))?;
        match name.as_str() {
            "--events" => options.events = value.parse()?,
            "--rounds" => options.rounds = value.parse()?,
            "--seconds" => options.seconds = value.parse()?,
            "--connections" => options.connections = value.parse()?,
            "--binary" => options.binary = value.into(),
            "--out" => options.out = Some(value.into()),
            "--only" => {
                options.only = Some(match value.as_str() {
                    "sqlite" => store::Kind::Sqlite,
                    "postgres" => store::Kind::Postgres,
                    _ => bail!("--only takes sqlite or postgres"),
                });
            }
            _ => bail!(
                "usage: bench [--events N] [--rounds N] [--seconds N] [--connections N] [--only sqlite|postgres] [--binary FILE] [--out FILE]"
            ),
        }
    }
    Ok(options)
}

fn main() -> anyhow::Result<()> {
    let options = options()?;
    let rates = crypto::rates()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut measured = Vec::new();
    for kind in [store::Kind::Sqlite, store::Kind::Postgres] {
        if options.only.is_none_or(|only| only == kind) {
            measured.extend(runtime.block_on(run::database(&options, kind))?);
        }
    }
    if measured.is_empty() {
        bail!("nothing was measured: there is no such database here");
    }
    let table = report::table(&options, &measured, &rates);
    println!("\n{table}");
    if let Some(path) = &options.out {
        report::append(path, &table)?;
        println!("appended to {}", path.display());
    }
    Ok(())
}
