//! QR of a manifest: what an inspector may know from the paper alone, in at most 290 bytes.

use super::cbor::{self, ClaimsError, MapReader};
use super::envelope::{Claims, Typ, sealed_len};
use super::status_list::StatusIndex;
use crate::id::{ManifestId, SiteId};
use crate::mass::Grams;
use crate::plate::Plate;
use crate::waste::{PhysicalState, WasteCode, WasteLine};
use chrono::{DateTime, Duration, SubsecRound, Utc};
use coset::cbor::value::Value;
use uuid::Uuid;

/// Most bytes of the whole envelope: with a host of [`super::qr::HOST_MAX`] characters it is a QR of version 14-M.
pub const SEALED_MAX: usize = 290;
/// A manifest's QR is good until this long after the planned delivery.
pub const VALID_AFTER_DELIVERY: Duration = Duration::days(30);

const LINES_MAX: usize = 4;
const PLATES_MAX: usize = 2;
const ISSUER_MAX: usize = 32;
const NUMBER_MAX: usize = 64;
const PLATE_MAX: usize = 24;

/// CWT claims (RFC 8392 §4) that every seal shares.
pub(super) const CLAIM_ISS: i64 = 1;
pub(super) const CLAIM_EXP: i64 = 4;
pub(super) const CLAIM_IAT: i64 = 6;
pub(super) const CLAIM_CTI: i64 = 7;
/// Private use (below -65536): one array costs its key once.
pub(super) const CLAIM_PRIVATE: i64 = -70_001;

/// Last 8 bytes of a site id, the random half of a UUIDv7: enough to tell a country's sites apart under the issuer's
/// signature, at half the size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SiteTail(pub [u8; 8]);

impl From<SiteId> for SiteTail {
    fn from(site: SiteId) -> Self {
        let mut tail = [0; 8];
        tail.copy_from_slice(&site.0.as_bytes()[8..]);
        Self(tail)
    }
}

impl SiteTail {
    /// True when this is the tail of `site`.
    #[must_use]
    pub fn is_of(self, site: SiteId) -> bool {
        Self::from(site) == self
    }
}

/// Plates agreed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SealedPlates {
    /// Normal forms of at most two plates.
    Listed(Vec<String>),
    /// More than two: only how many.
    Count(u32),
}

impl SealedPlates {
    fn of(plates: &[Plate]) -> Self {
        let normal: Vec<String> = plates.iter().map(Plate::normal).collect();
        if normal.len() <= PLATES_MAX && normal.iter().all(|plate| (1..=PLATE_MAX).contains(&plate.len())) {
            Self::Listed(normal)
        } else {
            Self::Count(count(plates.len()))
        }
    }
}

/// One line, or one group of lines with the same code and state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedLine {
    /// Waste code.
    pub waste_code: WasteCode,
    /// Declared mass in grams.
    pub mass: Grams,
    /// Rắn, lỏng, bùn.
    pub physical_state: PhysicalState,
}

/// What did not fit as lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RestOfLoad {
    /// Number of other groups of code and state.
    pub groups: u32,
    /// Their declared mass together, in grams.
    pub mass: Grams,
}

/// Claims of a manifest's QR.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestClaims {
    /// Who sealed it: the installation's name, up to 12 bytes if four lines shall always fit.
    pub issuer: String,
    /// When it was sealed.
    pub issued_at: DateTime<Utc>,
    /// Planned delivery and 30 days.
    pub expires_at: DateTime<Utc>,
    /// The manifest.
    pub manifest_id: ManifestId,
    /// Its human number, up to 31 bytes if four lines shall always fit.
    pub number: String,
    /// Revision that this seal is of, from 1.
    pub revision: u32,
    /// Its place in the status lists.
    pub status: StatusIndex,
    /// Declared place of pickup.
    pub generator_site: SiteTail,
    /// Declared place of delivery.
    pub facility_site: SiteTail,
    /// Plates agreed on.
    pub plates: SealedPlates,
    /// Up to four lines, or the heaviest groups when there is a rest.
    pub lines: Vec<SealedLine>,
    /// What the lines leave out.
    pub rest: Option<RestOfLoad>,
    /// First 16 bytes of SHA-256 of the whole approved document.
    pub document_digest: [u8; 16],
}

/// The approved manifest from which a QR is made.
#[derive(Debug, Clone, Copy)]
pub struct ManifestSeal<'a> {
    /// Name of the installation.
    pub issuer: &'a str,
    /// Now.
    pub issued_at: DateTime<Utc>,
    /// Planned delivery.
    pub planned_delivery_at: DateTime<Utc>,
    /// The manifest.
    pub manifest_id: ManifestId,
    /// Its human number.
    pub number: &'a str,
    /// Revision, from 1.
    pub revision: u32,
    /// Place given in the status lists.
    pub status: StatusIndex,
    /// Declared place of pickup.
    pub generator_site: SiteId,
    /// Declared place of delivery.
    pub facility_site: SiteId,
    /// Plates agreed on.
    pub plates: &'a [Plate],
    /// Declared lines.
    pub lines: &'a [WasteLine],
    /// SHA-256 of the whole approved document.
    pub document_digest: [u8; 32],
}

impl ManifestSeal<'_> {
    /// Chooses the claims: four lines or the three heaviest groups and the rest; fewer groups when a very long number
    /// or plate would push the QR over its size, so that issuing never fails for want of room.
    ///
    /// # Errors
    /// [`ClaimsError::OutOfRange`] when a mass is negative, or when number and issuer alone are too long.
    pub fn claims(&self) -> Result<ManifestClaims, ClaimsError> {
        if self.lines.iter().any(|line| line.declared_mass_g.0 < 0) {
            return Err(ClaimsError::OutOfRange("lines"));
        }
        let all = self.lines.iter().map(|line| SealedLine {
            waste_code: line.waste_code.clone(),
            mass: line.declared_mass_g,
            physical_state: line.physical_state,
        });
        let mut document_digest = [0; 16];
        document_digest.copy_from_slice(&self.document_digest[..16]);
        let mut claims = ManifestClaims {
            issuer: self.issuer.to_owned(),
            issued_at: self.issued_at.trunc_subsecs(0),
            expires_at: (self.planned_delivery_at + VALID_AFTER_DELIVERY).trunc_subsecs(0),
            manifest_id: self.manifest_id,
            number: self.number.to_owned(),
            revision: self.revision,
            status: self.status,
            generator_site: self.generator_site.into(),
            facility_site: self.facility_site.into(),
            plates: SealedPlates::of(self.plates),
            lines: all.collect(),
            rest: None,
            document_digest,
        };
        let groups = group(&claims.lines);
        let mut keep = groups.len().min(LINES_MAX - 1);
        if claims.lines.len() > LINES_MAX {
            (claims.lines, claims.rest) = heaviest(&groups, keep);
        }
        while sealed_len(&claims) > SEALED_MAX {
            if keep == 0 && claims.rest.is_some() {
                if matches!(claims.plates, SealedPlates::Count(_)) {
                    return Err(ClaimsError::OutOfRange("number"));
                }
                claims.plates = SealedPlates::Count(count(self.plates.len()));
                continue;
            }
            (claims.lines, claims.rest) = heaviest(&groups, keep);
            keep = keep.saturating_sub(1);
        }
        Ok(claims)
    }
}

/// Groups of code and state, heaviest first.
fn group(lines: &[SealedLine]) -> Vec<SealedLine> {
    let mut groups: Vec<SealedLine> = Vec::new();
    for line in lines {
        let same =
            |g: &&mut SealedLine| g.waste_code == line.waste_code && g.physical_state == line.physical_state;
        match groups.iter_mut().find(same) {
            Some(group) => group.mass = group.mass + line.mass,
            None => groups.push(line.clone()),
        }
    }
    groups.sort_by(|a, b| b.mass.cmp(&a.mass).then_with(|| a.waste_code.cmp(&b.waste_code)));
    groups
}

fn heaviest(groups: &[SealedLine], keep: usize) -> (Vec<SealedLine>, Option<RestOfLoad>) {
    let (kept, left) = groups.split_at(keep.min(groups.len()));
    let rest = RestOfLoad { groups: count(left.len()), mass: left.iter().map(|line| line.mass).sum() };
    (kept.to_vec(), (!left.is_empty()).then_some(rest))
}

fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

const fn state_number(state: PhysicalState) -> u8 {
    match state {
        PhysicalState::Solid => 0,
        PhysicalState::Liquid => 1,
        PhysicalState::Sludge => 2,
    }
}

impl Claims for ManifestClaims {
    const TYP: Typ = Typ::Manifest;
    // An expired QR is still genuine: the verdict says "expired", and a void one says "void" first.
    const ENDS_AT_EXPIRY: bool = false;

    fn issued_at(&self) -> DateTime<Utc> {
        self.issued_at
    }

    fn expires_at(&self) -> DateTime<Utc> {
        self.expires_at
    }

    fn to_cbor(&self) -> Value {
        let plates = match &self.plates {
            SealedPlates::Listed(plates) => Value::Array(plates.iter().cloned().map(Value::Text).collect()),
            SealedPlates::Count(n) => Value::from(*n),
        };
        let lines = self.lines.iter().map(|line| {
            Value::Array(vec![
                Value::from(line.waste_code.as_number()),
                Value::from(line.mass.0),
                Value::from(state_number(line.physical_state)),
            ])
        });
        let rest =
            self.rest.map(|rest| Value::Array(vec![Value::from(rest.groups), Value::from(rest.mass.0)]));
        let sites = [self.generator_site.0, self.facility_site.0].concat();
        let private = Value::Array(vec![
            Value::Text(self.number.clone()),
            Value::from(self.revision),
            Value::from(self.status.0),
            Value::Bytes(sites),
            plates,
            Value::Array(lines.chain(rest).collect()),
            Value::Bytes(self.document_digest.to_vec()),
        ]);
        cbor::map(vec![
            (CLAIM_ISS, Value::Text(self.issuer.clone())),
            (CLAIM_EXP, cbor::seconds(self.expires_at)),
            (CLAIM_IAT, cbor::seconds(self.issued_at)),
            (CLAIM_CTI, cbor::uuid(self.manifest_id.0)),
            (CLAIM_PRIVATE, private),
        ])
    }

    fn from_cbor(value: Value) -> Result<Self, ClaimsError> {
        let mut claims = MapReader::new(value, "claims")?;
        let issuer = cbor::text(claims.require(CLAIM_ISS, "iss")?, ISSUER_MAX, "iss")?;
        let expires_at = cbor::instant(&claims.require(CLAIM_EXP, "exp")?, "exp")?;
        let issued_at = cbor::instant(&claims.require(CLAIM_IAT, "iat")?, "iat")?;
        let id = Uuid::from_bytes(cbor::bytes(&claims.require(CLAIM_CTI, "cti")?, "cti")?);
        let [number, revision, status, sites, plates, lines, digest] =
            cbor::tuple(claims.require(CLAIM_PRIVATE, "manifest")?, "manifest")?;
        let sites = cbor::bytes::<16>(&sites, "sites")?;
        let (mut generator_site, mut facility_site) = ([0; 8], [0; 8]);
        generator_site.copy_from_slice(&sites[..8]);
        facility_site.copy_from_slice(&sites[8..]);
        let (lines, rest) = read_lines(cbor::array(lines, "lines")?)?;
        Ok(Self {
            issuer,
            issued_at,
            expires_at,
            manifest_id: ManifestId(id),
            number: cbor::text(number, NUMBER_MAX, "number")?,
            revision: small(&revision, "revision")?,
            status: StatusIndex(small(&status, "status")?),
            generator_site: SiteTail(generator_site),
            facility_site: SiteTail(facility_site),
            plates: read_plates(plates)?,
            lines,
            rest,
            document_digest: cbor::bytes(&digest, "digest")?,
        })
    }
}

fn small(value: &Value, what: &'static str) -> Result<u32, ClaimsError> {
    u32::try_from(cbor::unsigned(value, u64::from(u32::MAX), what)?)
        .map_err(|_| ClaimsError::OutOfRange(what))
}

fn grams(value: &Value) -> Result<Grams, ClaimsError> {
    // 2^53 - 1: what a browser counts exactly.
    let grams = cbor::unsigned(value, (1 << 53) - 1, "mass")?;
    i64::try_from(grams).map(Grams).map_err(|_| ClaimsError::OutOfRange("mass"))
}

fn read_plates(value: Value) -> Result<SealedPlates, ClaimsError> {
    match value {
        Value::Array(plates) if plates.len() > PLATES_MAX => Err(ClaimsError::OutOfRange("plates")),
        Value::Array(plates) => {
            let read = plates.into_iter().map(|plate| cbor::text(plate, PLATE_MAX, "plates"));
            Ok(SealedPlates::Listed(read.collect::<Result<_, _>>()?))
        }
        other => Ok(SealedPlates::Count(small(&other, "plates")?)),
    }
}

fn read_lines(mut items: Vec<Value>) -> Result<(Vec<SealedLine>, Option<RestOfLoad>), ClaimsError> {
    let has_rest = items.last().and_then(Value::as_array).is_some_and(|item| item.len() == 2);
    let rest = if has_rest { items.pop() } else { None };
    let rest = rest
        .map(|item| {
            let [groups, mass] = cbor::tuple(item, "lines")?;
            Ok(RestOfLoad { groups: small(&groups, "groups")?, mass: grams(&mass)? })
        })
        .transpose()?;
    if items.len() > LINES_MAX {
        return Err(ClaimsError::OutOfRange("lines"));
    }
    let read_line = |item| {
        let [code, mass, state] = cbor::tuple(item, "lines")?;
        let code = cbor::unsigned(&code, 999_999, "waste_code")?;
        let state = cbor::unsigned(&state, 2, "physical_state")?;
        Ok(SealedLine {
            waste_code: WasteCode::parse(&format!("{code:06}"))
                .map_err(|_| ClaimsError::OutOfRange("waste_code"))?,
            mass: grams(&mass)?,
            physical_state: match state {
                0 => PhysicalState::Solid,
                1 => PhysicalState::Liquid,
                _ => PhysicalState::Sludge,
            },
        })
    };
    Ok((items.into_iter().map(read_line).collect::<Result<_, ClaimsError>>()?, rest))
}
