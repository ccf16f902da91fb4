//! Permits of carriers and facilities.

use super::RegistryQuery;
use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, FieldCode, FieldErrors, Result};
use crate::page::Page;
use chrono::{DateTime, Utc};
use domain::id::{OrganisationId, PermitId};
use domain::mass::Grams;
use domain::party::{PermitFacts, PermitKind, Quota, Role};
use domain::plate::Plate;
use domain::time::instant;
use domain::waste::{TreatmentMethod, WasteCode};
use serde::{Deserialize, Serialize};
use store::permits;

/// The largest yearly limit: far above any facility, far below overflow of sums.
const MAX_QUOTA: Grams = Grams(10_000_000_000_000);

/// A permit.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PermitView {
    /// Its id.
    pub id: PermitId,
    /// Whose.
    pub organisation_id: OrganisationId,
    /// What it allows.
    pub kind: PermitKind,
    /// Official number.
    pub number: String,
    /// First instant it is valid.
    pub valid_from: DateTime<Utc>,
    /// First instant it is valid no more.
    pub valid_to: DateTime<Utc>,
    /// Waste codes; empty means all.
    pub waste_codes: Vec<String>,
    /// Plates.
    pub plates: Vec<Plate>,
    /// Treatment methods; empty means all.
    pub methods: Vec<TreatmentMethod>,
    /// Grams that may be received in a local year; empty means without limit.
    pub quotas: Vec<Quota>,
    /// Provinces in which it holds, by code; empty means everywhere.
    pub provinces: Vec<String>,
}

/// A permit to register.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct NewPermit {
    /// Whose.
    pub organisation_id: OrganisationId,
    /// What it allows.
    pub kind: PermitKind,
    /// Official number; of one holder and kind it names one permit at a time.
    pub number: String,
    /// First instant it is valid.
    pub valid_from: DateTime<Utc>,
    /// First instant it is valid no more.
    pub valid_to: DateTime<Utc>,
    /// Waste codes; empty means all.
    #[serde(default)]
    pub waste_codes: Vec<String>,
    /// Plates.
    #[serde(default)]
    pub plates: Vec<Plate>,
    /// Treatment methods; empty means all.
    #[serde(default)]
    pub methods: Vec<TreatmentMethod>,
    /// Grams that may be received in a local year, by code or of all codes; empty means without limit.
    #[serde(default)]
    pub quotas: Vec<Quota>,
    /// Provinces in which it holds, by code; empty means everywhere.
    #[serde(default)]
    pub provinces: Vec<String>,
}

/// Permits; public knowledge to everybody signed in.
///
/// # Errors
/// [`Error::Fields`] without an organisation.
pub async fn list(app: &App, _caller: &Caller, query: RegistryQuery) -> Result<Page<PermitView>> {
    let Some(organisation_id) = query.organisation_id else {
        return Err(Error::field(
            "organisation_id",
            FieldCode::Required,
            "Name the organisation whose permits you want.",
        ));
    };
    let mut tx = app.db.read("permits.list").await?;
    let rows = permits::list_for(&mut tx, &[organisation_id]).await?;
    Ok(Page::whole(rows.into_iter().map(view).collect()))
}

/// Registers a permit: authorities and admins, because a permit is theirs to give.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::Fields`], also for a number under which the holder has a permit of the same kind in
/// force at the same time ([`PermitFacts::doubles`]).
pub async fn create(app: &App, caller: &Caller, input: NewPermit) -> Result<PermitView> {
    caller.require_any(&[Role::Authority, Role::Admin])?;
    let mut errors = FieldErrors::default();
    let number = errors.text("number", &input.number, 60).to_owned();
    errors.check(
        input.valid_to > input.valid_from,
        "valid_to",
        FieldCode::OutOfRange,
        "A permit ends after it begins.",
    );
    let mut waste_codes = Vec::new();
    for (index, code) in input.waste_codes.iter().enumerate() {
        match WasteCode::parse(code) {
            Ok(code) => waste_codes.push(code.as_str().to_owned()),
            Err(error) => {
                errors.add(format!("waste_codes[{index}]"), FieldCode::BadFormat, error.to_string())
            }
        }
    }
    for (index, plate) in input.plates.iter().enumerate() {
        errors.check(
            plate.is_plausible(),
            format!("plates[{index}]"),
            FieldCode::BadFormat,
            "Such as 15C-123.45.",
        );
    }
    let mut quotas = Vec::new();
    for (index, quota) in input.quotas.iter().enumerate() {
        let code = quota.waste_code.as_deref().map(WasteCode::parse).transpose();
        errors.check(
            code.is_ok(),
            format!("quotas[{index}].waste_code"),
            FieldCode::BadFormat,
            "Six digits, or null for all codes together.",
        );
        errors.check(
            quota.mass_g > Grams(0) && quota.mass_g <= MAX_QUOTA,
            format!("quotas[{index}].mass_g"),
            FieldCode::OutOfRange,
            "Grams a year, above 0, at most 10,000,000 tonnes.",
        );
        let waste_code = code.ok().flatten().map(|code| code.as_str().to_owned());
        quotas.push(Quota { waste_code, mass_g: quota.mass_g });
    }
    let mut tx = app.db.begin("permits.create").await?;
    let known = store::provinces::list(&mut tx).await?;
    for (index, code) in input.provinces.iter().enumerate() {
        let is_known = known.iter().any(|province| province.code == *code);
        errors.check(is_known, format!("provinces[{index}]"), FieldCode::Unknown, "No such province.");
    }
    match store::organisations::lock(&mut tx, input.organisation_id).await {
        Err(store::Error::NotFound) => {
            errors.add("organisation_id", FieldCode::Unknown, "No such organisation.");
        }
        locked => locked?,
    }
    errors.finish()?;
    let row = permits::Permit {
        id: app.new_id()?,
        organisation_id: input.organisation_id,
        kind: input.kind,
        number,
        valid_from: instant(input.valid_from),
        valid_to: instant(input.valid_to),
        waste_codes: store::Json(waste_codes),
        plates: store::Json(input.plates),
        methods: store::Json(input.methods),
        quotas: store::Json(quotas),
        provinces: store::Json(input.provinces),
        created_at: app.now(),
    };
    let held = permits::list_for(&mut tx, &[row.organisation_id]).await?;
    let new = PermitFacts::from(row.clone());
    if held.into_iter().map(PermitFacts::from).any(|permit| permit.doubles(&new)) {
        let message = "The holder has a permit of this number in force in that time; let the new one begin where it ends.";
        return Err(Error::field("number", FieldCode::Duplicate, message));
    }
    permits::insert(&mut tx, &row).await?;
    super::audit(app, &mut tx, caller, Some(row.organisation_id), "permit.create", &row.id.to_string())
        .await?;
    tx.commit().await?;
    Ok(view(row))
}

fn view(row: permits::Permit) -> PermitView {
    PermitView {
        id: row.id,
        organisation_id: row.organisation_id,
        kind: row.kind,
        number: row.number,
        valid_from: row.valid_from,
        valid_to: row.valid_to,
        waste_codes: row.waste_codes.0,
        plates: row.plates.0,
        methods: row.methods.0,
        quotas: row.quotas.0,
        provinces: row.provinces.0,
    }
}
