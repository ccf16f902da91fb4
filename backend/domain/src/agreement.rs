//! Agreements of generators and facilities: what they cover, and what they settle in advance.

use crate::id::{AgreementId, OrganisationId};
use crate::time::Instant;
use crate::waste::WasteLine;
use serde::{Deserialize, Serialize};

/// Days after acceptance within which copy 4 goes back where no agreement says so: six months.
pub const COPY_4_DAYS: i32 = 183;

/// What the rules need to know of an agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Its id.
    pub id: AgreementId,
    /// Hands over.
    pub generator_id: OrganisationId,
    /// Receives.
    pub facility_id: OrganisationId,
    /// First instant it holds.
    pub valid_from: Instant,
    /// First instant it holds no more.
    pub valid_to: Instant,
    /// Waste codes in printed form; empty = all.
    pub waste_codes: Vec<String>,
    /// Local days after acceptance within which copy 4 goes back.
    pub copy4_days: i32,
    /// Manifests under it need no second yes.
    pub approves_in_advance: bool,
    /// When the other side confirmed it; before that it counts for nothing.
    pub confirmed_at: Option<Instant>,
    /// When it was ended early.
    pub ended_at: Option<Instant>,
}

/// What an approval under an agreement settles for the manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The agreement.
    pub agreement_id: AgreementId,
    /// Local days after acceptance within which copy 4 goes back.
    pub copy4_days: i32,
}

impl Agreement {
    /// True when both sides stand by it at that instant.
    #[must_use]
    pub fn holds(&self, at: Instant) -> bool {
        self.confirmed_at.is_some_and(|confirmed| confirmed <= at)
            && self.ended_at.is_none_or(|ended| at < ended)
            && self.valid_from <= at
            && at < self.valid_to
    }

    /// True when it is about every line.
    #[must_use]
    pub fn covers(&self, lines: &[WasteLine]) -> bool {
        let named = |code: &str| self.waste_codes.is_empty() || self.waste_codes.iter().any(|c| c == code);
        lines.iter().all(|line| named(line.waste_code.as_str()))
    }

    /// What it settles for a manifest.
    #[must_use]
    pub const fn terms(&self) -> Terms {
        Terms { agreement_id: self.id, copy4_days: self.copy4_days }
    }
}

/// The agreement under which these lines go at an instant: one that approves in advance before one that does not, then
/// the one that began last.
#[must_use]
pub fn in_force<'a>(agreements: &'a [Agreement], lines: &[WasteLine], at: Instant) -> Option<&'a Agreement> {
    agreements
        .iter()
        .filter(|agreement| agreement.holds(at) && agreement.covers(lines))
        .max_by_key(|agreement| (agreement.approves_in_advance, agreement.valid_from, agreement.id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::custody::story::{facts, minute};
    use uuid::Uuid;

    fn agreement(id: u128) -> Agreement {
        Agreement {
            id: AgreementId(Uuid::from_u128(id)),
            generator_id: facts().generator_id,
            facility_id: facts().facility_id,
            valid_from: minute(0),
            valid_to: minute(100),
            waste_codes: Vec::new(),
            copy4_days: 30,
            approves_in_advance: true,
            confirmed_at: Some(minute(10)),
            ended_at: None,
        }
    }

    #[test]
    fn it_counts_from_both_sides_yes_until_it_ends() {
        let held = agreement(1);
        assert!(!held.holds(minute(9)) && held.holds(minute(10)) && held.holds(minute(99)));
        assert!(!held.holds(minute(100)), "the first instant after it");
        assert!(!Agreement { confirmed_at: None, ..held.clone() }.holds(minute(50)));
        let ended = Agreement { ended_at: Some(minute(50)), ..held.clone() };
        assert!(ended.holds(minute(49)) && !ended.holds(minute(50)));
        assert!(!Agreement { valid_from: minute(20), ..held }.holds(minute(19)));
    }

    #[test]
    fn every_line_must_be_in_it() {
        let lines = facts().lines;
        let named = |codes: &[&str]| Agreement {
            waste_codes: codes.iter().map(|code| (*code).to_owned()).collect(),
            ..agreement(1)
        };
        assert!(agreement(1).covers(&lines) && named(&["16 01 06", "17 02 03"]).covers(&lines));
        assert!(!named(&["17 02 03"]).covers(&lines));
        let slow = Agreement { approves_in_advance: false, valid_from: minute(5), ..agreement(2) };
        let narrow = Agreement { valid_from: minute(8), ..named(&["17 02 03"]) };
        let all = [slow.clone(), agreement(1), narrow];
        assert_eq!(in_force(&all, &lines, minute(50)).map(|a| a.id), Some(agreement(1).id));
        assert_eq!(in_force(&all[..1], &lines, minute(50)).map(|a| a.id), Some(slow.id));
        assert_eq!(in_force(&all, &lines, minute(100)), None);
    }
}
