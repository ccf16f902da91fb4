//! The table cell by cell.

use super::{Relation, Right, entitlement, markdown, right};
use crate::custody::event::{Acting, EventKind};
use crate::custody::story::{
    CARRIER, DISPATCHER, DRIVER, FACILITY, FOREIGN_DRIVER, GATE, INSPECTOR, OTHER_FACILITY, Somebody, facts,
    organisation, person,
};
use crate::party::{Role, RoleGrant, Signer};

/// Every cell that is not `none`, spelled out once more by hand: kind, role, relations, right.
const EXPECTED: &[(&str, &str, &str, &str)] = &[
    ("pickup", "carrier", "carrier", "moves"),
    ("pickup", "driver", "carrier", "moves"),
    ("handover", "carrier", "carrier", "moves"),
    ("handover", "driver", "carrier", "moves"),
    ("storing", "carrier", "carrier", "moves"),
    ("storing", "driver", "carrier", "moves"),
    ("delivery", "carrier", "carrier", "moves"),
    ("delivery", "driver", "carrier", "moves"),
    ("arrival", "facility", "facility", "moves"),
    ("arrival", "facility", "generator carrier outside", "elsewhere"),
    ("acceptance", "facility", "facility", "moves"),
    ("partial_acceptance", "facility", "facility", "moves"),
    ("rejection", "facility", "facility", "moves"),
    ("treatment", "facility", "facility", "moves"),
    ("closing", "facility", "facility", "moves"),
    ("inspection", "inspector", "generator carrier facility outside", "records"),
    ("inspection", "authority", "generator carrier facility outside", "records"),
    ("hold", "inspector", "generator carrier facility outside", "records"),
    ("hold", "authority", "generator carrier facility outside", "records"),
    ("release", "authority", "generator carrier facility outside", "records"),
    ("incident", "generator", "generator", "records"),
    ("incident", "carrier", "carrier", "records"),
    ("incident", "driver", "carrier", "records"),
    ("incident", "facility", "facility", "records"),
    ("incident", "inspector", "generator carrier facility outside", "records"),
    ("incident", "authority", "generator carrier facility outside", "records"),
    ("note", "generator", "generator", "records"),
    ("note", "carrier", "carrier", "records"),
    ("note", "driver", "carrier", "records"),
    ("note", "facility", "facility", "records"),
    ("note", "inspector", "generator carrier facility outside", "records"),
    ("note", "authority", "generator carrier facility outside", "records"),
    ("position_supplement", "generator", "generator", "records"),
    ("position_supplement", "carrier", "carrier", "records"),
    ("position_supplement", "driver", "carrier", "records"),
    ("position_supplement", "facility", "facility", "records"),
    ("position_supplement", "inspector", "generator carrier facility outside", "records"),
    ("position_supplement", "authority", "generator carrier facility outside", "records"),
];

#[test]
fn every_cell_is_as_written_here() {
    for kind in EventKind::ALL {
        for role in Role::ALL {
            for relation in Relation::ALL {
                let expected = EXPECTED.iter().find(|(k, r, relations, _)| {
                    *k == kind.as_str()
                        && *r == role.as_str()
                        && relations.split(' ').any(|one| one == relation.as_str())
                });
                let expected = expected.map_or("none", |cell| cell.3);
                assert_eq!(right(*kind, *role, *relation).as_str(), expected, "{kind} {role} {relation}");
            }
        }
    }
}

fn signer(people: &[Somebody]) -> Signer {
    let grant = |who: &Somebody| RoleGrant { role: who.1, organisation_id: organisation(who.2) };
    Signer { person_id: person(people[0]), roles: people.iter().map(grant).collect() }
}

fn right_of(people: &[Somebody], acting: Option<Somebody>, kind: EventKind) -> Right {
    let acting = acting.map(|who| Acting { role: who.1, organisation_id: organisation(who.2) });
    entitlement(&facts(), &signer(people), acting, kind).right
}

#[test]
fn the_best_role_counts_unless_the_signer_says_which() {
    assert_eq!(right_of(&[FOREIGN_DRIVER, DRIVER], None, EventKind::Pickup), Right::Moves);
    assert_eq!(right_of(&[FOREIGN_DRIVER, DRIVER], Some(FOREIGN_DRIVER), EventKind::Pickup), Right::None);
    assert_eq!(right_of(&[GATE], Some(DRIVER), EventKind::Arrival), Right::None, "a role not held");
    assert_eq!(right_of(&[INSPECTOR], None, EventKind::Hold), Right::Records);
}

#[test]
fn who_is_driver_and_dispatcher_drives() {
    let both = entitlement(&facts(), &signer(&[DISPATCHER, DRIVER]), None, EventKind::Pickup);
    assert_eq!(both.role, Some(Role::Driver));
}

#[test]
fn a_company_that_carries_and_receives_may_do_both() {
    let mut facts = facts();
    facts.facility_id = organisation(CARRIER);
    let gate = Somebody(1, Role::Facility, CARRIER);
    assert_eq!(entitlement(&facts, &signer(&[gate]), None, EventKind::Arrival).right, Right::Moves);
    assert_eq!(entitlement(&facts, &signer(&[DRIVER]), None, EventKind::Delivery).right, Right::Moves);
}

#[test]
fn a_gate_elsewhere_may_say_that_it_saw_the_load_and_no_more() {
    let gate = Somebody(1, Role::Facility, OTHER_FACILITY);
    assert_eq!(right_of(&[gate], None, EventKind::Arrival), Right::Elsewhere);
    assert_eq!(right_of(&[gate], None, EventKind::Acceptance), Right::None);
    assert_eq!(right_of(&[Somebody(1, Role::Driver, FACILITY)], None, EventKind::Delivery), Right::None);
}

#[test]
fn the_table_prints_for_the_documentation() {
    let text = markdown();
    assert_eq!(text.lines().count(), 2 + EventKind::ALL.len());
    assert!(text.contains("| delivery | – | carrier: moves | carrier: moves | – | – | – | – |"), "{text}");
    assert!(text.contains("any: records"));
}
