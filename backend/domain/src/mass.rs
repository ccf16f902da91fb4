//! Mass is integer grams everywhere; kilograms exist only on screens and paper.

use serde::{Deserialize, Serialize};

/// A mass in grams, never negative once validated.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[cfg_attr(feature = "sql", derive(sqlx::Type), sqlx(transparent))]
#[serde(transparent)]
pub struct Grams(pub i64);

impl Grams {
    /// The largest mass one line may carry: 1,000 tonnes, far above any truck, far below overflow of sums.
    pub const MAX: Self = Self(1_000_000_000);

    /// True when the mass can stand on a line: 0 to [`Grams::MAX`].
    #[must_use]
    pub const fn in_range(self) -> bool {
        self.0 >= 0 && self.0 <= Self::MAX.0
    }
}

impl std::ops::Add for Grams {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl std::iter::Sum for Grams {
    fn sum<I: Iterator<Item = Self>>(masses: I) -> Self {
        masses.fold(Self(0), std::ops::Add::add)
    }
}

words! {
    /// How a declared mass was found; an estimate gets the wider tolerance.
    pub enum MassBasis {
        /// Judged by eye or by volume.
        Estimated = "estimated",
        /// Read from a scale.
        Measured = "measured",
    }
}

/// A tolerance between two masses: percent of the declared mass with a floor in grams.
///
/// The figures are dated data of the authority, not law; [`Tolerance::default_for`] holds the fallback.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Tolerance {
    /// Per mille of the declared mass.
    pub per_mille: i64,
    /// Never less than this many grams.
    pub floor: Grams,
}

impl Tolerance {
    /// Fallback until the authority's rule table says otherwise: 5 % (measured) or 10 % (estimated), at least 10 kg.
    #[must_use]
    pub const fn default_for(basis: MassBasis) -> Self {
        match basis {
            MassBasis::Measured => Self { per_mille: 50, floor: Grams(10_000) },
            MassBasis::Estimated => Self { per_mille: 100, floor: Grams(10_000) },
        }
    }

    /// True when `other` differs from `declared` by more than the tolerance.
    #[must_use]
    pub fn exceeded(self, declared: Grams, other: Grams) -> bool {
        let allowed = (declared.0.saturating_mul(self.per_mille) / 1000).max(self.floor.0);
        declared.0.abs_diff(other.0) > allowed.unsigned_abs()
    }
}

#[cfg(test)]
mod tests {
    use super::{Grams, MassBasis, Tolerance};

    #[test]
    fn four_hundred_eighty_one_declared_and_430_received_is_a_discrepancy() {
        let declared = Grams(481_000);
        assert!(Tolerance::default_for(MassBasis::Estimated).exceeded(declared, Grams(430_500)));
        assert!(!Tolerance::default_for(MassBasis::Estimated).exceeded(declared, Grams(478_000)));
    }

    #[test]
    fn small_loads_have_a_floor() {
        assert!(!Tolerance::default_for(MassBasis::Measured).exceeded(Grams(20_000), Grams(11_000)));
        assert!(Tolerance::default_for(MassBasis::Measured).exceeded(Grams(20_000), Grams(9_999)));
    }
}
