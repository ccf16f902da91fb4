//! The manifest: what the parties agree on, and the facts about it that every check needs.

use crate::id::{ManifestId, OrganisationId, PersonId};
use crate::party::{PermitFacts, SiteFacts, Suspension};
use crate::plate::Plate;
use crate::time::Instant;
use crate::waste::WasteLine;
use serde::{Deserialize, Serialize};

words! {
    /// States of a manifest on the wire.
    pub enum ManifestState {
        /// Nháp: visible only to the drafting organisation.
        Draft = "draft",
        /// Chờ xác nhận.
        Proposed = "proposed",
        /// Đã phát hành: numbered and sealed.
        Issued = "issued",
        /// Đang vận chuyển.
        InTransit = "in_transit",
        /// Lưu tạm at a transfer station.
        Stored = "stored",
        /// Đã đến nơi.
        Arrived = "arrived",
        /// Đã tiếp nhận.
        Accepted = "accepted",
        /// Tiếp nhận một phần.
        PartlyAccepted = "partly_accepted",
        /// Từ chối.
        Rejected = "rejected",
        /// Đã xử lý.
        Treated = "treated",
        /// Hoàn tất.
        Closed = "closed",
        /// Đã huỷ.
        Void = "void",
    }
}

words! {
    /// A side of the manifest.
    pub enum Side {
        /// Hands over.
        Generator = "generator",
        /// Moves.
        Carrier = "carrier",
        /// Receives.
        Facility = "facility",
    }
}

/// The declared line a truck should follow, with the half-width of its corridor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Route {
    /// Longitude/latitude, WGS 84.
    pub geometry: geo_types::LineString<f64>,
    /// Metres to either side; 200 unless agreed otherwise.
    pub corridor_m: f64,
}

/// Default corridor in metres (measured on 191 real trips: two fixes beyond 200 m give precision 0.975, recall 1.00).
pub const DEFAULT_CORRIDOR_M: f64 = 200.0;

/// Everything about an issued manifest that folding and judging need, loaded set-wise for a batch.
///
/// These are the facts as agreed; what happened comes from acts and events.
#[derive(Debug, Clone, PartialEq)]
pub struct ManifestFacts {
    /// The manifest.
    pub id: ManifestId,
    /// The organisation that hands over.
    pub generator_id: OrganisationId,
    /// The organisation that moves.
    pub carrier_id: OrganisationId,
    /// The organisation that receives.
    pub facility_id: OrganisationId,
    /// Declared place of pickup.
    pub generator_site: SiteFacts,
    /// Declared place of delivery.
    pub facility_site: SiteFacts,
    /// Plates agreed on.
    pub plates: Vec<Plate>,
    /// Driver agreed on, if any.
    pub driver_id: Option<PersonId>,
    /// Planned pickup.
    pub planned_pickup_at: Instant,
    /// Planned delivery.
    pub planned_delivery_at: Instant,
    /// Declared route, if any.
    pub route: Option<Route>,
    /// Declared lines.
    pub lines: Vec<WasteLine>,
    /// Six digits that the generator reads out at pickup.
    pub pickup_code: Option<String>,
    /// Permits of the carrier and the facility, valid or not.
    pub permits: Vec<PermitFacts>,
    /// Times in which one of the parties was suspended.
    pub suspensions: Vec<Suspension>,
    /// Other fenced sites of kind facility or transfer station near the events at hand, for `wrong_facility`.
    pub other_sites: Vec<SiteFacts>,
    /// Revision in force.
    pub revision: i32,
}
