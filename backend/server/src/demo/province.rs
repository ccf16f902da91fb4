//! The demo province as its files describe it.

use anyhow::Context as _;
use app::registry::shape;
use domain::geo;
use domain::id::{OrganisationId, PermitId, PersonId, RouteId, SiteId, VehicleId};
use domain::mass::MassBasis;
use domain::party::{OrganisationKind, PermitKind, Role, RoleGrant, SiteKind};
use domain::plate::Plate;
use domain::time::Instant;
use domain::waste::{PhysicalState, TreatmentMethod, WasteCode};
use serde::Deserialize;
use serde_json::Value;

macro_rules! file {
    ($name:literal) => {
        include_str!(concat!("../../../../migrations/reference/demo/", $name))
    };
}

/// An organisation of `organisations.json`.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Organisation {
    pub(super) id: OrganisationId,
    pub(super) kind: OrganisationKind,
    pub(super) code: String,
    pub(super) name: String,
    pub(super) province_code: String,
    pub(super) area: Option<String>,
    pub(super) address: String,
    pub(super) phone: String,
}

/// A point, in degrees.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Point {
    pub(super) lat: f64,
    pub(super) lon: f64,
}

/// A site of `sites.json`.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Site {
    pub(super) id: SiteId,
    pub(super) organisation_id: OrganisationId,
    pub(super) kind: SiteKind,
    pub(super) name: String,
    pub(super) province_code: String,
    pub(super) address: String,
    pub(super) centre: Point,
    pub(super) gate: Point,
    pub(super) yard: Point,
    pub(super) geofence: Value,
}

/// A person of `people.json`.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Person {
    pub(super) id: PersonId,
    pub(super) name: String,
    pub(super) login: String,
    pub(super) phone: String,
    pub(super) roles: Vec<RoleGrant>,
    pub(super) demo_login: bool,
}

impl Person {
    /// The role and organisation the person acts in: in the demo everybody has exactly one.
    pub(super) fn acting(&self) -> Option<RoleGrant> {
        self.roles.first().copied()
    }
}

/// A vehicle of `vehicles.json`.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Vehicle {
    pub(super) id: VehicleId,
    pub(super) organisation_id: OrganisationId,
    pub(super) plate: Plate,
    pub(super) name: String,
    pub(super) kind: String,
}

/// A permit of `permits.json`.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Permit {
    pub(super) id: PermitId,
    pub(super) organisation_id: OrganisationId,
    pub(super) kind: PermitKind,
    pub(super) number: String,
    pub(super) valid_from: Instant,
    pub(super) valid_to: Instant,
    pub(super) waste_codes: Vec<String>,
    pub(super) plates: Vec<Plate>,
}

/// A named route of `routes.geojson`.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Route {
    pub(super) id: RouteId,
    pub(super) properties: RouteProperties,
    pub(super) geometry: Value,
}

/// What a route's feature says besides its line.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct RouteProperties {
    pub(super) organisation_id: OrganisationId,
    pub(super) name: String,
    pub(super) corridor_m: f64,
    pub(super) length_m: f64,
}

impl Route {
    /// The vertex at a share (0 to 1) of the line's vertices.
    pub(super) fn vertex(&self, share: f64) -> Option<Point> {
        let line = self.geometry.get("coordinates")?.as_array()?;
        let last = u32::try_from(line.len().checked_sub(1)?).ok()?;
        let wanted = (0..line.len())
            .find(|index| u32::try_from(*index).is_ok_and(|i| f64::from(i) >= f64::from(last) * share))?;
        let pair = line.get(wanted)?.as_array()?;
        Some(Point { lat: pair.get(1)?.as_f64()?, lon: pair.first()?.as_f64()? })
    }
}

#[derive(Debug, Deserialize)]
struct Routes {
    features: Vec<Route>,
}

/// Who hands what to whom, of `habits.json`.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Habit {
    pub(super) generator_site_id: SiteId,
    pub(super) carrier_id: OrganisationId,
    pub(super) facility_site_id: SiteId,
    pub(super) route_id: RouteId,
    pub(super) per_week: f64,
    pub(super) wastes: Vec<Waste>,
}

/// A waste of a habit; masses in kilograms of one load.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Waste {
    pub(super) waste_code: WasteCode,
    pub(super) name: String,
    pub(super) physical_state: PhysicalState,
    pub(super) treatment_method: TreatmentMethod,
    pub(super) packaging: Packages,
    pub(super) mass_kg: [f64; 2],
    pub(super) mass_basis: MassBasis,
}

/// Kind of package and what one of it holds.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Packages {
    pub(super) kind: String,
    pub(super) kg_each: f64,
}

/// Everything that the files say.
#[derive(Debug)]
pub(super) struct Province {
    pub(super) organisations: Vec<Organisation>,
    pub(super) sites: Vec<Site>,
    pub(super) people: Vec<Person>,
    pub(super) vehicles: Vec<Vehicle>,
    pub(super) permits: Vec<Permit>,
    pub(super) routes: Vec<Route>,
    pub(super) habits: Vec<Habit>,
}

impl Province {
    /// Reads the files, which are part of the program; shapes take the form in which the registry keeps them.
    ///
    /// # Errors
    /// When one of them is malformed: a fault of this build.
    pub(super) fn read() -> anyhow::Result<Self> {
        let mut routes: Routes = read(file!("routes.geojson"), "routes.geojson")?;
        for route in &mut routes.features {
            let line = geo::read::route(&route.geometry, "geometry");
            route.geometry = shape::line_json(&line.map_err(|_| malformed(&route.properties.name))?);
        }
        let mut sites: Vec<Site> = read(file!("sites.json"), "sites.json")?;
        for site in &mut sites {
            let fence = geo::read::geofence(&site.geofence, "geofence");
            site.geofence = shape::polygon_json(&fence.map_err(|_| malformed(&site.name))?);
        }
        Ok(Self {
            organisations: read(file!("organisations.json"), "organisations.json")?,
            sites,
            people: read(file!("people.json"), "people.json")?,
            vehicles: read(file!("vehicles.json"), "vehicles.json")?,
            permits: read(file!("permits.json"), "permits.json")?,
            routes: routes.features,
            habits: read(file!("habits.json"), "habits.json")?,
        })
    }

    /// A site by its id.
    ///
    /// # Errors
    /// When a file names one that is not there.
    pub(super) fn site(&self, id: SiteId) -> anyhow::Result<&Site> {
        self.sites.iter().find(|site| site.id == id).with_context(|| format!("no site {id}"))
    }

    /// A route by its id.
    ///
    /// # Errors
    /// As [`Province::site`].
    pub(super) fn route(&self, id: RouteId) -> anyhow::Result<&Route> {
        self.routes.iter().find(|route| route.id == id).with_context(|| format!("no route {id}"))
    }

    /// Name of an organisation.
    pub(super) fn name(&self, id: OrganisationId) -> &str {
        self.organisations.iter().find(|o| o.id == id).map_or("", |o| o.name.as_str())
    }

    /// People who hold a role in an organisation, in the file's order.
    pub(super) fn holders(&self, role: Role, organisation_id: OrganisationId) -> Vec<&Person> {
        let grant = RoleGrant { role, organisation_id };
        self.people.iter().filter(|person| person.roles.contains(&grant)).collect()
    }

    /// The first who holds a role in an organisation.
    ///
    /// # Errors
    /// When nobody does.
    pub(super) fn holder(&self, role: Role, organisation_id: OrganisationId) -> anyhow::Result<&Person> {
        let found = self.holders(role, organisation_id);
        found.first().copied().with_context(|| format!("nobody is {role} of {organisation_id}"))
    }

    /// Vehicles of a carrier.
    pub(super) fn vehicles_of(&self, carrier: OrganisationId) -> Vec<&Vehicle> {
        self.vehicles.iter().filter(|vehicle| vehicle.organisation_id == carrier).collect()
    }

    /// Number of the permit under which a facility receives.
    ///
    /// # Errors
    /// When it has none.
    pub(super) fn treatment_permit(&self, facility: OrganisationId) -> anyhow::Result<&str> {
        self.permits
            .iter()
            .find(|permit| permit.organisation_id == facility && permit.kind == PermitKind::Treatment)
            .map(|permit| permit.number.as_str())
            .with_context(|| format!("facility {facility} has no permit"))
    }
}

fn malformed(name: &str) -> anyhow::Error {
    anyhow::anyhow!("the shape of {name} is malformed")
}

fn read<T: serde::de::DeserializeOwned>(text: &str, name: &str) -> anyhow::Result<T> {
    serde_json::from_str(text).with_context(|| format!("{name} of the demo is malformed"))
}

#[cfg(test)]
mod tests {
    use super::Province;
    use domain::party::Role;

    #[test]
    fn the_files_fit_together() {
        let province = Province::read().unwrap();
        for habit in &province.habits {
            let route = province.route(habit.route_id).unwrap();
            assert_eq!(route.properties.organisation_id, habit.carrier_id);
            let (from, to) = (
                province.site(habit.generator_site_id).unwrap(),
                province.site(habit.facility_site_id).unwrap(),
            );
            assert!(province.holder(Role::Generator, from.organisation_id).is_ok());
            assert!(province.holder(Role::Facility, to.organisation_id).is_ok());
            assert!(province.treatment_permit(to.organisation_id).is_ok());
            assert!(!province.holders(Role::Driver, habit.carrier_id).is_empty());
            assert!(!province.vehicles_of(habit.carrier_id).is_empty());
        }
    }

    #[test]
    fn every_role_has_a_login_and_the_first_of_each_side_may_work_together() {
        let province = Province::read().unwrap();
        for role in Role::ALL {
            let has = province.people.iter().any(|p| p.demo_login && p.roles.iter().any(|g| g.role == *role));
            assert!(has, "{role}");
        }
        let first = |role: Role| {
            province
                .people
                .iter()
                .find_map(|p| p.roles.iter().find(|g| p.demo_login && g.role == role))
                .unwrap()
        };
        assert_eq!(first(Role::Carrier).organisation_id, first(Role::Driver).organisation_id);
        for role in [Role::Carrier, Role::Facility] {
            let organisation = first(role).organisation_id;
            let permit = province.permits.iter().find(|p| p.organisation_id == organisation).unwrap();
            assert!(permit.waste_codes.is_empty(), "the main {role}'s permit covers every code");
        }
    }
}
