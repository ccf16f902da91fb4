//! An authentic event on its way from a phone to the database.

use chrono::TimeDelta;
use domain::custody::event::EventPayload;
use domain::custody::record::{CodeCheck, SiteCodeCheck};
use domain::seal::short_code::ShortCode;
use domain::time::Instant;
use store::devices::Device;

/// An authentic event on its way to the commit queue.
#[derive(Debug, Clone)]
pub(super) struct AuthenticEvent<Code = ScannedCode> {
    /// The signed payload, read.
    pub payload: EventPayload,
    /// The exact text received.
    pub jws: String,
    /// SHA-256 of `header.payload`: the same event, whatever its signature bytes.
    pub signing_input_digest: [u8; 32],
    /// The device that signed.
    pub device: Device,
    /// What the scanned manifest code is worth.
    pub code: Code,
    /// What the scanned wall code is worth.
    pub site_code: SiteCodeCheck,
    /// How it came.
    pub sent: Sent,
}

/// How a batch came from the phone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sent {
    /// The phone's clock at sending.
    pub at: Option<Instant>,
    /// How long the phone's last exchange took.
    pub round_trip: Option<TimeDelta>,
    /// Server time of receipt.
    pub received_at: Instant,
}

impl<Code> AuthenticEvent<Code> {
    /// With what its code turned out to be.
    pub(super) fn map_code<Other>(self, settle: impl FnOnce(Code) -> Other) -> AuthenticEvent<Other> {
        AuthenticEvent {
            payload: self.payload,
            jws: self.jws,
            signing_input_digest: self.signing_input_digest,
            device: self.device,
            code: settle(self.code),
            site_code: self.site_code,
            sent: self.sent,
        }
    }
}

/// A scanned manifest code: checked already, or a short code to look up in the issue table.
#[derive(Debug, Clone)]
pub(super) enum ScannedCode {
    /// Checked.
    Checked(CodeCheck),
    /// Short code.
    Short(ShortCode),
}
