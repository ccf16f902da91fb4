//! The harness: the real server on a real database, people with real logins and phones with real keys.
//!
//! A story reads like a transcript: `driver.picks_up(&load).at(&store).with_wall_code().send().await`. It runs on
//! SQLite and on PostgreSQL ([`on_both!`]); when it ends, every projection is made again and must not change, and
//! every custody chain is verified ([`proof`]). Time stands still until a story moves it ([`TestClock`]).

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a harness reports what went wrong by panicking in the test that uses it"
)]

pub mod both;
pub mod captured;
pub mod cast;
pub mod clock;
pub mod evidence;
pub mod http;
pub mod mailbox;
pub mod manifest;
pub mod person;
pub mod phone;
pub mod places;
pub mod post;
pub mod pressure;
pub mod proof;
pub mod registry;
pub mod rows;
pub mod scan;
pub mod signer;
pub mod stream;
pub mod world;

pub use captured::Captured;
pub use cast::Cast;
pub use clock::TestClock;
pub use evidence::Picture;
pub use http::Answer;
pub use manifest::Load;
pub use person::Person;
pub use phone::{Phone, Signed};
pub use places::{Place, Places};
pub use scan::Scan;
pub use world::World;

/// A fresh UUIDv7 of an instant.
#[must_use]
pub fn new_id<T: From<uuid::Uuid>>(at: chrono::DateTime<chrono::Utc>) -> T {
    let mut random = [0; 10];
    ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut random).unwrap();
    let millis = u64::try_from(at.timestamp_millis()).unwrap();
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid().into()
}
