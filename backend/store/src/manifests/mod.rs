//! `manifests`: one row per manifest, what was agreed and what acts and events made of it.
//!
//! The columns that the parties agree on are written by [`draft`], those of the office acts by [`office`], those that
//! the fold projects by [`fold`]: a refold reads only the first two, so it gives the same rows again.

macro_rules! columns {
    () => {
        "manifests.id, trip_id, drafted_by, generator_id, generator_site_id, carrier_id, facility_id, \
         facility_site_id, generator_province, facility_province, state, state_since, number, serial, serial_year, \
         serial_permit, revision, version, proposed_by, agreed_generator, agreed_facility, plates, expected_plate, \
         driver_id, expected_driver_id, planned_pickup_at, planned_delivery_at, route_id, route_geometry, corridor_m, \
         pickup_code, confirmed_at, confirmed_by, on_hold, document_digest, reason, turn_role, turn_organisation_id, \
         turn_since, turn_until, declared_mass_g, loaded_mass_g, received_mass_g, refused_mass_g, open_findings, \
         load_day, manifests.created_at, updated_at, issued_at, picked_up_at, arrived_at, accepted_at, custody, \
         last_seq, chain_hash"
    };
}

/// Adds the conditions of a [`Filter`] to a query over `manifests`; statistics and lists must agree on them.
macro_rules! push_filter {
    ($q:ident, $filter:expr) => {{
        let filter: &$crate::manifests::Filter<'_> = $filter;
        if let Some(viewer) = filter.viewer {
            $q.push(" AND (");
            $crate::manifests::push_in!($q, "manifests.drafted_by", &viewer.organisations);
            $q.push(" OR (manifests.state <> 'draft' AND (");
            if viewer.everything {
                $q.push("TRUE");
            } else {
                for column in ["manifests.generator_id", "manifests.carrier_id", "manifests.facility_id"] {
                    $crate::manifests::push_in!($q, column, &viewer.organisations);
                    $q.push(" OR ");
                }
                for column in ["manifests.generator_province", "manifests.facility_province"] {
                    $crate::manifests::push_in!($q, column, &viewer.provinces);
                    $q.push(" OR ");
                }
                $q.push("manifests.expected_driver_id = ").push_bind(viewer.driver);
            }
            $q.push(")))");
        }
        if !filter.states.is_empty() {
            $q.push(" AND ");
            $crate::manifests::push_in!($q, "manifests.state", &filter.states);
        }
        for (side, organisation) in &filter.parties {
            $q.push(match side {
                domain::manifest::Side::Generator => " AND manifests.generator_id = ",
                domain::manifest::Side::Carrier => " AND manifests.carrier_id = ",
                domain::manifest::Side::Facility => " AND manifests.facility_id = ",
            });
            $q.push_bind(*organisation);
        }
        if let Some(query) = filter.query {
            $q.push(" AND manifests.folded LIKE ")
                .push_bind($crate::search::pattern(query))
                .push(" ESCAPE '!'");
        }
        if let Some(day) = filter.from {
            $q.push(" AND manifests.load_day >= ").push_bind(day);
        }
        if let Some(day) = filter.to {
            $q.push(" AND manifests.load_day <= ").push_bind(day);
        }
        if filter.issued {
            $q.push(" AND manifests.issued_at IS NOT NULL");
        }
        if let Some(at) = filter.issued_from {
            $q.push(" AND manifests.issued_at >= ").push_bind(at);
        }
        if let Some(at) = filter.issued_before {
            // Nothing is issued before it is drafted: the list, which is sorted by that, begins here.
            $q.push(" AND manifests.issued_at < ")
                .push_bind(at)
                .push(" AND manifests.created_at < ")
                .push_bind(at);
        }
        let provinces = [("generator_province", filter.province), ("facility_province", filter.destination)];
        for (column, code) in provinces {
            match code {
                Some("") => {
                    $q.push(" AND coalesce(manifests.").push(column).push(", '') = ''");
                }
                Some(code) => {
                    $q.push(" AND manifests.").push(column).push(" = ").push_bind(code);
                }
                None => {}
            }
        }
        if filter.waste_code.is_some() || filter.waste_group.is_some() || filter.method.is_some() {
            $q.push(" AND EXISTS (SELECT 1 FROM manifest_lines l WHERE l.manifest_id = manifests.id");
            if let Some(code) = filter.waste_code {
                $q.push(" AND l.waste_code = ").push_bind(code);
            }
            if let Some(group) = filter.waste_group {
                $q.push(" AND substr(l.waste_code, 1, 2) = ").push_bind(group);
            }
            if let Some(method) = filter.method {
                $q.push(" AND l.treatment_method = ").push_bind(method);
            }
            $q.push(")");
        }
        if filter.late {
            $q.push(" AND manifests.arrived_at > manifests.planned_delivery_at");
        }
        if filter.discrepant {
            $q.push(
                " AND EXISTS (SELECT 1 FROM manifest_lines l WHERE l.manifest_id = manifests.id AND (FALSE",
            );
            for basis in domain::mass::MassBasis::ALL {
                let tolerance = domain::mass::Tolerance::default_for(*basis);
                $q.push(" OR (l.mass_basis = ").push_bind(*basis);
                for floor_or_share in [
                    tolerance.floor.0.to_string(),
                    format!("l.declared_mass_g * {} / 1000", tolerance.per_mille),
                ] {
                    $q.push(" AND abs(l.received_mass_g - l.declared_mass_g) > ").push(floor_or_share);
                }
                $q.push(")");
            }
            $q.push("))");
        }
        if let Some(code) = filter.finding {
            $q.push(
                " AND EXISTS (SELECT 1 FROM findings f \
                 WHERE f.manifest_id = manifests.id AND f.status = 'open' AND f.code = ",
            );
            $q.push_bind(code).push(")");
        }
        if filter.with_open_findings {
            $q.push(" AND manifests.open_findings > 0");
        }
    }};
}

/// Adds `column IN (…)`, or FALSE for an empty list.
macro_rules! push_in {
    ($q:ident, $column:expr, $values:expr) => {{
        let mut values = $values.iter();
        if let Some(first) = values.next() {
            $q.push($column).push(" IN (").push_bind(first.clone());
            for value in values {
                $q.push(", ").push_bind(value.clone());
            }
            $q.push(")");
        } else {
            $q.push("FALSE");
        }
    }};
}

pub(crate) use {push_filter, push_in};

mod draft;
mod fold;
mod list;
mod office;
mod row;

pub use draft::{Draft, NewManifest, insert, update_draft};
pub use fold::{Standing, update_chain, update_fold, update_open_findings};
pub use list::{
    Filter, Inbox, Viewer, find_by_number, inbox, list, list_by_plate, list_expected_at, list_issued,
    list_of_trip, list_open_for_driver, list_open_in,
};
pub use office::{Issue, update_issued, update_revision};
pub use row::{Manifest, find, find_many, lock};
