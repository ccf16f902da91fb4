//! Roll-ups: appended with every change of manifests, compacted by a job, rebuilt from the manifests.
//!
//! The one place where writers touch the statistics is [`append`], at the end of a refold; whoever changes what counts
//! (findings, lines, parties, times) outside of one brackets it with [`watch`] and [`Watched::note`].

use crate::error::Result;
use crate::ledger::{Ledger, Verdict};
use crate::ports::Core;
use chrono::{Days, NaiveDate};
use domain::custody::folded::{Folded, LineMasses};
use domain::id::ManifestId;
use domain::rollup::{Deltas, Load, LoadLine};
use domain::time::{Instant, day_start};
use domain::waste::WasteLine;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;
use store::lines::Line;
use store::manifests::{self, Manifest};
use store::{Tx, lines, meta, rollups};
use tokio::sync::watch as signal;
use tokio::task::JoinHandle;
use uuid::Uuid;

/// Pause of the job when nothing waits.
const PAUSE: Duration = Duration::from_secs(5);
/// Manifests read at once by a rebuild.
const PAGE: u16 = 500;
/// Key of `meta` that says that the manifests of before this table are counted.
const BUILT: &str = "rollups_built";

/// Appends what a refold changes, in its transaction: one statement a batch, none when nothing that counts changed.
/// `open` has the open findings of after.
pub(crate) async fn append(
    core: &Core,
    tx: &mut Tx,
    ledgers: &[Ledger],
    verdicts: &[Verdict],
    open: &HashMap<ManifestId, i64>,
) -> Result<()> {
    let mut deltas = Deltas::default();
    for (ledger, verdict) in ledgers.iter().zip(verdicts) {
        let row = &ledger.row;
        deltas.subtract(&rollups::counted(row, pairs(&ledger.facts.lines, &ledger.masses)));
        let now = &verdict.folded;
        let open = open.get(&row.id).copied().unwrap_or_default();
        deltas.add(&folded(row, now, pairs(&ledger.facts.lines, &now.lines), open));
    }
    write(core, tx, deltas).await
}

/// Manifests as they count before a change.
#[derive(Debug)]
pub struct Watched {
    ids: Vec<ManifestId>,
    deltas: Deltas,
}

/// Looks at manifests before they are changed outside of a refold. The caller has locked them.
///
/// # Errors
/// Store failures.
pub async fn watch(tx: &mut Tx, ids: &[ManifestId]) -> Result<Watched> {
    let mut watched = Watched { ids: ids.to_vec(), deltas: Deltas::default() };
    for (row, lines) in rows(tx, ids).await? {
        watched.deltas.subtract(&rollups::counted(&row, of_lines(&lines)));
    }
    Ok(watched)
}

impl Watched {
    /// Appends what changed since, in the same transaction.
    ///
    /// # Errors
    /// Store failures.
    pub async fn note(mut self, core: &Core, tx: &mut Tx) -> Result<()> {
        for (row, lines) in rows(tx, &self.ids).await? {
            self.deltas.add(&rollups::counted(&row, of_lines(&lines)));
        }
        write(core, tx, self.deltas).await
    }
}

async fn write(core: &Core, tx: &mut Tx, deltas: Deltas) -> Result<()> {
    let mut rows = deltas.rows().peekable();
    if rows.peek().is_none() {
        return Ok(());
    }
    Ok(rollups::append(tx, core.new_id::<Uuid>()?, rows).await?)
}

async fn rows(tx: &mut Tx, ids: &[ManifestId]) -> Result<Vec<(Manifest, Vec<Line>)>> {
    let found = manifests::find_many(tx, ids).await?;
    let mut of: HashMap<ManifestId, Vec<Line>> = HashMap::new();
    for line in lines::list_for(tx, ids).await? {
        of.entry(line.manifest_id).or_default().push(line);
    }
    Ok(found
        .into_iter()
        .map(|row| (of.remove(&row.id).unwrap_or_default(), row))
        .map(|(l, r)| (r, l))
        .collect())
}

/// Declared lines with their masses, by number.
fn pairs<'a>(declared: &'a [WasteLine], masses: &[LineMasses]) -> Vec<LoadLine<'a>> {
    let of = |each: &WasteLine| masses.iter().find(|masses| masses.line == each.line).copied();
    declared.iter().filter_map(|each| Some(rollups::counted_line(each, of(each)?))).collect()
}

fn of_lines(lines: &[Line]) -> Vec<LoadLine<'_>> {
    lines.iter().map(|each| rollups::counted_line(&each.declared, each.masses())).collect()
}

/// The same manifest as it was just folded.
fn folded<'a>(row: &'a Manifest, now: &Folded, lines: Vec<LoadLine<'a>>, open_findings: i64) -> Load<'a> {
    Load {
        issued_at: now.issued_at,
        state: now.state(),
        picked_up_at: now.picked_up_at,
        arrived_at: now.arrived_at,
        accepted_at: now.accepted_at,
        open_findings,
        ..rollups::counted(row, lines)
    }
}

/// Moves deltas into the roll-ups until none waits. Returns how many that were.
///
/// # Errors
/// Store failures; what was moved stays moved.
pub async fn compact(core: &Core) -> Result<usize> {
    let mut moved = 0;
    loop {
        let mut tx = core.db.begin("rollup.compact").await?;
        let taken = rollups::compact(&mut tx).await?;
        tx.commit().await?;
        moved += taken;
        if taken < usize::from(rollups::AT_ONCE) {
            return Ok(moved);
        }
    }
}

/// Counts every day anew from the manifests and appends what is missing or too much. Returns how many rows were wrong.
///
/// # Errors
/// Store failures; finished days stay.
pub async fn rebuild(core: &Core) -> Result<usize> {
    let mut wrong = 0;
    let mut tx = core.db.begin("rollup.check").await?;
    rollups::lock(&mut tx).await?;
    if !rollups::grains_agree(&mut tx).await? {
        rollups::clear(&mut tx).await?;
        wrong += 1;
    }
    let days = rollups::list_days(&mut tx).await?;
    tx.commit().await?;
    for day in days {
        let mut tx = core.db.begin("rollup.rebuild").await?;
        rollups::lock(&mut tx).await?;
        let mut missing = count(&mut tx, day).await?;
        for (key, measures) in rollups::list_of_day(&mut tx, day).await? {
            missing.add_row(key, &measures, -1);
        }
        wrong += missing.clone().rows().count();
        write(core, &mut tx, missing).await?;
        tx.commit().await?;
    }
    compact(core).await?;
    Ok(wrong)
}

/// What the manifests issued on a local day add up to.
async fn count(tx: &mut Tx, day: NaiveDate) -> Result<Deltas> {
    let next = day.checked_add_days(Days::new(1)).map_or(Instant::MAX_UTC, day_start);
    let mut page = store::Page::first(PAGE);
    let mut counted = Deltas::default();
    loop {
        let listing = manifests::list_issued(tx, day_start(day), next, &page).await?;
        let ids: Vec<ManifestId> = listing.items.iter().map(|row| row.id).collect();
        let mut of: BTreeMap<ManifestId, Vec<Line>> = BTreeMap::new();
        for line in lines::list_for(tx, &ids).await? {
            of.entry(line.manifest_id).or_default().push(line);
        }
        for row in &listing.items {
            let lines = of.get(&row.id).map(Vec::as_slice).unwrap_or_default();
            counted.add(&rollups::counted(row, of_lines(lines)));
        }
        match listing.next {
            Some(cursor) => page.after = Some(cursor),
            None => return Ok(counted),
        }
    }
}

/// The running job: counts once what was there before the roll-ups, then moves deltas as they come.
#[derive(Debug)]
pub struct Job {
    stop: signal::Sender<bool>,
    task: JoinHandle<()>,
}

impl Job {
    /// Starts it on the current runtime.
    #[must_use]
    pub fn start(core: Core) -> Self {
        let (stop, stopped) = signal::channel(false);
        Self { stop, task: tokio::spawn(run(core, stopped)) }
    }

    /// Ends it after the round under way.
    pub async fn stop(self) {
        // It is only gone when it ended by itself.
        let _ = self.stop.send(true);
        if self.task.await.is_err() {
            tracing::error!("the compacting of roll-ups had panicked");
        }
    }
}

async fn run(core: Core, mut stopped: signal::Receiver<bool>) {
    let mut built = false;
    loop {
        let round = async {
            if !built {
                build_once(&core).await?;
                built = true;
            }
            compact(&core).await
        };
        if let Err(error) = round.await {
            tracing::warn!(error = &error as &dyn std::error::Error, "deltas of the statistics wait");
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            changed = stopped.changed() => if changed.is_err() || *stopped.borrow() { return },
        }
    }
}

/// Counts the manifests of a database that is older than its roll-ups; once.
async fn build_once(core: &Core) -> Result<()> {
    let mut tx = core.db.read("rollup.is_built").await?;
    let built = meta::find(&mut tx, BUILT).await?.is_some();
    drop(tx);
    if built {
        return Ok(());
    }
    rebuild(core).await?;
    let mut tx = core.db.begin("rollup.built").await?;
    meta::update(&mut tx, BUILT, "1").await?;
    tx.commit().await?;
    Ok(())
}
