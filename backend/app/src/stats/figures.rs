//! Figures as callers see them.

use domain::mass::Grams;
use domain::rollup::Measures;
use serde::Serialize;
use std::collections::BTreeMap;

/// Loads, grams, times and findings of a group, with the way to the manifests behind them.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct StatFigures {
    /// Number of manifests.
    pub manifests: i64,
    /// Declared grams.
    pub declared_mass_g: Grams,
    /// Loaded grams, where stated.
    pub loaded_mass_g: Grams,
    /// Received grams, where known; the refused part included.
    pub received_mass_g: Grams,
    /// Refused grams.
    pub refused_mass_g: Grams,
    /// Treated grams.
    pub treated_mass_g: Grams,
    /// Declared grams of what was received: received less this is the discrepancy.
    pub compared_mass_g: Grams,
    /// Findings that hold and are not closed.
    pub open_findings: i64,
    /// Manifests with such findings; `finding=any` lists them.
    pub with_findings: i64,
    /// Manifests with a line received outside its tolerance; `discrepant=true` lists them.
    pub discrepant: i64,
    /// Manifests that arrived.
    pub arrived: i64,
    /// Of these, after the planned delivery; `late=true` lists them.
    pub late: i64,
    /// Mean seconds from issue to pickup, where both are known.
    pub mean_wait_s: Option<i64>,
    /// Mean seconds from pickup to arrival.
    pub mean_drive_s: Option<i64>,
    /// Mean seconds from arrival to acceptance.
    pub mean_decision_s: Option<i64>,
    /// Query of `GET manifests` that lists exactly these.
    pub filter: BTreeMap<String, String>,
}

impl StatFigures {
    pub(super) fn new(of: &Measures, filter: BTreeMap<String, String>) -> Self {
        let mean = |sum: i64, count: i64| (count > 0).then(|| sum / count);
        Self {
            manifests: of.manifests,
            declared_mass_g: Grams(of.declared_mass_g),
            loaded_mass_g: Grams(of.loaded_mass_g),
            received_mass_g: Grams(of.received_mass_g),
            refused_mass_g: Grams(of.refused_mass_g),
            treated_mass_g: Grams(of.treated_mass_g),
            compared_mass_g: Grams(of.compared_mass_g),
            open_findings: of.open_findings,
            with_findings: of.with_findings,
            discrepant: of.discrepant,
            arrived: of.arrived,
            late: of.late,
            mean_wait_s: mean(of.wait_s, of.waits),
            mean_drive_s: mean(of.drive_s, of.drives),
            mean_decision_s: mean(of.decision_s, of.decisions),
            filter,
        }
    }
}
