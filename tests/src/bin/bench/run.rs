//! One database: set up, sign, and measure in rounds.

use super::Options;
use super::bare::Bare;
use super::drive::{Plan, Slice, requests};
use anyhow::Context as _;
use serde_json::json;
use server::config::Config;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::testing::TestDb;
use store::{Db, Kind};
use tests::pressure::area::{self, Area, Sizes};
use tests::pressure::client::request;
use tests::pressure::issue::{Load, issue};
use tests::pressure::process::{Launch, free_address};

/// Pickups before the clock starts: caches and statements are warm in any server that runs.
const WARM_UP: usize = 1_000;

/// What one database gave.
#[derive(Debug, Clone)]
pub(crate) struct Measured {
    /// Which.
    pub(crate) kind: Kind,
    /// No-op route.
    pub(crate) noop: Slice,
    /// Bare commits.
    pub(crate) bare: Slice,
    /// Pickups.
    pub(crate) pickups: Slice,
    /// Bytes of a request's body.
    pub(crate) body_bytes: usize,
    /// Bytes of an event's row.
    pub(crate) row_bytes: usize,
    /// Pickups of the warm-up that raised any finding: 0, or the load was not honest.
    pub(crate) with_findings: usize,
}

async fn fresh(kind: Kind) -> anyhow::Result<Option<TestDb>> {
    Ok(match kind {
        Kind::Sqlite => Some(store::testing::sqlite_on_disk().await?),
        Kind::Postgres => store::testing::postgres().await?,
    })
}

/// Measures one database; `None` when this machine has none of its kind.
pub(crate) async fn database(options: &Options, kind: Kind) -> anyhow::Result<Option<Measured>> {
    let (Some(made), Some(other)) = (fresh(kind).await?, fresh(kind).await?) else {
        println!("{kind:?}: not on this machine");
        return Ok(None);
    };
    let folder = tempfile::tempdir()?;
    let config = Config {
        database_url: made.url.clone(),
        listen: free_address()?,
        keys_dir: folder.path().join("keys"),
        ..Config::default()
    };
    let setting_up = Instant::now();
    let sizes = Sizes { generators: 16, carriers: 8, facilities: 4, crews: options.connections };
    let area = Area::make(area::open(made.db.clone(), &config).await?, sizes).await?;
    let loads = issue(&area, options.events + WARM_UP).await?;
    if kind == Kind::Postgres {
        // Autovacuum would do this within a minute; a measurement does not wait for it.
        let pool = sqlx::PgPool::connect(&made.url).await?;
        sqlx::query("VACUUM ANALYZE").execute(&pool).await?;
        pool.close().await;
    }
    println!("{kind:?}: {} manifests issued in {:.1} s", loads.len(), setting_up.elapsed().as_secs_f64());
    let mut bodies = sign(&area, &loads)?;
    let launch = Launch { binary: options.binary.clone(), config, log: folder.path().join("server.log") };
    let server = launch.start().await?;
    let warm = bodies.split_off(options.events);
    requests(server.address, options.connections, Plan::Once(warm.into()), recorded).await?;
    let (row, with_findings) = look(&made.db, &loads[options.events..]).await?;
    let body_bytes = bodies.first().map_or(0, |request| request.len()).saturating_sub(head_bytes(&area));
    let noop = Arc::new(request(
        "GET",
        "/healthz",
        Some(&area.crews[0].driver.person.token),
        &[],
        &vec![b'x'; body_bytes],
    ));
    let bare = Bare::open(&other.url, kind).await?;
    let time = Duration::from_secs(options.seconds);
    let mut measured = Measured {
        kind,
        noop: Slice::default(),
        bare: Slice::default(),
        pickups: Slice::default(),
        body_bytes,
        row_bytes: row.len(),
        with_findings,
    };
    let per_round = options.events.div_ceil(options.rounds.max(1)).max(1);
    for (round, chunk) in bodies.chunks(per_round).enumerate() {
        let noop =
            requests(server.address, options.connections, Plan::Again(Arc::clone(&noop), time), |_| true)
                .await?;
        let seed = u64::try_from(round)? + 1;
        let bare = bare.commits(options.connections, &row, time, seed).await?;
        let pickups =
            requests(server.address, options.connections, Plan::Once(chunk.into()), recorded).await?;
        println!(
            "{kind:?} round {}: no-op {:.0}/s, bare commits {:.0}/s, pickups {:.0}/s = {:.2} × (b), {:.2} × (a)",
            round + 1,
            noop.rate(),
            bare.rate(),
            pickups.rate(),
            pickups.rate() / bare.rate(),
            pickups.rate() / noop.rate(),
        );
        measured.noop.add(noop);
        measured.bare.add(bare);
        measured.pickups.add(pickups);
    }
    server.kill().await?;
    other.remove().await?;
    made.remove().await?;
    Ok(Some(measured))
}

/// Every pickup as the bytes of its request.
fn sign(area: &Area, loads: &[Load]) -> anyhow::Result<Vec<Vec<u8>>> {
    let mut requests = Vec::with_capacity(loads.len());
    for load in loads {
        let now = server::compose::now();
        let (phone, at) = (&area.crews[load.crew].driver, area.generators[load.generator].spot());
        let event = phone.sign(&phone.pickup(area.app.new_id()?, load, at, now))?;
        let body = json!({ "sent_at": now, "events": [event] }).to_string();
        let token = Some(phone.person.token.as_str());
        requests.push(request("POST", "/api/v1/field/events", token, &[], body.as_bytes()));
    }
    Ok(requests)
}

/// Bytes of a request before its body.
fn head_bytes(area: &Area) -> usize {
    let token = Some(area.crews[0].driver.person.token.as_str());
    request("POST", "/api/v1/field/events", token, &[], &[b' '; 1000]).len() - 1000
}

/// Acknowledged as stored now.
fn recorded(body: &[u8]) -> bool {
    let wanted = br#""outcome":"recorded""#;
    body.windows(wanted.len()).any(|window| window == wanted)
}

/// A row as long and as hard to compress as an event's, and how many of these loads have findings.
async fn look(db: &Db, loads: &[Load]) -> anyhow::Result<(String, usize)> {
    let ids: Vec<_> = loads.iter().map(|load| load.id).collect();
    let mut tx = db.read("bench.look").await?;
    let events = store::events::list_for(&mut tx, &ids).await?;
    let event = events.first().context("the warm-up left no event")?;
    let ids_times_and_hashes = "0123456789abcdef".repeat(15);
    let row = format!("{}{}{ids_times_and_hashes}", event.jws, serde_json::to_string(&event.record.0)?);
    let found = store::findings::list_for(&mut tx, &ids).await?;
    let mut with: Vec<_> = found.iter().filter_map(|finding| finding.manifest_id).collect();
    with.sort_unstable();
    with.dedup();
    if let Some(finding) = found.first() {
        println!("a finding nobody expected: {:?} {}", finding.code, finding.detail.0);
    }
    Ok((row, with.len()))
}
