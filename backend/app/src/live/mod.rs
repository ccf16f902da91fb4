//! Open streams: what tells an open page that something changed, so that it looks again.
//!
//! Two kinds of pulses go through one hub per process. *Notices* come from the table, asked once a second for all
//! streams together: it works alike on both databases and with any number of servers, and what was told while a phone
//! was away is found again. *Changes* of manifests are hints without content, given after the commit to the streams of
//! this process, and by `store::signal` to those of the others; a hint that is lost costs nothing, because a page
//! looks again whenever it opens a stream.
//!
//! Every stream sees what its caller may see: roles and session are looked up anew at every heartbeat, and a stream
//! ends with its session.

mod relay;

pub use relay::Relay;

use crate::caller::Caller;
use crate::error::{Error, Result};
use crate::manifest::load::{self, Sight};
use crate::notice::list::{self, NoticeView};
use crate::ports::{App, Core};
use crate::session;
use chrono::TimeDelta;
use domain::id::{ManifestId, NoticeId, PersonId};
use domain::time::{Instant, from_millis};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use store::manifests::Viewer;
use store::notices;
use tokio::sync::{Notify, broadcast, watch};

/// Streams of one person; a further one ends the oldest, which may hang on a connection that is gone.
const MAX_STREAMS: usize = 5;
/// Pulses a slow stream may be behind before it is told to look at everything.
const BEHIND: usize = 1024;
/// Pause between two looks at the table.
const POLL: Duration = Duration::from_secs(1);
/// How far a look reaches back: transactions become visible in another order than they began, and clocks of servers
/// differ a little.
const OVERLAP: TimeDelta = TimeDelta::seconds(30);
/// Notices of one look.
const MAX_NOTICES: u16 = 2_000;
/// Hints are gathered for so long, then sent as one.
const GATHER: Duration = Duration::from_millis(300);
/// Manifests named in one hint; more than these: look at everything.
const MAX_NAMED: usize = 50;

/// The hub of a process; cheap to clone.
#[derive(Clone)]
pub struct Live(Arc<Hub>);

struct Hub {
    pulses: broadcast::Sender<Pulse>,
    listeners: Mutex<Listeners>,
    /// True while somebody looks at the table.
    looking: tokio::sync::Mutex<bool>,
    closed: watch::Sender<bool>,
    /// To the other servers, where there are any.
    outlet: OnceLock<relay::Outlet>,
}

#[derive(Default)]
struct Listeners {
    next: u64,
    of: HashMap<PersonId, VecDeque<(u64, Arc<Notify>)>>,
}

#[derive(Clone)]
enum Pulse {
    Notice(PersonId, Arc<NoticeView>),
    Changed(Arc<[Sight]>),
    /// Too much happened to tell one by one.
    Everything,
}

/// What a stream says.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// Something to look at.
    Message {
        /// What a client that lost its connection sends back; none for hints.
        id: Option<String>,
        /// `hello`, `notice`, `changed` or `superseded`.
        name: &'static str,
        /// JSON.
        data: Value,
    },
    /// The stream lives.
    Heartbeat,
}

impl Default for Live {
    fn default() -> Self {
        let (pulses, _) = broadcast::channel(BEHIND);
        let (closed, _) = watch::channel(false);
        Self(Arc::new(Hub {
            pulses,
            listeners: Mutex::default(),
            looking: tokio::sync::Mutex::new(false),
            closed,
            outlet: OnceLock::new(),
        }))
    }
}

impl std::fmt::Debug for Live {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Live").field("streams", &self.0.pulses.receiver_count()).finish()
    }
}

impl Live {
    /// Hints that manifests changed; costs nothing while nobody listens.
    pub(crate) fn changed(&self, sights: impl Iterator<Item = Sight>) {
        let outlet = self.0.outlet.get();
        if self.0.pulses.receiver_count() == 0 && outlet.is_none() {
            return;
        }
        let sights: Arc<[Sight]> = sights.collect();
        if let Some(outlet) = outlet {
            outlet.put(&sights);
        }
        self.pulse(Pulse::Changed(sights));
    }

    fn relay(&self, outlet: relay::Outlet) {
        if self.0.outlet.set(outlet).is_err() {
            tracing::warn!("changes are passed on to other servers already");
        }
    }

    /// Ends every stream, so that the server can stop.
    pub fn close(&self) {
        self.0.closed.send_replace(true);
    }

    fn pulse(&self, pulse: Pulse) {
        // Nobody listens any more: nothing is lost.
        let _ = self.0.pulses.send(pulse);
    }

    /// Enters a stream of a person; the oldest beyond the bound is told to end.
    fn enter(&self, person: PersonId) -> (u64, Arc<Notify>) {
        let mut listeners = self.0.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        listeners.next += 1;
        let entry = (listeners.next, Arc::new(Notify::new()));
        let own = listeners.of.entry(person).or_default();
        own.push_back(entry.clone());
        if own.len() > MAX_STREAMS
            && let Some((_, oldest)) = own.pop_front()
        {
            oldest.notify_one();
        }
        entry
    }

    fn leave(&self, person: PersonId, number: u64) {
        let mut listeners = self.0.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = listeners.of.get_mut(&person) {
            own.retain(|(other, _)| *other != number);
            if own.is_empty() {
                listeners.of.remove(&person);
            }
        }
    }

    /// Begins to look at the table, unless somebody does; what is there already is not told.
    async fn look(&self, core: &Core) -> Result<()> {
        let mut looking = self.0.looking.lock().await;
        if !*looking {
            let mut looker = Looker::default();
            looker.news(core).await?;
            *looking = true;
            tokio::spawn(looker.run(core.clone()));
        }
        Ok(())
    }
}

/// Looks at the table for all streams of a process.
#[derive(Default)]
struct Looker {
    told: HashMap<(NoticeId, PersonId), Instant>,
}

impl Looker {
    /// Looks until no stream is open any more.
    async fn run(mut self, core: Core) {
        let live = core.live.clone();
        loop {
            tokio::time::sleep(POLL).await;
            match self.news(&core).await {
                Ok(Some(news)) => news.into_iter().for_each(|(person, view)| {
                    live.pulse(Pulse::Notice(person, Arc::new(view)));
                }),
                Ok(None) => live.pulse(Pulse::Everything),
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "open streams hear nothing now");
                }
            }
            let mut looking = live.0.looking.lock().await;
            if live.0.pulses.receiver_count() == 0 {
                *looking = false;
                return;
            }
        }
    }

    /// What was told since the last look; `None` when it is too much.
    async fn news(&mut self, core: &Core) -> Result<Option<Vec<(PersonId, NoticeView)>>> {
        let since = core.now() - OVERLAP;
        let mut tx = core.db.read("live.look").await?;
        let mut rows = notices::list_since(&mut tx, since, MAX_NOTICES).await?;
        let too_many = rows.len() >= usize::from(MAX_NOTICES);
        self.told.retain(|_, at| *at >= since);
        rows.retain(|row| self.told.insert((row.id, row.person_id), row.at).is_none());
        if too_many {
            return Ok(None);
        }
        let people: Vec<PersonId> = rows.iter().map(|row| row.person_id).collect();
        Ok(Some(people.into_iter().zip(list::views(&mut tx, rows).await?).collect()))
    }
}

/// One open stream.
pub struct Stream {
    app: App,
    caller: Caller,
    viewer: Viewer,
    pulses: broadcast::Receiver<Pulse>,
    closed: watch::Receiver<bool>,
    number: u64,
    superseded: Arc<Notify>,
    heartbeat: tokio::time::Interval,
    waiting: VecDeque<Event>,
    /// What was told as missed; the look at the table that is under way may bring it once more.
    caught_up: HashSet<NoticeId>,
    gathered: Gathered,
    ended: bool,
}

/// Hints on their way.
#[derive(Default)]
struct Gathered {
    manifests: BTreeSet<ManifestId>,
    more: bool,
    since: Option<tokio::time::Instant>,
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stream").field("person", &self.caller.person_id).finish_non_exhaustive()
    }
}

/// Opens a stream. With the id of the last event it had, a client first hears what it missed; an event may come twice.
///
/// # Errors
/// Store failures.
pub async fn open(app: &App, caller: Caller, last_event_id: Option<&str>) -> Result<Stream> {
    let (number, superseded) = app.live.enter(caller.person_id);
    let mut heartbeat = tokio::time::interval(app.settings.heartbeat);
    heartbeat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    heartbeat.reset();
    let mut stream = Stream {
        viewer: Viewer::default(),
        pulses: app.live.0.pulses.subscribe(),
        closed: app.live.0.closed.subscribe(),
        number,
        superseded,
        heartbeat,
        waiting: VecDeque::new(),
        caught_up: HashSet::new(),
        gathered: Gathered::default(),
        ended: *app.live.0.closed.borrow(),
        app: app.clone(),
        caller,
    };
    app.live.look(app).await?;
    let mut tx = app.db.read("live.open").await?;
    stream.viewer = load::viewer(&mut tx, &stream.caller).await?;
    let unread = notices::count_unread(&mut tx, stream.caller.person_id).await?;
    let now = app.now();
    stream.waiting.push_back(Event::Message {
        id: Some(now.timestamp_millis().to_string()),
        name: "hello",
        data: json!({ "unread": unread }),
    });
    if let Some(since) = last_event_id.and_then(|id| from_millis(id.parse().ok()?)) {
        let person = stream.caller.person_id;
        let missed = notices::list_missed(&mut tx, person, since - OVERLAP, MAX_NOTICES).await?;
        for view in list::views(&mut tx, missed).await? {
            stream.caught_up.insert(view.id);
            stream.tell(&view);
        }
    }
    Ok(stream)
}

impl Stream {
    /// The next thing to say; `None` when the stream is over.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            if self.ended {
                return None;
            }
            let due = self.gathered.since.map(|since| since + GATHER);
            let gathered = async {
                match due {
                    Some(due) => tokio::time::sleep_until(due).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                pulse = self.pulses.recv() => self.hear(pulse),
                () = gathered => self.hint(),
                _ = self.heartbeat.tick() => self.renew().await,
                () = self.superseded.notified() => {
                    self.ended = true;
                    return Some(Event::Message { id: None, name: "superseded", data: json!({}) });
                }
                _ = self.closed.changed() => self.ended = true,
            }
        }
    }

    fn hear(&mut self, pulse: std::result::Result<Pulse, broadcast::error::RecvError>) {
        match pulse {
            Ok(Pulse::Notice(person, view)) => {
                if person == self.caller.person_id && !self.caught_up.remove(&view.id) {
                    self.tell(&view);
                }
            }
            Ok(Pulse::Changed(sights)) => {
                let seen: Vec<_> = sights.iter().filter(|sight| sight.seen_by(&self.viewer)).collect();
                if !seen.is_empty() {
                    self.gathered.add(seen.iter().map(|sight| sight.manifest_id));
                }
            }
            Ok(Pulse::Everything) | Err(broadcast::error::RecvError::Lagged(_)) => {
                self.gathered.more = true;
                self.gathered.add(std::iter::empty());
            }
            Err(broadcast::error::RecvError::Closed) => self.ended = true,
        }
    }

    fn tell(&mut self, view: &NoticeView) {
        if !self.caller.holds(view.role, view.organisation_id) {
            return;
        }
        self.waiting.push_back(Event::Message {
            id: Some(view.at.timestamp_millis().to_string()),
            name: "notice",
            data: json!(view),
        });
    }

    fn hint(&mut self) {
        let Gathered { manifests, more, .. } = std::mem::take(&mut self.gathered);
        let manifests = if more { BTreeSet::new() } else { manifests };
        self.waiting.push_back(Event::Message {
            id: None,
            name: "changed",
            data: json!({ "manifests": manifests, "more": more }),
        });
    }

    /// Looks up whether the caller is still signed in, and in which roles.
    async fn renew(&mut self) {
        let renewed = async {
            let caller = session::renewed(&self.app, &self.caller).await?;
            let mut tx = self.app.db.read("live.renew").await?;
            Ok::<_, Error>((load::viewer(&mut tx, &caller).await?, caller))
        };
        match renewed.await {
            Ok((viewer, caller)) => {
                self.viewer = viewer;
                self.caller = caller;
                self.waiting.push_back(Event::Heartbeat);
            }
            Err(error) => {
                // A database that does not answer says nothing about the session; nothing is told meanwhile either.
                self.ended = matches!(error, Error::Unauthenticated);
            }
        }
    }
}

impl Gathered {
    fn add(&mut self, manifests: impl Iterator<Item = ManifestId>) {
        self.manifests.extend(manifests);
        self.more |= self.manifests.len() > MAX_NAMED;
        self.since.get_or_insert_with(tokio::time::Instant::now);
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.app.live.leave(self.caller.person_id, self.number);
    }
}
