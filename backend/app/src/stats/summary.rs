//! Statistics of loads and masses; every figure carries the filter of the list behind it.

use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, FieldCode, Result};
use crate::manifest::list::ManifestQuery;
use crate::manifest::load::viewer;
use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::mass::Grams;
use domain::party::Role;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::stats::{self, Figures, Group};

/// What to group and which loads to count.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SummaryQuery {
    /// province, waste_code, facility, month or state.
    pub group: String,
    /// First day (Hà Nội).
    pub from: Option<NaiveDate>,
    /// Last day.
    pub to: Option<NaiveDate>,
    /// Province of the generator's site.
    pub province: Option<String>,
}

/// Figures, grouped.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Summary {
    /// Time of the answer.
    pub as_of: DateTime<Utc>,
    /// All loads counted; with waste codes, a load with two codes counts once here and once in each.
    pub total: FiguresView,
    /// One a group.
    pub items: Vec<FiguresView>,
}

/// Loads, grams and findings of a group.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FiguresView {
    /// Province code, waste code, organisation id, YYYY-MM or state; empty for the total.
    pub key: String,
    /// Name to show; the key where there is none.
    pub label: String,
    /// Number of manifests.
    pub manifests: i64,
    /// Declared grams.
    pub declared_mass_g: Grams,
    /// Loaded grams, where known.
    pub loaded_mass_g: Grams,
    /// Received grams, where known.
    pub received_mass_g: Grams,
    /// Findings that hold and are not closed.
    pub open_findings: i64,
    /// Query of `GET manifests` that lists exactly these.
    pub filter: BTreeMap<String, String>,
}

/// Loads and masses by one dimension, of the manifests the caller may see.
///
/// # Errors
/// [`Error::Fields`] for an unknown group; [`Error::Forbidden`] for drivers.
pub async fn summary(app: &App, caller: &Caller, query: SummaryQuery) -> Result<Summary> {
    caller.require_any(&[Role::Authority, Role::Generator, Role::Carrier, Role::Facility, Role::Admin])?;
    let group = match query.group.as_str() {
        "province" => Group::Province,
        "waste_code" => Group::WasteCode,
        "facility" => Group::Facility,
        "month" => Group::Month,
        "state" => Group::State,
        _ => {
            let message = "One of province, waste_code, facility, month, state.";
            return Err(Error::field("group", FieldCode::Unknown, message));
        }
    };
    let mut tx = app.db.read("stats.summary").await?;
    let viewer = viewer(&mut tx, caller).await?;
    let of = ManifestQuery {
        from: query.from,
        to: query.to,
        province: query.province.clone(),
        ..ManifestQuery::default()
    };
    let filter = of.filter(&viewer)?;
    let as_of = app.now();
    let total = stats::total(&mut tx, &filter).await?;
    let items = stats::summary(&mut tx, group, &filter).await?;
    Ok(Summary {
        as_of,
        total: view(total, base_filter(&query)),
        items: items
            .into_iter()
            .map(|figures| {
                let filter = group_filter(group, &figures.key, base_filter(&query));
                view(figures, filter)
            })
            .collect(),
    })
}

/// States counted: a draft is nobody's figure.
const COUNTED: &str =
    "proposed,issued,in_transit,stored,arrived,accepted,partly_accepted,rejected,treated,closed,void";

fn base_filter(query: &SummaryQuery) -> BTreeMap<String, String> {
    let mut filter = BTreeMap::from([("state".to_owned(), COUNTED.to_owned())]);
    let dates = [("from", query.from.map(|d| d.to_string())), ("to", query.to.map(|d| d.to_string()))];
    for (key, value) in dates.into_iter().chain([("province", query.province.clone())]) {
        if let Some(value) = value {
            filter.insert(key.to_owned(), value);
        }
    }
    filter
}

fn group_filter(group: Group, key: &str, mut filter: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut set = |name: &str, value: String| {
        filter.insert(name.to_owned(), value);
    };
    match group {
        Group::Province => set("province", key.to_owned()),
        Group::WasteCode => set("waste_code", key.to_owned()),
        Group::Facility => set("facility_id", key.to_owned()),
        Group::State => set("state", key.to_owned()),
        Group::Month => {
            if let Ok(first) = NaiveDate::parse_from_str(&format!("{key}-01"), "%Y-%m-%d") {
                let next = first.checked_add_months(chrono::Months::new(1)).unwrap_or(first);
                let last = next.checked_sub_days(Days::new(1)).unwrap_or(next);
                let kept = |name: &str| filter.get(name).and_then(|text| text.parse::<NaiveDate>().ok());
                // A month cut by the asked period lists only its part inside.
                let (from, to) =
                    (kept("from").map_or(first, |d| d.max(first)), kept("to").map_or(last, |d| d.min(last)));
                filter.insert("from".to_owned(), from.to_string());
                filter.insert("to".to_owned(), to.to_string());
            }
        }
    }
    filter
}

fn view(figures: Figures, filter: BTreeMap<String, String>) -> FiguresView {
    FiguresView {
        label: figures.label.unwrap_or_else(|| figures.key.clone()),
        key: figures.key,
        manifests: figures.manifests,
        declared_mass_g: Grams(figures.declared_mass_g),
        loaded_mass_g: Grams(figures.loaded_mass_g),
        received_mass_g: Grams(figures.received_mass_g),
        open_findings: figures.open_findings,
        filter,
    }
}

#[cfg(test)]
mod tests {
    use super::{Group, SummaryQuery, base_filter, group_filter};

    #[test]
    fn a_month_lists_its_own_days_within_the_asked_period() {
        let query = SummaryQuery { from: "2026-02-10".parse().ok(), ..SummaryQuery::default() };
        let filter = group_filter(Group::Month, "2026-02", base_filter(&query));
        assert_eq!((filter["from"].as_str(), filter["to"].as_str()), ("2026-02-10", "2026-02-28"));
    }
}
