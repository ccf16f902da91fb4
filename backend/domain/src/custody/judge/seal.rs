//! Scanned codes: the manifest's and the wall's.

use super::super::act::Decision;
use super::super::finding::{Finding, FindingCode};
use super::super::record::{CodeCheck, SiteCodeCheck};
use super::context::Context;
use crate::time::Instant;
use serde_json::{Map, Value, json};

/// A code that is none of ours, of the wrong kind, or of another manifest. Both codes are told in one finding.
pub(super) fn check_invalid(context: &Context<'_>) -> Option<Finding> {
    let mut detail = Map::new();
    match &context.event.code {
        CodeCheck::Invalid { reason } => {
            detail.insert("code".to_owned(), json!(reason));
        }
        CodeCheck::Authentic { manifest_id, .. } if *manifest_id != context.facts.id => {
            detail.insert("code".to_owned(), json!("other_manifest"));
        }
        CodeCheck::Authentic { .. } | CodeCheck::Absent => {}
    }
    match &context.event.site_code {
        SiteCodeCheck::Invalid { reason } => {
            detail.insert("site_code".to_owned(), json!(reason));
        }
        SiteCodeCheck::Authentic { .. } | SiteCodeCheck::Absent => {}
    }
    (!detail.is_empty()).then(|| context.finding(FindingCode::SealInvalid, Value::Object(detail)))
}

/// A code of a revision that was no longer in force when it was scanned.
pub(super) fn check_superseded(context: &Context<'_>) -> Option<Finding> {
    match &context.event.code {
        CodeCheck::Authentic { manifest_id, revision, .. } if *manifest_id == context.facts.id => {
            let in_force = revision_at(context, context.event.estimated_time);
            let detail = json!({ "in_force": in_force, "revision": revision });
            (*revision < in_force).then(|| context.finding(FindingCode::SealSuperseded, detail))
        }
        CodeCheck::Authentic { .. } | CodeCheck::Absent | CodeCheck::Invalid { .. } => None,
    }
}

/// The latest revision issued by then; before the first issue it is the first; without acts, what the facts say.
fn revision_at(context: &Context<'_>, at: Instant) -> i32 {
    let mut issued: Vec<(Instant, i32)> = Vec::new();
    for act in context.acts {
        if let Decision::Issue { revision, .. } = act.decision {
            issued.push((act.at, revision));
        }
    }
    issued.sort_unstable();
    let by_then = issued.iter().rev().find(|(issued_at, _)| *issued_at <= at);
    by_then.or(issued.first()).map_or(context.facts.revision, |(_, revision)| *revision)
}

/// A code past its date; both codes are told in one finding.
pub(super) fn check_expired(context: &Context<'_>) -> Option<Finding> {
    let at = context.event.estimated_time;
    let mut detail = Map::new();
    match &context.event.code {
        CodeCheck::Authentic { manifest_id, expires_at, .. }
            if *manifest_id == context.facts.id && *expires_at <= at =>
        {
            detail.insert("code".to_owned(), json!(expires_at));
        }
        CodeCheck::Authentic { .. } | CodeCheck::Absent | CodeCheck::Invalid { .. } => {}
    }
    match &context.event.site_code {
        SiteCodeCheck::Authentic { expires_at, .. } if *expires_at <= at => {
            detail.insert("site_code".to_owned(), json!(expires_at));
        }
        SiteCodeCheck::Authentic { .. } | SiteCodeCheck::Absent | SiteCodeCheck::Invalid { .. } => {}
    }
    (!detail.is_empty()).then(|| context.finding(FindingCode::SealExpired, Value::Object(detail)))
}
