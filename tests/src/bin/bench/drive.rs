//! Keep-alive connections that take request after request, and what they saw.

use anyhow::bail;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tests::pressure::client::Client;

/// What a slice of time gave.
#[derive(Debug, Clone, Default)]
pub(crate) struct Slice {
    /// Things done.
    pub(crate) done: usize,
    /// Wall time.
    pub(crate) took: Duration,
    /// Latency of each, microseconds.
    pub(crate) micros: Vec<u64>,
}

impl Slice {
    /// Things a second.
    pub(crate) fn rate(&self) -> f64 {
        count(self.done) / self.took.as_secs_f64().max(1e-9)
    }

    /// Adds another slice of the same thing.
    pub(crate) fn add(&mut self, other: Self) {
        self.done += other.done;
        self.took += other.took;
        self.micros.extend(other.micros);
    }

    /// Latency that `percent` of all did not exceed, milliseconds.
    pub(crate) fn percentile(&mut self, percent: usize) -> f64 {
        self.micros.sort_unstable();
        let last = self.micros.len().saturating_sub(1);
        let at = (self.micros.len() * percent / 100).min(last);
        self.micros.get(at).map_or(0.0, |micros| u32::try_from(*micros).map_or(f64::MAX, f64::from) / 1000.0)
    }
}

/// A count as a float.
pub(crate) fn count(n: usize) -> f64 {
    u32::try_from(n).map_or(f64::MAX, f64::from)
}

/// Which requests to send.
#[derive(Clone)]
pub(crate) enum Plan {
    /// Each of these once.
    Once(Arc<[Vec<u8>]>),
    /// This one for so long.
    Again(Arc<Vec<u8>>, Duration),
}

/// Sends requests over `connections` at once; every answer must be 200 and its body pass `good`.
pub(crate) async fn requests(
    address: SocketAddr,
    connections: usize,
    plan: Plan,
    good: fn(&[u8]) -> bool,
) -> anyhow::Result<Slice> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut clients = Vec::with_capacity(connections);
    for _ in 0..connections {
        let mut client = Client::new(address);
        client.send(&tests::pressure::client::request("GET", "/healthz", None, &[], b"")).await?;
        clients.push(client);
    }
    let started = Instant::now();
    let tasks: Vec<_> = clients
        .into_iter()
        .map(|mut client| {
            let (plan, next) = (plan.clone(), Arc::clone(&next));
            tokio::spawn(async move {
                let mut micros = Vec::new();
                loop {
                    let request = match &plan {
                        Plan::Once(requests) => match requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                            Some(request) => request,
                            None => return anyhow::Ok(micros),
                        },
                        Plan::Again(_, time) if started.elapsed() >= *time => return Ok(micros),
                        Plan::Again(request, _) => request.as_ref(),
                    };
                    let sent = Instant::now();
                    let answer = client.send(request).await?;
                    micros.push(u64::try_from(sent.elapsed().as_micros())?);
                    if answer.status != 200 || !good(&answer.body) {
                        bail!("answer {}: {}", answer.status, String::from_utf8_lossy(&answer.body));
                    }
                }
            })
        })
        .collect();
    gather(tasks, started).await
}

/// Waits for tasks and puts what they saw together.
pub(crate) async fn gather(
    tasks: Vec<tokio::task::JoinHandle<anyhow::Result<Vec<u64>>>>,
    started: Instant,
) -> anyhow::Result<Slice> {
    let mut micros = Vec::new();
    for task in tasks {
        micros.extend(task.await??);
    }
    Ok(Slice { done: micros.len(), took: started.elapsed(), micros })
}
