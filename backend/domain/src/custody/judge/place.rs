//! Places: geofence, facility, wall code, route, and one code used in two places.

use super::super::event::EventKind;
use super::super::finding::{Finding, FindingCode, Severity};
use super::super::fold::Effect;
use super::super::record::{RecordedEvent, SiteCodeCheck};
use super::context::{Context, metres};
use crate::geo::corridor::deviation_m;
use crate::geo::geofence::{contains, distance_outside_m};
use crate::id::SiteId;
use crate::manifest::ManifestState;
use crate::party::{SiteFacts, SiteKind};
use geo::{Distance, Geodesic};
use serde_json::{Value, json};

/// Metres beside a geofence that nobody is asked about: gates stand on the line, and polygons are drawn by hand.
const EDGE_ALLOWANCE_M: f64 = 30.0;

/// Two scans further apart than this, accuracies discounted, are in two places.
const TWO_PLACES_M: f64 = 500.0;

/// How far the good fix is outside the expected geofence, beyond its accuracy and the edge.
fn metres_outside(context: &Context<'_>) -> Option<f64> {
    let (site, fix) = (context.site?, context.fix.good()?);
    let outside = distance_outside_m(context.fence(site), fix.point())?;
    let allowance = fix.accuracy_m.unwrap_or(0.0).max(EDGE_ALLOWANCE_M);
    (outside > allowance).then_some(outside)
}

/// The facility or transfer station, other than the declared one, that holds the fix.
fn other_facility<'a>(context: &Context<'a>) -> Option<&'a SiteFacts> {
    metres_outside(context)?;
    let point = context.fix.good()?.point();
    context
        .facts
        .other_sites
        .iter()
        .filter(|site| site.id != context.facts.facility_site.id && receives(site))
        .filter(|site| contains(context.fence(site), point))
        .min_by_key(|site| site.id)
}

const fn receives(site: &SiteFacts) -> bool {
    match site.kind {
        SiteKind::Facility | SiteKind::TransferStation => true,
        SiteKind::Generator => false,
    }
}

const fn is_arrival(kind: EventKind) -> bool {
    matches!(kind, EventKind::Delivery | EventKind::Arrival)
}

/// Delivery or arrival at a facility that is not the declared one, told by the fix or by the gate that signed.
pub(super) fn check_facility(context: &Context<'_>) -> Option<Finding> {
    if !is_arrival(context.kind()) {
        return None;
    }
    let expected = context.facts.facility_site.id;
    if let Some(site) = other_facility(context) {
        let name = &site.at(context.event.estimated_time).name;
        let detail = json!({ "expected_site_id": expected, "site_id": site.id, "site_name": name });
        return Some(context.finding_by_fix(FindingCode::WrongFacility, detail));
    }
    if context.step.effect == Effect::Elsewhere {
        let organisation_id = context.event.signer.roles.first().map(|grant| grant.organisation_id);
        let organisation_id = context.event.payload.acting.map(|a| a.organisation_id).or(organisation_id);
        let detail = json!({ "expected_site_id": expected, "organisation_id": organisation_id });
        return Some(context.finding(FindingCode::WrongFacility, detail));
    }
    None
}

/// A good fix outside the expected geofence; inside another facility that finding replaces this one.
pub(super) fn check_geofence(context: &Context<'_>) -> Option<Finding> {
    let outside = metres_outside(context)?;
    let elsewhere = context.step.effect == Effect::Elsewhere;
    if is_arrival(context.kind()) && (elsewhere || other_facility(context).is_some()) {
        return None;
    }
    let detail = json!({
        "accuracy_m": context.fix.good()?.accuracy_m.map(metres),
        "distance_m": metres(outside),
        "expected_site_id": context.site?.id,
    });
    Some(context.finding_by_fix(FindingCode::OutsideGeofence, detail))
}

/// A genuine wall code of another site.
pub(super) fn check_site_code(context: &Context<'_>) -> Option<Finding> {
    let expected = context.site?.id;
    let scanned = wall(context.event)?;
    let detail = json!({ "expected_site_id": expected, "site_id": scanned });
    (scanned != expected).then(|| context.finding(FindingCode::WrongSiteCode, detail))
}

fn wall(event: &RecordedEvent) -> Option<SiteId> {
    match &event.site_code {
        SiteCodeCheck::Authentic { site_id, .. } => Some(*site_id),
        SiteCodeCheck::Absent | SiteCodeCheck::Invalid { .. } => None,
    }
}

/// The scan's own position away from the declared route; inside a declared site a load is never off it.
pub(super) fn check_route(context: &Context<'_>) -> Option<Finding> {
    if !super::context::moves_the_load(context.kind()) && context.kind() != EventKind::Inspection {
        return None;
    }
    let route = context.facts.route.as_ref()?;
    let fix = context.fix.timely()?;
    let declared =
        [&context.facts.generator_site, &context.facts.facility_site].into_iter().chain(context.site);
    for site in declared {
        if distance_outside_m(context.fence(site), fix.point())
            .is_some_and(|metres| metres <= EDGE_ALLOWANCE_M)
        {
            return None;
        }
    }
    let off = deviation_m(&route.geometry, route.corridor_m, fix)?;
    let detail = json!({
        "accuracy_m": metres(off.accuracy_m),
        "corridor_m": metres(route.corridor_m),
        "distance_m": metres(off.distance_m),
    });
    Some(context.finding_by_fix(FindingCode::OffRoute, detail))
}

/// One code in two places: a second pickup by another device or far away, a second delivery far away.
pub(super) fn check_single_use(context: &Context<'_>) -> Option<Finding> {
    let kind = context.kind();
    let again = matches!(context.step.effect, Effect::Repeated | Effect::OutOfSequence);
    // A pickup of a load that never left, or was voided, is out of sequence and no second one.
    let left = context.step.from != ManifestState::Void;
    if !again || !left || !matches!(kind, EventKind::Pickup | EventKind::Delivery) {
        return None;
    }
    let (_, first) =
        context.earlier().find(|(step, event)| event.payload.kind == kind && step.effect.counts())?;
    let other_device = first.device_id != context.event.device_id;
    let apart = apart_m(context, first);
    let counts = apart.is_some() || (kind == EventKind::Pickup && other_device);
    if !counts {
        return None;
    }
    let detail = json!({
        "distance_m": apart.flatten().map_or(Value::Null, |distance| json!(metres(distance))),
        "first_event_id": first.payload.id,
        "other_device": other_device,
    });
    let finding = context.finding(FindingCode::DuplicateUse, detail);
    Some(if other_device { finding } else { finding.with_severity(Severity::Warning) })
}

/// Proof of two places: fixes far apart (with the metres), or wall codes of two sites.
#[expect(
    clippy::option_option,
    reason = "outer: two places; inner: the metres, unknown when wall codes tell"
)]
fn apart_m(context: &Context<'_>, first: &RecordedEvent) -> Option<Option<f64>> {
    let there = context.fix_of(first);
    if let (Some(here), Some(there)) = (context.fix.good(), there.good()) {
        let distance = Geodesic.distance(here.point(), there.point());
        let vague = here.accuracy_m.unwrap_or(0.0) + there.accuracy_m.unwrap_or(0.0);
        if distance - vague > TWO_PLACES_M {
            return Some(Some(distance));
        }
    }
    match (wall(context.event), wall(first)) {
        (Some(here), Some(there)) if here != there => Some(None),
        (Some(_) | None, Some(_) | None) => None,
    }
}
