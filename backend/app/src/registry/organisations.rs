//! Organisations.

use super::RegistryQuery;
use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, FieldCode, FieldErrors, Result};
use crate::page::Page;
use chrono::{DateTime, Utc};
use domain::id::OrganisationId;
use domain::party::{OrganisationKind, Role};
use serde::{Deserialize, Serialize};
use store::{Tx, organisations};

/// An organisation in lists.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct OrganisationView {
    /// Its id.
    pub id: OrganisationId,
    /// What it is.
    pub kind: OrganisationKind,
    /// Name.
    pub name: String,
    /// Its official code (generator code or tax code).
    pub code: Option<String>,
    /// Province of its seat; of an authority the province it oversees, null for the whole country.
    pub province_code: Option<String>,
    /// Address.
    pub address: String,
    /// Phone of the office.
    pub phone: String,
    /// True while the authority has suspended it: no new manifests, loads on the road may finish.
    pub suspended: bool,
    /// Since when it is suspended.
    pub suspended_at: Option<DateTime<Utc>>,
}

/// A new organisation.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct NewOrganisation {
    /// What it is.
    pub kind: OrganisationKind,
    /// Name.
    pub name: String,
    /// Official code.
    pub code: String,
    /// Province.
    pub province_code: String,
    /// Address.
    #[serde(default)]
    pub address: String,
    /// Phone of the office.
    #[serde(default)]
    pub phone: String,
}

/// Organisations by name; everybody signed in may look one up to declare with.
///
/// # Errors
/// [`crate::Error::Fields`] for an unknown kind.
pub async fn list(app: &App, _caller: &Caller, query: RegistryQuery) -> Result<Page<OrganisationView>> {
    let filter = organisations::Filter {
        kind: RegistryQuery::word(query.kind.as_ref(), "kind")?,
        query: query.q.as_deref(),
        province_code: None,
    };
    let page = query.page()?;
    let mut tx = app.db.read("organisations.list").await?;
    Ok(Page::of(organisations::list(&mut tx, &filter, &page).await?, view))
}

/// Registers an organisation: authorities and admins.
///
/// # Errors
/// [`crate::Error::Forbidden`], [`crate::Error::Fields`].
pub async fn create(app: &App, caller: &Caller, input: NewOrganisation) -> Result<OrganisationView> {
    caller.require_any(&[Role::Authority, Role::Admin])?;
    let mut errors = FieldErrors::default();
    let name = errors.text("name", &input.name, 200).to_owned();
    let code = errors.text("code", &input.code, 40).to_owned();
    errors.check(
        input.address.chars().count() <= 300,
        "address",
        FieldCode::TooLong,
        "At most 300 characters.",
    );
    errors.check(input.phone.chars().count() <= 40, "phone", FieldCode::TooLong, "At most 40 characters.");
    let mut tx = app.db.begin("organisations.create").await?;
    super::provinces::check(&mut tx, &input.province_code, &mut errors).await?;
    errors.finish()?;
    let id: OrganisationId = app.new_id()?;
    let row = organisations::Organisation {
        id,
        kind: input.kind,
        name,
        code: Some(code),
        province_code: Some(input.province_code),
        address: input.address,
        phone: input.phone,
        suspended_at: None,
        created_at: app.now(),
    };
    organisations::insert(&mut tx, &row).await?;
    super::audit(app, &mut tx, caller, Some(id), "organisation.create", &id.to_string()).await?;
    tx.commit().await?;
    Ok(view(row))
}

/// Why an organisation is suspended.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct NewSuspension {
    /// 1 to 500 characters.
    pub reason: String,
}

/// Suspends an organisation of the caller's area: from now on no new load has its name; what is on the road finishes,
/// with a finding. Suspending twice changes nothing.
///
/// # Errors
/// [`Error::Forbidden`] for all but the authority of its province or of the country, and admins; [`Error::NotFound`];
/// [`Error::Fields`] without a reason.
pub async fn suspend(
    app: &App,
    caller: &Caller,
    id: OrganisationId,
    input: NewSuspension,
) -> Result<OrganisationView> {
    let mut tx = app.db.begin("organisations.suspend").await?;
    let row = overseen(&mut tx, caller, id).await?;
    let mut errors = FieldErrors::default();
    let reason = errors.text("reason", &input.reason, 500);
    errors.finish()?;
    if row.suspended_at.is_none() {
        organisations::suspend(&mut tx, id, app.now(), reason).await?;
        super::audit(app, &mut tx, caller, Some(id), "organisation.suspend", &id.to_string()).await?;
    }
    finish(tx, id).await
}

/// Lets a suspended organisation of the caller's area work again; one that may work stays as it is.
///
/// # Errors
/// As [`suspend`].
pub async fn reinstate(app: &App, caller: &Caller, id: OrganisationId) -> Result<OrganisationView> {
    let mut tx = app.db.begin("organisations.reinstate").await?;
    let row = overseen(&mut tx, caller, id).await?;
    if row.suspended_at.is_some() {
        organisations::reinstate(&mut tx, id, app.now()).await?;
        super::audit(app, &mut tx, caller, Some(id), "organisation.reinstate", &id.to_string()).await?;
    }
    finish(tx, id).await
}

/// Locks an organisation that the caller oversees.
async fn overseen(tx: &mut Tx, caller: &Caller, id: OrganisationId) -> Result<organisations::Organisation> {
    caller.require_any(&[Role::Authority, Role::Admin])?;
    organisations::lock(tx, id).await?;
    let row = organisations::find(tx, id).await?.ok_or(Error::NotFound)?;
    if caller.is(Role::Admin) {
        return Ok(row);
    }
    let authorities = caller.organisations(|role| role == Role::Authority);
    let areas = organisations::find_many(tx, &authorities).await?;
    let oversees =
        areas.iter().any(|area| area.province_code.is_none() || area.province_code == row.province_code);
    if oversees { Ok(row) } else { Err(Error::Forbidden) }
}

async fn finish(mut tx: Tx, id: OrganisationId) -> Result<OrganisationView> {
    let row = organisations::find(&mut tx, id).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(view(row))
}

fn view(row: organisations::Organisation) -> OrganisationView {
    OrganisationView {
        id: row.id,
        kind: row.kind,
        name: row.name,
        code: row.code,
        province_code: row.province_code,
        address: row.address,
        phone: row.phone,
        suspended: row.suspended_at.is_some(),
        suspended_at: row.suspended_at,
    }
}
