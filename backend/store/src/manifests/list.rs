//! Lists of manifests: by what a person may see, by plate, by driver, by gate, by turn.

use super::Manifest;
use crate::batch::{Column, Statement};
use crate::{Cursor, Listing, Page, Result, Tx};
use chrono::NaiveDate;
use domain::custody::finding::FindingCode;
use domain::id::{OrganisationId, PersonId, TripId};
use domain::manifest::{ManifestState, Side};
use domain::party::Role;
use domain::time::Instant;
use domain::waste::TreatmentMethod;
use sqlx::QueryBuilder;
use std::sync::LazyLock;
use uuid::Uuid;

/// What a person may see. Drafts are seen by the drafting organisation alone, whatever else is set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Viewer {
    /// Organisations in which the person holds an office role: sees what they are party to.
    pub organisations: Vec<OrganisationId>,
    /// The person as a driver: sees what is assigned to it.
    pub driver: Option<PersonId>,
    /// Provinces the person oversees: sees what begins or ends there.
    pub provinces: Vec<String>,
    /// Inspectors, the national authority, admins.
    pub everything: bool,
}

/// Which manifests; whatever is `None`, empty or false lets all pass.
#[derive(Debug, Clone, Default)]
pub struct Filter<'a> {
    /// Only what this person may see.
    pub viewer: Option<&'a Viewer>,
    /// In one of these states.
    pub states: Vec<ManifestState>,
    /// With each of these organisations on its side.
    pub parties: Vec<(Side, OrganisationId)>,
    /// With these words in number, names, plates or codes.
    pub query: Option<&'a str>,
    /// Loaded on this local day or later.
    pub from: Option<NaiveDate>,
    /// Loaded on this local day or earlier.
    pub to: Option<NaiveDate>,
    /// Issued at all: what statistics count.
    pub issued: bool,
    /// Issued at this instant or later.
    pub issued_from: Option<Instant>,
    /// Issued before this instant.
    pub issued_before: Option<Instant>,
    /// From a site in this province; empty = in none that is known.
    pub province: Option<&'a str>,
    /// To a site in this province; empty = in none that is known.
    pub destination: Option<&'a str>,
    /// With a line of this waste code, in printed form, of this group (two digits) and of this method: of one line all.
    pub waste_code: Option<&'a str>,
    /// The group.
    pub waste_group: Option<&'a str>,
    /// The method.
    pub method: Option<TreatmentMethod>,
    /// Arrived after the planned delivery.
    pub late: bool,
    /// With a line received outside the tolerance of its declared mass, as `domain::mass::Tolerance` has it.
    pub discrepant: bool,
    /// With an open finding of this code.
    pub finding: Option<FindingCode>,
    /// With any open finding.
    pub with_open_findings: bool,
}

/// A page of manifests, newest first.
pub async fn list(tx: &mut Tx, filter: &Filter<'_>, page: &Page) -> Result<Listing<Manifest>> {
    let rows: Vec<Manifest> = on_tx!(tx, c => {
        let mut q = QueryBuilder::new(concat!("SELECT ", columns!(), " FROM manifests WHERE TRUE"));
        super::push_filter!(q, filter);
        if let Some((at, id)) = page.after.as_ref().and_then(Cursor::time_and_id) {
            q.push(" AND (manifests.created_at, manifests.id) < (").push_bind(at).push(", ").push_bind(id).push(")");
        }
        q.push(" ORDER BY manifests.created_at DESC, manifests.id DESC LIMIT ").push_bind(page.probe());
        q.build_query_as().fetch_all(c).await
    })?;
    Ok(Listing::cut(rows, page, |row| Cursor::at(row.created_at, row.id.0)))
}

/// A page of the manifests issued at `from` or later and before `before`, in the order of their issue.
pub async fn list_issued(
    tx: &mut Tx,
    from: Instant,
    before: Instant,
    page: &Page,
) -> Result<Listing<Manifest>> {
    let (after, id) = page
        .after
        .as_ref()
        .and_then(Cursor::time_and_id)
        .unwrap_or((from - chrono::TimeDelta::milliseconds(1), Uuid::max()));
    let rows: Vec<Manifest> = on_tx!(tx, c => sqlx::query_as(concat!(
        "SELECT ", columns!(), " FROM manifests \
         WHERE issued_at < $1 AND (issued_at, id) > ($2, $3) ORDER BY issued_at, id LIMIT $4",
    ))
    .bind(before).bind(after).bind(id).bind(page.probe()).fetch_all(c).await)?;
    Ok(Listing::cut(rows, page, |row| Cursor::at(row.issued_at.unwrap_or(before), row.id.0)))
}

/// The manifest of an official number.
pub async fn find_by_number(tx: &mut Tx, number: &str) -> Result<Option<Manifest>> {
    on_tx!(tx, c => sqlx::query_as(concat!("SELECT ", columns!(), " FROM manifests WHERE number = $1"))
        .bind(number).fetch_optional(c).await)
}

/// Manifests that name a plate (normal form) or expect it now, newest first, at most `limit`. No drafts.
pub async fn list_by_plate(tx: &mut Tx, plate_normal: &str, limit: u16) -> Result<Vec<Manifest>> {
    on_tx!(tx, c => sqlx::query_as(concat!(
        "SELECT ", columns!(), " FROM manifests WHERE state <> 'draft' AND id IN \
             (SELECT manifest_id FROM manifest_plates WHERE plate_normal = $1 \
              UNION SELECT id FROM manifests WHERE expected_plate_normal = $1) \
         ORDER BY created_at DESC, id DESC LIMIT $2",
    ))
    .bind(plate_normal).bind(i64::from(limit)).fetch_all(c).await)
}

/// The manifests of a trip, in the order of their pickups.
pub async fn list_of_trip(tx: &mut Tx, trip: TripId) -> Result<Vec<Manifest>> {
    on_tx!(tx, c => sqlx::query_as(concat!(
        "SELECT ", columns!(), " FROM manifests WHERE trip_id = $1 ORDER BY planned_pickup_at, id LIMIT 200",
    ))
    .bind(trip).fetch_all(c).await)
}

/// Loads that a driver has still to move, the next one first.
pub async fn list_open_for_driver(tx: &mut Tx, driver: PersonId) -> Result<Vec<Manifest>> {
    on_tx!(tx, c => sqlx::query_as(concat!(
        "SELECT ", columns!(), " FROM manifests \
         WHERE expected_driver_id = $1 AND state IN ('issued', 'in_transit', 'stored', 'arrived') \
         ORDER BY planned_pickup_at, id LIMIT 200",
    ))
    .bind(driver).fetch_all(c).await)
}

/// Loads that a facility may still expect or has to decide about, the next one first, at most `limit`.
pub async fn list_expected_at(tx: &mut Tx, facility: OrganisationId, limit: u16) -> Result<Vec<Manifest>> {
    on_tx!(tx, c => sqlx::query_as(concat!(
        "SELECT ", columns!(), " FROM manifests \
         WHERE facility_id = $1 AND state IN ('issued', 'in_transit', 'stored', 'arrived') \
         ORDER BY planned_delivery_at, id LIMIT $2",
    ))
    .bind(facility).bind(i64::from(limit)).fetch_all(c).await)
}

/// Open loads that begin or end in one of the provinces (none named = anywhere), newest first, at most `limit`:
/// what an inspector's phone holds.
pub async fn list_open_in(tx: &mut Tx, provinces: &[String], limit: u16) -> Result<Vec<Manifest>> {
    on_tx!(tx, c => {
        let mut q = QueryBuilder::new(concat!(
            "SELECT ", columns!(), " FROM manifests WHERE state IN ('issued', 'in_transit', 'stored', 'arrived')",
        ));
        if !provinces.is_empty() {
            q.push(" AND (");
            super::push_in!(q, "generator_province", provinces);
            q.push(" OR ");
            super::push_in!(q, "facility_province", provinces);
            q.push(")");
        }
        q.push(" ORDER BY created_at DESC, id DESC LIMIT ").push_bind(i64::from(limit));
        q.build_query_as().fetch_all(c).await
    })
}

/// Whose turn to look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inbox {
    /// An office role in an organisation.
    Office {
        /// The role.
        role: Role,
        /// Where.
        organisation_id: OrganisationId,
    },
    /// A driver: only what is assigned to the person.
    Driver {
        /// The carrier.
        organisation_id: OrganisationId,
        /// The driver.
        person_id: PersonId,
    },
    /// The authority of a province, or of the country.
    Authority {
        /// `None` = the whole country.
        province: Option<String>,
    },
}

impl Inbox {
    fn row(&self) -> Vec<crate::batch::Value> {
        let none = None::<String>;
        match self {
            Self::Office { role, organisation_id } => {
                vec![(*organisation_id).into(), role.as_str().into(), None::<PersonId>.into(), none.into()]
            }
            Self::Driver { organisation_id, person_id } => {
                let role = Role::Driver.as_str();
                vec![(*organisation_id).into(), role.into(), (*person_id).into(), none.into()]
            }
            Self::Authority { province } => {
                let role = Role::Authority.as_str();
                let nobody = (None::<OrganisationId>.into(), None::<PersonId>.into());
                vec![nobody.0, role.into(), nobody.1, province.clone().into()]
            }
        }
    }
}

/// What waits for any of these turns, the longest first, at most 500. Accepted loads, which wait for their treatment
/// for months, are not among them: they would push out what waits today.
pub async fn inbox(tx: &mut Tx, turns: &[Inbox]) -> Result<Vec<Manifest>> {
    static INBOX: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            concat!(
                "SELECT ",
                columns!(),
                " FROM {input} JOIN manifests ON turn_organisation_id IS NOT DISTINCT FROM input.organisation \
                 AND turn_role = input.role \
                 AND (input.driver IS NULL OR expected_driver_id = input.driver) \
                 AND (input.province IS NULL OR generator_province = input.province \
                      OR facility_province = input.province) \
                 AND (on_hold OR state NOT IN ('accepted', 'partly_accepted', 'treated')) \
                 ORDER BY turn_since, manifests.id LIMIT 500"
            ),
            &[
                ("organisation", Column::Uuid),
                ("role", Column::Text),
                ("driver", Column::Uuid),
                ("province", Column::Text),
            ],
        )
    });
    INBOX.fetch(tx, turns.iter().map(Inbox::row).collect()).await
}
