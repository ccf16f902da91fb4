//! The system clock: the one place where the present is read.

/// The machine's clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl app::ports::Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the Clock port's implementation")]
    fn now(&self) -> chrono::DateTime<chrono::Utc> {
        chrono::Utc::now()
    }
}
