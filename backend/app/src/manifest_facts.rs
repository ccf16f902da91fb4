//! Loads the facts that folding and judging need, for a set of manifests, one statement a noun.

use crate::error::{Error, Result};
use crate::registry::shape;
use crate::sets::distinct;
use domain::custody::folded::LineMasses;
use domain::id::{ManifestId, SiteId};
use domain::manifest::{DEFAULT_CORRIDOR_M, ManifestFacts, Route};
use domain::party::{PermitFacts, SiteFacts, SiteKind, SiteVersion, Suspension};
use domain::waste::WasteLine;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};
use store::manifests::Manifest;
use store::{Tx, eligibility, lines, sites};

/// How far from a scan another facility still matters, metres.
const NEARBY_M: f64 = 500.0;

/// Facts of each manifest, with the masses of its lines as they are stored; `points` are (latitude, longitude) of every scan in question, `named` the sites that
/// storings name. Sites further off change no verdict, so a batch may share them.
pub(crate) async fn load(
    tx: &mut Tx,
    rows: &[Manifest],
    points: &[(f64, f64)],
    named: &[SiteId],
) -> Result<HashMap<ManifestId, (ManifestFacts, Vec<LineMasses>)>> {
    let ids: Vec<ManifestId> = rows.iter().map(|row| row.id).collect();
    let site_ids = distinct(rows.iter().flat_map(|row| [row.generator_site_id, row.facility_site_id]));
    let known = site_facts(sites::list_versions(tx, &site_ids).await?)?;
    let mut others = BTreeMap::new();
    if !points.is_empty() {
        others.extend(site_facts(sites::list_receiving_near(tx, points, NEARBY_M).await?)?);
    }
    if !named.is_empty() {
        others.extend(site_facts(sites::list_versions(tx, named).await?)?);
    }
    others.retain(|_, site| site.kind != SiteKind::Generator);
    let nearby: Vec<SiteFacts> = others.into_values().collect();
    let parties = distinct(rows.iter().flat_map(|row| [row.generator_id, row.carrier_id, row.facility_id]));
    let standing = eligibility::list_for(tx, &parties).await?;
    let mut lines_of: HashMap<ManifestId, (Vec<WasteLine>, Vec<LineMasses>)> = HashMap::new();
    for line in lines::list_for(tx, &ids).await? {
        let (declared, masses) = lines_of.entry(line.manifest_id).or_default();
        masses.push(line.masses());
        declared.push(line.declared);
    }
    let mut facts = HashMap::with_capacity(rows.len());
    for row in rows {
        let site =
            |id: SiteId| known.get(&id).cloned().ok_or_else(|| Error::Internal(format!("site {id} is gone")));
        let route = row
            .route_geometry
            .as_ref()
            .map(|geometry| shape::stored_line(&geometry.0))
            .transpose()?
            .map(|geometry| Route { geometry, corridor_m: row.corridor_m.unwrap_or(DEFAULT_CORRIDOR_M) });
        let other = |s: &&SiteFacts| s.id != row.generator_site_id && s.id != row.facility_site_id;
        let moving_or_receiving =
            |p: &&PermitFacts| p.organisation_id == row.carrier_id || p.organisation_id == row.facility_id;
        let of_party = |s: &&Suspension| {
            [row.generator_id, row.carrier_id, row.facility_id].contains(&s.organisation_id)
        };
        let (declared, masses) = lines_of.remove(&row.id).unwrap_or_default();
        facts.insert(
            row.id,
            (
                ManifestFacts {
                    id: row.id,
                    generator_id: row.generator_id,
                    carrier_id: row.carrier_id,
                    facility_id: row.facility_id,
                    generator_site: site(row.generator_site_id)?,
                    facility_site: site(row.facility_site_id)?,
                    plates: row.plates.0.clone(),
                    driver_id: row.driver_id,
                    planned_pickup_at: row.planned_pickup_at,
                    planned_delivery_at: row.planned_delivery_at,
                    route,
                    lines: declared,
                    pickup_code: row.pickup_code.clone(),
                    permits: standing.permits.iter().filter(moving_or_receiving).cloned().collect(),
                    suspensions: standing.suspensions.iter().filter(of_party).copied().collect(),
                    other_sites: nearby.iter().filter(other).cloned().collect(),
                    revision: row.revision,
                },
                masses,
            ),
        );
    }
    Ok(facts)
}

/// Sites of their versions, which come each site's together, oldest first.
fn site_facts(versions: Vec<sites::SiteVersion>) -> Result<BTreeMap<SiteId, SiteFacts>> {
    let mut found: BTreeMap<SiteId, SiteFacts> = BTreeMap::new();
    for row in versions {
        let version = SiteVersion {
            valid_from: row.valid_from,
            name: row.name,
            geofence: shape::stored_polygon(&row.geofence.0)?,
        };
        match found.entry(row.site_id) {
            Entry::Occupied(mut site) => site.get_mut().later.push(version),
            Entry::Vacant(free) => {
                free.insert(SiteFacts {
                    id: row.site_id,
                    organisation_id: row.organisation_id,
                    kind: row.kind,
                    first: version,
                    later: Vec::new(),
                });
            }
        }
    }
    Ok(found)
}
