//! People and their roles.

use super::RegistryQuery;
use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, FieldCode, FieldErrors, Result};
use crate::page::Page;
use crate::session::RoleView;
use domain::id::{OrganisationId, PersonId};
use domain::party::Role;
use serde::{Deserialize, Serialize};
use store::people;

/// A person in lists of their own organisation.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PersonRow {
    /// Who.
    pub id: PersonId,
    /// Name.
    pub name: String,
    /// Login.
    pub login: String,
    /// Phone number.
    pub phone: String,
    /// Roles.
    pub roles: Vec<RoleView>,
}

/// A person to register.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct NewPerson {
    /// Name.
    pub name: String,
    /// Phone number: the login of drivers.
    #[serde(default)]
    pub phone: Option<String>,
    /// E-mail or login name; the phone number if left out.
    #[serde(default)]
    pub login: Option<String>,
    /// Role.
    pub role: Role,
    /// In which organisation.
    pub organisation_id: OrganisationId,
}

/// People of one organisation: the named one if the caller has a desk there, else the caller's first.
///
/// # Errors
/// [`Error::Fields`] for an unknown role.
pub async fn list(app: &App, caller: &Caller, query: RegistryQuery) -> Result<Page<PersonRow>> {
    let role: Option<Role> = RegistryQuery::word(query.role.as_ref(), "role")?;
    let all = caller.is(Role::Admin);
    let own = caller.organisations(|role| role != Role::Driver);
    let organisation_id = match query.organisation_id {
        Some(id) if all || own.contains(&id) => Some(id),
        // Of a foreign organisation nobody is listed, and nothing tells whether it exists.
        Some(_) => return Ok(Page::whole(Vec::new())),
        None if all => None,
        None => match own.first() {
            Some(id) => Some(*id),
            None => return Ok(Page::whole(Vec::new())),
        },
    };
    let filter = people::Filter { role, organisation_id, query: query.q.as_deref() };
    let page = query.page()?;
    let mut tx = app.db.read("people.list").await?;
    let listing = people::list(&mut tx, &filter, &page).await?;
    let ids: Vec<PersonId> = listing.items.iter().map(|person| person.id).collect();
    let mut roles = crate::session::role_views(&mut tx, &ids).await?;
    Ok(Page::of(listing, |person| {
        let mut roles = roles.remove(&person.id).unwrap_or_default();
        roles.retain(|held| all || caller.belongs_to(held.organisation_id));
        row(person, roles)
    }))
}

/// Registers a person in the caller's organisation.
///
/// A desk grants the roles of its own organisation only: a dispatcher makes dispatchers and drivers, never inspectors.
///
/// # Errors
/// [`Error::NotFound`] for other organisations, [`Error::Forbidden`] for roles beyond the caller's own,
/// [`Error::Conflict`] when the login is taken.
pub async fn create(app: &App, caller: &Caller, input: NewPerson) -> Result<PersonRow> {
    let own = match input.role {
        Role::Driver => Role::Carrier,
        Role::Inspector => Role::Authority,
        other => other,
    };
    caller.require_desk(own, input.organisation_id)?;
    if input.role == Role::Admin && !caller.is(Role::Admin) {
        return Err(Error::Forbidden);
    }
    let mut errors = FieldErrors::default();
    let name = errors.text("name", &input.name, 120).to_owned();
    let phone = input.phone.as_deref().map_or("", |phone| errors.text("phone", phone, 40)).to_owned();
    let login = input.login.as_deref().unwrap_or(&phone);
    let login = errors.text("login", login, 120).to_owned();
    errors.check(
        people::fold_login(&login).len() >= 4,
        "login",
        FieldCode::BadFormat,
        "At least four characters.",
    );
    errors.finish()?;
    let id: PersonId = app.new_id()?;
    let now = app.now();
    let mut tx = app.db.begin("people.create").await?;
    let person = people::Person { id, name, login, phone, secret_hash: None, demo: false, created_at: now };
    people::insert(&mut tx, &person).await.map_err(|error| match error {
        store::Error::Duplicate { .. } => Error::Conflict { what: "login" },
        other => other.into(),
    })?;
    let (role, organisation_id) = (input.role, input.organisation_id);
    store::grants::insert(
        &mut tx,
        &store::grants::Grant { person_id: id, role, organisation_id, granted_at: now, ended_at: None },
    )
    .await?;
    super::audit(app, &mut tx, caller, Some(organisation_id), "person.create", &id.to_string()).await?;
    let roles = crate::session::role_views(&mut tx, &[id]).await?.remove(&id).unwrap_or_default();
    tx.commit().await?;
    Ok(row(person, roles))
}

fn row(person: people::Person, roles: Vec<RoleView>) -> PersonRow {
    PersonRow { id: person.id, name: person.name, login: person.login, phone: person.phone, roles }
}
