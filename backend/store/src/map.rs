//! What the map shows of each site: its last scan, what waits there, what looks wrong.

use crate::{Result, Tx};
use domain::id::{OrganisationId, SiteId};
use domain::party::SiteKind;
use domain::time::Instant;
use sqlx::QueryBuilder;

/// A site on the map.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct SiteActivity {
    /// The site.
    pub id: SiteId,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub kind: SiteKind,
    /// Its organisation.
    pub organisation_id: OrganisationId,
    /// Name of its organisation.
    pub organisation_name: String,
    /// Its province.
    pub province_code: Option<String>,
    /// Latitude of its centre, degrees.
    pub lat_deg: f64,
    /// Longitude of its centre, degrees.
    pub lon_deg: f64,
    /// Estimated time of the last event there.
    pub last_scan_at: Option<Instant>,
    /// Open findings of manifests that begin or end there.
    pub open_findings: i64,
    /// Loads that wait there: for their pickup at a generator's, for the decision at a facility.
    pub waiting: i64,
}

/// Every site with its activity, of one province or of all, by id; at most `limit`.
pub async fn site_activity(tx: &mut Tx, province: Option<&str>, limit: u16) -> Result<Vec<SiteActivity>> {
    on_tx!(tx, c => {
        let mut q = QueryBuilder::new(
            "SELECT s.id, s.name, s.kind, s.organisation_id, o.name AS organisation_name, s.province_code, \
                 s.lat_deg, s.lon_deg, \
                 (SELECT max(e.estimated_time) FROM custody_events e WHERE e.site_id = s.id) AS last_scan_at, \
                 CAST((SELECT coalesce(sum(m.open_findings), 0) FROM manifests m \
                       WHERE m.generator_site_id = s.id AND m.open_findings > 0) \
                    + (SELECT coalesce(sum(m.open_findings), 0) FROM manifests m \
                       WHERE m.facility_site_id = s.id AND m.open_findings > 0) \
                    AS BIGINT) AS open_findings, \
                 (SELECT count(*) FROM manifests m WHERE m.generator_site_id = s.id AND m.state = 'issued') \
                    + (SELECT count(*) FROM manifests m WHERE m.facility_site_id = s.id AND m.state = 'arrived') \
                    AS waiting \
             FROM sites s JOIN organisations o ON o.id = s.organisation_id WHERE TRUE",
        );
        if let Some(code) = province {
            q.push(" AND s.province_code = ").push_bind(code);
        }
        q.push(" ORDER BY s.id LIMIT ").push_bind(i64::from(limit));
        q.build_query_as().fetch_all(c).await
    })
}
