//! Issuing: number, seal, status-list place, short code and pickup code, all in the transaction of the last approval.

use super::eligibility::Cover;
use crate::error::{Error, Result};
use crate::ports::Core;
use domain::custody::act::Decision;
use domain::id::OrganisationId;
use domain::seal::key::sha256;
use domain::seal::manifest::ManifestSeal;
use domain::seal::short_code::ShortCode;
use domain::seal::status_list::StatusIndex;
use domain::time::{Instant, local_year};
use domain::waste::WasteLine;
use serde::Serialize;
use store::manifests::{Issue, Manifest, update_issued};
use store::{Tx, counters, seals, status};

/// First revision of every manifest.
const FIRST_REVISION: i32 = 1;
/// Other short codes to try when one is taken: four different ones exist for a seal.
const SHORT_CODE_ATTEMPTS: u8 = 4;

/// Gives a manifest on which both sides agree its number under this cover, and its seal; the act that says so is the
/// caller's. Gapless: the counter's row stays locked until the commit.
pub(super) async fn issue(
    core: &Core,
    tx: &mut Tx,
    row: &Manifest,
    lines: &[WasteLine],
    cover: Cover,
) -> Result<Decision> {
    let (issue, mut seal) = seal_next(core, tx, row, lines, cover.permit).await?;
    update_issued(tx, &issue).await?;
    seal.short_code = free_short_code(tx, &seal.digest).await?;
    seals::insert(tx, &seal).await?;
    Ok(Decision::Issue { revision: FIRST_REVISION, left: cover.left })
}

/// Takes the next serial of the permit and the next place in the status lists, and seals the document of `row` and
/// `lines`; writes neither row nor seal. The short code is the first that the digest gives.
///
/// # Errors
/// [`Error::Internal`] when the document cannot be sealed or the status lists are full.
pub async fn seal_next(
    core: &Core,
    tx: &mut Tx,
    row: &Manifest,
    lines: &[WasteLine],
    permit: String,
) -> Result<(Issue, seals::Seal)> {
    let now = core.now();
    let year = local_year(now);
    let serial = counters::next(tx, &permit, year).await?;
    let number = format!("{serial}/{year}/{permit}");
    let document_digest = document_digest(row, &number, lines)?;
    let place = status::next_index(tx).await?;
    let status = u32::try_from(place.list).ok().zip(u32::try_from(place.index).ok());
    let status = status.and_then(|(list, entry)| StatusIndex::new(list, entry)).ok_or_else(full)?;
    let seal = core.keyring.seal_manifest(
        core.random.as_ref(),
        &ManifestSeal {
            issuer: &core.keyring.issuer_name(),
            issued_at: now,
            planned_delivery_at: row.planned_delivery_at,
            manifest_id: row.id,
            number: &number,
            revision: 1,
            status,
            generator_site: row.generator_site_id,
            facility_site: row.facility_site_id,
            plates: &row.plates.0,
            lines,
            document_digest,
        },
    )?;
    let issue = Issue {
        id: row.id,
        number,
        serial,
        serial_year: year,
        serial_permit: permit,
        revision: FIRST_REVISION,
        pickup_code: format!("{:06}", core.random_below(1_000_000)?),
        document_digest: document_digest.to_vec(),
        at: now,
    };
    let seal = seals::Seal {
        manifest_id: row.id,
        revision: FIRST_REVISION,
        status_list: place.list,
        status_index: place.index,
        status: 0,
        short_code: ShortCode::from_digest(seal.digest(), 0).to_string(),
        digest: seal.digest().to_vec(),
        seal: seal.bytes().to_vec(),
        key_id: seal.kid().0.to_vec(),
        issued_at: now,
        expires_at: seal.claims().expires_at,
    };
    Ok((issue, seal))
}

fn full() -> Error {
    Error::Internal("the status lists are full".into())
}

async fn free_short_code(tx: &mut Tx, digest: &[u8]) -> Result<String> {
    let digest = digest.try_into().map_err(|_| Error::Internal("a digest is 32 bytes".into()))?;
    for attempt in 0..SHORT_CODE_ATTEMPTS {
        let code = ShortCode::from_digest(digest, attempt).to_string();
        if seals::find_by_short_code(tx, &code).await?.is_none() {
            return Ok(code);
        }
    }
    Err(Error::Busy)
}

/// SHA-256 of the approved document in one fixed form: fields in the order below, JSON without spaces.
fn document_digest(row: &Manifest, number: &str, lines: &[WasteLine]) -> Result<[u8; 32]> {
    #[derive(Serialize)]
    struct Document<'a> {
        id: domain::id::ManifestId,
        number: &'a str,
        revision: i32,
        generator_site_id: domain::id::SiteId,
        carrier_id: OrganisationId,
        facility_site_id: domain::id::SiteId,
        plates: Vec<String>,
        planned_pickup_at: Instant,
        planned_delivery_at: Instant,
        route: Option<String>,
        corridor_m: Option<f64>,
        lines: &'a [WasteLine],
    }
    let document = Document {
        id: row.id,
        number,
        revision: FIRST_REVISION,
        generator_site_id: row.generator_site_id,
        carrier_id: row.carrier_id,
        facility_site_id: row.facility_site_id,
        plates: row.plates.0.iter().map(domain::plate::Plate::normal).collect(),
        planned_pickup_at: row.planned_pickup_at,
        planned_delivery_at: row.planned_delivery_at,
        route: row.route_geometry.as_ref().map(|geometry| geometry.0.to_string()),
        corridor_m: row.corridor_m,
        lines,
    };
    let json =
        serde_json::to_vec(&document).map_err(|error| Error::Internal(format!("document: {error}")))?;
    Ok(sha256(&json))
}
