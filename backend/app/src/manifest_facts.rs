//! Loads the facts that folding and judging need, for a set of manifests, one statement a noun.

use crate::error::{Error, Result};
use crate::manifest::distinct;
use crate::registry::shape;
use domain::id::{ManifestId, SiteId};
use domain::manifest::{DEFAULT_CORRIDOR_M, ManifestFacts, Route};
use domain::party::{PermitFacts, SiteFacts, SiteKind};
use domain::waste::WasteLine;
use std::collections::{BTreeMap, HashMap};
use store::manifests::Manifest;
use store::{Tx, lines, permits, sites};

/// How far from a scan another facility still matters, metres.
const NEARBY_M: f64 = 500.0;

/// Facts of each manifest; `points` are (latitude, longitude) of every scan in question, `named` the sites that
/// storings name. Sites further off change no verdict, so a batch may share them.
pub(crate) async fn load(
    tx: &mut Tx,
    rows: &[Manifest],
    points: &[(f64, f64)],
    named: &[SiteId],
) -> Result<HashMap<ManifestId, ManifestFacts>> {
    let ids: Vec<ManifestId> = rows.iter().map(|row| row.id).collect();
    let site_ids = distinct(rows.iter().flat_map(|row| [row.generator_site_id, row.facility_site_id]));
    let mut known: HashMap<SiteId, SiteFacts> = HashMap::new();
    for site in sites::find_many(tx, &site_ids).await? {
        known.insert(site.id, site_facts(site)?);
    }
    let mut others: BTreeMap<SiteId, sites::Site> = BTreeMap::new();
    if !points.is_empty() {
        let near = sites::list_receiving_near(tx, points, NEARBY_M).await?;
        others.extend(near.into_iter().map(|site| (site.id, site)));
    }
    if !named.is_empty() {
        others.extend(sites::find_many(tx, named).await?.into_iter().map(|site| (site.id, site)));
    }
    let mut nearby = Vec::with_capacity(others.len());
    for site in others.into_values().filter(|site| site.kind != SiteKind::Generator) {
        nearby.push(match known.get(&site.id) {
            Some(facts) => facts.clone(),
            None => site_facts(site)?,
        });
    }
    let owners = distinct(rows.iter().flat_map(|row| [row.carrier_id, row.facility_id]));
    let permits: Vec<PermitFacts> =
        permits::list_for(tx, &owners).await?.into_iter().map(permit_facts).collect();
    let mut lines_of: HashMap<ManifestId, Vec<WasteLine>> = HashMap::new();
    for line in lines::list_for(tx, &ids).await? {
        lines_of.entry(line.manifest_id).or_default().push(line.declared);
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
        let of_party =
            |p: &&PermitFacts| p.organisation_id == row.carrier_id || p.organisation_id == row.facility_id;
        facts.insert(
            row.id,
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
                lines: lines_of.remove(&row.id).unwrap_or_default(),
                pickup_code: row.pickup_code.clone(),
                permits: permits.iter().filter(of_party).cloned().collect(),
                other_sites: nearby.iter().filter(other).cloned().collect(),
                revision: row.revision,
            },
        );
    }
    Ok(facts)
}

fn site_facts(site: sites::Site) -> Result<SiteFacts> {
    Ok(SiteFacts {
        id: site.id,
        organisation_id: site.organisation_id,
        kind: site.kind,
        name: site.name,
        geofence: shape::stored_polygon(&site.geofence.0)?,
    })
}

fn permit_facts(permit: permits::Permit) -> PermitFacts {
    PermitFacts {
        organisation_id: permit.organisation_id,
        kind: permit.kind,
        number: permit.number,
        valid_from: permit.valid_from,
        valid_to: permit.valid_to,
        waste_codes: permit.waste_codes.0,
        plates: permit.plates.0,
    }
}
