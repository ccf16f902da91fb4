//! Code on the wall of a site: proves that whoever scanned it stood there, together with a position.

use super::cbor::{self, ClaimsError, MapReader};
use super::envelope::{Claims, Typ};
use super::manifest::{CLAIM_CTI, CLAIM_EXP, CLAIM_IAT, CLAIM_ISS, CLAIM_PRIVATE};
use crate::id::SiteId;
use chrono::{DateTime, Duration, SubsecRound, Utc};
use coset::cbor::value::Value;
use uuid::Uuid;

/// A wall code is good for five years.
pub const VALID_FOR: Duration = Duration::days(5 * 365 + 1);

const ISSUER_MAX: usize = 32;
/// Bytes of the name that the code carries; it keeps the QR small enough to scan from two metres.
const NAME_MAX: usize = 120;

/// Claims of a wall code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteClaims {
    /// Who sealed it.
    pub issuer: String,
    /// When.
    pub issued_at: DateTime<Utc>,
    /// Five years later.
    pub expires_at: DateTime<Utc>,
    /// The site; its polygon in the registry rules.
    pub site_id: SiteId,
    /// Its name, for whoever reads offline; cut to 120 bytes.
    pub name: String,
}

impl SiteClaims {
    /// Claims of a new wall code.
    #[must_use]
    pub fn new(issuer: &str, issued_at: DateTime<Utc>, site_id: SiteId, name: &str) -> Self {
        let issued_at = issued_at.trunc_subsecs(0);
        let name = shortened(name, NAME_MAX);
        Self { issuer: issuer.to_owned(), issued_at, expires_at: issued_at + VALID_FOR, site_id, name }
    }
}

/// Cuts text to at most `max` bytes between characters, with an ellipsis.
fn shortened(text: &str, max: usize) -> String {
    let clean: String = text.chars().filter(|c| !c.is_control()).collect();
    if clean.len() <= max {
        return clean;
    }
    let end =
        (0..=max.saturating_sub('…'.len_utf8())).rev().find(|at| clean.is_char_boundary(*at)).unwrap_or(0);
    format!("{}…", &clean[..end])
}

impl Claims for SiteClaims {
    const TYP: Typ = Typ::Site;
    const ENDS_AT_EXPIRY: bool = true;

    fn issued_at(&self) -> DateTime<Utc> {
        self.issued_at
    }

    fn expires_at(&self) -> DateTime<Utc> {
        self.expires_at
    }

    fn to_cbor(&self) -> Value {
        cbor::map(vec![
            (CLAIM_ISS, Value::Text(self.issuer.clone())),
            (CLAIM_EXP, cbor::seconds(self.expires_at)),
            (CLAIM_IAT, cbor::seconds(self.issued_at)),
            (CLAIM_CTI, cbor::uuid(self.site_id.0)),
            (CLAIM_PRIVATE, Value::Array(vec![Value::Text(self.name.clone())])),
        ])
    }

    fn from_cbor(value: Value) -> Result<Self, ClaimsError> {
        let mut claims = MapReader::new(value, "claims")?;
        let issuer = cbor::text(claims.require(CLAIM_ISS, "iss")?, ISSUER_MAX, "iss")?;
        let expires_at = cbor::instant(&claims.require(CLAIM_EXP, "exp")?, "exp")?;
        let issued_at = cbor::instant(&claims.require(CLAIM_IAT, "iat")?, "iat")?;
        let id = Uuid::from_bytes(cbor::bytes(&claims.require(CLAIM_CTI, "cti")?, "cti")?);
        let [name] = cbor::tuple(claims.require(CLAIM_PRIVATE, "site")?, "site")?;
        let name = cbor::text(name, NAME_MAX, "name")?;
        Ok(Self { issuer, issued_at, expires_at, site_id: SiteId(id), name })
    }
}

#[cfg(test)]
mod tests {
    use super::SiteClaims;
    use crate::id::SiteId;
    use crate::seal::cbor;
    use crate::seal::envelope::Claims;
    use uuid::Uuid;

    #[test]
    fn a_long_vietnamese_name_is_cut_between_letters() {
        let at = "2026-11-23T08:00:00.250Z".parse().unwrap();
        let name = "Kho chất thải nguy hại số 1 – Khu công nghiệp Đình Vũ ".repeat(3);
        let claims = SiteClaims::new("vn-demo", at, SiteId(Uuid::from_u128(7)), &name);
        assert!(claims.name.len() <= 120 && claims.name.ends_with('…'));
        assert_eq!(SiteClaims::from_cbor(claims.to_cbor()).unwrap(), claims);
        assert!(cbor::encode(&claims.to_cbor()).unwrap().len() < 200);
    }
}
