//! Where a load is and who answers for it: one variant per state, each owning what is true only then.
//!
//! Belongs here: the states and the one transition function. What a transition does to the facts of a state is in
//! [`super::transition`]; who may cause it in [`super::entitlement`]; in which order entries come in [`super::fold`].

use super::receipt::{Certificate, Receipt, TreatedLine};
use super::scan::Scan;
use crate::id::SiteId;
use crate::manifest::{ManifestState, Side};
use crate::time::Instant;
use serde::{Deserialize, Serialize};

/// Which sides have agreed to a proposal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreed {
    /// The generator has.
    pub generator: bool,
    /// The facility has.
    pub facility: bool,
}

impl Agreed {
    /// The same with this side's agreement; a carrier proposes but never agrees for a side.
    #[must_use]
    pub const fn with(self, side: Side) -> Self {
        match side {
            Side::Generator => Self { generator: true, ..self },
            Side::Facility => Self { facility: true, ..self },
            Side::Carrier => self,
        }
    }

    /// True when both sides have agreed.
    #[must_use]
    pub const fn complete(self) -> bool {
        self.generator && self.facility
    }
}

/// What is known of the way of a load since it was issued.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Journey {
    /// Number of the leg the load is on or arrived by, from 1; a handover or a departure from storage adds one.
    pub leg: u32,
    /// The pickup; absent while it is awaited (the driver's phone has not synced yet).
    pub pickup: Option<Scan>,
    /// The driver's scan at the facility.
    pub delivery: Option<Scan>,
    /// The gate's scan.
    pub arrival: Option<Scan>,
}

/// The state of a manifest with the facts of that state; stored as JSON, tagged by `state`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Custody {
    /// Being written by one organisation.
    Draft,
    /// Waiting for the other side.
    Proposed {
        /// When it was proposed.
        since: Instant,
        /// Who proposed.
        by: Side,
        /// Who has agreed.
        agreed: Agreed,
    },
    /// Numbered and sealed; the load is still at the generator's site as far as anybody knows.
    Issued {
        /// When it was issued.
        since: Instant,
        /// Revision that the seal states.
        revision: i32,
    },
    /// On the road.
    InTransit {
        /// Since the pickup, handover or departure that began this leg.
        since: Instant,
        /// Its way so far.
        journey: Journey,
    },
    /// At rest in a transfer station.
    Stored {
        /// Since the storing.
        since: Instant,
        /// The station, if the driver named it.
        site_id: Option<SiteId>,
        /// Its way so far.
        journey: Journey,
    },
    /// At the facility, not yet decided about.
    Arrived {
        /// Since the first of delivery and arrival.
        since: Instant,
        /// Its way.
        journey: Journey,
    },
    /// Taken whole.
    Accepted {
        /// Since the acceptance.
        since: Instant,
        /// Its way.
        journey: Journey,
        /// What was received.
        receipt: Receipt,
        /// What was treated so far, by line number.
        treated: Vec<TreatedLine>,
    },
    /// Taken in part.
    PartlyAccepted {
        /// Since the partial acceptance.
        since: Instant,
        /// Its way.
        journey: Journey,
        /// What was received and refused.
        receipt: Receipt,
        /// What was treated so far, by line number.
        treated: Vec<TreatedLine>,
    },
    /// Refused.
    Rejected {
        /// Since the rejection.
        since: Instant,
        /// Its way.
        journey: Journey,
        /// What was refused.
        receipt: Receipt,
        /// Why, as stated.
        reason: Option<String>,
    },
    /// Every accepted gram is treated.
    Treated {
        /// Since the treatment that completed it.
        since: Instant,
        /// Its way.
        journey: Journey,
        /// What was received.
        receipt: Receipt,
        /// What was treated, by line number.
        treated: Vec<TreatedLine>,
    },
    /// The closing certificate is signed.
    Closed {
        /// Since the certificate.
        since: Instant,
        /// When the treatment was complete.
        treated_at: Instant,
        /// Its way.
        journey: Journey,
        /// What was received.
        receipt: Receipt,
        /// What was treated, by line number.
        treated: Vec<TreatedLine>,
        /// Who signed, and with what.
        certificate: Certificate,
    },
    /// Cancelled before the load left.
    Void {
        /// Since the cancellation.
        since: Instant,
        /// Why.
        reason: String,
    },
}

impl Custody {
    /// The state as a word of the wire.
    #[must_use]
    pub const fn state(&self) -> ManifestState {
        match self {
            Self::Draft => ManifestState::Draft,
            Self::Proposed { .. } => ManifestState::Proposed,
            Self::Issued { .. } => ManifestState::Issued,
            Self::InTransit { .. } => ManifestState::InTransit,
            Self::Stored { .. } => ManifestState::Stored,
            Self::Arrived { .. } => ManifestState::Arrived,
            Self::Accepted { .. } => ManifestState::Accepted,
            Self::PartlyAccepted { .. } => ManifestState::PartlyAccepted,
            Self::Rejected { .. } => ManifestState::Rejected,
            Self::Treated { .. } => ManifestState::Treated,
            Self::Closed { .. } => ManifestState::Closed,
            Self::Void { .. } => ManifestState::Void,
        }
    }

    /// When this state began; a draft has no beginning of its own here.
    #[must_use]
    pub const fn since(&self) -> Option<Instant> {
        match self {
            Self::Draft => None,
            Self::Proposed { since, .. }
            | Self::Issued { since, .. }
            | Self::InTransit { since, .. }
            | Self::Stored { since, .. }
            | Self::Arrived { since, .. }
            | Self::Accepted { since, .. }
            | Self::PartlyAccepted { since, .. }
            | Self::Rejected { since, .. }
            | Self::Treated { since, .. }
            | Self::Closed { since, .. }
            | Self::Void { since, .. } => Some(*since),
        }
    }

    /// The way of the load, once it is known to have left.
    #[must_use]
    pub const fn journey(&self) -> Option<&Journey> {
        match self {
            Self::Draft | Self::Proposed { .. } | Self::Issued { .. } | Self::Void { .. } => None,
            Self::InTransit { journey, .. }
            | Self::Stored { journey, .. }
            | Self::Arrived { journey, .. }
            | Self::Accepted { journey, .. }
            | Self::PartlyAccepted { journey, .. }
            | Self::Rejected { journey, .. }
            | Self::Treated { journey, .. }
            | Self::Closed { journey, .. } => Some(journey),
        }
    }

    /// The facility's decision, once it has been made.
    #[must_use]
    pub const fn receipt(&self) -> Option<&Receipt> {
        match self {
            Self::Draft
            | Self::Proposed { .. }
            | Self::Issued { .. }
            | Self::InTransit { .. }
            | Self::Stored { .. }
            | Self::Arrived { .. }
            | Self::Void { .. } => None,
            Self::Accepted { receipt, .. }
            | Self::PartlyAccepted { receipt, .. }
            | Self::Rejected { receipt, .. }
            | Self::Treated { receipt, .. }
            | Self::Closed { receipt, .. } => Some(receipt),
        }
    }

    /// Mass treated so far, by line number.
    #[must_use]
    pub fn treated(&self) -> &[TreatedLine] {
        match self {
            Self::Draft
            | Self::Proposed { .. }
            | Self::Issued { .. }
            | Self::InTransit { .. }
            | Self::Stored { .. }
            | Self::Arrived { .. }
            | Self::Rejected { .. }
            | Self::Void { .. } => &[],
            Self::Accepted { treated, .. }
            | Self::PartlyAccepted { treated, .. }
            | Self::Treated { treated, .. }
            | Self::Closed { treated, .. } => treated,
        }
    }

    /// When every accepted gram was treated, once it is.
    #[must_use]
    pub const fn treated_at(&self) -> Option<Instant> {
        match self {
            Self::Treated { since, .. } => Some(*since),
            Self::Closed { treated_at, .. } => Some(*treated_at),
            Self::Draft
            | Self::Proposed { .. }
            | Self::Issued { .. }
            | Self::InTransit { .. }
            | Self::Stored { .. }
            | Self::Arrived { .. }
            | Self::Accepted { .. }
            | Self::PartlyAccepted { .. }
            | Self::Rejected { .. }
            | Self::Void { .. } => None,
        }
    }

    /// The closing certificate, once it is signed.
    #[must_use]
    pub const fn certificate(&self) -> Option<&Certificate> {
        match self {
            Self::Closed { certificate, .. } => Some(certificate),
            Self::Draft
            | Self::Proposed { .. }
            | Self::Issued { .. }
            | Self::InTransit { .. }
            | Self::Stored { .. }
            | Self::Arrived { .. }
            | Self::Accepted { .. }
            | Self::PartlyAccepted { .. }
            | Self::Rejected { .. }
            | Self::Treated { .. }
            | Self::Void { .. } => None,
        }
    }
}
