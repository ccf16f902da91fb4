//! The port behind which push, mail and text lie.

use chrono::TimeDelta;
use domain::id::{DeliveryId, ManifestId, NoticeId};
use domain::notice::wording::Wording;
use domain::notice::{Language, Topic};
use domain::party::Role;
use domain::time::Instant;

/// Carries letters to where they are addressed.
#[async_trait::async_trait]
pub trait Post: Send + Sync + 'static {
    /// Hands one letter to the service behind its way; answers within seconds.
    async fn carry(&self, letter: Letter) -> Carried;
}

/// One notice on its way to one browser or address.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Which delivery; the same on every attempt, so that a gateway can tell a repetition.
    pub delivery_id: DeliveryId,
    /// Where to.
    pub to: Recipient,
    /// What it says; names nobody and nothing.
    pub wording: Wording,
    /// In which language.
    pub language: Language,
    /// What it points to.
    pub about: About,
    /// Address that opens the application at it.
    pub open: String,
    /// Address that does one thing without a sign-in. A secret: never logged.
    pub act: Option<Secret>,
    /// Wake the device.
    pub urgent: bool,
    /// How long it is still worth delivering.
    pub lasts: TimeDelta,
    /// Now.
    pub at: Instant,
}

/// What a letter points to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct About {
    /// The notice.
    pub id: NoticeId,
    /// Its topic.
    pub topic: Topic,
    /// In which role the person is told.
    pub role: Role,
    /// The manifest.
    pub manifest_id: ManifestId,
    /// When it was told.
    pub told_at: Instant,
}

/// Text that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Where a letter goes.
#[derive(Clone, PartialEq, Eq)]
pub enum Recipient {
    /// A browser, through its push service.
    Browser {
        /// Where the service takes messages.
        endpoint: String,
        /// P-256 point, 65 bytes.
        public_key: Vec<u8>,
        /// 16 bytes.
        auth_secret: Vec<u8>,
    },
    /// An e-mail address.
    Mail(String),
    /// A phone number, `+84…`.
    Phone(String),
}

impl std::fmt::Debug for Recipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Browser { .. } => "Browser(…)",
            Self::Mail(_) => "Mail(…)",
            Self::Phone(_) => "Phone(…)",
        })
    }
}

/// What became of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carried {
    /// The service took it.
    Taken,
    /// There is no such browser any more.
    Gone,
    /// Not now.
    Later {
        /// Not before this has passed, if the service says so.
        after: Option<TimeDelta>,
        /// Why, in a word.
        why: &'static str,
    },
    /// Never.
    Refused {
        /// Why, in a word.
        why: &'static str,
    },
}

/// Carries nothing: for an installation without any means.
#[derive(Debug, Clone, Copy)]
pub struct NoPost;

#[async_trait::async_trait]
impl Post for NoPost {
    async fn carry(&self, _: Letter) -> Carried {
        Carried::Refused { why: "no_means" }
    }
}
