//! Waste: codes, physical states, treatment methods, lines of a manifest.

use crate::mass::{Grams, MassBasis};
use serde::{Deserialize, Serialize};

words! {
    /// Physical state of a waste (rắn, lỏng, bùn).
    pub enum PhysicalState {
        /// Rắn.
        Solid = "solid",
        /// Lỏng.
        Liquid = "liquid",
        /// Bùn.
        Sludge = "sludge",
    }
}

words! {
    /// Treatment methods of the legal form (TT 02/2022/TT-BTNMT, Phụ lục III, Mẫu số 04, mục 4).
    pub enum TreatmentMethod {
        /// Tận thu, tái chế.
        Recycling = "TC",
        /// Trung hoà.
        Neutralisation = "TH",
        /// Phân tách, chiết, lọc, kết tủa.
        Separation = "PT",
        /// Oxy hoá.
        Oxidation = "OH",
        /// Sinh học.
        Biological = "SH",
        /// Đồng xử lý.
        CoProcessing = "ĐX",
        /// Thiêu đốt.
        Incineration = "TĐ",
        /// Hoá rắn.
        Solidification = "HR",
        /// Cô lập, đóng kén.
        Encapsulation = "CL",
        /// Chôn lấp.
        Landfill = "C",
        /// Tẩy rửa.
        Washing = "TR",
        /// Sơ chế.
        PreTreatment = "SC",
        /// Khác.
        Other = "Khác",
    }
}

/// A six-digit waste code in its printed form `17 02 03`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "sql", derive(sqlx::Type), sqlx(transparent))]
#[serde(transparent)]
#[schema(value_type = String)]
pub struct WasteCode(String);

/// Text that is not six digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a waste code is six digits, such as 17 02 03")]
pub struct BadWasteCode;

impl WasteCode {
    /// Reads `17 02 03`, `170203` or `17.02.03`; a trailing `*` (hazard mark of some lists) is ignored.
    ///
    /// # Errors
    /// [`BadWasteCode`] when there are not exactly six digits.
    pub fn parse(text: &str) -> Result<Self, BadWasteCode> {
        let mut digits = String::with_capacity(6);
        for c in text.trim().trim_end_matches('*').chars() {
            match c {
                '0'..='9' => digits.push(c),
                ' ' | '.' | '-' | '\u{a0}' => {}
                _ => return Err(BadWasteCode),
            }
        }
        match (digits.get(0..2), digits.get(2..4), digits.get(4..6)) {
            (Some(a), Some(b), Some(c)) if digits.len() == 6 => Ok(Self(format!("{a} {b} {c}"))),
            _ => Err(BadWasteCode),
        }
    }

    /// `17 02 03`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The group it belongs to, `17 02 03` → `17`.
    #[must_use]
    pub fn group(&self) -> &str {
        self.0.get(0..2).unwrap_or_default()
    }

    /// The code as one integer, `17 02 03` → 170203: its form inside a QR seal.
    #[must_use]
    pub fn as_number(&self) -> u32 {
        self.0.bytes().filter(u8::is_ascii_digit).fold(0, |n, d| n * 10 + u32::from(d - b'0'))
    }
}

/// How a waste is packed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Packaging {
    /// drum, bag, ibc, tank, box, bulk or the declarant's own word.
    pub kind: String,
    /// Number of packages, at least 1.
    pub count: i32,
}

/// One declared line of a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct WasteLine {
    /// Number of the line, from 1; never reused.
    pub line: i32,
    /// Six-digit code.
    pub waste_code: WasteCode,
    /// Name as declared.
    pub waste_name: String,
    /// False when the code is not in the official list loaded so far ("chưa đối chiếu").
    pub checked: bool,
    /// Rắn, lỏng, bùn.
    pub physical_state: PhysicalState,
    /// Declared mass in grams; may be an estimate and says so.
    pub declared_mass_g: Grams,
    /// Estimate or measurement.
    pub mass_basis: MassBasis,
    /// Packages.
    pub packaging: Packaging,
    /// Planned treatment.
    pub treatment_method: TreatmentMethod,
}

#[cfg(test)]
mod tests {
    use super::WasteCode;

    #[test]
    fn codes_read_in_every_usual_spelling() {
        for text in ["17 02 03", "170203", " 17.02.03* "] {
            let code = WasteCode::parse(text).unwrap();
            assert_eq!(code.as_str(), "17 02 03");
            assert_eq!(code.as_number(), 170_203);
        }
        for text in ["", "17 02", "17 02 0x", "17 02 03 4", "mười bảy"] {
            assert!(WasteCode::parse(text).is_err(), "{text}");
        }
    }
}
