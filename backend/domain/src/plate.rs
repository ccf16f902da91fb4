//! Vehicle plates, compared on their normal form.

use serde::{Deserialize, Serialize};

/// A plate as people write it (`15C-123.45`); equality and order use [`Plate::normal`].
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "sql", derive(sqlx::Type), sqlx(transparent))]
#[serde(transparent)]
#[schema(value_type = String)]
pub struct Plate(pub String);

impl Plate {
    /// Upper case, letters and digits only: `15c 123.45` → `15C12345`.
    #[must_use]
    pub fn normal(&self) -> String {
        self.0.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
    }

    /// True when the normal form has 4 to 12 letters and digits: loose on purpose, foreign and military plates exist.
    /// Control characters stand on no plate.
    #[must_use]
    pub fn is_plausible(&self) -> bool {
        (4..=12).contains(&self.normal().chars().count())
            && self.0.chars().count() <= 20
            && !self.0.chars().any(char::is_control)
    }
}

impl PartialEq for Plate {
    fn eq(&self, other: &Self) -> bool {
        self.normal() == other.normal()
    }
}

impl Eq for Plate {}

impl std::fmt::Display for Plate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Plate;

    #[test]
    fn spaces_dots_dashes_and_case_do_not_matter() {
        assert_eq!(Plate("15C-123.45".into()), Plate("15c 12345".into()));
        assert_ne!(Plate("15C-123.45".into()), Plate("15C-123.46".into()));
    }

    #[test]
    fn what_could_stand_on_a_vehicle_is_plausible() {
        for plate in ["15C-123.45", "QC 40-11", "ລາວ 1234"] {
            assert!(Plate(plate.into()).is_plausible(), "{plate}");
        }
        for plate in ["", "?", "15C", "15C-123.45 15C-678.90", "15C-123\u{0}.45", "15C-123.45\n"] {
            assert!(!Plate(plate.into()).is_plausible(), "{plate:?}");
        }
    }
}
