//! What goes wrong on the road: the findings of a year, as rare as they are in life.

use super::chance::Chance;
use super::load::{Consent, Fate, Load, Place, Scan};
use super::measure::{degrees, grams, kilograms, near};
use super::province::{Point, Province};
use chrono::TimeDelta;
use domain::custody::event::EventKind;
use domain::party::{Role, SiteKind};
use domain::plate::Plate;

/// A plate that stands on nobody's permit.
const STRANGE_PLATE: &str = "29H-771.23";
/// Why a phone has no fix.
const REASONS: [&str; 3] = ["timeout", "denied", "unavailable"];

#[derive(Debug, Clone, Copy)]
enum Mishap {
    Discrepancy,
    NoPosition,
    OutsideGeofence,
    PoorPosition,
    NoConsent,
    VehicleChanged,
    ClockSkew,
    WrongDriver,
    OffRoute,
    PickupMissing,
    WrongVehicle,
    WrongSiteCode,
    WrongFacility,
    Mocked,
    SecondPickup,
}

/// How often each happens, per thousand loads.
const RATES: [(Mishap, f64); 15] = [
    (Mishap::Discrepancy, 30.0),
    (Mishap::NoPosition, 20.0),
    (Mishap::OutsideGeofence, 11.0),
    (Mishap::PoorPosition, 11.0),
    (Mishap::NoConsent, 11.0),
    (Mishap::VehicleChanged, 11.0),
    (Mishap::ClockSkew, 7.0),
    (Mishap::WrongDriver, 6.0),
    (Mishap::OffRoute, 6.0),
    (Mishap::PickupMissing, 5.0),
    (Mishap::WrongVehicle, 4.0),
    (Mishap::WrongSiteCode, 4.0),
    (Mishap::WrongFacility, 3.0),
    (Mishap::Mocked, 3.0),
    (Mishap::SecondPickup, 1.5),
];

/// Share of loads that an inspector stops although nothing is wrong.
const INSPECTED: f64 = 0.02;

/// Lets something happen to a load, or, mostly, nothing.
///
/// # Errors
/// When the files do not fit together.
pub(super) fn befall(province: &Province, load: &mut Load<'_>, chance: &mut Chance) -> anyhow::Result<()> {
    if load.fate == Fate::Void {
        return Ok(());
    }
    let mut share = chance.unit() * 1000.0;
    for (mishap, rate) in RATES {
        if share < rate {
            return happen(province, load, mishap, chance);
        }
        share -= rate;
    }
    if chance.happens(INSPECTED) {
        inspect(province, load, 0.0, chance)?;
    }
    Ok(())
}

fn happen(
    province: &Province,
    load: &mut Load<'_>,
    mishap: Mishap,
    chance: &mut Chance,
) -> anyhow::Result<()> {
    let by_driver = if chance.happens(0.5) { EventKind::Pickup } else { EventKind::Delivery };
    let route = province.route(load.habit.route_id)?;
    let facility = load.habit.facility_site_id;
    match mishap {
        Mishap::Discrepancy => {
            let factor =
                if chance.happens(0.7) { chance.within(0.72, 0.87) } else { chance.within(1.14, 1.32) };
            if let Some(line) = load.weighed.iter_mut().max_by_key(|line| line.received_g) {
                let received = grams(kilograms(line.received_g) * factor, 500);
                line.refused_g = line.refused_g.min(received);
                line.received_g = received;
            }
        }
        Mishap::NoPosition => {
            let reason = REASONS[chance.index(REASONS.len())];
            let coded = chance.happens(0.6);
            change(load, by_driver, |scan| {
                scan.place = Place::Missing(reason);
                scan.wall = scan.wall.filter(|_| coded);
            });
        }
        Mishap::OutsideGeofence => {
            let back = route.vertex(chance.within(0.86, 0.94));
            let place = back.map(|point| near(point, chance));
            change(load, EventKind::Delivery, |scan| {
                scan.place = place.unwrap_or(scan.place);
                scan.wall = None;
            });
        }
        Mishap::PoorPosition => {
            let vague = chance.within(300.0, 2600.0).round();
            change(load, by_driver, |scan| {
                if let Place::Fix { accuracy_m, .. } = &mut scan.place {
                    *accuracy_m = vague;
                }
            });
        }
        Mishap::Mocked => change(load, EventKind::Delivery, |scan| {
            if let Place::Fix { mocked, .. } = &mut scan.place {
                *mocked = true;
            }
        }),
        Mishap::NoConsent => load.consent = Consent::Missing,
        Mishap::ClockSkew => {
            let ahead_ms = chance.between(180_000, 900_000) * if chance.happens(0.5) { 1 } else { -1 };
            let driver = load.driver;
            load.scans.iter_mut().filter(|s| s.person == driver).for_each(|s| s.ahead_ms = ahead_ms);
        }
        Mishap::VehicleChanged => {
            let fleet = province.vehicles_of(load.habit.carrier_id);
            let other = fleet.iter().find(|vehicle| vehicle.plate != load.plate).map(|v| v.plate.clone());
            load.scans.iter_mut().for_each(|scan| scan.plate.clone_from(&other));
        }
        Mishap::WrongVehicle => {
            let strange = Some(Plate(STRANGE_PLATE.to_owned()));
            load.scans.iter_mut().for_each(|scan| scan.plate.clone_from(&strange));
        }
        Mishap::WrongDriver => {
            let drivers = province.holders(Role::Driver, load.habit.carrier_id);
            let (driver, other) = (load.driver, drivers.iter().find(|person| person.id != load.driver));
            if let Some(other) = other {
                load.scans.iter_mut().filter(|s| s.person == driver).for_each(|s| s.person = other.id);
            }
        }
        Mishap::OffRoute => inspect(province, load, 0.011, chance)?,
        Mishap::PickupMissing => {
            let driver = load.driver;
            load.scans.retain(|scan| scan.person != driver);
        }
        Mishap::WrongSiteCode => {
            let wall = load.habit.generator_site_id;
            change(load, EventKind::Delivery, |scan| scan.wall = Some(wall));
        }
        Mishap::WrongFacility => {
            let other =
                province.sites.iter().find(|site| site.kind == SiteKind::Facility && site.id != facility);
            let place = other.map(|site| near(site.yard, chance));
            change(load, EventKind::Delivery, |scan| {
                scan.place = place.unwrap_or(scan.place);
                scan.wall = None;
            });
        }
        Mishap::SecondPickup => second_pickup(province, load, chance),
    }
    Ok(())
}

fn change(load: &mut Load<'_>, kind: EventKind, how: impl FnOnce(&mut Scan)) {
    if let Some(scan) = load.scan_mut(kind) {
        how(scan);
    }
}

/// The same code scanned again by another driver.
fn second_pickup(province: &Province, load: &mut Load<'_>, chance: &mut Chance) {
    let drivers = province.holders(Role::Driver, load.habit.carrier_id);
    let first = load.scans.iter().find(|scan| scan.kind == EventKind::Pickup).cloned();
    let other = drivers.iter().find(|person| person.id != load.driver);
    if let (Some(first), Some(other)) = (first, other) {
        let later = TimeDelta::minutes(chance.between(15, 25));
        let at = first.at + later;
        load.scans.push(Scan {
            id: chance.id(at),
            person: other.id,
            at,
            recorded_at: first.recorded_at + later,
            ..first
        });
    }
}

/// An inspector looks, half-way, so many degrees beside the route.
fn inspect(
    province: &Province,
    load: &mut Load<'_>,
    aside_deg: f64,
    chance: &mut Chance,
) -> anyhow::Result<()> {
    let inspectors: Vec<_> = province
        .people
        .iter()
        .filter(|person| person.acting().is_some_and(|grant| grant.role == Role::Inspector))
        .collect();
    let delivered = load.scans.iter().find(|scan| scan.kind == EventKind::Delivery).map(|scan| scan.at);
    let middle = province.route(load.habit.route_id)?.vertex(chance.within(0.35, 0.65));
    let who = inspectors.get(chance.index(inspectors.len()));
    if let (Some(from), Some(to), Some(middle), Some(who)) = (load.picked_up_at(), delivered, middle, who) {
        let at = from + (to - from) / 2;
        let beside = Point { lat: degrees(middle.lat + aside_deg), lon: degrees(middle.lon + aside_deg) };
        load.scans.push(Scan {
            id: chance.id(at),
            kind: EventKind::Inspection,
            person: who.id,
            at,
            recorded_at: at + TimeDelta::seconds(chance.between(2, 30)),
            ahead_ms: chance.between(-900, 900),
            seq: 0,
            place: near(beside, chance),
            wall: None,
            plate: Some(load.plate.clone()),
        });
    }
    Ok(())
}
