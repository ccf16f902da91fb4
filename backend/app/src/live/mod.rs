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

pub(crate) mod hub;

mod looker;
mod relay;

pub use hub::Live;
pub use relay::Relay;

use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, Result};
use crate::manifest::load;
use crate::notice::view::{NoticeView, views};
use crate::session;
use domain::id::{ManifestId, NoticeId};
use domain::time::from_millis;
use hub::Pulse;
use looker::{MAX_NOTICES, OVERLAP};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use store::manifests::Viewer;
use store::notices;
use tokio::sync::{Notify, broadcast, watch};

/// Hints are gathered for so long, then sent as one.
const GATHER: Duration = Duration::from_millis(300);
/// Manifests named in one hint; more than these: look at everything.
const MAX_NAMED: usize = 50;

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
        pulses: app.live.subscribe(),
        closed: app.live.closing(),
        number,
        superseded,
        heartbeat,
        waiting: VecDeque::new(),
        caught_up: HashSet::new(),
        gathered: Gathered::default(),
        ended: app.live.is_closed(),
        app: app.clone(),
        caller,
    };
    looker::look(app).await?;
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
        for view in views(&mut tx, missed).await? {
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
