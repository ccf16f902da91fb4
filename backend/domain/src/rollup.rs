//! What one manifest adds to the statistics: rows of keys and measures that sum up over manifests.
//!
//! A manifest counts from its issue on, on the local day of the issue. Each of its lines is a row; what belongs to the
//! manifest as a whole (counts, times, findings) stands in every row of which [`Key::firsts`] is not empty, and is
//! summed over one kind of first only: so a load with two codes counts once in the total and once in each of the codes.
//! Whoever changes a manifest appends what it adds now, minus what it added before ([`Deltas`]).

use crate::custody::folded::LineMasses;
use crate::id::OrganisationId;
use crate::manifest::ManifestState;
use crate::mass::{MassBasis, Tolerance};
use crate::time::{Instant, local_day};
use crate::waste::{TreatmentMethod, WasteCode};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Of what a line is the first of its manifest: a set of bits. Counts are summed over the bit that fits the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Firsts(pub i16);

impl Firsts {
    /// First line of the manifest: for questions that name neither code nor method.
    pub const LOAD: Self = Self(1);
    /// First of its group of codes.
    pub const GROUP: Self = Self(2);
    /// First of its code.
    pub const CODE: Self = Self(4);
    /// First of its method.
    pub const METHOD: Self = Self(8);
    /// First of its group and method.
    pub const GROUP_METHOD: Self = Self(16);
    /// First of its code and method.
    pub const CODE_METHOD: Self = Self(32);
}

/// What the figures of a row are of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Local day of the issue.
    pub day: NaiveDate,
    /// Province of the generator's site; empty where unknown.
    pub from_province: String,
    /// Province of the facility's site; empty where unknown.
    pub to_province: String,
    /// Waste code in printed form.
    pub waste_code: String,
    /// Treatment method of the line.
    pub method: TreatmentMethod,
    /// State of the manifest.
    pub state: ManifestState,
    /// Of what the line is the first.
    pub firsts: Firsts,
    /// Hands over.
    pub generator_id: OrganisationId,
    /// Moves.
    pub carrier_id: OrganisationId,
    /// Receives.
    pub facility_id: OrganisationId,
}

macro_rules! measures {
    (of_lines { $($(#[$line_doc:meta])* $line:ident,)+ } of_manifests { $($(#[$doc:meta])* $name:ident,)+ }) => {
        /// Figures that sum up. Masses in grams, times in seconds.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        #[cfg_attr(feature = "sql", derive(sqlx::FromRow))]
        pub struct Measures {
            $($(#[$line_doc])* pub $line: i64,)+
            $($(#[$doc])* pub $name: i64,)+
        }

        impl Measures {
            /// Names of those that are of lines: summed over every row.
            pub const OF_LINES: &'static [&'static str] = &[$(stringify!($line),)+];
            /// Names of those that are of manifests: summed over the rows of one kind of first.
            pub const OF_MANIFESTS: &'static [&'static str] = &[$(stringify!($name),)+];

            /// All values, those of lines first.
            #[must_use]
            pub fn values(&self) -> Vec<i64> {
                vec![$(self.$line,)+ $(self.$name,)+]
            }

            /// Adds the other figures so many times; -1 takes them away.
            pub fn add(&mut self, other: &Self, times: i64) {
                $(self.$line += other.$line * times;)+
                $(self.$name += other.$name * times;)+
            }
        }
    };
}

measures! {
    of_lines {
        /// Lines.
        lines,
        /// Declared.
        declared_mass_g,
        /// Loaded, where stated.
        loaded_mass_g,
        /// Received, where known; the refused part included.
        received_mass_g,
        /// Refused part of what was received.
        refused_mass_g,
        /// Treated so far.
        treated_mass_g,
        /// Declared of the lines that were received: what the received mass compares with.
        compared_mass_g,
    }
    of_manifests {
        /// Manifests.
        manifests,
        /// Open findings.
        open_findings,
        /// Manifests with open findings.
        with_findings,
        /// Manifests with a line received outside the tolerance of its declared mass.
        discrepant,
        /// Manifests that arrived.
        arrived,
        /// Of these, after the planned delivery.
        late,
        /// Manifests whose time from issue to pickup is known.
        waits,
        /// Seconds from issue to pickup.
        wait_s,
        /// Manifests whose time from pickup to arrival is known.
        drives,
        /// Seconds from pickup to arrival.
        drive_s,
        /// Manifests whose time from arrival to acceptance is known.
        decisions,
        /// Seconds from arrival to acceptance.
        decision_s,
    }
}

/// A line as the statistics see it.
#[derive(Debug, Clone, Copy)]
pub struct LoadLine<'a> {
    /// Its code.
    pub waste_code: &'a WasteCode,
    /// Its method.
    pub method: TreatmentMethod,
    /// How its declared mass was found.
    pub mass_basis: MassBasis,
    /// Its masses.
    pub masses: LineMasses,
}

impl LoadLine<'_> {
    /// True when it was received outside the tolerance of its declared mass.
    #[must_use]
    pub fn is_discrepant(&self) -> bool {
        let tolerance = Tolerance::default_for(self.mass_basis);
        self.masses.received_g.is_some_and(|received| tolerance.exceeded(self.masses.declared_g, received))
    }
}

/// A manifest as the statistics see it.
#[derive(Debug, Clone)]
pub struct Load<'a> {
    /// When it was issued; before that it counts nowhere.
    pub issued_at: Option<Instant>,
    /// Province of the generator's site.
    pub from_province: Option<&'a str>,
    /// Province of the facility's site.
    pub to_province: Option<&'a str>,
    /// Hands over.
    pub generator_id: OrganisationId,
    /// Moves.
    pub carrier_id: OrganisationId,
    /// Receives.
    pub facility_id: OrganisationId,
    /// Where it stands.
    pub state: ManifestState,
    /// Planned delivery.
    pub planned_delivery_at: Instant,
    /// Pickup.
    pub picked_up_at: Option<Instant>,
    /// The earlier of delivery and arrival.
    pub arrived_at: Option<Instant>,
    /// Acceptance.
    pub accepted_at: Option<Instant>,
    /// Findings neither withdrawn nor closed.
    pub open_findings: i64,
    /// Lines in their order.
    pub lines: Vec<LoadLine<'a>>,
}

impl Load<'_> {
    /// What belongs to the manifest as a whole.
    fn of_manifest(&self, issued_at: Instant) -> Measures {
        let (waits, wait_s) = between(Some(issued_at), self.picked_up_at);
        let (drives, drive_s) = between(self.picked_up_at, self.arrived_at);
        let (decisions, decision_s) = between(self.arrived_at, self.accepted_at);
        Measures {
            manifests: 1,
            open_findings: self.open_findings,
            with_findings: i64::from(self.open_findings > 0),
            discrepant: i64::from(self.lines.iter().any(LoadLine::is_discrepant)),
            arrived: i64::from(self.arrived_at.is_some()),
            late: i64::from(self.arrived_at.is_some_and(|at| at > self.planned_delivery_at)),
            waits,
            wait_s,
            drives,
            drive_s,
            decisions,
            decision_s,
            ..Measures::default()
        }
    }

    /// The bits of a line, by the lines before it.
    fn firsts(&self, index: usize) -> Firsts {
        let line = &self.lines[index];
        let (code, group) = (line.waste_code.as_str(), line.waste_code.group());
        let before = &self.lines[..index];
        let is_first = |same: &dyn Fn(&LoadLine<'_>) -> bool| !before.iter().any(same);
        let with_method = |other: &LoadLine<'_>| other.method == line.method;
        let of_code = |other: &LoadLine<'_>| other.waste_code.as_str() == code;
        let of_group = |other: &LoadLine<'_>| other.waste_code.group() == group;
        let bits = [
            (before.is_empty(), Firsts::LOAD),
            (is_first(&of_group), Firsts::GROUP),
            (is_first(&of_code), Firsts::CODE),
            (is_first(&with_method), Firsts::METHOD),
            (is_first(&|other| of_group(other) && with_method(other)), Firsts::GROUP_METHOD),
            (is_first(&|other| of_code(other) && with_method(other)), Firsts::CODE_METHOD),
        ];
        Firsts(bits.into_iter().filter(|(is, _)| *is).map(|(_, Firsts(bit))| bit).sum())
    }
}

/// How often (0 or 1) and how long: counted only where both are known and in order.
fn between(from: Option<Instant>, to: Option<Instant>) -> (i64, i64) {
    match (from, to) {
        (Some(from), Some(to)) if to >= from => (1, (to - from).num_seconds()),
        _ => (0, 0),
    }
}

/// What a set of changes adds and takes away, key by key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deltas(BTreeMap<Key, Measures>);

impl Deltas {
    /// Counts the load.
    pub fn add(&mut self, load: &Load<'_>) {
        self.count(load, 1);
    }

    /// Counts it no more.
    pub fn subtract(&mut self, load: &Load<'_>) {
        self.count(load, -1);
    }

    /// Adds a row so many times.
    pub fn add_row(&mut self, key: Key, measures: &Measures, times: i64) {
        self.0.entry(key).or_default().add(measures, times);
    }

    /// What is not nothing, by key.
    pub fn rows(self) -> impl Iterator<Item = (Key, Measures)> {
        self.0.into_iter().filter(|(_, measures)| *measures != Measures::default())
    }

    fn count(&mut self, load: &Load<'_>, times: i64) {
        let Some(issued_at) = load.issued_at else { return };
        let of_manifest = load.of_manifest(issued_at);
        for (index, line) in load.lines.iter().enumerate() {
            let firsts = load.firsts(index);
            let key = Key {
                day: local_day(issued_at),
                from_province: load.from_province.unwrap_or_default().to_owned(),
                to_province: load.to_province.unwrap_or_default().to_owned(),
                waste_code: line.waste_code.as_str().to_owned(),
                method: line.method,
                state: load.state,
                firsts,
                generator_id: load.generator_id,
                carrier_id: load.carrier_id,
                facility_id: load.facility_id,
            };
            let masses = line.masses;
            let received = masses.received_g.is_some();
            let measures = Measures {
                lines: 1,
                declared_mass_g: masses.declared_g.0,
                loaded_mass_g: masses.loaded_g.unwrap_or_default().0,
                received_mass_g: masses.received_g.unwrap_or_default().0,
                refused_mass_g: masses.refused_g.unwrap_or_default().0,
                treated_mass_g: masses.treated_g.unwrap_or_default().0,
                compared_mass_g: if received { masses.declared_g.0 } else { 0 },
                ..if firsts == Firsts(0) { Measures::default() } else { of_manifest }
            };
            self.add_row(key, &measures, times);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Deltas, Firsts, Load, LoadLine, Measures};
    use crate::custody::folded::LineMasses;
    use crate::custody::story::{CARRIER, FACILITY, GENERATOR, minute, organisation};
    use crate::manifest::ManifestState;
    use crate::mass::{Grams, MassBasis};
    use crate::waste::{TreatmentMethod, WasteCode};

    fn line(
        code: &WasteCode,
        method: TreatmentMethod,
        declared_g: i64,
        received_g: Option<i64>,
    ) -> LoadLine<'_> {
        LoadLine {
            waste_code: code,
            method,
            mass_basis: MassBasis::Measured,
            masses: LineMasses {
                line: 1,
                declared_g: Grams(declared_g),
                loaded_g: None,
                received_g: received_g.map(Grams),
                refused_g: None,
                treated_g: None,
            },
        }
    }

    fn load(lines: Vec<LoadLine<'_>>) -> Load<'_> {
        Load {
            issued_at: Some(minute(0)),
            from_province: Some("31"),
            to_province: None,
            generator_id: organisation(GENERATOR),
            carrier_id: organisation(CARRIER),
            facility_id: organisation(FACILITY),
            state: ManifestState::Accepted,
            planned_delivery_at: minute(100),
            picked_up_at: Some(minute(60)),
            arrived_at: Some(minute(120)),
            accepted_at: Some(minute(110)),
            open_findings: 2,
            lines,
        }
    }

    fn sum(deltas: &Deltas, over: Firsts) -> Measures {
        let mut sum = Measures::default();
        for (key, measures) in deltas.clone().rows() {
            if key.firsts.0 & over.0 != 0 {
                sum.add(&measures, 1);
            }
        }
        sum
    }

    #[test]
    fn a_load_of_several_lines_counts_once_whatever_is_asked() {
        let [oil, paint, oily] = ["17 02 03", "16 01 06", "17 01 01"].map(|c| WasteCode::parse(c).unwrap());
        let (recycled, burnt) = (TreatmentMethod::Recycling, TreatmentMethod::Incineration);
        let mut deltas = Deltas::default();
        deltas.add(&load(vec![
            line(&oil, recycled, 100, None),
            line(&oil, recycled, 20, None),
            line(&oil, burnt, 3, None),
            line(&paint, burnt, 4, None),
            line(&oily, recycled, 5, None),
        ]));
        let loads = |over| sum(&deltas, over).manifests;
        assert_eq!(loads(Firsts::LOAD), 1);
        assert_eq!(loads(Firsts::GROUP), 2, "once in 17, once in 16");
        assert_eq!(loads(Firsts::CODE), 3, "once in each code");
        assert_eq!(loads(Firsts::METHOD), 2);
        assert_eq!(loads(Firsts::GROUP_METHOD), 3, "17 TC, 17 TĐ, 16 TĐ");
        assert_eq!(loads(Firsts::CODE_METHOD), 4);
        let declared: i64 = deltas.rows().map(|(_, measures)| measures.declared_mass_g).sum();
        assert_eq!(declared, 132);
    }

    #[test]
    fn times_count_in_order_only_and_a_late_arrival_is_late() {
        let oil = WasteCode::parse("17 02 03").unwrap();
        let mut deltas = Deltas::default();
        deltas.add(&load(vec![line(&oil, TreatmentMethod::Recycling, 1_000_000, Some(900_000))]));
        let of = sum(&deltas, Firsts::LOAD);
        assert_eq!((of.waits, of.wait_s, of.drives, of.drive_s), (1, 3600, 1, 3600));
        assert_eq!((of.decisions, of.decision_s), (0, 0), "accepted before it arrived");
        assert_eq!((of.arrived, of.late, of.discrepant), (1, 1, 1));
        assert_eq!((of.open_findings, of.with_findings), (2, 1));
        assert_eq!((of.compared_mass_g, of.received_mass_g), (1_000_000, 900_000));
    }

    #[test]
    fn what_is_taken_away_again_leaves_nothing_and_drafts_never_count() {
        let oil = WasteCode::parse("17 02 03").unwrap();
        let before = load(vec![line(&oil, TreatmentMethod::Recycling, 7, None)]);
        let mut deltas = Deltas::default();
        deltas.add(&Load { issued_at: None, ..before.clone() });
        assert_eq!(deltas.clone().rows().count(), 0);
        deltas.add(&before);
        deltas.subtract(&before);
        assert_eq!(deltas.rows().count(), 0);
    }

    #[test]
    fn half_past_midnight_in_hanoi_belongs_to_that_day() {
        let oil = WasteCode::parse("17 02 03").unwrap();
        let mut deltas = Deltas::default();
        let issued_at = "2026-12-31T17:30:00Z".parse().ok();
        deltas.add(&Load { issued_at, ..load(vec![line(&oil, TreatmentMethod::Recycling, 7, None)]) });
        let (key, _) = deltas.rows().next().unwrap();
        assert_eq!(key.day.to_string(), "2027-01-01");
    }
}
