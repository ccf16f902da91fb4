//! The job that empties the outbox: deliveries are made, claimed with a lease, handed to the post, tried again.
//!
//! It asks the tables once a second. That works alike on both databases and with any number of servers (each claims
//! others), survives a kill (what was claimed is due again when its lease ends) and is soon enough for people.

use super::link;
use super::post::{About, Carried, Letter, Post, Recipient};
use super::spread::{Readers, spread};
use crate::error::Result;
use crate::ports::Core;
use crate::sets::distinct;
use chrono::TimeDelta;
use domain::id::{DeliveryId, NoticeId, PersonId, SubscriptionId};
use domain::notice::wording::wording;
use domain::notice::{Language, Way, delay};
use domain::time::Instant;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use store::deliveries::{self, Claimed, Outcome, State};
use store::notices::{self, Notice};
use store::{Tx, push_subscriptions};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// Deliveries claimed at once.
const AT_ONCE: u16 = 64;
/// How long a claim holds: several times as long as the slowest service may take.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// Pause between two rounds.
const PAUSE: Duration = Duration::from_secs(1);
/// Days a notice stays in the list.
const KEEP_DAYS: i64 = 90;
/// How often what is older is forgotten.
const FORGET_EVERY: Duration = Duration::from_secs(600);
/// Most that is forgotten at once.
const FORGET_AT_ONCE: u16 = 500;

/// What one round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    /// Notices turned into deliveries.
    pub spread: usize,
    /// Deliveries that a service took.
    pub sent: usize,
    /// Deliveries to try again.
    pub later: usize,
    /// Deliveries not worth sending any more.
    pub dropped: usize,
    /// Deliveries given up.
    pub dead: usize,
}

impl Round {
    fn count(&mut self, outcome: &Outcome) {
        match outcome.state {
            State::Waiting => self.later += 1,
            State::Sent => self.sent += 1,
            State::Dropped => self.dropped += 1,
            State::Dead => self.dead += 1,
        }
    }
}

/// The running job.
#[derive(Debug)]
pub struct Job {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Job {
    /// Starts it on the current runtime.
    #[must_use]
    pub fn start(core: Core, post: Arc<dyn Post>) -> Self {
        let (stop, stopped) = watch::channel(false);
        Self { stop, task: tokio::spawn(run(core, post, stopped)) }
    }

    /// Ends it after the round under way, so that no message is sent without being noted.
    pub async fn stop(self) {
        // It is only gone when it ended by itself.
        let _ = self.stop.send(true);
        if self.task.await.is_err() {
            tracing::error!("the delivery of notices had panicked");
        }
    }
}

async fn run(core: Core, post: Arc<dyn Post>, mut stopped: watch::Receiver<bool>) {
    let mut forgotten = tokio::time::Instant::now();
    loop {
        if let Err(error) = round(&core, &post).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "notices wait: the database did not take them"
            );
        }
        if forgotten.elapsed() >= FORGET_EVERY {
            forgotten = tokio::time::Instant::now();
            if let Err(error) = forget(&core).await {
                tracing::warn!(error = &error as &dyn std::error::Error, "old notices were not forgotten");
            }
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            changed = stopped.changed() => if changed.is_err() || *stopped.borrow() { return },
        }
    }
}

/// Forgets what is older than it is kept. Returns how many notices that were.
///
/// # Errors
/// Store failures.
pub async fn forget(core: &Core) -> Result<u64> {
    let mut tx = core.db.begin("notice.forget").await?;
    let gone =
        notices::delete_older(&mut tx, core.now() - TimeDelta::days(KEEP_DAYS), FORGET_AT_ONCE).await?;
    tx.commit().await?;
    Ok(gone)
}

/// Makes the deliveries of what was told and hands out what is due.
///
/// # Errors
/// Store failures; what was claimed is due again when its lease ends.
pub async fn round(core: &Core, post: &Arc<dyn Post>) -> Result<Round> {
    let mut done = Round { spread: spread(core).await?, ..Round::default() };
    loop {
        let (letters, settled) = claim(core).await?;
        if letters.is_empty() && settled.is_empty() {
            return Ok(done);
        }
        let mut sending = JoinSet::new();
        for (claimed, letter) in letters {
            let post = Arc::clone(post);
            sending.spawn(async move { (claimed, post.carry(letter).await) });
        }
        let mut carried = Vec::new();
        while let Some(sent) = sending.join_next().await {
            match sent {
                Ok(sent) => carried.push(sent),
                // Its lease ends and another attempt counts it.
                Err(error) => tracing::error!(%error, "a way of delivering notices panicked"),
            }
        }
        let outcomes = record(core, carried, settled).await?;
        outcomes.iter().for_each(|outcome| done.count(outcome));
    }
}

type Letters = Vec<(Claimed, Letter)>;

/// Claims what is due. Gives the letters to carry, and what is settled without: read meanwhile, too old, nobody there.
async fn claim(core: &Core) -> Result<(Letters, Vec<Outcome>)> {
    let now = core.now();
    let mut tx = core.db.begin("notice.claim").await?;
    let claimed = deliveries::update_claimed(&mut tx, now, now + LEASE, AT_ONCE).await?;
    if claimed.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let wanted: Vec<(NoticeId, PersonId)> =
        claimed.iter().map(|row| (row.notice_id, row.person_id)).collect();
    let told: HashMap<(NoticeId, PersonId), Notice> = notices::find_many(&mut tx, &wanted)
        .await?
        .into_iter()
        .map(|notice| ((notice.id, notice.person_id), notice))
        .collect();
    let readers = Readers::load(&mut tx, &distinct(claimed.iter().map(|row| row.person_id))).await?;
    let (mut letters, mut settled) = (Vec::new(), Vec::new());
    for row in claimed {
        let notice = told.get(&(row.notice_id, row.person_id));
        match addressed(core, &row, notice, &readers, now) {
            Ok(letter) => letters.push((row, letter)),
            Err(why) => {
                settled.push(Outcome { id: row.id, state: State::Dropped, due_at: None, error: Some(why) })
            }
        }
    }
    link::enclose(core, &mut tx, &told, &mut letters, now).await?;
    tx.commit().await?;
    Ok((letters, settled))
}

/// The letter of a delivery, or why there is none to send.
fn addressed(
    core: &Core,
    row: &Claimed,
    notice: Option<&Notice>,
    readers: &Readers,
    now: Instant,
) -> std::result::Result<Letter, &'static str> {
    let notice = notice.ok_or("not_theirs")?;
    if notice.read_at.is_some() {
        return Err("read");
    }
    let lasts = notice.at + notice.topic.lasts() - now;
    if lasts <= TimeDelta::zero() {
        return Err("too_old");
    }
    let chosen = readers.preferences(row.person_id).map_or(Language::Vi, |chosen| chosen.language);
    let (to, language) = match row.way {
        Way::Push => {
            let browser = readers
                .browsers(row.person_id)
                .iter()
                .find(|browser| Some(browser.id) == row.subscription_id)
                .ok_or("gone")?;
            let to = Recipient::Browser {
                endpoint: browser.endpoint.clone(),
                public_key: browser.public_key.clone(),
                auth_secret: browser.auth_secret.clone(),
            };
            (to, browser.language)
        }
        Way::Mail => (Recipient::Mail(readers.mail(row.person_id).ok_or("no_address")?), chosen),
        Way::Text => (Recipient::Phone(readers.phone(row.person_id).ok_or("no_address")?), chosen),
    };
    Ok(Letter {
        delivery_id: row.id,
        to,
        wording: wording(notice.topic, language),
        language,
        about: About {
            id: notice.id,
            topic: notice.topic,
            role: notice.role,
            manifest_id: notice.manifest_id,
            told_at: notice.at,
        },
        open: core.page(&format!("notices/{}", notice.id)),
        act: None,
        urgent: notice.urgent,
        lasts,
        at: now,
    })
}

/// Writes what became of letters.
async fn record(
    core: &Core,
    carried: Vec<(Claimed, Carried)>,
    settled: Vec<Outcome>,
) -> Result<Vec<Outcome>> {
    let now = core.now();
    let (mut reached, mut gone): (Vec<SubscriptionId>, Vec<SubscriptionId>) = (Vec::new(), Vec::new());
    let mut outcomes = settled;
    for (row, carried) in carried {
        let outcome = outcome(&row, carried, now);
        match carried {
            Carried::Taken => reached.extend(row.subscription_id),
            Carried::Gone => gone.extend(row.subscription_id),
            Carried::Later { .. } | Carried::Refused { .. } => {}
        }
        if outcome.state == State::Dead {
            tracing::warn!(delivery.id = %row.id, delivery.way = %row.way, why = outcome.error, "a notice was not delivered");
        }
        let labels = [("way", row.way.as_str()), ("outcome", outcome.state.as_str())];
        metrics::counter!("notice_deliveries_total", &labels).increment(1);
        outcomes.push(outcome);
    }
    let mut tx = core.db.begin("notice.record").await?;
    deliveries::update_outcomes(&mut tx, &outcomes, now).await?;
    push_subscriptions::update_reached(&mut tx, &reached, now).await?;
    forget_browsers(&mut tx, &gone, now).await?;
    tx.commit().await?;
    Ok(outcomes)
}

async fn forget_browsers(tx: &mut Tx, gone: &[SubscriptionId], now: Instant) -> Result<()> {
    if !gone.is_empty() {
        deliveries::update_dropped_of(tx, gone, now).await?;
        push_subscriptions::delete_many(tx, gone).await?;
    }
    Ok(())
}

fn outcome(row: &Claimed, carried: Carried, now: Instant) -> Outcome {
    let (state, due_at, error) = match carried {
        Carried::Taken => (State::Sent, None, None),
        Carried::Gone => (State::Dropped, None, Some("gone")),
        Carried::Refused { why } => (State::Dead, None, Some(why)),
        Carried::Later { after, why } => match delay::next(row.attempts, now, after, spread_of(row.id)) {
            Some(due_at) => (State::Waiting, Some(due_at), Some(why)),
            None => (State::Dead, None, Some(why)),
        },
    };
    Outcome { id: row.id, state, due_at, error }
}

/// A number that differs between deliveries: the last byte of the id, which is random.
const fn spread_of(id: DeliveryId) -> u8 {
    id.0.as_bytes()[15]
}
