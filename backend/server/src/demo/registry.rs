//! Writes the province into the registry: who, where, with what permits, and the code on every wall.

use super::province::Province;
use anyhow::Context as _;
use app::App;
use chrono::TimeDelta;
use domain::id::SiteId;
use domain::party::{OrganisationKind, Role};
use domain::time::Instant;
use domain::waste::WasteCode;
use std::collections::{BTreeMap, HashMap};
use store::{
    Json, Tx, agreements, grants, organisations, people, permits, routes, sites, unlisted, vehicles,
    waste_codes,
};

/// Area of an authority that oversees the whole country.
const WHOLE_COUNTRY: &str = "all";

/// Writes everything and gives the text of each wall code.
///
/// # Errors
/// Store and seal failures.
pub(super) async fn write(
    app: &App,
    tx: &mut Tx,
    province: &Province,
    now: Instant,
) -> anyhow::Result<HashMap<SiteId, String>> {
    for row in &province.organisations {
        // An authority's province is the one it oversees.
        let national = row.kind == OrganisationKind::Authority && row.area.as_deref() == Some(WHOLE_COUNTRY);
        let organisation = organisations::Organisation {
            id: row.id,
            kind: row.kind,
            name: row.name.clone(),
            code: Some(row.code.clone()),
            province_code: (!national).then(|| row.province_code.clone()),
            address: row.address.clone(),
            phone: row.phone.clone(),
            suspended_at: None,
            created_at: now,
        };
        organisations::insert(tx, &organisation).await?;
    }
    let walls = write_sites(app, tx, province, now).await?;
    for row in &province.people {
        let person = people::Person {
            id: row.id,
            name: row.name.clone(),
            login: row.login.clone(),
            phone: row.phone.clone(),
            secret_hash: None,
            demo: true,
            created_at: now,
        };
        people::insert(tx, &person).await?;
        for grant in &row.roles {
            let grant = grants::Grant {
                person_id: row.id,
                role: grant.role,
                organisation_id: grant.organisation_id,
                granted_at: now,
                ended_at: None,
            };
            grants::insert(tx, &grant).await?;
        }
    }
    write_fleet(tx, province, now).await?;
    write_agreements(app, tx, province, now).await?;
    write_unlisted(tx, province, now).await?;
    Ok(walls)
}

/// Waste that demo generators may hand over without asking each time; whoever tries it sees it issued at once.
const AGREED_CODE: &str = "16 01 06";

/// One agreement a generator, in turn with each facility, approving one code in advance.
async fn write_agreements(app: &App, tx: &mut Tx, province: &Province, now: Instant) -> anyhow::Result<()> {
    let of = |kind: OrganisationKind| province.organisations.iter().filter(move |row| row.kind == kind);
    let generators = of(OrganisationKind::Generator).filter_map(|organisation| {
        let at_its_desk = |role: &domain::party::RoleGrant| {
            role.role == Role::Generator && role.organisation_id == organisation.id
        };
        let clerk = province.people.iter().find(|person| person.roles.iter().any(at_its_desk))?;
        Some((organisation.id, clerk.id))
    });
    for (n, ((generator_id, clerk), facility)) in
        (1..).zip(generators.zip(of(OrganisationKind::Facility).cycle()))
    {
        let row = agreements::Agreement {
            id: app.new_id()?,
            generator_id,
            facility_id: facility.id,
            number: format!("HĐ-{n:02} (hư cấu)"),
            valid_from: now,
            valid_to: now + TimeDelta::days(3 * 365),
            waste_codes: Json(vec![AGREED_CODE.to_owned()]),
            copy4_days: 30,
            approves_in_advance: true,
            drafted_by: generator_id,
            drafted_by_person: clerk,
            created_at: now,
            confirmed_at: Some(now),
            ended_at: None,
        };
        agreements::insert(tx, &row).await?;
    }
    Ok(())
}

async fn write_sites(
    app: &App,
    tx: &mut Tx,
    province: &Province,
    now: Instant,
) -> anyhow::Result<HashMap<SiteId, String>> {
    let mut walls = HashMap::new();
    for row in &province.sites {
        let site = sites::Site {
            id: row.id,
            organisation_id: row.organisation_id,
            kind: row.kind,
            name: row.name.clone(),
            province_code: Some(row.province_code.clone()),
            address: row.address.clone(),
            lat_deg: row.centre.lat,
            lon_deg: row.centre.lon,
            geofence: Json(row.geofence.clone()),
            created_at: now,
        };
        sites::insert(tx, &site).await?;
        let code = app::registry::sites::seal_wall_code(app, tx, row.id, &row.name, now)
            .await
            .with_context(|| format!("wall code of {}", row.name))?;
        walls.insert(row.id, code);
    }
    Ok(walls)
}

async fn write_fleet(tx: &mut Tx, province: &Province, now: Instant) -> anyhow::Result<()> {
    for row in &province.permits {
        let permit = permits::Permit {
            id: row.id,
            organisation_id: row.organisation_id,
            kind: row.kind,
            number: row.number.clone(),
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            waste_codes: Json(row.waste_codes.clone()),
            plates: Json(row.plates.clone()),
            methods: Json(Vec::new()),
            quotas: Json(Vec::new()),
            provinces: Json(Vec::new()),
            created_at: now,
        };
        permits::insert(tx, &permit).await?;
    }
    for row in &province.vehicles {
        let vehicle = vehicles::Vehicle {
            id: row.id,
            organisation_id: row.organisation_id,
            plate: row.plate.clone(),
            name: row.name.clone(),
            kind: row.kind.clone(),
            created_at: now,
        };
        vehicles::insert(tx, &vehicle).await?;
    }
    for row in &province.routes {
        let route = routes::Route {
            id: row.id,
            organisation_id: row.properties.organisation_id,
            name: row.properties.name.clone(),
            version: 1,
            geometry: Json(row.geometry.clone()),
            corridor_m: row.properties.corridor_m,
            created_at: now,
        };
        routes::insert(tx, &route).await?;
    }
    Ok(())
}

/// Queues the codes that no list has, as declaring them would have done.
async fn write_unlisted(tx: &mut Tx, province: &Province, now: Instant) -> anyhow::Result<()> {
    let wanted: BTreeMap<WasteCode, &str> = province
        .habits
        .iter()
        .flat_map(|habit| &habit.wastes)
        .map(|waste| (waste.waste_code.clone(), waste.name.as_str()))
        .collect();
    let codes: Vec<WasteCode> = wanted.keys().cloned().collect();
    let listed = waste_codes::find_many(tx, &codes).await?;
    for (code, name) in wanted {
        if !listed.iter().any(|row| row.code == code) {
            unlisted::insert(tx, &code, name, now).await?;
        }
    }
    Ok(())
}
