//! Who may enter upon a load, obstacle by obstacle.

use super::*;
use crate::custody::story::{CARRIER, FACILITY, GENERATOR, PLATE, facts, minute, organisation};

const OTHER: &str = "29H-555.55";

struct Case {
    permits: Vec<PermitFacts>,
    suspensions: Vec<Suspension>,
    plates: Vec<Plate>,
    lines: Vec<WasteLine>,
    provinces: [Option<&'static str>; 2],
    used: Vec<Used>,
    at: Instant,
}

impl Case {
    fn usual() -> Self {
        let facts = facts();
        Self {
            permits: facts.permits,
            suspensions: Vec::new(),
            plates: facts.plates,
            lines: facts.lines,
            provinces: [Some("31"), Some("31")],
            used: Vec::new(),
            at: minute(0),
        }
    }

    fn told(&self) -> Vec<(Place, Reason)> {
        let parties = [
            (Side::Generator, organisation(GENERATOR)),
            (Side::Carrier, organisation(CARRIER)),
            (Side::Facility, organisation(FACILITY)),
        ];
        let plan =
            Plan { parties: &parties, plates: &self.plates, lines: &self.lines, provinces: self.provinces };
        let found = obstacles(&plan, &self.suspensions, &self.permits, &self.used, self.at);
        found.into_iter().map(|obstacle| (obstacle.place, obstacle.reason)).collect()
    }

    fn treatment(&mut self) -> &mut PermitFacts {
        &mut self.permits[1]
    }
}

fn suspension(id: u128, from: i64, to: Option<i64>) -> Suspension {
    Suspension { organisation_id: organisation(id), suspended_at: minute(from), lifted_at: to.map(minute) }
}

#[test]
fn nothing_stands_in_the_way_of_an_ordinary_load() {
    assert_eq!(Case::usual().told(), []);
    let anywhere = Case { provinces: [None, None], plates: Vec::new(), ..Case::usual() };
    assert_eq!(anywhere.told(), []);
}

#[test]
fn a_suspension_holds_from_its_instant_to_its_end() {
    let at = |at| Case {
        suspensions: vec![suspension(CARRIER, 5, Some(7)), suspension(99, 0, None)],
        at: minute(at),
        ..Case::usual()
    };
    let carrier = (Place::Side(Side::Carrier), Reason::Suspended);
    for (minute, told) in [(4, vec![]), (5, vec![carrier]), (6, vec![carrier]), (7, vec![])] {
        assert_eq!(at(minute).told(), told, "{minute}");
    }
}

#[test]
fn a_permit_counts_from_its_first_instant_to_its_last() {
    let mut case = Case::usual();
    case.treatment().valid_to = minute(0);
    assert_eq!(case.told(), [(Place::Side(Side::Facility), Reason::PermitExpired)]);
    case.treatment().valid_to = minute(1);
    assert_eq!(case.told(), []);
    case.treatment().valid_from = minute(1);
    assert_eq!(case.told(), [(Place::Side(Side::Facility), Reason::PermitExpired)], "not begun");
    case.permits.clear();
    assert_eq!(
        case.told(),
        [(Place::Side(Side::Carrier), Reason::NoPermit), (Place::Side(Side::Facility), Reason::NoPermit)]
    );
    let mut permits = vec![Case::usual().permits[1].clone(); 4];
    for (permit, (number, from)) in permits.iter_mut().zip([("9", -30), ("1", -20), ("2", -20), ("3", 10)]) {
        permit.number = number.to_owned();
        permit.valid_from = minute(from);
    }
    let numbering = numbering_permit(&permits, organisation(FACILITY), minute(0));
    assert_eq!(numbering.map(|permit| permit.number.as_str()), Some("2"));
}

#[test]
fn codes_methods_plates_and_territory_are_told_at_once_where_they_stand() {
    let mut case = Case::usual();
    case.plates.push(Plate(OTHER.into()));
    case.permits[0].waste_codes = vec!["17 02 03".into()];
    case.treatment().methods = vec![TreatmentMethod::Incineration];
    assert_eq!(
        case.told(),
        [
            (Place::Plate(1), Reason::PlateNotPermitted),
            (Place::Line(1), Reason::WasteNotPermitted),
            (Place::Line(0), Reason::MethodNotPermitted),
            (Place::Line(1), Reason::MethodNotPermitted),
        ]
    );
    case = Case::usual();
    case.permits[0].provinces = vec!["31".into()];
    case.treatment().provinces = vec!["22".into()];
    assert_eq!(case.told(), [(Place::Side(Side::Facility), Reason::OutsideTerritory)]);
    case.provinces = [Some("22"), Some("31")];
    assert_eq!(
        case.told(),
        [
            (Place::Side(Side::Carrier), Reason::OutsideTerritory),
            (Place::Side(Side::Facility), Reason::OutsideTerritory)
        ]
    );
    // Two permits side by side: one of them is enough for a line, but it must be the whole way.
    case = Case::usual();
    let mut narrow = case.permits[1].clone();
    narrow.waste_codes = vec!["16 01 06".into()];
    case.treatment().waste_codes = vec!["17 02 03".into()];
    case.permits.push(narrow);
    assert_eq!(case.told(), []);
    assert_eq!(case.plates, [Plate(PLATE.into())]);
}

#[test]
fn a_quota_is_passed_by_the_gram_after_its_last() {
    let mut case = Case::usual();
    let used = |code: &str, grams| Used { waste_code: code.to_owned(), mass_g: Grams(grams) };
    let quota =
        |code: Option<&str>, grams| Quota { waste_code: code.map(str::to_owned), mass_g: Grams(grams) };
    // 481 kg of 17 02 03 and 20 kg of 16 01 06 are declared.
    case.treatment().quotas = vec![quota(Some("17 02 03"), 1_000_000)];
    case.used = vec![used("17 02 03", 519_000), used("16 01 06", 900_000_000)];
    assert_eq!(case.told(), []);
    assert_eq!(left(&case.permits[1], &case.used), [quota(Some("17 02 03"), 481_000)]);
    case.used[0].mass_g = Grams(519_001);
    assert_eq!(case.told(), [(Place::Line(0), Reason::QuotaExceeded)]);
    case.used = vec![used("17 02 03", 1_500_000)];
    assert_eq!(left(&case.permits[1], &case.used), [quota(Some("17 02 03"), 0)], "never below nothing");
    // All codes together: the line that passes the limit is told, not the one before it.
    case.treatment().quotas = vec![quota(None, 1_000_000)];
    case.used = vec![used("18 01 01", 499_001)];
    assert_eq!(case.told(), [(Place::Line(1), Reason::QuotaExceeded)]);
}

#[test]
fn every_obstacle_is_told_at_once() {
    let case = Case {
        suspensions: [GENERATOR, CARRIER, FACILITY].map(|id| suspension(id, -10, None)).to_vec(),
        permits: Vec::new(),
        ..Case::usual()
    };
    assert_eq!(case.told().len(), 5);
}
