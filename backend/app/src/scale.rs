//! Weighbridges: a facility registers a scale and gets its token once; the scale posts what it reads; the gate looks.

use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, FieldCode, FieldErrors, Result};
use crate::page::Page;
use chrono::{DateTime, Duration, Utc};
use data_encoding::BASE64URL_NOPAD;
use domain::custody::event::WeighingSource;
use domain::id::{ScaleId, SiteId};
use domain::mass::Grams;
use domain::party::{Role, SiteKind};
use domain::plate::Plate;
use domain::scale::{Reading, ReadingKind, Ticket, tickets};
use domain::seal::key::sha256;
use domain::time::{Instant, instant};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use store::{Tx, scales, sites};

/// Most readings of one post.
pub const MAX_READINGS: usize = 100;
/// Heaviest mass believed, grams: 200 tonnes, twice the largest road train.
const MAX_MASS_G: i64 = 200_000_000;
/// How far a scale's clock may run ahead, minutes.
const AHEAD_MINUTES: i64 = 5;
/// How long a scale may keep readings to itself, days; older ones come from a clock that was reset.
const BEHIND_DAYS: i64 = 30;
/// Hours that the gate looks back.
const LOOK_BACK_HOURS: i64 = 36;
/// Most readings that the gate looks through.
const LOOK_BACK_READINGS: u16 = 500;

/// A scale to register.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct NewScale {
    /// Where it stands: a facility or transfer station of the caller's organisation.
    pub site_id: SiteId,
    /// What its people call it.
    pub name: String,
}

/// A scale.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ScaleView {
    /// Its id.
    pub id: ScaleId,
    /// Where it stands.
    pub site_id: SiteId,
    /// What its people call it.
    pub name: String,
    /// When it was registered.
    pub created_at: DateTime<Utc>,
    /// When it was heard of last: a silent scale shows here.
    pub last_seen_at: Option<DateTime<Utc>>,
    /// When its token stopped counting.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// A registered scale with its token, which is shown this once.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct RegisteredScale {
    /// The scale.
    #[serde(flatten)]
    pub scale: ScaleView,
    /// Bearer token of its posts.
    pub token: String,
}

impl std::fmt::Debug for RegisteredScale {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RegisteredScale").field("scale", &self.scale).finish_non_exhaustive()
    }
}

/// What a scale posts.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct Readings {
    /// 1 to 100; the same reading again is counted once.
    pub readings: Vec<NewReading>,
}

/// One reading.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct NewReading {
    /// Number of the weighing, the same for gross and tare.
    pub ticket: String,
    /// Truck and load, or the empty truck.
    pub kind: ReadingKind,
    /// Grams, to 200 tonnes.
    pub mass_g: Grams,
    /// The plate, where the scale knows it.
    #[serde(default)]
    pub plate: Option<Plate>,
    /// The scale's clock.
    pub measured_at: DateTime<Utc>,
}

/// What became of a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Kept {
    /// Readings that are new.
    pub stored: usize,
    /// Readings that were known.
    pub duplicates: usize,
}

/// A weighing on the gate's screen: what `weighing` of the gate's event is filled from.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct WeighingView {
    /// The scale.
    pub scale_id: ScaleId,
    /// Its name.
    pub scale_name: String,
    /// Number of the weighing.
    pub ticket: String,
    /// The plate, where the scale knew it.
    pub plate: Option<Plate>,
    /// Truck and load.
    pub gross_g: Option<Grams>,
    /// When, by the scale's clock.
    pub gross_at: Option<DateTime<Utc>>,
    /// The empty truck; null while the truck is awaited on its way out.
    pub tare_g: Option<Grams>,
    /// When, by the scale's clock.
    pub tare_at: Option<DateTime<Utc>>,
    /// Gross less tare.
    pub net_g: Option<Grams>,
    /// Always `scale`: nobody typed it.
    pub source: WeighingSource,
    /// When the last reading came in.
    pub received_at: DateTime<Utc>,
}

/// Registers a scale at a site of the caller's facility; the only time its token is shown.
///
/// # Errors
/// [`Error::NotFound`] for others' sites; [`Error::Forbidden`] without the desk role; [`Error::Fields`].
pub async fn create(app: &App, caller: &Caller, input: NewScale) -> Result<RegisteredScale> {
    let mut errors = FieldErrors::default();
    let name = errors.text("name", &input.name, 120).to_owned();
    let mut tx = app.db.begin("scale.create").await?;
    let site = own_site(&mut tx, caller, input.site_id).await?;
    let receives = site.kind != SiteKind::Generator;
    errors.check(receives, "site_id", FieldCode::NotPermitted, "Choose a facility or a transfer station.");
    errors.finish()?;
    let token = BASE64URL_NOPAD.encode(&app.random_bytes::<32>()?);
    let row = scales::Scale {
        id: app.new_id()?,
        organisation_id: site.organisation_id,
        site_id: site.id,
        name,
        token_hash: sha256(token.as_bytes()).to_vec(),
        created_at: app.now(),
        created_by: caller.person_id,
        last_seen_at: None,
        revoked_at: None,
    };
    scales::insert(&mut tx, &row).await?;
    let subject = row.id.to_string();
    crate::registry::audit(app, &mut tx, caller, Some(row.organisation_id), "scale.create", &subject).await?;
    tx.commit().await?;
    Ok(RegisteredScale { scale: view(row), token })
}

/// The scales of a site of the caller's facility.
///
/// # Errors
/// As [`create`].
pub async fn list(app: &App, caller: &Caller, site_id: SiteId) -> Result<Page<ScaleView>> {
    let mut tx = app.db.read("scale.list").await?;
    own_site(&mut tx, caller, site_id).await?;
    let rows = scales::list_for(&mut tx, &[site_id]).await?;
    Ok(Page::whole(rows.into_iter().map(view).collect()))
}

/// Ends a scale's token; what it read stays.
///
/// # Errors
/// As [`create`].
pub async fn revoke(app: &App, caller: &Caller, id: ScaleId) -> Result<ScaleView> {
    let mut tx = app.db.begin("scale.revoke").await?;
    let row = scales::find(&mut tx, id).await?.ok_or(Error::NotFound)?;
    caller.require_desk(Role::Facility, row.organisation_id)?;
    scales::update_revoked(&mut tx, id, app.now()).await?;
    crate::registry::audit(app, &mut tx, caller, Some(row.organisation_id), "scale.revoke", &id.to_string())
        .await?;
    let row = scales::find(&mut tx, id).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(view(row))
}

/// Keeps what a scale reads; the scale is known by its token alone. All of a post is kept or nothing, and the same
/// post again changes nothing.
///
/// # Errors
/// [`Error::Unauthenticated`] for tokens of no scale and of revoked ones; [`Error::Fields`] with every problem.
pub async fn record(app: &App, token: &str, input: Readings) -> Result<Kept> {
    let mut tx = app.db.begin("scale.record").await?;
    let scale = scales::find_by_token_hash(&mut tx, &sha256(token.as_bytes()))
        .await?
        .filter(|scale| scale.revoked_at.is_none())
        .ok_or(Error::Unauthenticated)?;
    let now = app.now();
    let readings = read(&scale, input, now)?;
    // Its row is locked from here: posts of one scale come one after the other, and each sees what the last one kept.
    scales::update_seen(&mut tx, scale.id, now).await?;
    let since = now - Duration::hours(LOOK_BACK_HOURS);
    let known = scales::list_readings(&mut tx, scale.site_id, since, LOOK_BACK_READINGS).await?;
    refuse_upside_down(known, &readings)?;
    let mut rows = Vec::with_capacity(readings.len());
    for reading in readings {
        rows.push((app.new_id()?, reading));
    }
    let stored = scales::insert_readings(&mut tx, scale.site_id, &rows).await?;
    tx.commit().await?;
    Ok(Kept { stored, duplicates: rows.len().saturating_sub(stored) })
}

/// What a post says, read: every problem is named by its path.
fn read(scale: &scales::Scale, input: Readings, now: Instant) -> Result<Vec<Reading>> {
    let mut errors = FieldErrors::default();
    errors.check(
        (1..=MAX_READINGS).contains(&input.readings.len()),
        "readings",
        FieldCode::OutOfRange,
        "1 to 100 readings; send the rest in the next post.",
    );
    let mut readings = Vec::with_capacity(input.readings.len().min(MAX_READINGS));
    for (index, reading) in input.readings.into_iter().take(MAX_READINGS).enumerate() {
        let path = |field: &str| format!("readings[{index}].{field}");
        let ticket = errors.text(&path("ticket"), &reading.ticket, 60).to_owned();
        let believed = (0..=MAX_MASS_G).contains(&reading.mass_g.0);
        errors.check(believed, path("mass_g"), FieldCode::OutOfRange, "0 to 200,000,000 grams.");
        let measured_at = instant(reading.measured_at);
        let late = measured_at > now + Duration::minutes(AHEAD_MINUTES);
        errors.check(
            !late,
            path("measured_at"),
            FieldCode::OutOfRange,
            "The scale's clock runs ahead: set it.",
        );
        let ancient = measured_at < now - Duration::days(BEHIND_DAYS);
        let behind = "More than 30 days ago: set the scale's clock.";
        errors.check(!ancient, path("measured_at"), FieldCode::OutOfRange, behind);
        // A scale that knows no plates may leave the field blank.
        let plate = reading.plate.filter(|plate| !plate.0.trim().is_empty());
        let plausible = plate.as_ref().is_none_or(Plate::is_plausible);
        errors.check(
            plausible,
            path("plate"),
            FieldCode::BadFormat,
            "As on the vehicle, such as 15C-123.45.",
        );
        readings.push(Reading {
            scale_id: scale.id,
            ticket,
            kind: reading.kind,
            mass_g: reading.mass_g,
            plate,
            measured_at,
            received_at: now,
        });
    }
    errors.finish()?;
    Ok(readings)
}

/// Refuses readings that make an empty truck heavier than the full one: one of them has the wrong number or kind.
fn refuse_upside_down(mut known: Vec<Reading>, posted: &[Reading]) -> Result<()> {
    known.extend_from_slice(posted);
    let wrong: Vec<_> = tickets(known).into_iter().filter(Ticket::is_upside_down).collect();
    let mut errors = FieldErrors::default();
    for (index, reading) in posted.iter().enumerate() {
        let right = !wrong.iter().any(|ticket| ticket.counts(reading));
        let path = format!("readings[{index}].mass_g");
        errors.check(right, path, FieldCode::OutOfRange, "The empty truck weighs more than the full one.");
    }
    errors.finish()
}

/// Weighings of the last 36 hours at a site of the caller's facility, the latest first.
///
/// # Errors
/// As [`create`].
pub async fn weighings(app: &App, caller: &Caller, site_id: SiteId) -> Result<Page<WeighingView>> {
    let mut tx = app.db.read("scale.weighings").await?;
    own_site(&mut tx, caller, site_id).await?;
    let names: HashMap<ScaleId, String> =
        scales::list_for(&mut tx, &[site_id]).await?.into_iter().map(|row| (row.id, row.name)).collect();
    let since = app.now() - Duration::hours(LOOK_BACK_HOURS);
    let readings = scales::list_readings(&mut tx, site_id, since, LOOK_BACK_READINGS).await?;
    let items = tickets(readings)
        .into_iter()
        .map(|ticket| WeighingView {
            scale_id: ticket.scale_id,
            scale_name: names.get(&ticket.scale_id).cloned().unwrap_or_default(),
            net_g: ticket.net_g(),
            gross_g: ticket.gross.map(|(mass, _)| mass),
            gross_at: ticket.gross.map(|(_, at)| at),
            tare_g: ticket.tare.map(|(mass, _)| mass),
            tare_at: ticket.tare.map(|(_, at)| at),
            source: WeighingSource::Scale,
            received_at: ticket.received_at,
            ticket: ticket.ticket,
            plate: ticket.plate,
        })
        .collect();
    Ok(Page::whole(items))
}

/// A site at whose desk or gate the caller works for the facility.
async fn own_site(tx: &mut Tx, caller: &Caller, id: SiteId) -> Result<sites::Site> {
    let site = sites::find(tx, id).await?.ok_or(Error::NotFound)?;
    // Sites are public knowledge; their scales are not.
    caller.require_desk(Role::Facility, site.organisation_id)?;
    Ok(site)
}

fn view(row: scales::Scale) -> ScaleView {
    ScaleView {
        id: row.id,
        site_id: row.site_id,
        name: row.name,
        created_at: row.created_at,
        last_seen_at: row.last_seen_at,
        revoked_at: row.revoked_at,
    }
}
