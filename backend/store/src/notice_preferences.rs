//! `notice_preferences`: what a person wants to be told, how, and when not.

use crate::batch::{Column, Statement, ids};
use crate::{Json, Result, Tx};
use domain::id::PersonId;
use domain::notice::{Language, Topic, Way};
use domain::time::Instant;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Wanted or not, by topic and way; what is missing is as usual.
pub type Choices = BTreeMap<Topic, BTreeMap<Way, bool>>;

/// What a person chose.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Preferences {
    /// Who.
    pub person_id: PersonId,
    /// Language of e-mails and texts.
    pub language: Language,
    /// Quiet hours are kept.
    pub quiet: bool,
    /// First quiet minute of the local day.
    pub quiet_from_min: i32,
    /// First minute that is not quiet any more.
    pub quiet_to_min: i32,
    /// Wanted or not, by topic and way.
    pub choices: Json<Choices>,
    /// When it was last changed.
    pub updated_at: Instant,
}

/// The choices of people who made any, in no order.
pub async fn find_many(tx: &mut Tx, people: &[PersonId]) -> Result<Vec<Preferences>> {
    static FIND: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            "SELECT person_id, language, quiet, quiet_from_min, quiet_to_min, choices, updated_at \
             FROM notice_preferences WHERE person_id IN (SELECT wanted FROM {input})",
            &[("wanted", Column::Uuid)],
        )
    });
    FIND.fetch(tx, ids(people)).await
}

/// Writes a person's choices.
pub async fn upsert(tx: &mut Tx, row: &Preferences) -> Result<()> {
    on_tx!(tx, c => sqlx::query(
        "INSERT INTO notice_preferences (person_id, language, quiet, quiet_from_min, quiet_to_min, choices, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT (person_id) DO UPDATE SET language = excluded.language, quiet = excluded.quiet, \
             quiet_from_min = excluded.quiet_from_min, quiet_to_min = excluded.quiet_to_min, \
             choices = excluded.choices, updated_at = excluded.updated_at",
    )
    .bind(row.person_id).bind(row.language).bind(row.quiet).bind(row.quiet_from_min).bind(row.quiet_to_min)
    .bind(&row.choices).bind(row.updated_at)
    .execute(c).await.map(drop))
}
