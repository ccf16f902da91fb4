//! A custody event as the server keeps it: the signed payload plus what the server measured on receipt.

use super::event::EventPayload;
use crate::id::{DeviceId, ManifestId, SiteId};
use crate::party::Signer;
use crate::time::Instant;
use serde::{Deserialize, Serialize};

/// What verification said of the manifest code that the phone scanned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum CodeCheck {
    /// No code in the event.
    Absent,
    /// A seal of ours, or a short code of the issue table.
    Authentic {
        /// Manifest the seal speaks of.
        manifest_id: ManifestId,
        /// Revision it states.
        revision: i32,
        /// When it expires.
        expires_at: Instant,
    },
    /// Not a code of ours: the machine-readable reason (`bad_signature`, `wrong_type`, `unknown_key`, …).
    Invalid {
        /// Stable code of the reason.
        reason: String,
    },
}

/// What verification said of the wall code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum SiteCodeCheck {
    /// No wall code in the event.
    Absent,
    /// Verified wall code of a site.
    Authentic {
        /// The site it hangs at.
        site_id: SiteId,
        /// When it expires.
        expires_at: Instant,
    },
    /// Not a wall code of ours.
    Invalid {
        /// Stable code of the reason.
        reason: String,
    },
}

words! {
    /// Standing of the signing device when the event was recorded.
    pub enum DeviceStanding {
        /// In good standing.
        Active = "active",
        /// Revoked: the event is kept as `device_revoked` and moves nothing until admitted.
        Revoked = "revoked",
        /// Revoked, and this event admitted afterwards by the organisation.
        Admitted = "admitted",
    }
}

/// One authentic event with everything that folding and judging need of it. Built once, at first record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordedEvent {
    /// The payload, as read from the signed bytes.
    pub payload: EventPayload,
    /// The device that signed.
    pub device_id: DeviceId,
    /// The person it is enrolled for, with roles at the estimated time.
    pub signer: Signer,
    /// Standing of the device.
    pub device_standing: DeviceStanding,
    /// Result of checking the scanned manifest code.
    pub code: CodeCheck,
    /// Result of checking the scanned wall code.
    pub site_code: SiteCodeCheck,
    /// The phone's clock corrected by its measured offset; fixed at first record; never after `record_time`.
    pub estimated_time: Instant,
    /// Server time of the commit.
    pub record_time: Instant,
}
