//! Position evidence (DESIGN §5): the grade that the best fix and the wall code earn.

use super::super::event::EventKind;
use super::super::finding::EvidenceGrade;
use super::super::record::SiteCodeCheck;
use super::context::Context;
use crate::geo::geofence::contains;

/// A: wall code and good fix inside; B: one of the two; C: neither. Only for events at a site of the manifest.
pub(super) fn grade(context: &Context<'_>) -> Option<EvidenceGrade> {
    if !super::context::moves_the_load(context.kind()) || context.kind() == EventKind::Handover {
        return None;
    }
    let Some(site) = context.site else {
        return Some(EvidenceGrade::C);
    };
    let coded = match &context.event.site_code {
        SiteCodeCheck::Authentic { site_id, expires_at } => {
            *site_id == site.id && *expires_at > context.event.estimated_time
        }
        SiteCodeCheck::Absent | SiteCodeCheck::Invalid { .. } => false,
    };
    let inside = context.fix.good().is_some_and(|fix| contains(context.fence(site), fix.point()));
    Some(match (coded, inside) {
        (true, true) => EvidenceGrade::A,
        (true, false) | (false, true) => EvidenceGrade::B,
        (false, false) => EvidenceGrade::C,
    })
}
