//! The area: keys, fictional organisations with fenced sites and wall codes, permits, vehicles, crews with phones.

use super::person::{Person, enrol, register};
use super::phone::{Phone, Spot};
use crate::registry::{NewPermit, NewSite, Registry};
use anyhow::Context as _;
use app::App;
use chrono::Duration;
use domain::geo::read::circle;
use domain::id::{OrganisationId, SiteId};
use domain::party::{OrganisationKind, PermitKind, Role, SiteKind};
use domain::plate::Plate;
use domain::seal::trust_list::KeyUse;
use domain::time::Instant;
use geo_types::Point;
use ring::rand::SystemRandom;
use server::config::Config;
use server::{compose, keys};
use store::{Db, Tx};

/// Radius of every site, metres.
const SITE_RADIUS_M: f64 = 120.0;
/// Degrees from one site to the next of its kind: over three kilometres.
const STEP_DEG: f64 = 0.03;

/// How much of everything.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// Generators, each with one store.
    pub generators: usize,
    /// Carriers.
    pub carriers: usize,
    /// Facilities.
    pub facilities: usize,
    /// Crews: a driver with a phone and a gate clerk with one; spread over carriers and facilities.
    pub crews: usize,
}

/// Everybody and everything registered.
pub struct Area {
    /// The use-cases over the seeded database, for setting up and checking; not the server under load.
    pub app: App,
    /// Stores of generators.
    pub generators: Vec<Place>,
    /// Facilities.
    pub facilities: Vec<Place>,
    /// Carriers with their dispatcher.
    pub carriers: Vec<Person>,
    /// Crews.
    pub crews: Vec<Crew>,
}

/// A site of an organisation with its office.
#[derive(Debug)]
pub struct Place {
    /// The site.
    pub site_id: SiteId,
    /// Latitude, degrees.
    pub lat: f64,
    /// Longitude, degrees.
    pub lon: f64,
    /// Text of the code on its wall.
    pub wall_code: String,
    /// Who sits in its office.
    pub clerk: Person,
    /// Permit under which it receives; empty for a generator.
    pub permit: String,
}

impl Place {
    /// Standing in front of its wall code.
    #[must_use]
    pub fn spot(&self) -> Spot<'_> {
        Spot { lat: self.lat, lon: self.lon, wall_code: &self.wall_code }
    }
}

/// A driver, a truck, and the gate clerk who takes what they bring.
#[derive(Debug)]
pub struct Crew {
    /// The driver's phone.
    pub driver: Phone,
    /// The gate's phone.
    pub gate: Phone,
    /// Index of the carrier.
    pub carrier: usize,
    /// Index of the facility.
    pub facility: usize,
    /// The truck.
    pub plate: Plate,
}

/// Makes keys and a trust list, and opens the use-cases over a migrated database.
///
/// # Errors
/// When keys cannot be made.
pub async fn open(db: Db, config: &Config) -> anyhow::Result<App> {
    let (random, now) = (SystemRandom::new(), compose::now());
    let (_, root) = keys::create(&db, &config.keys_dir, KeyUse::Root, &random, now).await?;
    keys::create(&db, &config.keys_dir, KeyUse::Issuer, &random, now).await?;
    let hosts = vec![config.public_host.to_ascii_lowercase()];
    keys::sign_trust_list(&db, &root, &config.issuer, hosts, &random, now).await?;
    let keyring = keys::open(&db, &config.keys_dir, &random, now).await?;
    Ok(compose::app(config, db, keyring, app::notice::Means::default(), false))
}

impl Area {
    /// Registers everybody.
    ///
    /// # Errors
    /// Store failures.
    pub async fn make(app: App, sizes: Sizes) -> anyhow::Result<Self> {
        let since = app.now() - Duration::days(30);
        let mut tx = app.db.begin("pressure.area").await?;
        let (mut generators, mut facilities, mut carriers) = (Vec::new(), Vec::new(), Vec::new());
        for n in 0..sizes.generators {
            generators.push(place(&app, &mut tx, SiteKind::Generator, n, since).await?);
        }
        for n in 0..sizes.facilities {
            facilities.push(place(&app, &mut tx, SiteKind::Facility, n, since).await?);
        }
        for n in 0..sizes.carriers {
            let name = format!("Vận tải {} (hư cấu)", n + 1);
            let mut registry = Registry { app: &app, tx: &mut tx, since };
            let id = registry.organisation(OrganisationKind::Carrier, &name, None, None).await?;
            carriers.push(register(&app, &mut tx, "Điều phối", Role::Carrier, id, since).await?);
        }
        let mut crews = Vec::new();
        for n in 0..sizes.crews {
            let (carrier, facility) = (n % sizes.carriers, n % sizes.facilities);
            let (owner, site) = (carriers[carrier].organisation_id, &facilities[facility]);
            let plate = Plate(format!("15C-{:03}.{:02}", n / 100 + 100, n % 100));
            Registry { app: &app, tx: &mut tx, since }.vehicle(owner, plate.clone()).await?;
            let driver =
                enrol(&app, &mut tx, &format!("Lái xe {}", n + 1), Role::Driver, owner, since).await?;
            let gate_owner = site.clerk.organisation_id;
            let gate =
                enrol(&app, &mut tx, &format!("Cổng {}", n + 1), Role::Facility, gate_owner, since).await?;
            crews.push(Crew { driver, gate, carrier, facility, plate });
        }
        for (n, carrier) in carriers.iter().enumerate() {
            let own = crews.iter().filter(|crew| crew.carrier == n).map(|crew| crew.plate.clone()).collect();
            let number = format!("VC-{}", n + 1);
            let new = for_years(carrier.organisation_id, PermitKind::Transport, &number, own, since);
            Registry { app: &app, tx: &mut tx, since }.permit(new).await?;
        }
        tx.commit().await?;
        Ok(Self { app, generators, facilities, carriers, crews })
    }
}

/// Generators stand in one column on the map, facilities in another, thirty kilometres west.
async fn place(app: &App, tx: &mut Tx, kind: SiteKind, n: usize, since: Instant) -> anyhow::Result<Place> {
    let (owner, role, word, lon) = match kind {
        SiteKind::Generator => (OrganisationKind::Generator, Role::Generator, "Nhà máy", 106.6),
        SiteKind::Facility | SiteKind::TransferStation => {
            (OrganisationKind::Facility, Role::Facility, "Cơ sở xử lý", 106.3)
        }
    };
    let lat = 20.5 + STEP_DEG * f64::from(u32::try_from(n)?);
    let name = format!("{word} {} (hư cấu)", n + 1);
    let organisation_id = Registry { app, tx, since }.organisation(owner, &name, None, None).await?;
    let clerk = register(app, tx, "Văn phòng", role, organisation_id, since).await?;
    let mut registry = Registry { app, tx, since };
    let number = format!("XL-{}", n + 1);
    let receives = kind != SiteKind::Generator;
    if receives {
        registry
            .permit(for_years(organisation_id, PermitKind::Treatment, &number, Vec::new(), since))
            .await?;
    }
    let fence = circle(Point::new(lon, lat), SITE_RADIUS_M, "").ok().context("a site that no fence fits")?;
    let geofence = app::registry::shape::polygon_json(&fence);
    let new = NewSite { kind, organisation_id, name: &name, province_code: None, lat, lon, geofence };
    let (site_id, wall_code) = registry.site(new).await?;
    Ok(Place { site_id, lat, lon, wall_code, clerk, permit: if receives { number } else { String::new() } })
}

/// A permit for all codes and for longer than any run.
fn for_years(
    organisation_id: OrganisationId,
    kind: PermitKind,
    number: &str,
    plates: Vec<Plate>,
    since: Instant,
) -> NewPermit<'_> {
    let valid = (since, since + Duration::days(5 * 365));
    NewPermit { organisation_id, kind, number, valid, waste_codes: &[], plates }
}
