//! `people`: who signs in. Secrets are Argon2 hashes made by the caller.

use crate::batch::{Column, Statement, ids};
use crate::search::pattern;
use crate::{Cursor, Listing, Page, Result, Tx};
use domain::id::{OrganisationId, PersonId};
use domain::party::Role;
use domain::time::Instant;
use sqlx::QueryBuilder;
use std::sync::LazyLock;

macro_rules! columns {
    () => {
        "id, name, login, phone, secret_hash, demo, created_at"
    };
}

/// A person.
#[derive(Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Person {
    /// Its id.
    pub id: PersonId,
    /// Name as the organisation writes it.
    pub name: String,
    /// Phone number or e-mail, as written; unique by [`fold_login`].
    pub login: String,
    /// Phone number.
    pub phone: String,
    /// Argon2 hash of the PIN or password; `None` until the person has set one.
    pub secret_hash: Option<String>,
    /// A person of the demo, exempt from invitations.
    pub demo: bool,
    /// When registered.
    pub created_at: Instant,
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Person").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The form in which logins compare: digits of a phone number with a leading 0, otherwise lower case.
#[must_use]
pub fn fold_login(login: &str) -> String {
    let login = login.trim();
    let is_phone = login.chars().any(|c| c.is_ascii_digit())
        && login.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '.' | '-' | '+' | '(' | ')'));
    if !is_phone {
        return login.to_lowercase();
    }
    let digits: String = login.chars().filter(char::is_ascii_digit).collect();
    match digits.strip_prefix("84") {
        Some(rest) if login.starts_with('+') => format!("0{rest}"),
        _ => digits,
    }
}

/// Which people; every `None` lets all pass.
#[derive(Debug, Clone, Default)]
pub struct Filter<'a> {
    /// Holding this role now, in `organisation_id` if that is given.
    pub role: Option<Role>,
    /// Holding any role now in this organisation.
    pub organisation_id: Option<OrganisationId>,
    /// With these words in the name.
    pub query: Option<&'a str>,
}

/// Registers a person; a login already taken is `people_login_folded`.
pub async fn insert(tx: &mut Tx, row: &Person) -> Result<()> {
    on_tx!(tx, c => sqlx::query(concat!(
        "INSERT INTO people (", columns!(), ", folded, login_folded) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    ))
    .bind(row.id).bind(&row.name).bind(&row.login).bind(&row.phone).bind(&row.secret_hash).bind(row.demo)
    .bind(row.created_at).bind(domain::text::fold(&row.name)).bind(fold_login(&row.login))
    .execute(c).await.map(drop))
}

/// Sets the hash of the PIN or password.
pub async fn update_secret(tx: &mut Tx, id: PersonId, secret_hash: &str) -> Result<()> {
    on_tx!(tx, c => sqlx::query("UPDATE people SET secret_hash = $2 WHERE id = $1")
        .bind(id).bind(secret_hash).execute(c).await.map(|done| done.rows_affected()))
    .and_then(crate::error::one)
}

/// One person.
pub async fn find(tx: &mut Tx, id: PersonId) -> Result<Option<Person>> {
    on_tx!(tx, c => sqlx::query_as(concat!("SELECT ", columns!(), " FROM people WHERE id = $1"))
        .bind(id).fetch_optional(c).await)
}

/// The person who signs in with this phone number or e-mail, however it is written.
pub async fn find_by_login(tx: &mut Tx, login: &str) -> Result<Option<Person>> {
    on_tx!(tx, c => sqlx::query_as(concat!("SELECT ", columns!(), " FROM people WHERE login_folded = $1"))
        .bind(fold_login(login)).fetch_optional(c).await)
}

/// Many people at once, in no order.
pub async fn find_many(tx: &mut Tx, wanted: &[PersonId]) -> Result<Vec<Person>> {
    static FIND: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            concat!("SELECT ", columns!(), " FROM people WHERE id IN (SELECT wanted FROM {input})"),
            &[("wanted", Column::Uuid)],
        )
    });
    FIND.fetch(tx, ids(wanted)).await
}

/// A page of people by name.
pub async fn list(tx: &mut Tx, filter: &Filter<'_>, page: &Page) -> Result<Listing<Person>> {
    let rows: Vec<Person> = on_tx!(tx, c => {
        let mut q = QueryBuilder::new(concat!("SELECT ", columns!(), " FROM people WHERE TRUE"));
        if filter.role.is_some() || filter.organisation_id.is_some() {
            q.push(" AND EXISTS (SELECT 1 FROM role_grants g WHERE g.person_id = people.id AND g.ended_at IS NULL");
            if let Some(role) = filter.role {
                q.push(" AND g.role = ").push_bind(role);
            }
            if let Some(id) = filter.organisation_id {
                q.push(" AND g.organisation_id = ").push_bind(id);
            }
            q.push(")");
        }
        if let Some(query) = filter.query {
            q.push(" AND folded LIKE ").push_bind(pattern(query)).push(" ESCAPE '!'");
        }
        if let Some(after) = &page.after {
            q.push(" AND (folded, id) > (").push_bind(&after.key).push(", ").push_bind(after.id).push(")");
        }
        q.push(" ORDER BY folded, id LIMIT ").push_bind(page.probe());
        q.build_query_as().fetch_all(c).await
    })?;
    Ok(Listing::cut(rows, page, |row| Cursor { key: domain::text::fold(&row.name), id: row.id.0 }))
}

#[cfg(test)]
mod tests {
    use super::fold_login;

    #[test]
    fn phone_numbers_compare_by_their_digits_and_mail_without_case() {
        for text in ["0912 345 678", "0912.345.678", "+84 912 345 678", "+84912345678"] {
            assert_eq!(fold_login(text), "0912345678", "{text}");
        }
        assert_eq!(fold_login(" Office@Example.VN "), "office@example.vn");
    }
}
