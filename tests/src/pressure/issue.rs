//! Issued manifests by the thousand: drafts, acts, numbers and seals straight through the store, then one rebuild that
//! folds them all.

use super::area::Area;
use anyhow::Context as _;
use chrono::Duration;
use domain::custody::act::{Act, Decision};
use domain::id::{ManifestId, TripId};
use domain::manifest::Side;
use domain::mass::{Grams, MassBasis};
use domain::plate::Plate;
use domain::seal::key::sha256;
use domain::seal::manifest::ManifestSeal;
use domain::seal::short_code::ShortCode;
use domain::seal::status_list::StatusIndex;
use domain::time::{Instant, local_year};
use domain::waste::{Packaging, PhysicalState, TreatmentMethod, WasteCode, WasteLine};
use geo_types::{Coord, LineString};
use store::manifests::{Draft, Issue, NewManifest};
use store::{Tx, acts, counters, manifests, seals, status, trips};

/// Manifests of one transaction.
const BATCH: usize = 500;
/// Vertices of each route: a drawn one of thirty kilometres.
const VERTICES: u32 = 60;
/// Six digits of every manifest.
const PICKUP_CODE: &str = "271828";

/// An issued manifest, with what its crew needs to sign for it.
#[derive(Debug, Clone)]
pub struct Load {
    /// The manifest.
    pub id: ManifestId,
    /// Index of its crew.
    pub crew: usize,
    /// Index of its generator.
    pub generator: usize,
    /// Text of its QR.
    pub code: String,
    /// Plate of its truck.
    pub plate: Plate,
    /// Six digits that the generator reads out.
    pub pickup_code: &'static str,
    /// Declared mass, grams.
    pub mass_g: i64,
}

/// Issues `count` manifests, round robin over crews and generators.
///
/// # Errors
/// Store failures.
pub async fn issue(area: &Area, count: usize) -> anyhow::Result<Vec<Load>> {
    let mut loads = Vec::with_capacity(count);
    while loads.len() < count {
        let mut tx = area.app.db.begin("pressure.issue").await?;
        for n in loads.len()..count.min(loads.len() + BATCH) {
            loads.push(one(area, &mut tx, n).await?);
        }
        tx.commit().await?;
    }
    let folded = app::rebuild::rebuild(&area.app).await?;
    anyhow::ensure!(folded.manifests >= count, "only {} of {count} manifests were folded", folded.manifests);
    Ok(loads)
}

async fn one(area: &Area, tx: &mut Tx, n: usize) -> anyhow::Result<Load> {
    let app = &area.app;
    let (crew, generator) = (n % area.crews.len(), (n / area.crews.len()) % area.generators.len());
    let (team, from) = (&area.crews[crew], &area.generators[generator]);
    let to = &area.facilities[team.facility];
    let (id, trip_id, now): (ManifestId, TripId, Instant) = (app.new_id()?, app.new_id()?, app.now());
    let mass = Grams(250_000 + i64::try_from(n % 500)? * 1_000);
    let lines = vec![WasteLine {
        line: 1,
        waste_code: WasteCode::parse("17 02 03")?,
        waste_name: "Dầu động cơ, hộp số và bôi trơn tổng hợp thải".to_owned(),
        checked: false,
        physical_state: PhysicalState::Liquid,
        declared_mass_g: mass,
        mass_basis: MassBasis::Estimated,
        packaging: Packaging { kind: "drum".to_owned(), count: 4 },
        treatment_method: TreatmentMethod::Recycling,
    }];
    let carrier_id = area.carriers[team.carrier].organisation_id;
    let route = app::registry::shape::line_json(&road((from.lon, from.lat), (to.lon, to.lat)));
    let draft = Draft {
        generator_id: from.clerk.organisation_id,
        generator_site_id: from.site_id,
        generator_province: None,
        carrier_id,
        facility_id: to.clerk.organisation_id,
        facility_site_id: to.site_id,
        facility_province: None,
        plates: vec![team.plate.clone()],
        driver_id: Some(team.driver.person.id),
        planned_pickup_at: now,
        planned_delivery_at: now + Duration::hours(6),
        route_id: None,
        route_geometry: Some(route),
        corridor_m: Some(200.0),
        lines: lines.clone(),
        search: String::new(),
    };
    let trip = trips::Trip {
        id: trip_id,
        carrier_id,
        driver_id: draft.driver_id,
        plate: draft.plates.first().cloned(),
        created_at: now,
    };
    trips::insert(tx, &trip).await?;
    let new = NewManifest { id, trip_id, drafted_by: draft.generator_id, created_at: now, draft };
    manifests::insert(tx, &new).await?;
    let decisions = [
        (&from.clerk, Decision::Propose { side: Side::Generator }),
        (&to.clerk, Decision::approval(Side::Facility)),
        (&to.clerk, Decision::issue(1)),
    ];
    for (person, decision) in decisions {
        let organisation_id = person.organisation_id;
        let act = Act { id: app.new_id()?, person_id: person.id, organisation_id, at: now, decision };
        acts::insert(tx, id, &act).await?;
    }
    let code = seal(area, tx, &new, &to.permit, lines).await?;
    Ok(Load {
        id,
        crew,
        generator,
        code,
        plate: team.plate.clone(),
        pickup_code: PICKUP_CODE,
        mass_g: mass.0,
    })
}

/// Number and seal, as issuing gives them; the digest stands for a document that nobody reads here.
async fn seal(
    area: &Area,
    tx: &mut Tx,
    new: &NewManifest,
    permit: &str,
    lines: Vec<WasteLine>,
) -> anyhow::Result<String> {
    let (app, now) = (&area.app, new.created_at);
    let year = local_year(now);
    let serial = counters::next(tx, permit, year).await?;
    let number = format!("{serial}/{year}/{permit}");
    let place = status::next_index(tx).await?;
    let index = StatusIndex::new(u32::try_from(place.list)?, u32::try_from(place.index)?);
    let document_digest = sha256(new.id.0.as_bytes());
    let document = ManifestSeal {
        issuer: &app.keyring.issuer_name(),
        issued_at: now,
        planned_delivery_at: new.draft.planned_delivery_at,
        manifest_id: new.id,
        number: &number,
        revision: 1,
        status: index.context("the status lists are full")?,
        generator_site: new.draft.generator_site_id,
        facility_site: new.draft.facility_site_id,
        plates: &new.draft.plates,
        lines: &lines,
        document_digest,
    };
    let sealed = app.keyring.seal_manifest(app.random.as_ref(), &document)?;
    let issue = Issue {
        id: new.id,
        number,
        serial,
        serial_year: year,
        serial_permit: permit.to_owned(),
        revision: 1,
        pickup_code: PICKUP_CODE.to_owned(),
        document_digest: document_digest.to_vec(),
        at: now,
    };
    manifests::update_issued(tx, &issue).await?;
    let row = seals::Seal {
        manifest_id: new.id,
        revision: 1,
        status_list: place.list,
        status_index: place.index,
        status: 0,
        short_code: ShortCode::from_digest(sealed.digest(), 0).to_string(),
        digest: sealed.digest().to_vec(),
        seal: sealed.bytes().to_vec(),
        key_id: sealed.kid().0.to_vec(),
        issued_at: now,
        expires_at: sealed.claims().expires_at,
    };
    seals::insert(tx, &row).await?;
    Ok(app::manifest::qr::seal_link(app, sealed.bytes())?)
}

/// A road from one place to another that swings a little, as roads do.
fn road(from: (f64, f64), to: (f64, f64)) -> LineString<f64> {
    let along = |n: u32| {
        let t = f64::from(n) / f64::from(VERTICES - 1);
        let swing = (t * std::f64::consts::PI).sin() * 0.01 * (t * 40.0).cos();
        Coord { x: from.0 + (to.0 - from.0) * t, y: from.1 + (to.1 - from.1) * t + swing }
    };
    LineString::new((0..VERTICES).map(along).collect())
}
