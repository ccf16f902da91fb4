//! Typed ids: one newtype over a UUIDv7 per noun, so that a site can never be passed where a manifest belongs.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident,)+) => { $(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
        #[cfg_attr(feature = "sql", derive(sqlx::Type), sqlx(transparent))]
        #[serde(transparent)]
        #[schema(value_type = String, format = Uuid)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.hyphenated().fmt(f) }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> { Uuid::parse_str(text).map(Self) }
        }

        impl From<Uuid> for $name {
            fn from(value: Uuid) -> Self { Self(value) }
        }
    )+ };
}

ids! {
    /// A manifest and its shipment.
    ManifestId,
    /// One vehicle's journey with one or more manifests.
    TripId,
    /// A custody event; made by the phone that signs it.
    EventId,
    /// A finding about an event or a manifest.
    FindingId,
    /// An office act on a manifest (propose, approve, issue, void, assign, confirm).
    ActId,
    /// A generator, carrier, facility, inspectorate or authority.
    OrganisationId,
    /// A fenced place of an organisation.
    SiteId,
    /// A permit of an organisation.
    PermitId,
    /// An agreement of a generator and a facility.
    AgreementId,
    /// A vehicle of a carrier.
    VehicleId,
    /// A carrier's named route.
    RouteId,
    /// A person who signs in.
    PersonId,
    /// An enrolled phone or desk browser with its signing key.
    DeviceId,
    /// One sign-in.
    SessionId,
    /// A notice: made of what it says, so that the same thing is never told twice.
    NoticeId,
    /// One way on which a notice travels to one device or address.
    DeliveryId,
    /// A browser that takes push messages.
    SubscriptionId,
    /// A weighbridge that reports by itself.
    ScaleId,
    /// One reading of a weighbridge.
    ReadingId,
}
