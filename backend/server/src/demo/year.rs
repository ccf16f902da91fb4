//! The plan of a year: which loads left on which day, with whom, and what they weighed.

use super::chance::Chance;
use super::load::{Consent, Fate, Load, Place, Scan, Weighed};
use super::measure::{grams, kilograms, near};
use super::mishap;
use super::province::{Habit, Person, Point, Province, Waste};
use super::treatment;
use anyhow::Context as _;
use chrono::{Datelike as _, Days, NaiveDate, TimeDelta, Weekday};
use domain::custody::event::EventKind;
use domain::id::{OrganisationId, PersonId};
use domain::manifest::Side;
use domain::mass::{Grams, MassBasis};
use domain::party::Role;
use domain::time::{Instant, day_start};
use domain::waste::{Packaging, WasteLine};
use std::collections::HashMap;

/// Seed of the year: the same day gives the same loads.
const SEED: u64 = 0x0031_2025_0701;
/// Working days of a week: Sundays rest.
const WORKING_DAYS: f64 = 6.0;
/// How busy each month is, January first; Tết falls into the second.
const SEASON: [f64; 12] = [0.97, 0.72, 0.99, 1.02, 1.05, 1.03, 1.0, 0.98, 1.03, 1.06, 1.09, 1.1];
/// Average speed from gate to gate, metres a minute (about 32 km/h).
const METRES_A_MINUTE: f64 = 530.0;

/// Every load of so many days before `today`, by time of issue.
///
/// # Errors
/// When the files do not fit together.
pub(super) fn plan(province: &Province, today: NaiveDate, days: u64) -> anyhow::Result<Vec<Load<'_>>> {
    let mut chance = Chance::new(SEED);
    let mut loads = Vec::new();
    for day in (today - Days::new(days)).iter_days().take_while(|day| *day < today) {
        if day.weekday() == Weekday::Sun {
            continue;
        }
        let season = SEASON[usize::try_from(day.month0())?];
        let mut slots: HashMap<OrganisationId, usize> = HashMap::new();
        for habit in &province.habits {
            let mut left = habit.per_week / WORKING_DAYS * season;
            while chance.happens(left) {
                left -= 1.0;
                let slot = slots.entry(habit.carrier_id).or_default();
                let drivers = province.holders(Role::Driver, habit.carrier_id).len().max(1);
                // Each driver's second load of the day leaves four hours after the first.
                let planned_pickup_at = day_start(day)
                    + TimeDelta::minutes(7 * 60 + 30 + 15 * chance.between(0, 6))
                    + TimeDelta::hours(i64::try_from(*slot / drivers)? * 4);
                let turn = *slot + usize::try_from(day.ordinal())?;
                let fate = fate(&mut chance);
                let mut load = load(province, habit, planned_pickup_at, turn, fate, &mut chance)?;
                *slot += 1;
                mishap::befall(province, &mut load, &mut chance)?;
                treatment::treat(&mut load, today, &mut chance);
                loads.push(load);
            }
        }
    }
    loads.sort_by_key(|load| (load.issued_at, load.id));
    Ok(loads)
}

fn fate(chance: &mut Chance) -> Fate {
    match chance.unit() {
        share if share < 0.020 => Fate::Void,
        share if share < 0.042 => Fate::Partial,
        share if share < 0.045 => Fate::Rejected,
        _ => Fate::Accepted,
    }
}

/// Who takes part.
struct Crew<'a> {
    driver: &'a Person,
    gate: &'a Person,
    office: &'a Person,
}

/// A load of a habit: `turn` picks driver and vehicle.
///
/// # Errors
/// When the files do not fit together.
pub(super) fn load<'a>(
    province: &'a Province,
    habit: &'a Habit,
    planned_pickup_at: Instant,
    turn: usize,
    fate: Fate,
    chance: &mut Chance,
) -> anyhow::Result<Load<'a>> {
    let facility = province.site(habit.facility_site_id)?.organisation_id;
    let drivers = province.holders(Role::Driver, habit.carrier_id);
    let staff = province.holders(Role::Facility, facility);
    let crew = Crew {
        driver: drivers.get(turn % drivers.len().max(1)).context("a carrier without drivers")?,
        gate: staff.last().context("a facility without a gate")?,
        office: staff.first().context("a facility without an office")?,
    };
    let lines = lines(habit, chance);
    let tank = lines.iter().any(|line| line.packaging.kind == "tank");
    let fleet = province.vehicles_of(habit.carrier_id);
    let usual = fleet.get(turn % fleet.len().max(1)).context("a carrier without vehicles")?;
    let vehicle = fleet.iter().find(|v| tank && v.kind == "tank").unwrap_or(usual);
    let minutes =
        |from: i64, to: i64, chance: &mut Chance| TimeDelta::seconds(chance.between(from * 60, to * 60));
    let day = domain::time::local_day(planned_pickup_at);
    let planned_delivery_at = planned_pickup_at + TimeDelta::hours(3);
    let pickup_at = planned_pickup_at + minutes(-12, 35, chance);
    // Declared in office hours one to four days before, answered within hours, driver named before the pickup.
    let created_at =
        day_start(day - Days::new(u64::try_from(chance.between(1, 4))?)) + minutes(8 * 60, 15 * 60, chance);
    let proposed_at = created_at + minutes(3, 40, chance);
    let issued_at = proposed_at + minutes(25, 8 * 60, chance);
    let assigned_at = (issued_at + minutes(5, 90, chance)).min(pickup_at - TimeDelta::minutes(20));
    let weighed = weigh(&lines, fate, chance);
    let mut load = Load {
        id: chance.id(created_at),
        trip_id: chance.id(created_at),
        habit,
        drafted_by: match chance.unit() {
            share if share < 0.80 => Side::Generator,
            share if share < 0.92 => Side::Facility,
            _ => Side::Carrier,
        },
        created_at,
        proposed_at,
        issued_at,
        assigned_at,
        planned_pickup_at,
        planned_delivery_at,
        driver: crew.driver.id,
        plate: vehicle.plate.clone(),
        lines,
        weighed,
        loaded: chance.happens(0.6),
        consent: match chance.unit() {
            share if share < 0.55 => Consent::Code,
            share if share < 0.80 => Consent::Glass,
            _ => Consent::Signed,
        },
        fate,
        scans: Vec::new(),
    };
    if fate != Fate::Void {
        load.scans = scans(province, &load, &crew, pickup_at, chance)?;
    }
    Ok(load)
}

/// Pickup, delivery, the gate's own scan, the decision.
fn scans(
    province: &Province,
    load: &Load<'_>,
    crew: &Crew<'_>,
    pickup_at: Instant,
    chance: &mut Chance,
) -> anyhow::Result<Vec<Scan>> {
    let (from, to) =
        (province.site(load.habit.generator_site_id)?, province.site(load.habit.facility_site_id)?);
    let route = province.route(load.habit.route_id)?;
    let drive_s = route.properties.length_m / METRES_A_MINUTE * 60.0 * chance.within(0.85, 1.3);
    let arrived_at = pickup_at + seconds(drive_s) + TimeDelta::seconds(chance.between(240, 1500));
    let gate_at = arrived_at + TimeDelta::seconds(chance.between(-150, 420));
    let decided_at = arrived_at.max(gate_at) + TimeDelta::seconds(chance.between(600, 2700));
    let offline = chance.happens(0.09);
    let online_at = |at: Instant, chance: &mut Chance| match offline {
        // The yard has no signal: the phone sends when it is back on the road, or long after.
        true => at + TimeDelta::seconds(chance.between(900, 9000)),
        false => at + TimeDelta::milliseconds(chance.between(900, 14_000)),
    };
    let scan = |kind, person: PersonId, at: Instant, recorded_at, place, chance: &mut Chance| Scan {
        id: chance.id(at),
        kind,
        person,
        at,
        recorded_at,
        ahead_ms: chance.between(-900, 900),
        seq: 0,
        place,
        wall: None,
        plate: Some(load.plate.clone()),
    };
    let mut scans = Vec::with_capacity(4);
    let recorded = online_at(pickup_at, chance);
    let place = near(from.yard, chance);
    let mut pickup = scan(EventKind::Pickup, crew.driver.id, pickup_at, recorded, place, chance);
    pickup.wall = chance.happens(0.93).then_some(from.id);
    scans.push(pickup);
    let recorded = online_at(arrived_at, chance).max(recorded);
    let place = near(to.yard, chance);
    let mut delivery = scan(EventKind::Delivery, crew.driver.id, arrived_at, recorded, place, chance);
    delivery.wall = chance.happens(0.91).then_some(to.id);
    scans.push(delivery);
    if chance.happens(0.85) {
        let place = near(inside(to.gate, to.yard), chance);
        let recorded = gate_at + TimeDelta::milliseconds(chance.between(700, 5000));
        let mut arrival = scan(EventKind::Arrival, crew.gate.id, gate_at, recorded, place, chance);
        arrival.wall = chance.happens(0.97).then_some(to.id);
        scans.push(arrival);
    }
    let kind = match load.fate {
        Fate::Partial => EventKind::PartialAcceptance,
        Fate::Rejected => EventKind::Rejection,
        Fate::Accepted | Fate::Void => EventKind::Acceptance,
    };
    let recorded = decided_at + TimeDelta::milliseconds(chance.between(700, 5000));
    scans.push(scan(kind, crew.office.id, decided_at, recorded, Place::Desk, chance));
    Ok(scans)
}

/// A third of the way from the gate to the yard: the gate itself stands on the fence.
fn inside(gate: Point, yard: Point) -> Point {
    Point { lat: gate.lat + (yard.lat - gate.lat) / 3.0, lon: gate.lon + (yard.lon - gate.lon) / 3.0 }
}

#[expect(clippy::cast_possible_truncation, reason = "hours of driving in seconds")]
fn seconds(value: f64) -> TimeDelta {
    TimeDelta::seconds(value.round() as i64)
}

fn lines(habit: &Habit, chance: &mut Chance) -> Vec<WasteLine> {
    let wanted = usize::from(chance.happens(0.55)) + usize::from(chance.happens(0.3)) + 1;
    let mut left: Vec<&Waste> = habit.wastes.iter().collect();
    let mut lines = Vec::new();
    for number in 1..=wanted.min(left.len()) {
        let waste = left.remove(chance.index(left.len()));
        lines.push(line(waste, i32::try_from(number).unwrap_or(1), chance));
    }
    lines
}

/// A line of a waste, with a mass as the habit has it.
pub(super) fn line(waste: &Waste, number: i32, chance: &mut Chance) -> WasteLine {
    let kg = chance.within(waste.mass_kg[0], waste.mass_kg[1]);
    let step_g = if waste.mass_basis == MassBasis::Measured { 100 } else { 1000 };
    let declared = grams(kg, step_g);
    let count = grams(kg / waste.packaging.kg_each + 0.999, 1000).0 / 1000;
    WasteLine {
        line: number,
        waste_code: waste.waste_code.clone(),
        waste_name: waste.name.clone(),
        checked: false,
        physical_state: waste.physical_state,
        declared_mass_g: declared,
        mass_basis: waste.mass_basis,
        packaging: Packaging {
            kind: waste.packaging.kind.clone(),
            count: i32::try_from(count).unwrap_or(1).max(1),
        },
        treatment_method: waste.treatment_method,
    }
}

/// The scale: close to what was declared, closer where it was measured; the refused part by the fate.
fn weigh(lines: &[WasteLine], fate: Fate, chance: &mut Chance) -> Vec<Weighed> {
    let refused_line = chance.index(lines.len());
    lines
        .iter()
        .enumerate()
        .map(|(index, line)| {
            let deviation = if line.mass_basis == MassBasis::Measured { 0.005 } else { 0.022 };
            let real = kilograms(line.declared_mass_g) * (1.0 + deviation * chance.spread());
            let received_g = grams(real * (1.0 + 0.002 * chance.spread()), 500);
            let share = chance.within(0.15, 0.45);
            let refused = match fate {
                Fate::Partial if index == refused_line => {
                    grams(kilograms(received_g) * share, 500).min(received_g)
                }
                Fate::Partial | Fate::Accepted | Fate::Rejected | Fate::Void => Grams(0),
            };
            let loaded_g = grams(real * (1.0 + 0.004 * chance.spread()), 500);
            Weighed { line: line.line, loaded_g, received_g, refused_g: refused }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::load::Fate;
    use super::{Province, plan};

    #[test]
    fn a_year_repeats_and_holds_about_two_thousand_loads_that_end_before_today() {
        let province = Province::read().unwrap();
        let today = "2026-11-24".parse().unwrap();
        let loads = plan(&province, today, 365).unwrap();
        assert!((1_800..2_200).contains(&loads.len()), "{}", loads.len());
        let again = plan(&province, today, 365).unwrap();
        assert!(loads.iter().zip(&again).all(|(a, b)| a.id == b.id && a.lines == b.lines));
        for load in &loads {
            assert!(load.created_at < load.proposed_at && load.proposed_at < load.issued_at);
            assert!(load.last_recorded_at() < domain::time::day_start(today));
            assert_eq!(load.scans.is_empty(), load.fate == Fate::Void);
            assert!(load.scans.iter().all(|scan| scan.at > load.issued_at && scan.recorded_at >= scan.at));
        }
    }
}
