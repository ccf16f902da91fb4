//! What the facility does with what it took: treated within weeks, certified soon after; some of it waits for months.

use super::chance::Chance;
use super::load::{Fate, Load, Place, Scan};
use chrono::{Days, NaiveDate, TimeDelta};
use domain::custody::event::EventKind;
use domain::time::{Instant, day_start, local_day};

/// Share of loads that are treated in time.
const TREATED: f64 = 0.93;
/// Share of the treated ones whose certificate was not forgotten.
const CERTIFIED: f64 = 0.97;

/// Adds treatment and certificate to a load that was taken, as far as they lie before `today`.
pub(super) fn treat(load: &mut Load<'_>, today: NaiveDate, chance: &mut Chance) {
    let decided = match load.fate {
        Fate::Accepted => EventKind::Acceptance,
        Fate::Partial => EventKind::PartialAcceptance,
        Fate::Rejected | Fate::Void => return,
    };
    let Some(decision) = load.scan_mut(decided).map(|scan| scan.clone()) else { return };
    if !chance.happens(TREATED) {
        return;
    }
    let Some(treated) = later(&decision, EventKind::Treatment, 2, 21, today, chance) else { return };
    let closed = later(&treated, EventKind::Closing, 1, 4, today, chance);
    load.scans.push(treated);
    if chance.happens(CERTIFIED) {
        load.scans.extend(closed);
    }
}

/// The same desk some days later, in office hours; none when that is not before `today`.
fn later(
    before: &Scan,
    kind: EventKind,
    from_days: i64,
    to_days: i64,
    today: NaiveDate,
    chance: &mut Chance,
) -> Option<Scan> {
    let days = u64::try_from(chance.between(from_days, to_days)).ok()?;
    let day = local_day(before.at) + Days::new(days);
    let at: Instant = day_start(day) + TimeDelta::seconds(chance.between(9 * 3600, 16 * 3600));
    let scan = Scan {
        id: chance.id(at),
        kind,
        at,
        recorded_at: at + TimeDelta::milliseconds(chance.between(700, 5000)),
        place: Place::Desk,
        wall: None,
        plate: None,
        ..before.clone()
    };
    (day < today).then_some(scan)
}
