use crate::queue::{CommitQueue, Failure, Limits, Processor, QueueError};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Semaphore;

/// What the fake database sees: batches committed, jobs parked.
#[derive(Default)]
struct Seen {
    batches: Mutex<Vec<Vec<u32>>>,
    parked: Mutex<Vec<u32>>,
}

/// Doubles numbers. 13 and 1313 break their transaction and 1313 cannot be parked, 99 panics, 50 finds the database
/// busy; each commit needs a permit.
struct Doubler {
    seen: Arc<Seen>,
    permits: Arc<Semaphore>,
}

#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("broken")]
    Broken,
    #[error("busy")]
    Busy,
}

impl Failure for Trouble {
    fn is_transient(&self) -> bool {
        matches!(self, Self::Busy)
    }

    fn panicked() -> Self {
        Self::Broken
    }
}

impl Processor for Doubler {
    type Job = u32;
    type Answer = u32;
    type Error = Trouble;

    async fn commit(&self, jobs: &[u32]) -> Result<Vec<u32>, Trouble> {
        self.permits.acquire().await.unwrap().forget();
        assert!(!jobs.contains(&99), "the processor has a fault");
        if jobs.contains(&13) || jobs.contains(&1313) {
            return Err(Trouble::Broken);
        }
        if jobs.contains(&50) {
            return Err(Trouble::Busy);
        }
        self.seen.batches.lock().unwrap().push(jobs.to_vec());
        Ok(jobs.iter().map(|job| job * 2).collect())
    }

    async fn park(&self, job: &u32, _error: &Trouble) -> bool {
        self.seen.parked.lock().unwrap().push(*job);
        *job != 1313
    }
}

fn start(limits: Limits, permits: usize) -> (Arc<CommitQueue<Doubler>>, Arc<Seen>, Arc<Semaphore>) {
    let seen = Arc::new(Seen::default());
    let permits = Arc::new(Semaphore::new(permits));
    let doubler = Doubler { seen: Arc::clone(&seen), permits: Arc::clone(&permits) };
    (Arc::new(CommitQueue::start("test", doubler, limits)), seen, permits)
}

#[tokio::test]
async fn what_waits_shares_a_transaction_and_answers_keep_their_order() {
    let (queue, seen, _permits) = start(Limits { waiting: 100, batch: 3 }, 100);
    let answers = queue.submit_all(vec![1, 2, 3, 4, 5]).await;
    assert_eq!(answers, [Ok(2), Ok(4), Ok(6), Ok(8), Ok(10)]);
    assert_eq!(*seen.batches.lock().unwrap(), [vec![1, 2, 3], vec![4, 5]]);
    assert_eq!(queue.submit(21).await, Ok(42));
}

#[tokio::test]
async fn one_bad_job_is_parked_and_the_others_of_its_batch_commit() {
    let (queue, seen, _permits) = start(Limits::default(), 100);
    let answers = queue.submit_all(vec![1, 13, 3]).await;
    assert_eq!(answers, [Ok(2), Err(QueueError::Parked), Ok(6)]);
    assert_eq!(*seen.parked.lock().unwrap(), [13]);
    assert_eq!(*seen.batches.lock().unwrap(), [vec![1], vec![3]]);
}

#[tokio::test]
async fn a_panicking_job_is_parked_and_the_worker_lives_on() {
    let (queue, seen, _permits) = start(Limits::default(), 100);
    let answers = queue.submit_all(vec![1, 99]).await;
    assert_eq!(answers, [Ok(2), Err(QueueError::Parked)]);
    assert_eq!(*seen.parked.lock().unwrap(), [99]);
    assert_eq!(queue.submit(4).await, Ok(8));
}

#[tokio::test]
async fn a_busy_database_parks_nothing() {
    let (queue, seen, _permits) = start(Limits::default(), 100);
    let answers = queue.submit_all(vec![1, 50]).await;
    assert_eq!(answers, [Err(QueueError::Busy), Err(QueueError::Busy)], "both may be sent again");
    let answers = queue.submit_all(vec![13, 50]).await;
    assert_eq!(answers, [Err(QueueError::Parked), Err(QueueError::Busy)]);
    assert_eq!(*seen.parked.lock().unwrap(), [13]);
    assert!(seen.batches.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_cannot_even_be_parked_stays_with_the_phone() {
    let (queue, _seen, _permits) = start(Limits::default(), 100);
    assert_eq!(queue.submit(1313).await, Err(QueueError::Busy));
}

#[tokio::test]
async fn a_full_queue_says_so_at_once() {
    let (queue, _seen, permits) = start(Limits { waiting: 2, batch: 1 }, 0);
    // The worker holds one, two wait in the channel.
    let mut waiting = Vec::new();
    for job in 1..=3 {
        let queue = Arc::clone(&queue);
        waiting.push(tokio::spawn(async move { queue.submit(job).await }));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let fourth = tokio::time::timeout(Duration::from_secs(5), queue.submit(4)).await;
    assert_eq!(fourth.unwrap(), Err(QueueError::Busy));
    permits.add_permits(100);
    for (task, job) in waiting.into_iter().zip(1..) {
        assert_eq!(task.await.unwrap(), Ok(job * 2));
    }
}

#[tokio::test]
async fn draining_commits_what_waits_and_takes_no_more() {
    let (queue, seen, permits) = start(Limits { waiting: 100, batch: 2 }, 0);
    let early = {
        let queue = Arc::clone(&queue);
        tokio::spawn(async move { queue.submit_all(vec![1, 2, 3]).await })
    };
    tokio::task::yield_now().await;
    let drain = {
        let queue = Arc::clone(&queue);
        tokio::spawn(async move { queue.drain().await })
    };
    tokio::task::yield_now().await;
    assert_eq!(queue.submit(4).await, Err(QueueError::Closed));
    permits.add_permits(100);
    drain.await.unwrap();
    assert_eq!(early.await.unwrap(), [Ok(2), Ok(4), Ok(6)]);
    assert_eq!(seen.batches.lock().unwrap().iter().flatten().copied().collect::<Vec<_>>(), [1, 2, 3]);
    queue.drain().await;
}
