//! `notices`: what each person is told. Written with the change that causes it; also the outbox of deliveries.

use crate::batch::{Column, Statement, Value, ids};
use crate::{Cursor, Listing, Page, Result, Tx};
use domain::custody::finding::FindingCode;
use domain::id::{ManifestId, NoticeId, OrganisationId, PersonId};
use domain::notice::Topic;
use domain::notice::rule::{Audience, Tell};
use domain::party::Role;
use domain::time::Instant;
use sqlx::QueryBuilder;
use std::sync::LazyLock;

macro_rules! columns {
    () => {
        "n.id, n.person_id, n.role, n.organisation_id, n.topic, n.finding, n.manifest_id, n.urgent, n.at, n.read_at"
    };
}

/// Only what the person may still know: the role in which it was told is held.
macro_rules! still_held {
    () => {
        "EXISTS (SELECT 1 FROM role_grants g WHERE g.person_id = n.person_id AND g.role = n.role \
         AND g.organisation_id = n.organisation_id AND g.ended_at IS NULL)"
    };
}

/// A notice to one person.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Notice {
    /// The same for everybody who is told it.
    pub id: NoticeId,
    /// Who is told.
    pub person_id: PersonId,
    /// In which role.
    pub role: Role,
    /// In which organisation.
    pub organisation_id: OrganisationId,
    /// What it is about.
    pub topic: Topic,
    /// The finding it is about.
    pub finding: Option<FindingCode>,
    /// The manifest.
    pub manifest_id: ManifestId,
    /// It does not wait for the end of quiet hours.
    pub urgent: bool,
    /// When it was told, server time.
    pub at: Instant,
    /// When the person read it.
    pub read_at: Option<Instant>,
}

/// Something to tell an audience, with what the rule does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNotice {
    /// What and whom.
    pub tell: Tell,
    /// About which manifest.
    pub manifest_id: ManifestId,
    /// Who did it and need not be told.
    pub by: Option<PersonId>,
    /// Now.
    pub at: Instant,
}

impl NewNotice {
    fn row(&self) -> Vec<Value> {
        let (role, organisation, person, provinces) = match &self.tell.audience {
            Audience::Driver { person_id, organisation_id } => {
                (Role::Driver, Some(*organisation_id), Some(*person_id), &[][..])
            }
            Audience::Desk { role, organisation_id } => (*role, Some(*organisation_id), None, &[][..]),
            Audience::Authorities { provinces } => (Role::Authority, None, None, provinces.as_slice()),
        };
        let province = |n: usize| provinces.get(n).or(provinces.first()).cloned();
        vec![
            self.tell.id.into(),
            role.as_str().into(),
            organisation.into(),
            person.into(),
            province(0).into(),
            province(1).into(),
            self.by.into(),
            self.tell.topic.as_str().into(),
            self.tell.finding.map(FindingCode::as_str).into(),
            self.manifest_id.into(),
            self.tell.urgent.into(),
            self.at.into(),
        ]
    }
}

/// Columns of what is told.
const TOLD: [(&str, Column); 12] = [
    ("id", Column::Uuid),
    ("role", Column::Text),
    ("organisation_id", Column::Uuid),
    ("person_id", Column::Uuid),
    ("province_1", Column::Text),
    ("province_2", Column::Text),
    ("by_person", Column::Uuid),
    ("topic", Column::Text),
    ("finding", Column::Text),
    ("manifest_id", Column::Uuid),
    ("urgent", Column::Bool),
    ("at", Column::Time),
];

macro_rules! told_to {
    ($audience:literal) => {
        concat!(
            "INSERT INTO notices (id, person_id, role, organisation_id, topic, finding, manifest_id, urgent, at) \
             SELECT input.id, g.person_id, g.role, g.organisation_id, input.topic, input.finding, input.manifest_id, \
                    input.urgent, input.at FROM {input} ",
            $audience,
            " AND g.ended_at IS NULL AND g.person_id IS DISTINCT FROM input.by_person \
             ON CONFLICT (id, person_id) DO NOTHING"
        )
    };
}

/// Tells audiences: each becomes the people who hold the role now. One statement for all desks and drivers, another
/// for authorities, where any is told. What was told to somebody before is not told again. Returns how many rows were
/// written.
pub async fn insert_batch(tx: &mut Tx, new: &[NewNotice]) -> Result<u64> {
    static DESKS: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            told_to!(
                "JOIN role_grants g ON g.organisation_id = input.organisation_id AND g.role = input.role \
                 WHERE (input.person_id IS NULL OR g.person_id = input.person_id)"
            ),
            &TOLD,
        )
    });
    static AUTHORITIES: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            told_to!(
                "JOIN organisations o ON o.kind = 'authority' AND (o.province_code IN (input.province_1, input.province_2) \
                     OR (o.province_code IS NULL AND NOT EXISTS (SELECT 1 FROM organisations p \
                         WHERE p.kind = 'authority' AND p.province_code IN (input.province_1, input.province_2)))) \
                 JOIN role_grants g ON g.organisation_id = o.id AND g.role = input.role WHERE TRUE"
            ),
            &TOLD,
        )
    });
    let is_area = |new: &&NewNotice| matches!(new.tell.audience, Audience::Authorities { .. });
    let rows = |area: bool| new.iter().filter(|new| is_area(new) == area).map(NewNotice::row).collect();
    Ok(DESKS.execute(tx, rows(false)).await? + AUTHORITIES.execute(tx, rows(true)).await?)
}

/// A page of what a person was told, the latest first; `unread` leaves out what was read.
pub async fn list(tx: &mut Tx, person: PersonId, unread: bool, page: &Page) -> Result<Listing<Notice>> {
    let rows: Vec<Notice> = on_tx!(tx, c => {
        let mut q = QueryBuilder::new(concat!(
            "SELECT ", columns!(), " FROM notices n WHERE ", still_held!(), " AND n.person_id = ",
        ));
        q.push_bind(person);
        if unread {
            q.push(" AND n.read_at IS NULL");
        }
        if let Some((at, id)) = page.after.as_ref().and_then(Cursor::time_and_id) {
            q.push(" AND (n.at, n.id) < (").push_bind(at).push(", ").push_bind(id).push(")");
        }
        q.push(" ORDER BY n.at DESC, n.id DESC LIMIT ").push_bind(page.probe());
        q.build_query_as().fetch_all(c).await
    })?;
    Ok(Listing::cut(rows, page, |row| Cursor::at(row.at, row.id.0)))
}

/// How many notices a person has not read.
pub async fn count_unread(tx: &mut Tx, person: PersonId) -> Result<i64> {
    on_tx!(tx, c => sqlx::query_scalar(concat!(
        "SELECT count(*) FROM notices n WHERE n.person_id = $1 AND n.read_at IS NULL AND ", still_held!(),
    ))
    .bind(person).fetch_one(c).await)
}

/// Notices to anybody told at or after an instant, oldest first: what open streams pass on.
pub async fn list_since(tx: &mut Tx, since: Instant, limit: u16) -> Result<Vec<Notice>> {
    on_tx!(tx, c => sqlx::query_as(concat!(
        "SELECT ", columns!(), " FROM notices n WHERE n.at >= $1 ORDER BY n.at, n.id, n.person_id LIMIT $2",
    ))
    .bind(since).bind(i64::from(limit)).fetch_all(c).await)
}

/// Notices to one person told at or after an instant, oldest first: what a stream missed.
pub async fn list_missed(tx: &mut Tx, person: PersonId, since: Instant, limit: u16) -> Result<Vec<Notice>> {
    on_tx!(tx, c => sqlx::query_as(concat!(
        "SELECT ", columns!(), " FROM notices n WHERE n.person_id = $1 AND n.at >= $2 AND ", still_held!(),
        " ORDER BY n.at, n.id LIMIT $3",
    ))
    .bind(person).bind(since).bind(i64::from(limit)).fetch_all(c).await)
}

/// Notices by id and person, in no order.
pub async fn find_many(tx: &mut Tx, wanted: &[(NoticeId, PersonId)]) -> Result<Vec<Notice>> {
    static FIND: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            concat!(
                "SELECT ",
                columns!(),
                " FROM {input} JOIN notices n ON n.id = input.wanted AND n.person_id = input.of_person WHERE ",
                still_held!()
            ),
            &[("wanted", Column::Uuid), ("of_person", Column::Uuid)],
        )
    });
    FIND.fetch(tx, wanted.iter().map(|(id, person)| vec![(*id).into(), (*person).into()]).collect()).await
}

/// Marks notices as read; what was read before keeps its time. Returns how many were not read until now.
pub async fn update_read(tx: &mut Tx, person: PersonId, notices: &[NoticeId], at: Instant) -> Result<u64> {
    static READ: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            "UPDATE notices SET read_at = input.now FROM {input} \
             WHERE notices.id = input.wanted AND notices.person_id = input.of_person AND notices.read_at IS NULL",
            &[("wanted", Column::Uuid), ("of_person", Column::Uuid), ("now", Column::Time)],
        )
    });
    let rows = ids(notices).into_iter().map(|mut row| {
        row.extend([person.into(), at.into()]);
        row
    });
    READ.execute(tx, rows.collect()).await
}

/// Marks everything told to a person up to an instant as read. Returns how many were not read until now.
pub async fn update_read_until(tx: &mut Tx, person: PersonId, until: Instant, at: Instant) -> Result<u64> {
    on_tx!(tx, c => sqlx::query(
        "UPDATE notices SET read_at = $3 WHERE person_id = $1 AND at <= $2 AND read_at IS NULL",
    )
    .bind(person).bind(until).bind(at).execute(c).await.map(|done| done.rows_affected()))
}

/// Takes up to `limit` notices whose deliveries are not made yet and marks them as spread; the caller makes the
/// deliveries in the same transaction. Of two servers that ask at once each gets others.
pub async fn update_spread(tx: &mut Tx, at: Instant, limit: u16) -> Result<Vec<Notice>> {
    on_tx!(tx, c => sqlx::query_as(
        "UPDATE notices SET spread_at = $1 WHERE spread_at IS NULL AND (id, person_id) IN \
             (SELECT id, person_id FROM notices WHERE spread_at IS NULL ORDER BY at LIMIT $2) \
         RETURNING id, person_id, role, organisation_id, topic, finding, manifest_id, urgent, at, read_at",
    )
    .bind(at).bind(i64::from(limit)).fetch_all(c).await)
}

/// Forgets notices that are older, with their deliveries and links; at most `limit` at once. Returns how many.
pub async fn delete_older(tx: &mut Tx, before: Instant, limit: u16) -> Result<u64> {
    let old: Vec<(NoticeId, PersonId)> = on_tx!(tx, c => sqlx::query_as(
        "SELECT id, person_id FROM notices WHERE at < $1 ORDER BY at LIMIT $2",
    )
    .bind(before).bind(i64::from(limit)).fetch_all(c).await)?;
    static DELIVERIES: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            "DELETE FROM notice_deliveries WHERE (notice_id, person_id) IN (SELECT wanted, of_person FROM {input})",
            &[("wanted", Column::Uuid), ("of_person", Column::Uuid)],
        )
    });
    static LINKS: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            "DELETE FROM action_links WHERE (notice_id, person_id) IN (SELECT wanted, of_person FROM {input})",
            &[("wanted", Column::Uuid), ("of_person", Column::Uuid)],
        )
    });
    static NOTICES: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            "DELETE FROM notices WHERE (id, person_id) IN (SELECT wanted, of_person FROM {input})",
            &[("wanted", Column::Uuid), ("of_person", Column::Uuid)],
        )
    });
    let rows = || old.iter().map(|(id, person)| vec![(*id).into(), (*person).into()]).collect::<Vec<_>>();
    DELIVERIES.execute(tx, rows()).await?;
    LINKS.execute(tx, rows()).await?;
    NOTICES.execute(tx, rows()).await
}
