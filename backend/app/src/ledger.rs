//! What goes into a fold and comes out of it.

use domain::custody::act::Act;
use domain::custody::fold::Folded;
use domain::custody::folded::LineMasses;
use domain::custody::judge::Judgement;
use domain::custody::record::RecordedEvent;
use domain::id::{EventId, PersonId};
use domain::manifest::ManifestFacts;
use std::collections::HashSet;
use store::manifests::Manifest;

/// A manifest with everything that folding and judging need.
pub(crate) struct Ledger {
    /// Its row, locked.
    pub row: Manifest,
    /// Facts as agreed.
    pub facts: ManifestFacts,
    /// Masses of its lines as stored before.
    pub masses: Vec<LineMasses>,
    /// Office acts.
    pub acts: Vec<Act>,
    /// Custody events.
    pub events: Vec<RecordedEvent>,
}

/// What folding and judging gave.
pub(crate) struct Verdict {
    /// Where it stands.
    pub folded: Folded,
    /// What looks wrong.
    pub judgement: Judgement,
}

/// Why manifests are folded again.
#[derive(Clone, Copy)]
pub(crate) enum Cause<'a> {
    /// These events were stored in this transaction, with their grades: what they cannot have changed is left alone.
    Captured(&'a HashSet<EventId>),
    /// Somebody decided something.
    Decided {
        /// Who, if a person.
        by: Option<PersonId>,
    },
    /// Nothing happened: projections are made again, and nobody is told.
    MadeAgain,
}

impl<'a> Cause<'a> {
    /// The events that were stored in this transaction.
    pub(crate) const fn stored(self) -> Option<&'a HashSet<EventId>> {
        match self {
            Self::Captured(stored) => Some(stored),
            Self::Decided { .. } | Self::MadeAgain => None,
        }
    }
}
