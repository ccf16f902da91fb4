//! Hints to the streams of other servers, over the database's own signals. Gathered and sent after the commit, outside
//! of it: capture never waits for them.

use super::hub::{Live, Outlet, Pulse};
use crate::error::Result;
use crate::manifest::sight::Sight;
use crate::ports::Core;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use store::signal::{self, Listener};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// The channel of hints.
const CHANNEL: &str = "emanifest_changes";
/// Sights that may wait to be sent; more become "look at everything".
const WAITING: usize = 512;
/// Hints are gathered for so long, then sent as few messages.
const GATHER: Duration = Duration::from_millis(300);
/// Sights of one message.
const AT_ONCE: usize = 20;
/// Pause before listening again after the database went away.
const AGAIN: Duration = Duration::from_secs(2);

#[derive(Serialize, Deserialize)]
struct Message {
    /// Who says it: a server does not tell itself.
    from: u64,
    /// What changed; nothing named: look at everything.
    sights: Vec<Sight>,
}

/// The running relay; ends when dropped.
#[derive(Debug)]
pub struct Relay(Vec<JoinHandle<()>>);

impl Drop for Relay {
    fn drop(&mut self) {
        self.0.iter().for_each(JoinHandle::abort);
    }
}

impl Relay {
    /// Starts it, where there can be other servers.
    ///
    /// # Errors
    /// Store failures.
    pub async fn start(core: Core) -> Result<Option<Self>> {
        let Some(listener) = signal::listen(&core.db, CHANNEL).await? else { return Ok(None) };
        let own = u64::from_be_bytes(core.random_bytes()?);
        let (outlet, waiting) = mpsc::channel(WAITING);
        core.live.relay(Outlet::new(outlet));
        let live = core.live.clone();
        Ok(Some(Self(vec![
            tokio::spawn(hear(core.clone(), live, own, listener)),
            tokio::spawn(say(core, own, waiting)),
        ])))
    }
}

async fn say(core: Core, from: u64, mut waiting: mpsc::Receiver<Vec<Sight>>) {
    while let Some(mut sights) = waiting.recv().await {
        tokio::time::sleep(GATHER).await;
        while let Ok(more) = waiting.try_recv() {
            sights.extend(more);
        }
        let parts: Vec<&[Sight]> =
            if sights.len() > AT_ONCE * 4 { vec![&[][..]] } else { sights.chunks(AT_ONCE).collect() };
        for part in parts {
            let message = serde_json::to_string(&Message { from, sights: part.to_vec() }).unwrap_or_default();
            if message.len() > signal::MAX_BYTES {
                tracing::error!(bytes = message.len(), "a hint to other servers is too long");
            } else if let Err(error) = signal::send(&core.db, CHANNEL, &message).await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "other servers were not told of changes"
                );
            }
        }
    }
}

async fn hear(core: Core, live: Live, own: u64, mut listener: Listener) {
    loop {
        match listener.next().await {
            Ok(text) => match serde_json::from_str::<Message>(&text) {
                Ok(Message { from, .. }) if from == own => {}
                Ok(Message { sights, .. }) if sights.is_empty() => live.pulse(Pulse::Everything),
                Ok(Message { sights, .. }) => live.pulse(Pulse::Changed(Arc::from(sights))),
                // Of a server of another version: what it means is unknown, that something changed is not.
                Err(_) => live.pulse(Pulse::Everything),
            },
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "changes of other servers are not heard"
                );
                tokio::time::sleep(AGAIN).await;
                match signal::listen(&core.db, CHANNEL).await {
                    Ok(Some(anew)) => listener = anew,
                    Ok(None) => return,
                    Err(_) => continue,
                }
                live.pulse(Pulse::Everything);
            }
        }
    }
}
