//! Office acts: what people decide at a desk, recorded beside the custody events and folded with them.

use crate::agreement::Terms;
use crate::id::{ActId, OrganisationId, PersonId};
use crate::manifest::Side;
use crate::party::Quota;
use crate::plate::Plate;
use crate::time::Instant;
use serde::{Deserialize, Serialize};

/// What was decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Decision {
    /// A side proposes the draft; it thereby agrees.
    Propose {
        /// The proposing side.
        side: Side,
    },
    /// A side agrees.
    Approve {
        /// The approving side.
        side: Side,
        /// The agreement under which it does, if there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        under: Option<Terms>,
        /// The agreement had said so in advance: nobody of that side was asked.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        in_advance: bool,
    },
    /// Number given and seal made, in the transaction of the last approval.
    Issue {
        /// Revision that the seal states.
        revision: i32,
        /// What the permit still allowed, this load included, where it limits what is received in a year.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        left: Vec<Quota>,
    },
    /// The manifest is cancelled; withdrawn by the fold when the load had already left.
    Void {
        /// Why.
        reason: String,
    },
    /// Driver and plate are set or changed by the dispatcher.
    Assign {
        /// New driver, if named.
        driver_id: Option<PersonId>,
        /// New plate, if named.
        plate: Option<Plate>,
    },
    /// The generator confirms the pickup on its own phone or desk.
    ConfirmPickup {
        /// Name of the person who hands over, as written.
        name: Option<String>,
    },
}

impl Decision {
    /// A side agrees on its own.
    #[must_use]
    pub const fn approval(side: Side) -> Self {
        Self::Approve { side, under: None, in_advance: false }
    }

    /// Issued in this revision, under a permit without yearly limits.
    #[must_use]
    pub const fn issue(revision: i32) -> Self {
        Self::Issue { revision, left: Vec::new() }
    }
}

/// One office act with its author and time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Act {
    /// Its id.
    pub id: ActId,
    /// Who decided.
    pub person_id: PersonId,
    /// In which organisation.
    pub organisation_id: OrganisationId,
    /// Server time of the act.
    pub at: Instant,
    /// What was decided.
    pub decision: Decision,
}
