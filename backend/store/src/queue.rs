//! The commit queue: jobs of many requests share one transaction.
//!
//! One worker takes whatever waits (up to a batch) and hands it to the [`Processor`]; while that commits, the next
//! batch gathers by itself, so no timer is needed. A batch that fails is redone job by job: one bad job cannot fail
//! the others. What fails alone is parked by the processor and answered as an error; what fails only because the
//! database is busy or away is answered as such and not parked: the phone sends it again. A processor that panics
//! counts as a failure of its batch: the worker lives on.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex};
use std::time::Instant;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// What a queue does with its jobs.
pub trait Processor: Send + Sync + 'static {
    /// One piece of work.
    type Job: Send + Sync + 'static;
    /// Its result, after the commit.
    type Answer: Send + 'static;
    /// Why a batch did not commit.
    type Error: Failure;

    /// Does the jobs in one transaction and answers each, in order. On an error nothing of them may be committed.
    fn commit(
        &self,
        jobs: &[Self::Job],
    ) -> impl Future<Output = Result<Vec<Self::Answer>, Self::Error>> + Send;

    /// Keeps a job that failed alone, with an alarm, and says whether that worked. Called at most once per job.
    fn park(&self, job: &Self::Job, error: &Self::Error) -> impl Future<Output = bool> + Send;
}

/// An error that knows whether the same job may succeed later.
pub trait Failure: fmt::Display + Send + Sized + 'static {
    /// True for a database that is busy or away.
    fn is_transient(&self) -> bool;

    /// The processor panicked.
    fn panicked() -> Self;
}

/// Why a job has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QueueError {
    /// The queue is full or the database is busy: answer 503 and let the phone come again.
    #[error("queue busy")]
    Busy,
    /// The queue is shutting down.
    #[error("queue closed")]
    Closed,
    /// The job failed alone and is parked.
    #[error("job parked")]
    Parked,
}

/// Sizes of a queue.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Jobs that may wait; more are answered [`QueueError::Busy`].
    pub waiting: usize,
    /// Jobs in one transaction.
    pub batch: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { waiting: 8192, batch: 256 }
    }
}

struct Entry<P: Processor> {
    job: P::Job,
    answer: oneshot::Sender<Result<P::Answer, QueueError>>,
}

/// A running queue.
pub struct CommitQueue<P: Processor> {
    sender: Mutex<Option<mpsc::Sender<Entry<P>>>>,
    worker: Mutex<Option<JoinHandle<()>>>,
}

impl<P: Processor> CommitQueue<P> {
    /// Starts the worker on the current runtime; `name` labels its metrics.
    pub fn start(name: &'static str, processor: P, limits: Limits) -> Self {
        let (sender, receiver) = mpsc::channel(limits.waiting.max(1));
        let worker = tokio::spawn(run(name, processor, receiver, limits.batch.max(1)));
        Self { sender: Mutex::new(Some(sender)), worker: Mutex::new(Some(worker)) }
    }

    /// Hands in a job and waits for its commit.
    ///
    /// # Errors
    /// [`QueueError`]: without an answer nothing was committed, or, when the process dies meanwhile, the job may have
    /// been; the same event sent again is found by its id.
    pub async fn submit(&self, job: P::Job) -> Result<P::Answer, QueueError> {
        self.enqueue(job)?.await.unwrap_or(Err(QueueError::Closed))
    }

    /// Hands in jobs in their order and waits for all of them.
    pub async fn submit_all(&self, jobs: Vec<P::Job>) -> Vec<Result<P::Answer, QueueError>> {
        let waiting: Vec<_> = jobs.into_iter().map(|job| self.enqueue(job)).collect();
        let mut answers = Vec::with_capacity(waiting.len());
        for receiver in waiting {
            answers.push(match receiver {
                Ok(receiver) => receiver.await.unwrap_or(Err(QueueError::Closed)),
                Err(error) => Err(error),
            });
        }
        answers
    }

    fn enqueue(&self, job: P::Job) -> Result<oneshot::Receiver<Result<P::Answer, QueueError>>, QueueError> {
        let guard = self.sender.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let sender = guard.as_ref().ok_or(QueueError::Closed)?;
        let (answer, receiver) = oneshot::channel();
        sender.try_send(Entry { job, answer }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => QueueError::Busy,
            mpsc::error::TrySendError::Closed(_) => QueueError::Closed,
        })?;
        Ok(receiver)
    }

    /// Takes no more jobs, commits what waits, and returns when the worker has ended.
    pub async fn drain(&self) {
        drop(self.sender.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take());
        let worker = self.worker.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        if let Some(worker) = worker
            && let Err(error) = worker.await
        {
            tracing::error!(error = %error, "the commit queue's worker ended badly");
        }
    }
}

async fn run<P: Processor>(
    name: &'static str,
    processor: P,
    mut receiver: mpsc::Receiver<Entry<P>>,
    batch: usize,
) {
    let processor = Arc::new(processor);
    let mut entries = Vec::with_capacity(batch);
    while receiver.recv_many(&mut entries, batch).await > 0 {
        let started = Instant::now();
        metrics::gauge!("queue_waiting", "queue" => name).set(as_f64(receiver.len()));
        metrics::histogram!("queue_batch_size", "queue" => name).record(as_f64(entries.len()));
        process(name, &processor, std::mem::take(&mut entries)).await;
        metrics::histogram!("queue_batch_seconds", "queue" => name).record(started.elapsed().as_secs_f64());
    }
}

fn as_f64(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

async fn process<P: Processor>(name: &'static str, processor: &Arc<P>, entries: Vec<Entry<P>>) {
    let (jobs, waiting): (Vec<_>, Vec<_>) =
        entries.into_iter().map(|entry| (entry.job, entry.answer)).unzip();
    let jobs: Arc<[P::Job]> = jobs.into();
    match attempt(processor, &jobs, 0..jobs.len()).await {
        Ok(answers) => {
            for (answer, waiting) in answers.into_iter().zip(waiting) {
                // A caller that has gone away is no error: its work is committed.
                let _ = waiting.send(Ok(answer));
            }
        }
        Err(error) if error.is_transient() => {
            tracing::warn!(queue = name, jobs = jobs.len(), error = %error, "a batch must be sent again");
            waiting.into_iter().for_each(|waiting| drop(waiting.send(Err(QueueError::Busy))));
        }
        Err(error) => {
            tracing::warn!(queue = name, jobs = jobs.len(), error = %error, "a batch is redone job by job");
            metrics::counter!("queue_batches_redone_total", "queue" => name).increment(1);
            for (index, waiting) in waiting.into_iter().enumerate() {
                let _ = waiting.send(alone(name, processor, &jobs, index).await);
            }
        }
    }
}

async fn alone<P: Processor>(
    name: &'static str,
    processor: &Arc<P>,
    jobs: &Arc<[P::Job]>,
    index: usize,
) -> Result<P::Answer, QueueError> {
    match attempt(processor, jobs, index..index + 1).await {
        Ok(answers) => answers.into_iter().next().ok_or(QueueError::Busy),
        Err(error) if error.is_transient() => Err(QueueError::Busy),
        Err(error) => {
            tracing::error!(queue = name, error = %error, "a job fails alone and is parked");
            metrics::counter!("queue_jobs_parked_total", "queue" => name).increment(1);
            let kept = match jobs.get(index) {
                Some(job) => processor.park(job, &error).await,
                None => false,
            };
            // What could not even be parked must stay with who sent it.
            Err(if kept { QueueError::Parked } else { QueueError::Busy })
        }
    }
}

/// One commit in a task of its own, so that a panic ends the task and not the worker.
async fn attempt<P: Processor>(
    processor: &Arc<P>,
    jobs: &Arc<[P::Job]>,
    range: Range<usize>,
) -> Result<Vec<P::Answer>, P::Error> {
    let (processor, jobs) = (Arc::clone(processor), Arc::clone(jobs));
    let commit = async move { processor.commit(jobs.get(range).unwrap_or_default()).await };
    tokio::spawn(commit).await.unwrap_or_else(|_| Err(P::Error::panicked()))
}
