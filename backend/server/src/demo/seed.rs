//! Fills an empty database at the first start.

use super::chance::Chance;
use super::clock::StoryClock;
use super::history::{self, Telling};
use super::phones::Phones;
use super::province::Province;
use super::registry;
use super::today::Today;
use super::year;
use anyhow::{Context as _, bail};
use app::App;
use app::capture::Limits;
use app::live::Live;
use app::ports::Core;
use chrono::{Days, TimeDelta};
use domain::id::{FindingId, ManifestId};
use domain::party::Role;
use domain::time::{Instant, day_start, instant, local_day};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant as Stopwatch;
use store::{Db, findings, manifests, meta, sites};

/// Key of `meta` that says what this database is; `serve` refuses one that has it.
const META: &str = "demo";
/// Seed of everything outside the year's plan.
const SEED: u64 = 0x0031_0001;
/// Most days of the past that are told.
const MOST_DAYS: u64 = 365;
/// Findings older than this have been looked at, days.
const ANSWERED_AFTER: u64 = 16;
/// How authorities closed the findings of the past.
const OUTCOMES: [&str; 4] = [
    "Đã xác minh với các bên: không vi phạm",
    "Đã nhắc nhở, đơn vị cam kết khắc phục",
    "Chênh lệch do ước lượng khi khai, chấp nhận khối lượng cân",
    "Thiết bị lỗi, đã sửa",
];

/// True when the database holds the demo already.
///
/// # Errors
/// When it is an installation's, or a first start was interrupted.
pub(super) async fn is_seeded(db: &Db) -> anyhow::Result<bool> {
    let mut tx = db.read("demo.is_seeded").await?;
    match meta::find(&mut tx, META).await?.as_deref() {
        Some("ready") => Ok(true),
        Some(_) => {
            bail!("the first start of this demo was interrupted; delete its data folder and start again")
        }
        None => {
            let (anybody, one) = (store::people::Filter::default(), store::Page::first(1));
            if store::people::list(&mut tx, &anybody, &one).await?.items.is_empty() {
                Ok(false)
            } else {
                bail!("this database belongs to an installation; the demo does not touch it")
            }
        }
    }
}

/// The day everything in the registry is of: before the first load was declared.
fn beginning(now: Instant, days: u64) -> Instant {
    day_start(local_day(now) - Days::new(days + 7))
}

/// Keys of the demo are older than its oldest seal.
pub(super) fn keys_from(now: Instant) -> Instant {
    beginning(now, MOST_DAYS) - TimeDelta::days(1)
}

/// Registers the province, tells so many days of its past and lays out today's work, saying so as it goes.
///
/// # Errors
/// Seal and store failures.
pub(super) async fn seed(served: &Core, province: &Province, now: Instant, days: u64) -> anyhow::Result<()> {
    let began = Stopwatch::now();
    let today = local_day(now);
    let start = beginning(now, days);
    let clock = Arc::new(StoryClock::at(start));
    // Streams of its own: nobody watches the past being told.
    let core = Core { clock: Arc::<StoryClock>::clone(&clock), live: Live::default(), ..served.clone() };
    let db = &served.db;
    let app = App::start(core, Limits::default());
    let mut chance = Chance::new(SEED);
    let mut tx = db.begin("demo.registry").await?;
    meta::update(&mut tx, META, "filling").await?;
    let walls = registry::write(&app, &mut tx, province, start).await?;
    let phones = Phones::enrol(&app, &mut tx, province, &mut chance, start).await?;
    let ids: Vec<_> = walls.keys().copied().collect();
    let codes = sites::list_wall_codes(&mut tx, &ids).await?;
    let walls_expire_at = codes.first().map(|code| code.expires_at).context("no wall code")?;
    tx.commit().await?;
    let loads = year::plan(province, today, days)?;
    println!(
        "   {} organisations, {} sites; now {} loads of the past year",
        province.organisations.len(),
        province.sites.len(),
        loads.len()
    );
    let mut telling = Telling { core: &app, clock: &clock, province, phones, walls, walls_expire_at };
    history::write(&mut telling, loads).await?;
    let Telling { mut phones, walls, .. } = telling;
    close_old_findings(&app, province, today - Days::new(ANSWERED_AFTER), &mut chance).await?;
    let mut work = Today {
        app: &app,
        clock: &clock,
        province,
        phones: &mut phones,
        walls: &walls,
        chance: chance.clone(),
        now: instant(now),
    };
    work.play().await?;
    app.capture.drain().await;
    let mut tx = db.begin("demo.ready").await?;
    meta::update(&mut tx, META, "ready").await?;
    tx.commit().await?;
    println!("   filled in {:.1} s", began.elapsed().as_secs_f64());
    Ok(())
}

/// Closes most findings that are old, as an authority would have by now; the recent ones stay open.
async fn close_old_findings(
    core: &Core,
    province: &Province,
    before: chrono::NaiveDate,
    chance: &mut Chance,
) -> anyhow::Result<()> {
    let authority = province
        .people
        .iter()
        .find(|person| person.acting().is_some_and(|grant| grant.role == Role::Authority))
        .context("no authority")?;
    let old: Vec<(FindingId, ManifestId, Instant)> = old_findings(core, day_start(before)).await?;
    let mut touched: BTreeSet<ManifestId> = BTreeSet::new();
    let mut tx = core.db.begin("demo.findings").await?;
    let of: BTreeSet<ManifestId> = old.iter().map(|(_, manifest, _)| *manifest).collect();
    let counted = app::rollup::watch(&mut tx, &of.into_iter().collect::<Vec<_>>()).await?;
    for (id, manifest, raised_at) in old {
        if chance.happens(0.94) {
            let outcome = OUTCOMES[chance.index(OUTCOMES.len())];
            let at = raised_at + TimeDelta::hours(chance.between(4, 300));
            findings::update_closed(&mut tx, id, authority.id, outcome, at).await?;
            touched.insert(manifest);
        }
    }
    let touched: Vec<ManifestId> = touched.into_iter().collect();
    manifests::update_open_findings(&mut tx, &touched, day_start(before)).await?;
    counted.note(core, &mut tx).await?;
    tx.commit().await?;
    Ok(())
}

async fn old_findings(core: &Core, before: Instant) -> anyhow::Result<Vec<(FindingId, ManifestId, Instant)>> {
    let filter = findings::Filter { status: Some(findings::Status::Open), ..findings::Filter::default() };
    let mut page = store::Page::first(500);
    let mut old = Vec::new();
    let mut tx = core.db.read("demo.findings").await?;
    loop {
        let listing = findings::list(&mut tx, &filter, &page).await?;
        for row in listing.items {
            if let (true, Some(manifest)) = (row.raised_at < before, row.manifest_id) {
                old.push((row.id, manifest, row.raised_at));
            }
        }
        match listing.next {
            Some(cursor) => page.after = Some(cursor),
            None => return Ok(old),
        }
    }
}
