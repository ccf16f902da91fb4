//! Who moves what: one table of event kind × role × relation to the manifest.
//!
//! The table is the only place that knows it; the fold, the tests and the documentation read it from here. Rights are
//! the signer's at the estimated time of the event; whoever carries the batch is only the courier.

use super::event::{Acting, EventKind};
use crate::id::OrganisationId;
use crate::manifest::ManifestFacts;
use crate::party::{Role, Signer};
use std::fmt::Write as _;

words! {
    /// What an organisation is to one manifest.
    pub enum Relation {
        /// It hands the load over.
        Generator = "generator",
        /// It moves the load.
        Carrier = "carrier",
        /// It receives the load.
        Facility = "facility",
        /// None of the three.
        Outside = "outside",
    }
}

words! {
    /// What an event of a signer does; a later word outranks an earlier one.
    pub enum Right {
        /// Kept with `not_entitled`; moves nothing and learns nothing.
        None = "none",
        /// Kept with `wrong_facility` when the genuine code was scanned, else as none; moves nothing: the gate of a
    /// facility that is not the declared one.
        Elsewhere = "elsewhere",
        /// Kept as a remark or an overlay.
        Records = "records",
        /// Moves the state.
        Moves = "moves",
    }
}

/// One rule: these kinds, signed in this role for an organisation of this relation.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Kinds of events it speaks of.
    pub kinds: &'static [EventKind],
    /// Role acted in.
    pub role: Role,
    /// Relations of the organisation acted for.
    pub relations: &'static [Relation],
    /// What the event does.
    pub right: Right,
}

const ON_THE_ROAD: &[EventKind] =
    &[EventKind::Pickup, EventKind::Handover, EventKind::Storing, EventKind::Delivery];
const AT_THE_FACILITY: &[EventKind] = &[
    EventKind::Arrival,
    EventKind::Acceptance,
    EventKind::PartialAcceptance,
    EventKind::Rejection,
    EventKind::Treatment,
    EventKind::Closing,
];
const REMARKS: &[EventKind] = &[EventKind::Note, EventKind::Incident, EventKind::PositionSupplement];
const OVERSIGHT: &[EventKind] = &[
    EventKind::Inspection,
    EventKind::Hold,
    EventKind::Note,
    EventKind::Incident,
    EventKind::PositionSupplement,
];
const NOT_THE_FACILITY: &[Relation] = &[Relation::Generator, Relation::Carrier, Relation::Outside];

/// The table. A cell that no rule names is [`Right::None`].
pub const TABLE: &[Rule] = &[
    Rule { kinds: ON_THE_ROAD, role: Role::Driver, relations: &[Relation::Carrier], right: Right::Moves },
    Rule { kinds: ON_THE_ROAD, role: Role::Carrier, relations: &[Relation::Carrier], right: Right::Moves },
    Rule {
        kinds: AT_THE_FACILITY,
        role: Role::Facility,
        relations: &[Relation::Facility],
        right: Right::Moves,
    },
    Rule {
        kinds: &[EventKind::Arrival],
        role: Role::Facility,
        relations: NOT_THE_FACILITY,
        right: Right::Elsewhere,
    },
    Rule { kinds: REMARKS, role: Role::Generator, relations: &[Relation::Generator], right: Right::Records },
    Rule { kinds: REMARKS, role: Role::Driver, relations: &[Relation::Carrier], right: Right::Records },
    Rule { kinds: REMARKS, role: Role::Carrier, relations: &[Relation::Carrier], right: Right::Records },
    Rule { kinds: REMARKS, role: Role::Facility, relations: &[Relation::Facility], right: Right::Records },
    Rule { kinds: OVERSIGHT, role: Role::Inspector, relations: Relation::ALL, right: Right::Records },
    Rule { kinds: OVERSIGHT, role: Role::Authority, relations: Relation::ALL, right: Right::Records },
    Rule {
        kinds: &[EventKind::Release],
        role: Role::Authority,
        relations: Relation::ALL,
        right: Right::Records,
    },
];

/// The cell of the table.
#[must_use]
pub fn right(kind: EventKind, role: Role, relation: Relation) -> Right {
    TABLE
        .iter()
        .find(|rule| rule.role == role && rule.kinds.contains(&kind) && rule.relations.contains(&relation))
        .map_or(Right::None, |rule| rule.right)
}

/// What a signer may do to one manifest with one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entitlement {
    /// The best cell that one of the signer's roles reaches.
    pub right: Right,
    /// The role that reaches it; absent when none does.
    pub role: Option<Role>,
    /// The organisation it is held in.
    pub organisation_id: Option<OrganisationId>,
}

/// Looks the signer up: every role held at the time, or only the one it says to act in.
#[must_use]
pub fn entitlement(
    facts: &ManifestFacts,
    signer: &Signer,
    acting: Option<Acting>,
    kind: EventKind,
) -> Entitlement {
    let mut best = Entitlement { right: Right::None, role: None, organisation_id: None };
    for grant in &signer.roles {
        if acting.is_some_and(|a| a.role != grant.role || a.organisation_id != grant.organisation_id) {
            continue;
        }
        for relation in relations(facts, grant.organisation_id) {
            let right = right(kind, grant.role, relation);
            // Of equal rights the driver's own comes first: it is the one that names who drives.
            let rank = (right, grant.role == Role::Driver);
            if right > Right::None && rank > (best.right, best.role == Some(Role::Driver)) {
                best = Entitlement {
                    right,
                    role: Some(grant.role),
                    organisation_id: Some(grant.organisation_id),
                };
            }
        }
    }
    best
}

/// Every relation of an organisation: a company may hand over and move its own waste.
fn relations(facts: &ManifestFacts, organisation_id: OrganisationId) -> Vec<Relation> {
    let parties = [
        (facts.generator_id, Relation::Generator),
        (facts.carrier_id, Relation::Carrier),
        (facts.facility_id, Relation::Facility),
    ];
    let held: Vec<Relation> =
        parties.into_iter().filter(|(id, _)| *id == organisation_id).map(|(_, relation)| relation).collect();
    if held.is_empty() { vec![Relation::Outside] } else { held }
}

/// The table as Markdown, one row per kind, one column per role; cells name relation and right.
#[must_use]
pub fn markdown() -> String {
    let mut text = String::from("| event |");
    for role in Role::ALL {
        let _ = write!(text, " {role} |");
    }
    text.push_str("\n|---|");
    text.push_str(&"---|".repeat(Role::ALL.len()));
    for kind in EventKind::ALL {
        let _ = write!(text, "\n| {kind} |");
        for role in Role::ALL {
            let _ = write!(text, " {} |", cell(*kind, *role));
        }
    }
    text.push('\n');
    text
}

fn cell(kind: EventKind, role: Role) -> String {
    let rights: Vec<Right> = Relation::ALL.iter().map(|relation| right(kind, role, *relation)).collect();
    if rights.iter().all(|r| *r == Right::None) {
        return "–".to_owned();
    }
    if rights.iter().all(|r| *r == rights[0]) {
        return format!("any: {}", rights[0]);
    }
    let named = Relation::ALL.iter().zip(&rights).filter(|(_, r)| **r != Right::None);
    named.map(|(relation, right)| format!("{relation}: {right}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
