//! One database: set up, load, kill, restart, check.

use super::check::{Seen, Tally};
use super::crew::{self, Diary};
use super::office;
use super::{Options, check, restore};
use server::config::Config;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::{Db, Kind};
use tests::pressure::area::{self, Area, Sizes};
use tests::pressure::dice::Dice;
use tests::pressure::issue::{Load, issue};
use tests::pressure::process::{Launch, free_address};

/// Longest time for everything after the load.
const PATIENCE: Duration = Duration::from_secs(150);

/// Who sends where, and until when.
pub(crate) struct Scene {
    /// Everybody.
    pub(crate) area: Area,
    /// The server, alive or not.
    pub(crate) address: SocketAddr,
    /// End of the load.
    pub(crate) until: Instant,
}

/// Runs one database; a kind that this machine lacks is named and left out.
pub(crate) async fn database(options: &Options, kind: Kind, tally: &mut Tally) -> anyhow::Result<()> {
    let made = match kind {
        Kind::Sqlite => Some(store::testing::sqlite().await?),
        Kind::Postgres => store::testing::postgres().await?,
    };
    let Some(made) = made else {
        println!("{kind:?}: not on this machine, left out");
        return Ok(());
    };
    let folder = tempfile::tempdir()?;
    let config = Config {
        database_url: made.url.clone(),
        listen: free_address()?,
        keys_dir: folder.path().join("keys"),
        ..Config::default()
    };
    let dice = Dice::new(options.seed);
    let (started, address) = (Instant::now(), config.listen);
    // The seeding connections close before the server starts: it must be alone with its file.
    let seeding = Db::connect(&made.url, store::Options::default()).await?;
    let sizes = Sizes { generators: 4, carriers: 2, facilities: 2, crews: options.crews };
    let area = Area::make(area::open(seeding.clone(), &config).await?, sizes).await?;
    let loads = issue(&area, options.manifests).await?;
    seeding.close().await;
    println!("{kind:?}: {} manifests issued in {:.1} s", loads.len(), started.elapsed().as_secs_f64());

    let launch = Launch { binary: options.binary.clone(), config, log: folder.path().join("server.log") };
    let scene =
        Arc::new(Scene { area, address, until: Instant::now() + Duration::from_secs(options.seconds) });
    let crews: Vec<_> = (0..options.crews)
        .map(|n| {
            let own: Vec<Load> = loads.iter().filter(|load| load.crew == n).cloned().collect();
            tokio::spawn(crew::work(Arc::clone(&scene), n, own, dice.fork(n + 1)))
        })
        .collect();
    let desk = tokio::spawn(office::work(Arc::clone(&scene), dice.fork(1_000)));
    let (kills, server) = if options.restore {
        (1, restore::lose_and_restore(&made, &launch, folder.path(), scene.until).await?)
    } else {
        let kills = kill_again_and_again(&launch, options, scene.until, dice.clone()).await?;
        (kills, launch.start().await?)
    };
    let waited = tokio::time::timeout(PATIENCE, async {
        let mut diaries: Vec<Diary> = Vec::new();
        for crew in crews {
            diaries.push(crew.await??);
        }
        anyhow::Ok((diaries, desk.await??))
    });
    let (diaries, issued) = waited.await??;
    server.kill().await?;
    let seen = Seen { scene: &scene, loads: &loads, diaries: &diaries, issued: &issued, kills };
    // A pool of before the restore would look at a file that is gone.
    let db = Db::connect(&made.url, store::Options::default()).await?;
    check::offline(&db, kind, options, &seen, tally).await?;
    db.close().await;
    let server = launch.start().await?;
    check::online(&seen, tally).await?;
    server.kill().await?;
    if tally.failed > 0 {
        let kept = folder.keep();
        println!("{kind:?}: the server's log is kept in {}", kept.join("server.log").display());
    }
    Ok(made.remove().await?)
}

/// Starts the server and ends it with SIGKILL at a random moment, also while it starts, until the load ends.
async fn kill_again_and_again(
    launch: &Launch,
    options: &Options,
    until: Instant,
    mut dice: Dice,
) -> anyhow::Result<usize> {
    let mut kills = 0;
    while kills < options.kills {
        let left = until.saturating_duration_since(Instant::now()).as_millis();
        let share = usize::try_from(left)? / (options.kills - kills);
        // Around the mean, so that all kills fit into the time; never at once.
        let wait = 100 + dice.below(2 * share.max(100)).min(usize::try_from(left)?);
        let server = launch.spawn()?;
        tokio::time::sleep(Duration::from_millis(u64::try_from(wait)?)).await;
        server.kill().await?;
        kills += 1;
    }
    Ok(kills)
}
