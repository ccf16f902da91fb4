//! `organisations`: generators, carriers, facilities and authorities.

use crate::batch::{Column, Statement, ids};
use crate::search::pattern;
use crate::{Cursor, Listing, Page, Result, Tx};
use domain::id::OrganisationId;
use domain::party::OrganisationKind;
use domain::time::Instant;
use sqlx::QueryBuilder;
use std::sync::LazyLock;

macro_rules! columns {
    () => {
        "id, kind, name, code, province_code, address, phone, suspended_at, created_at"
    };
}

/// An organisation.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Organisation {
    /// Its id.
    pub id: OrganisationId,
    /// What it is.
    pub kind: OrganisationKind,
    /// Name as it writes itself.
    pub name: String,
    /// Its code with the authority (mã QLCTNH, tax code), if known.
    pub code: Option<String>,
    /// Province of its seat; for an authority the province it oversees, `None` = the whole country.
    pub province_code: Option<String>,
    /// Address of its seat.
    pub address: String,
    /// Phone number.
    pub phone: String,
    /// When the authority suspended it.
    pub suspended_at: Option<Instant>,
    /// When it was registered.
    pub created_at: Instant,
}

impl Organisation {
    fn folded(&self) -> String {
        domain::text::fold(&format!("{} {}", self.name, self.code.as_deref().unwrap_or_default()))
    }
}

/// Which organisations; every `None` lets all pass.
#[derive(Debug, Clone, Default)]
pub struct Filter<'a> {
    /// Of this kind.
    pub kind: Option<OrganisationKind>,
    /// With these words in name or code.
    pub query: Option<&'a str>,
    /// With its seat in this province.
    pub province_code: Option<&'a str>,
}

/// Registers an organisation; a new one is never suspended ([`suspend`] keeps the history).
///
/// # Errors
/// [`crate::Error::Reference`] when the province does not exist.
pub async fn insert(tx: &mut Tx, row: &Organisation) -> Result<()> {
    on_tx!(tx, c => sqlx::query(concat!(
        "INSERT INTO organisations (", columns!(), ", folded) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    ))
    .bind(row.id).bind(row.kind).bind(&row.name).bind(&row.code).bind(&row.province_code).bind(&row.address)
    .bind(&row.phone).bind(row.suspended_at).bind(row.created_at).bind(row.folded())
    .execute(c).await.map(drop))
}

/// One organisation.
pub async fn find(tx: &mut Tx, id: OrganisationId) -> Result<Option<Organisation>> {
    on_tx!(tx, c => sqlx::query_as(concat!("SELECT ", columns!(), " FROM organisations WHERE id = $1"))
        .bind(id).fetch_optional(c).await)
}

/// Many organisations at once, in no order.
pub async fn find_many(tx: &mut Tx, wanted: &[OrganisationId]) -> Result<Vec<Organisation>> {
    static FIND: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            concat!("SELECT ", columns!(), " FROM organisations WHERE id IN (SELECT wanted FROM {input})"),
            &[("wanted", Column::Uuid)],
        )
    });
    FIND.fetch(tx, ids(wanted)).await
}

/// A page of organisations by name.
pub async fn list(tx: &mut Tx, filter: &Filter<'_>, page: &Page) -> Result<Listing<Organisation>> {
    let rows: Vec<Organisation> = on_tx!(tx, c => {
        let mut q = QueryBuilder::new(concat!("SELECT ", columns!(), " FROM organisations WHERE TRUE"));
        if let Some(kind) = filter.kind {
            q.push(" AND kind = ").push_bind(kind);
        }
        if let Some(query) = filter.query {
            q.push(" AND folded LIKE ").push_bind(pattern(query)).push(" ESCAPE '!'");
        }
        if let Some(code) = filter.province_code {
            q.push(" AND province_code = ").push_bind(code);
        }
        if let Some(after) = &page.after {
            q.push(" AND (folded, id) > (").push_bind(&after.key).push(", ").push_bind(after.id).push(")");
        }
        q.push(" ORDER BY folded, id LIMIT ").push_bind(page.probe());
        q.build_query_as().fetch_all(c).await
    })?;
    Ok(Listing::cut(rows, page, |row| Cursor { key: row.folded(), id: row.id.0 }))
}

/// Locks an organisation until the end of the transaction, so that what is registered for it comes one after another.
///
/// # Errors
/// [`crate::Error::NotFound`] when there is none of this id.
pub async fn lock(tx: &mut Tx, id: OrganisationId) -> Result<()> {
    // A row that is written is locked on both databases.
    on_tx!(tx, c => sqlx::query("UPDATE organisations SET id = id WHERE id = $1")
        .bind(id).execute(c).await.map(|done| done.rows_affected()))
    .and_then(crate::error::one)
}

/// Suspends an organisation from an instant on, for a reason.
///
/// # Errors
/// [`crate::Error::NotFound`] when there is none of this id that is not suspended already.
pub async fn suspend(tx: &mut Tx, id: OrganisationId, at: Instant, reason: &str) -> Result<()> {
    on_tx!(tx, c => sqlx::query(
        "UPDATE organisations SET suspended_at = $2 WHERE id = $1 AND suspended_at IS NULL",
    )
    .bind(id).bind(at).execute(c).await.map(|done| done.rows_affected()))
    .and_then(crate::error::one)?;
    // Lifted and suspended again within one instant: it was never lifted.
    on_tx!(tx, c => sqlx::query(
        "INSERT INTO suspensions (organisation_id, suspended_at, lifted_at, reason) VALUES ($1, $2, NULL, $3) \
         ON CONFLICT (organisation_id, suspended_at) DO UPDATE SET lifted_at = NULL, reason = excluded.reason",
    )
    .bind(id).bind(at).bind(reason).execute(c).await.map(drop))
}

/// Lets a suspended organisation work again from an instant on.
///
/// # Errors
/// [`crate::Error::NotFound`] when there is none of this id that is suspended.
pub async fn reinstate(tx: &mut Tx, id: OrganisationId, at: Instant) -> Result<()> {
    on_tx!(tx, c => sqlx::query(
        "UPDATE organisations SET suspended_at = NULL WHERE id = $1 AND suspended_at IS NOT NULL",
    )
    .bind(id).execute(c).await.map(|done| done.rows_affected()))
    .and_then(crate::error::one)?;
    on_tx!(tx, c => sqlx::query(
        "UPDATE suspensions SET lifted_at = $2 WHERE organisation_id = $1 AND lifted_at IS NULL",
    )
    .bind(id).bind(at).execute(c).await.map(drop))
}
