//! From rows to what callers see: names joined set-wise, one query a noun.

use super::view::{
    Action, AgreedView, CertificateView, ConfirmedView, LineView, ManifestSummary, ManifestView, PartyView,
    PersonBrief, QrView, RouteView, TreatmentView,
};
use crate::app::App;
use crate::caller::{Caller, Parties};
use crate::error::{Error, Result};
use crate::file::named::{self, FileCounts};
use crate::manifest::qr;
use crate::manifest::sight::Sight;
use crate::sets::distinct;
use data_encoding::HEXLOWER;
use domain::custody::folded::LineMasses;
use domain::custody::receipt::TreatedPart;
use domain::custody::state::Custody;
use domain::custody::turn::Turn;
use domain::id::{EventId, ManifestId, OrganisationId, PersonId, RouteId, SiteId};
use domain::manifest::{DEFAULT_CORRIDOR_M, ManifestState, Side};
use domain::party::Role;
use std::collections::HashMap;
use store::lines::Line;
use store::manifests::{Manifest, Viewer};
use store::{Tx, organisations, people, routes, seals, sites};

/// Names that manifests need, by id.
pub(crate) struct Names {
    organisations: HashMap<OrganisationId, organisations::Organisation>,
    sites: HashMap<SiteId, sites::Site>,
    people: HashMap<PersonId, String>,
    routes: HashMap<RouteId, routes::RouteName>,
}

impl Names {
    /// Loads the names of a set of manifests: a statement a noun, however many there are.
    pub(crate) async fn load(tx: &mut Tx, manifests: &[Manifest]) -> Result<Self> {
        let organisations =
            distinct(manifests.iter().flat_map(|m| [m.generator_id, m.carrier_id, m.facility_id]));
        let sites = distinct(manifests.iter().flat_map(|m| [m.generator_site_id, m.facility_site_id]));
        let people = distinct(manifests.iter().filter_map(|m| m.expected_driver_id.or(m.driver_id)));
        let routes = distinct(manifests.iter().filter_map(|m| m.route_id));
        Ok(Self {
            organisations: organisations::find_many(tx, &organisations)
                .await?
                .into_iter()
                .map(|o| (o.id, o))
                .collect(),
            sites: sites::find_many(tx, &sites).await?.into_iter().map(|s| (s.id, s)).collect(),
            people: people::find_many(tx, &people).await?.into_iter().map(|p| (p.id, p.name)).collect(),
            routes: routes::list_names(tx, &routes).await?.into_iter().map(|r| (r.id, r)).collect(),
        })
    }

    fn route(&self, row: &Manifest) -> Option<RouteView> {
        let geometry = row.route_geometry.as_ref()?.0.clone();
        let named = row.route_id.and_then(|id| self.routes.get(&id));
        Some(RouteView {
            route_id: row.route_id,
            name: named.map(|route| route.name.clone()),
            version: named.map(|route| route.version),
            geometry,
            corridor_m: row.corridor_m.unwrap_or(DEFAULT_CORRIDOR_M),
        })
    }

    fn party(&self, id: OrganisationId, site_id: Option<SiteId>) -> PartyView {
        let organisation = self.organisations.get(&id);
        let site = site_id.and_then(|id| self.sites.get(&id));
        PartyView {
            organisation_id: id,
            name: organisation.map(|o| o.name.clone()).unwrap_or_default(),
            site_id,
            site_name: site.map(|s| s.name.clone()),
            province_code: site.and_then(|s| s.province_code.clone()),
            phone: organisation.map(|o| o.phone.clone()).unwrap_or_default(),
        }
    }

    /// A manifest as it stands in lists.
    pub(crate) fn summary(&self, row: &Manifest) -> ManifestSummary {
        let turn = row.turn_role.zip(row.turn_since).map(|(role, since)| Turn {
            role,
            organisation_id: row.turn_organisation_id,
            since,
            until: row.turn_until,
        });
        let driver_id = row.expected_driver_id.or(row.driver_id);
        ManifestSummary {
            id: row.id,
            number: row.number.clone(),
            state: row.state,
            state_since: row.state_since,
            revision: row.revision,
            generator: self.party(row.generator_id, Some(row.generator_site_id)),
            carrier: self.party(row.carrier_id, None),
            facility: self.party(row.facility_id, Some(row.facility_site_id)),
            plates: row.plates.0.clone(),
            expected_plate: row.expected_plate.clone(),
            driver: driver_id
                .map(|id| PersonBrief { id, name: self.people.get(&id).cloned().unwrap_or_default() }),
            planned_pickup_at: row.planned_pickup_at,
            planned_delivery_at: row.planned_delivery_at,
            declared_mass_g: row.declared_mass_g,
            loaded_mass_g: row.loaded_mass_g,
            received_mass_g: row.received_mass_g,
            open_findings: row.open_findings,
            on_hold: row.on_hold,
            turn,
            updated_at: row.updated_at,
        }
    }
}

/// The parties of a row.
pub(crate) const fn parties(row: &Manifest) -> Parties {
    Parties { generator_id: row.generator_id, carrier_id: row.carrier_id, facility_id: row.facility_id }
}

/// The pickup that began a load's way, once it is known.
pub(crate) fn pickup_id(row: &Manifest) -> Option<EventId> {
    row.custody.as_ref()?.0.journey()?.pickup.map(|scan| scan.event_id)
}

/// What a caller may list: the organisations of their desks, their own trips, their area.
pub(crate) async fn viewer(tx: &mut Tx, caller: &Caller) -> Result<Viewer> {
    let authorities = caller.organisations(|role| role == Role::Authority);
    let areas = organisations::find_many(tx, &authorities).await?;
    let national = areas.iter().any(|organisation| organisation.province_code.is_none());
    Ok(Viewer {
        organisations: caller.desks(),
        driver: caller.is(Role::Driver).then_some(caller.person_id),
        provinces: areas.into_iter().filter_map(|organisation| organisation.province_code).collect(),
        everything: national || caller.is(Role::Inspector) || caller.is(Role::Admin),
    })
}

/// True when this viewer may see this manifest.
pub(crate) fn sees(viewer: &Viewer, row: &Manifest) -> bool {
    Sight::of(row).seen_by(viewer)
}

/// The manifest if the caller may see it.
///
/// # Errors
/// [`Error::NotFound`] for those who may not, as for a manifest that does not exist.
pub(crate) async fn visible(tx: &mut Tx, caller: &Caller, id: ManifestId) -> Result<Manifest> {
    let row = store::manifests::find(tx, id).await?.ok_or(Error::NotFound)?;
    if sees(&viewer(tx, caller).await?, &row) { Ok(row) } else { Err(Error::NotFound) }
}

/// The manifest, locked for a change, if the caller may see it.
///
/// # Errors
/// As [`visible`].
pub(crate) async fn locked(tx: &mut Tx, caller: &Caller, id: ManifestId) -> Result<Manifest> {
    let row = store::manifests::lock(tx, &[id]).await?.pop().ok_or(Error::NotFound)?;
    if sees(&viewer(tx, caller).await?, &row) { Ok(row) } else { Err(Error::NotFound) }
}

/// Whole views of manifests, in the order given.
pub(crate) async fn views(
    app: &App,
    tx: &mut Tx,
    caller: &Caller,
    rows: &[Manifest],
) -> Result<Vec<ManifestView>> {
    let ids: Vec<ManifestId> = rows.iter().map(|row| row.id).collect();
    let names = Names::load(tx, rows).await?;
    let mut lines: HashMap<ManifestId, Vec<Line>> = HashMap::new();
    for line in store::lines::list_for(tx, &ids).await? {
        lines.entry(line.manifest_id).or_default().push(line);
    }
    let mut codes: HashMap<ManifestId, seals::Seal> = HashMap::new();
    for seal in seals::list_for(tx, &ids).await? {
        let newest = codes.get(&seal.manifest_id).is_none_or(|held| held.revision < seal.revision);
        if newest {
            codes.insert(seal.manifest_id, seal);
        }
    }
    let files = named::counts(tx, &ids).await?;
    rows.iter()
        .map(|row| {
            let lines = lines.remove(&row.id).unwrap_or_default();
            let files = files.get(&row.id).copied().unwrap_or_default();
            view(app, caller, row, &names, Parts { lines, files, seal: codes.remove(&row.id) })
        })
        .collect()
}

/// The whole view of one manifest.
pub(crate) async fn view_of(app: &App, tx: &mut Tx, caller: &Caller, row: &Manifest) -> Result<ManifestView> {
    views(app, tx, caller, std::slice::from_ref(row)).await?.pop().ok_or(Error::NotFound)
}

/// What a view is made of beside the row and its names.
struct Parts {
    lines: Vec<Line>,
    files: FileCounts,
    seal: Option<seals::Seal>,
}

fn view(app: &App, caller: &Caller, row: &Manifest, names: &Names, parts: Parts) -> Result<ManifestView> {
    let Parts { lines, files, seal } = parts;
    let custody = row.custody.as_ref().map(|custody| &custody.0);
    let lines = lines.into_iter().map(|line| line_view(line, custody)).collect();
    let sides = caller.sides(&parties(row));
    let party = !sides.is_empty() || row.expected_driver_id == Some(caller.person_id);
    let qr = seal
        .filter(|_| party)
        .map(|seal| {
            Ok::<_, Error>(QrView { code: qr::seal_link(app, &seal.seal)?, short_code: seal.short_code })
        })
        .transpose()?;
    Ok(ManifestView {
        summary: names.summary(row),
        version: row.version,
        trip_id: row.trip_id,
        drafted_by: row.drafted_by,
        proposed_by: row.proposed_by,
        agreed: AgreedView { generator: row.agreed_generator, facility: row.agreed_facility },
        lines,
        route: names.route(row),
        qr,
        pickup_code: row.pickup_code.clone().filter(|_| sides.contains(&Side::Generator)),
        confirmed: row.confirmed_at.map(|at| ConfirmedView { at, by: row.confirmed_by.clone() }),
        document_digest: row
            .document_digest
            .as_deref()
            .map(|digest| HEXLOWER.encode(&digest[..digest.len().min(16)])),
        reason: row.reason.clone(),
        created_at: row.created_at,
        issued_at: row.issued_at,
        picked_up_at: row.picked_up_at,
        arrived_at: row.arrived_at,
        accepted_at: row.accepted_at,
        treated_at: custody.and_then(Custody::treated_at),
        certificate: custody.and_then(Custody::certificate).map(|certificate| CertificateView {
            event_id: certificate.scan.event_id,
            at: certificate.scan.at,
            name: certificate.name.clone(),
        }),
        files,
        actions: actions(caller, row, &sides),
    })
}

/// What the caller may do now; the same conditions that the use-cases check.
fn actions(caller: &Caller, row: &Manifest, sides: &[Side]) -> Vec<Action> {
    let mut actions = Vec::new();
    match row.state {
        ManifestState::Draft => {
            if caller.desks().contains(&row.drafted_by) {
                actions.extend([Action::Edit, Action::Propose, Action::Void]);
            }
        }
        ManifestState::Proposed => {
            let waits = (sides.contains(&Side::Generator) && !row.agreed_generator)
                || (sides.contains(&Side::Facility) && !row.agreed_facility);
            if waits {
                actions.push(Action::Approve);
            }
            if !sides.is_empty() {
                actions.push(Action::Void);
            }
            if sides.contains(&Side::Carrier) {
                actions.push(Action::Assign);
            }
        }
        ManifestState::Issued => {
            if sides.contains(&Side::Carrier) {
                actions.push(Action::Assign);
            }
            if sides.contains(&Side::Generator) || sides.contains(&Side::Facility) {
                actions.push(Action::Void);
            }
            if sides.contains(&Side::Generator) && row.confirmed_at.is_none() {
                actions.push(Action::ConfirmPickup);
            }
        }
        ManifestState::InTransit | ManifestState::Stored | ManifestState::Arrived => {
            if sides.contains(&Side::Generator) && row.confirmed_at.is_none() {
                actions.push(Action::ConfirmPickup);
            }
        }
        ManifestState::Accepted
        | ManifestState::PartlyAccepted
        | ManifestState::Rejected
        | ManifestState::Treated
        | ManifestState::Closed
        | ManifestState::Void => {}
    }
    actions
}

fn line_view(line: Line, custody: Option<&Custody>) -> LineView {
    let treated = custody.and_then(|c| c.treated().iter().find(|treated| treated.line == line.declared.line));
    let masses = LineMasses {
        line: line.declared.line,
        declared_g: line.declared.declared_mass_g,
        loaded_g: line.loaded_mass_g,
        received_g: line.received_mass_g,
        refused_g: line.refused_mass_g,
        treated_g: line.treated_mass_g,
    };
    let declared = line.declared;
    LineView {
        line: declared.line,
        waste_code: declared.waste_code.as_str().to_owned(),
        waste_name: declared.waste_name,
        checked: declared.checked,
        physical_state: declared.physical_state,
        declared_mass_g: declared.declared_mass_g,
        mass_basis: declared.mass_basis,
        packaging: declared.packaging,
        treatment_method: declared.treatment_method,
        loaded_mass_g: masses.loaded_g,
        received_mass_g: masses.received_g,
        refused_mass_g: masses.refused_g,
        treated_mass_g: masses.treated_g,
        stock_mass_g: masses.stock_g(),
        treatments: treated.map(|line| line.parts.iter().map(treatment).collect()).unwrap_or_default(),
    }
}

const fn treatment(part: &TreatedPart) -> TreatmentView {
    TreatmentView {
        event_id: part.event_id,
        method: part.method,
        mass_g: part.mass_g,
        performed_on: part.performed_on,
    }
}
