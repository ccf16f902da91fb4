//! Which manifests figures are of, by what they are grouped, and the query that lists what is behind them.

use crate::caller::Caller;
use crate::error::{Error, FieldCode, Result};
use crate::manifest::load;
use crate::registry::RegistryQuery;
use chrono::{Datelike, Days, Months, NaiveDate};
use domain::id::OrganisationId;
use domain::manifest::ManifestState;
use domain::party::Role;
use domain::waste::WasteCode;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::str::FromStr;
use store::Tx;
use store::manifests::Viewer;
use store::rollups::{Dimension, Filter};

/// Which manifests count, by the local day of their issue; everything may be left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StatsFilter {
    /// First day of the issue (Hà Nội).
    pub from: Option<NaiveDate>,
    /// Last day.
    pub to: Option<NaiveDate>,
    /// Province of the generator's site; empty: in none that is known.
    pub province: Option<String>,
    /// Province of the facility's site; empty: in none that is known.
    pub destination: Option<String>,
    /// Six-digit waste code: loads with it, and the masses of its lines alone.
    pub waste_code: Option<String>,
    /// Group of waste codes, two digits.
    pub waste_group: Option<String>,
    /// Treatment method.
    pub method: Option<String>,
    /// One state, or several with commas.
    pub state: Option<String>,
    /// Generator.
    pub generator_id: Option<OrganisationId>,
    /// Carrier.
    pub carrier_id: Option<OrganisationId>,
    /// Facility.
    pub facility_id: Option<OrganisationId>,
}

/// By what figures are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// Local day of the issue.
    Day,
    /// Local month.
    Month,
    /// Local year.
    Year,
    /// Province of the generator's site.
    Province,
    /// Province of the facility's site.
    Destination,
    /// First two digits of the waste code.
    WasteGroup,
    /// Waste code.
    WasteCode,
    /// Treatment method.
    Method,
    /// State.
    State,
    /// Generator.
    Generator,
    /// Carrier.
    Carrier,
    /// Facility.
    Facility,
}

impl By {
    pub(super) const fn dimension(self) -> Dimension {
        match self {
            Self::Day => Dimension::Day,
            Self::Month => Dimension::Month,
            Self::Year => Dimension::Year,
            Self::Province => Dimension::Province,
            Self::Destination => Dimension::Destination,
            Self::WasteGroup => Dimension::WasteGroup,
            Self::WasteCode => Dimension::WasteCode,
            Self::Method => Dimension::Method,
            Self::State => Dimension::State,
            Self::Generator => Dimension::Generator,
            Self::Carrier => Dimension::Carrier,
            Self::Facility => Dimension::Facility,
        }
    }
}

impl FromStr for By {
    type Err = Error;
    fn from_str(word: &str) -> Result<Self> {
        serde_json::from_value(serde_json::Value::String(word.to_owned())).map_err(|_| {
            let message = "One of day, month, year, province, destination, waste_group, waste_code, method, \
                           state, generator, carrier, facility.";
            Error::field("by", FieldCode::Unknown, message)
        })
    }
}

/// Who may read statistics, and of what: parties of their own manifests, authorities of their area.
///
/// # Errors
/// [`Error::Forbidden`] for drivers and inspectors.
pub(crate) async fn viewer(tx: &mut Tx, caller: &Caller) -> Result<Viewer> {
    caller.require_any(&[Role::Authority, Role::Generator, Role::Carrier, Role::Facility, Role::Admin])?;
    let seen = load::viewer(tx, caller).await?;
    // What somebody sees as a driver or inspector is no statistics of theirs.
    let everything = seen.everything && (caller.is(Role::Authority) || caller.is(Role::Admin));
    Ok(Viewer { driver: None, everything, ..seen })
}

impl StatsFilter {
    /// The store's filter, for this viewer.
    ///
    /// # Errors
    /// [`Error::Fields`] for what is no code, state or method, and for a period that ends before it begins.
    pub(crate) fn checked<'a>(&'a self, viewer: &'a Viewer) -> Result<Filter<'a>> {
        if self.from.zip(self.to).is_some_and(|(from, to)| to < from) {
            return Err(Error::field("to", FieldCode::OutOfRange, "The last day is not before the first."));
        }
        if self.waste_code.as_deref().is_some_and(|code| !is_printed(code)) {
            return Err(Error::field("waste_code", FieldCode::Unknown, "Six digits, such as 17 02 03."));
        }
        let digits = |group: &str| group.len() == 2 && group.bytes().all(|byte| byte.is_ascii_digit());
        if self.waste_group.as_deref().is_some_and(|group| !digits(group)) {
            return Err(Error::field("waste_group", FieldCode::Unknown, "Two digits, such as 17."));
        }
        Ok(Filter {
            viewer: Some(viewer),
            from: self.from,
            to: self.to,
            province: self.province.as_deref(),
            destination: self.destination.as_deref(),
            waste_code: self.waste_code.as_deref(),
            waste_group: self.waste_group.as_deref(),
            method: RegistryQuery::word(self.method.as_ref(), "method")?,
            states: self.states()?,
            generator_id: self.generator_id,
            carrier_id: self.carrier_id,
            facility_id: self.facility_id,
        })
    }

    fn states(&self) -> Result<Vec<ManifestState>> {
        let Some(states) = &self.state else { return Ok(Vec::new()) };
        let known = |state: &str| {
            state.trim().parse::<ManifestState>().map_err(|_| {
                Error::field("state", FieldCode::Unknown, "Use the states listed in the documentation.")
            })
        };
        states.split(',').map(known).collect()
    }

    /// The same days a year before; nothing when no first day is named.
    #[must_use]
    pub(crate) fn last_year(&self) -> Option<Self> {
        let back = |day: NaiveDate| day.checked_sub_months(Months::new(12));
        Some(Self { from: Some(back(self.from?)?), to: self.to.and_then(back), ..self.clone() })
    }

    /// The query of `GET manifests` that lists exactly these.
    #[must_use]
    pub(crate) fn link(&self) -> BTreeMap<String, String> {
        let mut link = BTreeMap::from([("issued".to_owned(), "true".to_owned())]);
        let id = |id: Option<OrganisationId>| id.map(|id| id.to_string());
        let day = |day: Option<NaiveDate>| day.map(|day| day.to_string());
        for (name, value) in [
            ("issued_from", day(self.from)),
            ("issued_to", day(self.to)),
            ("province", self.province.clone()),
            ("destination", self.destination.clone()),
            ("waste_code", self.waste_code.clone()),
            ("waste_group", self.waste_group.clone()),
            ("method", self.method.clone()),
            ("state", self.state.clone()),
            ("generator_id", id(self.generator_id)),
            ("carrier_id", id(self.carrier_id)),
            ("facility_id", id(self.facility_id)),
        ] {
            if let Some(value) = value {
                link.insert(name.to_owned(), value);
            }
        }
        link
    }
}

/// True for six digits as the tables hold them.
fn is_printed(code: &str) -> bool {
    WasteCode::parse(code).is_ok_and(|parsed| parsed.as_str() == code)
}

/// Narrows the query of a list to one group.
pub(crate) fn narrow(link: &mut BTreeMap<String, String>, by: By, key: &str) {
    let name = match by {
        By::Day | By::Month | By::Year => {
            if let Some((first, last)) = days_of(key) {
                let kept = |name: &str| link.get(name).and_then(|text| text.parse::<NaiveDate>().ok());
                // A month cut by the asked period lists only its part inside.
                let from = kept("issued_from").map_or(first, |day| day.max(first));
                let to = kept("issued_to").map_or(last, |day| day.min(last));
                link.insert("issued_from".to_owned(), from.to_string());
                link.insert("issued_to".to_owned(), to.to_string());
            }
            return;
        }
        By::Province => "province",
        By::Destination => "destination",
        By::WasteGroup => "waste_group",
        By::WasteCode => "waste_code",
        By::Method => "method",
        By::State => "state",
        By::Generator => "generator_id",
        By::Carrier => "carrier_id",
        By::Facility => "facility_id",
    };
    link.insert(name.to_owned(), key.to_owned());
}

/// First and last day of `2026-11-23`, `2026-11` or `2026`.
pub(super) fn days_of(key: &str) -> Option<(NaiveDate, NaiveDate)> {
    let first = |text: String| text.parse::<NaiveDate>().ok();
    let before = |day: Option<NaiveDate>| day.and_then(|day| day.checked_sub_days(Days::new(1)));
    match key.len() {
        4 => {
            let first = first(format!("{key}-01-01"))?;
            Some((first, NaiveDate::from_ymd_opt(first.year(), 12, 31)?))
        }
        7 => {
            let first = first(format!("{key}-01"))?;
            Some((first, before(first.checked_add_months(Months::new(1)))?))
        }
        _ => first(key.to_owned()).map(|day| (day, day)),
    }
}

#[cfg(test)]
mod tests {
    use super::{By, StatsFilter, days_of, narrow};

    #[test]
    fn a_month_lists_its_own_days_within_the_asked_period() {
        let filter = StatsFilter { from: "2026-02-10".parse().ok(), ..StatsFilter::default() };
        let mut link = filter.link();
        narrow(&mut link, By::Month, "2026-02");
        assert_eq!((link["issued_from"].as_str(), link["issued_to"].as_str()), ("2026-02-10", "2026-02-28"));
        assert_eq!(link["issued"], "true");
        assert!(days_of("2026-13").is_none());
    }

    #[test]
    fn the_year_before_has_the_same_days() {
        let filter = StatsFilter {
            from: "2024-02-29".parse().ok(),
            to: "2024-03-31".parse().ok(),
            ..StatsFilter::default()
        };
        let before = filter.last_year().unwrap();
        assert_eq!(before.from, "2023-02-28".parse().ok());
        assert_eq!(before.to, "2023-03-31".parse().ok());
        assert_eq!(StatsFilter::default().last_year(), None);
    }
}
