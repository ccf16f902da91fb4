//! Agreements of generators and facilities: written down by one side, confirmed by somebody of the other, ended by
//! either. One in force may approve manifests in advance.

use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, FieldCode, FieldErrors, Result};
use crate::page::Page;
use crate::registry::audit;
use crate::sets::distinct;
use chrono::{DateTime, Utc};
use domain::id::{AgreementId, OrganisationId};
use domain::party::{OrganisationKind, Role};
use domain::time::{Instant, instant};
use domain::waste::WasteCode;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use store::agreements::{self, Agreement};
use store::{Tx, organisations};

/// Most days after acceptance within which copy 4 may be agreed to go back.
const MAX_COPY4_DAYS: i32 = 366;

/// An agreement as its sides see it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct AgreementView {
    /// Its id.
    pub id: AgreementId,
    /// Hands over.
    pub generator_id: OrganisationId,
    /// Its name.
    pub generator_name: String,
    /// Receives.
    pub facility_id: OrganisationId,
    /// Its name.
    pub facility_name: String,
    /// Number on paper.
    pub number: String,
    /// First instant it holds.
    pub valid_from: DateTime<Utc>,
    /// First instant it holds no more.
    pub valid_to: DateTime<Utc>,
    /// Waste codes; empty means all.
    pub waste_codes: Vec<String>,
    /// Days after acceptance within which copy 4 goes back.
    pub copy4_days: i32,
    /// Manifests under it are issued when they are proposed.
    pub approves_in_advance: bool,
    /// The side that wrote it down.
    pub drafted_by: OrganisationId,
    /// When the other side confirmed it; before that it counts for nothing.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// When it was ended early.
    pub ended_at: Option<DateTime<Utc>>,
    /// In force now.
    pub in_force: bool,
    /// This caller may confirm it now.
    pub may_confirm: bool,
    /// This caller may end it now.
    pub may_end: bool,
}

/// An agreement to write down.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct NewAgreement {
    /// Hands over.
    pub generator_id: OrganisationId,
    /// Receives.
    pub facility_id: OrganisationId,
    /// Number on paper, 1 to 60 characters.
    pub number: String,
    /// First instant it holds.
    pub valid_from: DateTime<Utc>,
    /// First instant it holds no more.
    pub valid_to: DateTime<Utc>,
    /// Waste codes; empty means all.
    #[serde(default)]
    pub waste_codes: Vec<String>,
    /// Days after acceptance within which copy 4 goes back, 1 to 366.
    pub copy4_days: i32,
    /// Manifests under it are issued when they are proposed.
    #[serde(default)]
    pub approves_in_advance: bool,
}

/// Agreements of the caller's organisations, the latest first.
///
/// # Errors
/// Store failures.
pub async fn list(app: &App, caller: &Caller) -> Result<Page<AgreementView>> {
    let mut tx = app.db.read("agreements.list").await?;
    let rows = agreements::list_for(&mut tx, &sides(caller)).await?;
    Ok(Page::whole(views(&mut tx, caller, rows, app.now()).await?))
}

/// Writes an agreement down for one of its sides; it counts once the other has confirmed it.
///
/// # Errors
/// [`Error::NotParty`] for those who are neither side; [`Error::Fields`].
pub async fn create(app: &App, caller: &Caller, input: NewAgreement) -> Result<AgreementView> {
    let mut errors = FieldErrors::default();
    let number = errors.text("number", &input.number, 60).to_owned();
    let ends_after = input.valid_to > input.valid_from;
    errors.check(ends_after, "valid_to", FieldCode::OutOfRange, "An agreement ends after it begins.");
    let days = (1..=MAX_COPY4_DAYS).contains(&input.copy4_days);
    errors.check(days, "copy4_days", FieldCode::OutOfRange, "Between 1 and 366 days.");
    let mut waste_codes = Vec::new();
    for (index, code) in input.waste_codes.iter().enumerate() {
        match WasteCode::parse(code) {
            Ok(code) => waste_codes.push(code.as_str().to_owned()),
            Err(error) => {
                errors.add(format!("waste_codes[{index}]"), FieldCode::BadFormat, error.to_string());
            }
        }
    }
    let drafted_by = [(Role::Generator, input.generator_id), (Role::Facility, input.facility_id)]
        .into_iter()
        .find(|(role, id)| caller.holds(*role, *id))
        .map(|(_, id)| id)
        .ok_or(Error::NotParty)?;
    let mut tx = app.db.begin("agreements.create").await?;
    let found = organisations::find_many(&mut tx, &[input.generator_id, input.facility_id]).await?;
    for (id, kind, path) in [
        (input.generator_id, OrganisationKind::Generator, "generator_id"),
        (input.facility_id, OrganisationKind::Facility, "facility_id"),
    ] {
        let known = found.iter().any(|row| row.id == id && row.kind == kind);
        errors.check(known, path, FieldCode::Unknown, "Choose a generator and a facility.");
    }
    errors.finish()?;
    let row = Agreement {
        id: app.new_id()?,
        generator_id: input.generator_id,
        facility_id: input.facility_id,
        number,
        valid_from: instant(input.valid_from),
        valid_to: instant(input.valid_to),
        waste_codes: store::Json(waste_codes),
        copy4_days: input.copy4_days,
        approves_in_advance: input.approves_in_advance,
        drafted_by,
        drafted_by_person: caller.person_id,
        created_at: app.now(),
        confirmed_at: None,
        ended_at: None,
    };
    agreements::insert(&mut tx, &row).await?;
    audit(app, &mut tx, caller, Some(drafted_by), "agreement.create", &row.id.to_string()).await?;
    finish(app, tx, caller, row.id).await
}

/// The other side stands by it: somebody else than who wrote it down.
///
/// # Errors
/// [`Error::NotFound`] for those who are neither side; [`Error::Forbidden`] for the side that wrote it down;
/// [`Error::SamePerson`]; [`Error::Conflict`] when it is confirmed or ended already.
pub async fn confirm(app: &App, caller: &Caller, id: AgreementId) -> Result<AgreementView> {
    let mut tx = app.db.begin("agreements.confirm").await?;
    let row = own(&mut tx, caller, id).await?;
    let other = other_side(&row);
    if !sides(caller).contains(&other) {
        return Err(Error::Forbidden);
    }
    if row.drafted_by_person == caller.person_id {
        return Err(Error::SamePerson);
    }
    agreements::update_confirmed(&mut tx, id, app.now()).await.map_err(already)?;
    audit(app, &mut tx, caller, Some(other), "agreement.confirm", &id.to_string()).await?;
    finish(app, tx, caller, id).await
}

/// Either side ends it: from now on manifests need both sides again. What was issued under it stays.
///
/// # Errors
/// [`Error::NotFound`] for those who are neither side; [`Error::Conflict`] when it has ended already.
pub async fn end(app: &App, caller: &Caller, id: AgreementId) -> Result<AgreementView> {
    let mut tx = app.db.begin("agreements.end").await?;
    let row = own(&mut tx, caller, id).await?;
    agreements::update_ended(&mut tx, id, app.now()).await.map_err(already)?;
    let side = sides(caller).into_iter().find(|side| [row.generator_id, row.facility_id].contains(side));
    audit(app, &mut tx, caller, side, "agreement.end", &id.to_string()).await?;
    finish(app, tx, caller, id).await
}

fn already(error: store::Error) -> Error {
    match error {
        store::Error::NotFound => Error::Conflict { what: "agreement" },
        other => other.into(),
    }
}

/// Organisations for which the caller may agree.
fn sides(caller: &Caller) -> Vec<OrganisationId> {
    caller.organisations(|role| matches!(role, Role::Generator | Role::Facility))
}

fn other_side(row: &Agreement) -> OrganisationId {
    if row.drafted_by == row.generator_id { row.facility_id } else { row.generator_id }
}

async fn own(tx: &mut Tx, caller: &Caller, id: AgreementId) -> Result<Agreement> {
    let row = agreements::find(tx, id).await?.ok_or(Error::NotFound)?;
    let sides = sides(caller);
    let is_party = sides.contains(&row.generator_id) || sides.contains(&row.facility_id);
    if is_party { Ok(row) } else { Err(Error::NotFound) }
}

async fn finish(app: &App, mut tx: Tx, caller: &Caller, id: AgreementId) -> Result<AgreementView> {
    let row = agreements::find(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let view = views(&mut tx, caller, vec![row], app.now()).await?.pop().ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(view)
}

async fn views(
    tx: &mut Tx,
    caller: &Caller,
    rows: Vec<Agreement>,
    now: Instant,
) -> Result<Vec<AgreementView>> {
    let ids = distinct(rows.iter().flat_map(|row| [row.generator_id, row.facility_id]));
    let names: HashMap<OrganisationId, String> =
        organisations::find_many(tx, &ids).await?.into_iter().map(|row| (row.id, row.name)).collect();
    let own = sides(caller);
    let name = |id| names.get(&id).cloned().unwrap_or_default();
    Ok(rows
        .into_iter()
        .map(|row| {
            let other = other_side(&row);
            let open = row.ended_at.is_none() && now < row.valid_to;
            AgreementView {
                id: row.id,
                generator_id: row.generator_id,
                generator_name: name(row.generator_id),
                facility_id: row.facility_id,
                facility_name: name(row.facility_id),
                number: row.number.clone(),
                valid_from: row.valid_from,
                valid_to: row.valid_to,
                waste_codes: row.waste_codes.0.clone(),
                copy4_days: row.copy4_days,
                approves_in_advance: row.approves_in_advance,
                drafted_by: row.drafted_by,
                confirmed_at: row.confirmed_at,
                ended_at: row.ended_at,
                may_confirm: open
                    && row.confirmed_at.is_none()
                    && own.contains(&other)
                    && row.drafted_by_person != caller.person_id,
                may_end: open,
                in_force: domain::agreement::Agreement::from(row).holds(now),
            }
        })
        .collect())
}
