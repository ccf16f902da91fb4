//! The hub of a process: what happened here goes in, every open stream hears it. It knows no use-case.

use crate::manifest::sight::Sight;
use crate::notice::view::NoticeView;
use domain::id::PersonId;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tokio::sync::{Notify, broadcast, mpsc, watch};

/// Streams of one person; a further one ends the oldest, which may hang on a connection that is gone.
const MAX_STREAMS: usize = 5;
/// Pulses a slow stream may be behind before it is told to look at everything.
const BEHIND: usize = 1024;

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
    outlet: OnceLock<Outlet>,
}

#[derive(Default)]
struct Listeners {
    next: u64,
    of: HashMap<PersonId, VecDeque<(u64, Arc<Notify>)>>,
}

/// What streams of a process are told.
#[derive(Clone)]
pub(super) enum Pulse {
    /// A notice to a person.
    Notice(PersonId, Arc<NoticeView>),
    /// Manifests changed, and who may see them.
    Changed(Arc<[Sight]>),
    /// Too much happened to tell one by one.
    Everything,
}

/// Where a hub puts what other servers shall hear.
#[derive(Debug)]
pub(super) struct Outlet(mpsc::Sender<Vec<Sight>>);

impl Outlet {
    /// One that hands them to a task.
    pub(super) const fn new(to: mpsc::Sender<Vec<Sight>>) -> Self {
        Self(to)
    }

    /// Never waits: a hint that finds no room is one of many.
    pub(super) fn put(&self, sights: &[Sight]) {
        let _ = self.0.try_send(sights.to_vec());
    }
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

    /// Passes hints on to other servers from now on.
    pub(super) fn relay(&self, outlet: Outlet) {
        if self.0.outlet.set(outlet).is_err() {
            tracing::warn!("changes are passed on to other servers already");
        }
    }

    /// Ends every stream, so that the server can stop.
    pub fn close(&self) {
        self.0.closed.send_replace(true);
    }

    /// Tells every stream.
    pub(super) fn pulse(&self, pulse: Pulse) {
        // Nobody listens any more: nothing is lost.
        let _ = self.0.pulses.send(pulse);
    }

    /// Enters a stream of a person; the oldest beyond the bound is told to end.
    pub(super) fn enter(&self, person: PersonId) -> (u64, Arc<Notify>) {
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

    /// A stream of a person is over.
    pub(super) fn leave(&self, person: PersonId, number: u64) {
        let mut listeners = self.0.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = listeners.of.get_mut(&person) {
            own.retain(|(other, _)| *other != number);
            if own.is_empty() {
                listeners.of.remove(&person);
            }
        }
    }

    /// What streams are told from now on.
    pub(super) fn subscribe(&self) -> broadcast::Receiver<Pulse> {
        self.0.pulses.subscribe()
    }

    /// True while a stream is open.
    pub(super) fn is_heard(&self) -> bool {
        self.0.pulses.receiver_count() > 0
    }

    /// Tells when streams have to end.
    pub(super) fn closing(&self) -> watch::Receiver<bool> {
        self.0.closed.subscribe()
    }

    /// True once streams have to end.
    pub(super) fn is_closed(&self) -> bool {
        *self.0.closed.borrow()
    }

    /// True while somebody looks at the table of notices.
    pub(super) async fn looking(&self) -> tokio::sync::MutexGuard<'_, bool> {
        self.0.looking.lock().await
    }
}
