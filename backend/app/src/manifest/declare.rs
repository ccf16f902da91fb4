//! Declaring and editing a draft. Either side or the carrier may draft; a draft is its organisation's alone.

use super::declaration::{Declaration, RouteInput};
use super::load;
use super::view::ManifestView;
use crate::app::App;
use crate::caller::{Caller, office_role};
use crate::error::{Error, FieldCode, FieldErrors, Result};
use crate::idempotency::{self, Once};
use crate::registry::shape;
use domain::geo::read;
use domain::id::{ManifestId, OrganisationId};
use domain::manifest::{DEFAULT_CORRIDOR_M, ManifestState, Side};
use domain::party::{OrganisationKind, Role, SiteKind};
use domain::time::instant;
use domain::waste::{Packaging, WasteCode, WasteLine};
use std::collections::HashMap;
use store::manifests::{Draft, NewManifest};
use store::{Tx, organisations, sites, trips};

/// Declares a manifest as a draft of the caller's organisation.
///
/// # Errors
/// [`Error::Fields`] with every problem; [`Error::NotParty`] when the caller's organisations have no part in it.
pub async fn declare(
    app: &App,
    caller: &Caller,
    input: Declaration,
    once: Option<&Once>,
) -> Result<ManifestView> {
    let mut tx = app.db.begin("manifest.declare").await?;
    if let Some(id) = idempotency::seen(&mut tx, caller, once).await? {
        let row = load::visible(&mut tx, caller, id).await?;
        return load::view_of(app, &mut tx, caller, &row).await;
    }
    let (draft, drafted_by) = check(app, &mut tx, caller, input).await?;
    let (id, trip_id, now) = (app.new_id()?, app.new_id()?, app.now());
    let trip = trips::Trip {
        id: trip_id,
        carrier_id: draft.carrier_id,
        driver_id: draft.driver_id,
        plate: draft.plates.first().cloned(),
        created_at: now,
    };
    trips::insert(&mut tx, &trip).await?;
    store::manifests::insert(&mut tx, &NewManifest { id, trip_id, drafted_by, created_at: now, draft })
        .await?;
    idempotency::note(app, &mut tx, caller, once, id).await?;
    crate::registry::audit(app, &mut tx, caller, Some(drafted_by), "manifest.declare", &id.to_string())
        .await?;
    let row = load::visible(&mut tx, caller, id).await?;
    let view = load::view_of(app, &mut tx, caller, &row).await?;
    tx.commit().await?;
    Ok(view)
}

/// Changes a draft of the caller's organisation.
///
/// # Errors
/// [`Error::StaleVersion`] when `version` is not the present one; [`Error::WrongState`] after proposing.
pub async fn edit(
    app: &App,
    caller: &Caller,
    id: ManifestId,
    version: Option<i64>,
    input: Declaration,
) -> Result<ManifestView> {
    let mut tx = app.db.begin("manifest.edit").await?;
    let row = load::locked(&mut tx, caller, id).await?;
    if row.state != ManifestState::Draft {
        return Err(if caller.desks().contains(&row.drafted_by) {
            Error::WrongState { state: row.state }
        } else {
            Error::Forbidden
        });
    }
    let (draft, _) = check(app, &mut tx, caller, input).await?;
    let version = version.unwrap_or(row.version);
    store::manifests::update_draft(&mut tx, id, version, &draft, app.now()).await?;
    crate::registry::audit(app, &mut tx, caller, Some(row.drafted_by), "manifest.edit", &id.to_string())
        .await?;
    let row = load::visible(&mut tx, caller, id).await?;
    let view = load::view_of(app, &mut tx, caller, &row).await?;
    tx.commit().await?;
    Ok(view)
}

/// Checks a declaration against the registry; gives the draft and the organisation that drafts it.
async fn check(
    app: &App,
    tx: &mut Tx,
    caller: &Caller,
    input: Declaration,
) -> Result<(Draft, OrganisationId)> {
    let mut errors = FieldErrors::default();
    let codes = input.check(&mut errors);
    let found = sites::find_many(tx, &[input.generator_site_id, input.facility_site_id]).await?;
    let generator_site = found.iter().find(|s| s.id == input.generator_site_id);
    let facility_site = found.iter().find(|s| s.id == input.facility_site_id);
    let at_generator = generator_site.is_some_and(|s| s.kind == SiteKind::Generator);
    errors.check(at_generator, "generator_site_id", FieldCode::Unknown, "Choose a store of a generator.");
    let at_facility = facility_site.is_some_and(|s| s.kind != SiteKind::Generator);
    errors.check(
        at_facility,
        "facility_site_id",
        FieldCode::Unknown,
        "Choose a facility or a transfer station.",
    );
    let carrier = organisations::find(tx, input.carrier_id).await?;
    let is_carrier = carrier.as_ref().is_some_and(|o| o.kind == OrganisationKind::Carrier);
    errors.check(is_carrier, "carrier_id", FieldCode::Unknown, "Choose a carrier.");
    if let Some(driver_id) = input.driver_id {
        let drives = holds(tx, driver_id, Role::Driver, input.carrier_id).await?;
        errors.check(drives, "driver_id", FieldCode::Unknown, "Choose a driver of this carrier.");
    }
    let route = route(tx, &input, &mut errors).await?;
    let lines = lines(app, tx, &input, codes, &mut errors).await?;
    errors.finish()?;
    let (Some(generator_site), Some(facility_site)) = (generator_site, facility_site) else {
        return Err(Error::field("generator_site_id", FieldCode::Unknown, "Choose known sites."));
    };
    let sides = [
        (Side::Generator, generator_site.organisation_id),
        (Side::Facility, facility_site.organisation_id),
        (Side::Carrier, input.carrier_id),
    ];
    let (_, drafted_by) =
        sides.into_iter().find(|(side, id)| caller.holds(office_role(*side), *id)).ok_or(Error::NotParty)?;
    let owners =
        organisations::find_many(tx, &[generator_site.organisation_id, facility_site.organisation_id])
            .await?;
    let mut search: Vec<&str> = owners.iter().map(|o| o.name.as_str()).collect();
    search.extend(carrier.iter().map(|o| o.name.as_str()));
    search.extend([generator_site.name.as_str(), facility_site.name.as_str()]);
    let draft = Draft {
        generator_id: generator_site.organisation_id,
        generator_site_id: generator_site.id,
        generator_province: generator_site.province_code.clone(),
        carrier_id: input.carrier_id,
        facility_id: facility_site.organisation_id,
        facility_site_id: facility_site.id,
        facility_province: facility_site.province_code.clone(),
        plates: input.plates,
        driver_id: input.driver_id,
        planned_pickup_at: instant(input.planned_pickup_at),
        planned_delivery_at: instant(input.planned_delivery_at),
        route_id: route.as_ref().and_then(|(id, _, _)| *id),
        route_geometry: route.as_ref().map(|(_, geometry, _)| geometry.clone()),
        corridor_m: route.map(|(_, _, corridor_m)| corridor_m),
        lines,
        search: search.join(" "),
    };
    Ok((draft, drafted_by))
}

/// True when the person holds the role in the organisation now.
pub(super) async fn holds(
    tx: &mut Tx,
    person: domain::id::PersonId,
    role: Role,
    organisation_id: OrganisationId,
) -> Result<bool> {
    let grants = store::grants::list_for(tx, &[person]).await?;
    Ok(grants.iter().any(|g| g.role == role && g.organisation_id == organisation_id && g.ended_at.is_none()))
}

type CheckedRoute = (Option<domain::id::RouteId>, serde_json::Value, f64);

async fn route(tx: &mut Tx, input: &Declaration, errors: &mut FieldErrors) -> Result<Option<CheckedRoute>> {
    match &input.route {
        None => Ok(None),
        Some(RouteInput { route_id: Some(id), corridor_m, .. }) => {
            let named = store::routes::find(tx, *id).await?.filter(|r| r.organisation_id == input.carrier_id);
            match named {
                Some(named) => {
                    Ok(Some((Some(*id), named.geometry.0, corridor_m.unwrap_or(named.corridor_m))))
                }
                None => {
                    errors.add("route.route_id", FieldCode::Unknown, "Choose a route of this carrier.");
                    Ok(None)
                }
            }
        }
        Some(RouteInput { geometry: Some(geometry), corridor_m, .. }) => {
            match read::route(geometry, "route.geometry") {
                Ok(line) => {
                    Ok(Some((None, shape::line_json(&line), corridor_m.unwrap_or(DEFAULT_CORRIDOR_M))))
                }
                Err(found) => {
                    errors.extend(shape::problems(found));
                    Ok(None)
                }
            }
        }
        // Neither is reported by the checks that need no database.
        Some(RouteInput { route_id: None, geometry: None, .. }) => Ok(None),
    }
}

async fn lines(
    app: &App,
    tx: &mut Tx,
    input: &Declaration,
    codes: Vec<Option<WasteCode>>,
    errors: &mut FieldErrors,
) -> Result<Vec<WasteLine>> {
    let wanted: Vec<WasteCode> = codes.iter().flatten().cloned().collect();
    let listed: HashMap<String, store::waste_codes::ListedCode> = store::waste_codes::find_many(tx, &wanted)
        .await?
        .into_iter()
        .map(|row| (row.code.as_str().to_owned(), row))
        .collect();
    let mut lines = Vec::with_capacity(input.lines.len());
    for (index, (line, code)) in input.lines.iter().zip(codes).enumerate() {
        let Some(code) = code else { continue };
        let known = listed.get(code.as_str());
        let typed = line.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
        let Some(name) = typed.or(known.map(|row| row.name_vi.as_str())) else {
            errors.add(
                format!("lines[{index}].name"),
                FieldCode::Required,
                "This code is not in the list loaded so far: type the name of the waste.",
            );
            continue;
        };
        if known.is_none() {
            store::unlisted::insert(tx, &code, name, app.now()).await?;
        }
        lines.push(WasteLine {
            line: i32::try_from(index + 1).unwrap_or(i32::MAX),
            waste_name: name.to_owned(),
            checked: known.is_some_and(|row| row.official),
            waste_code: code,
            physical_state: line.physical_state,
            declared_mass_g: line.declared_mass_g,
            mass_basis: line.mass_basis,
            packaging: line
                .packaging
                .clone()
                .unwrap_or_else(|| Packaging { kind: "bulk".to_owned(), count: 1 }),
            treatment_method: line.treatment_method,
        });
    }
    Ok(lines)
}
