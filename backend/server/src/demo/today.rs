//! Today's open work, done through the very use-cases that people use: something waits in every inbox.

use super::chance::Chance;
use super::clock::StoryClock;
use super::load::{Consent, Fate, Load, Place, Scan};
use super::measure;
use super::payload::{Codes, payload};
use super::phones::Phones;
use super::province::{Person, Province};
use super::year;
use anyhow::Context as _;
use app::capture::{Batch, Outcome, capture};
use app::manifest::agree::{approve, propose};
use app::manifest::assign::{Assignment, assign};
use app::manifest::declaration::{Declaration, LineInput, RouteInput};
use app::manifest::declare::declare;
use app::manifest::view::ManifestView;
use app::{App, Caller};
use chrono::TimeDelta;
use domain::custody::event::EventKind;
use domain::id::{OrganisationId, SessionId, SiteId};
use domain::manifest::Side;
use domain::party::Role;
use domain::time::Instant;
use serde_json::{Value, json};
use std::collections::HashMap;
use uuid::Uuid;

/// How far a load has come by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Drafted,
    Proposed,
    Issued,
    Assigned,
    InTransit,
    Held,
    Delivered,
    AtTheGate,
    Accepted,
}

/// One load: index of its habit, who drafted it, how far it came, which driver, minutes until its planned pickup.
struct Scene(usize, Side, Stage, usize, i64);

const SCENES: [Scene; 20] = [
    Scene(0, Side::Generator, Stage::Drafted, 0, 26 * 60),
    Scene(0, Side::Generator, Stage::Proposed, 0, 22 * 60),
    Scene(5, Side::Generator, Stage::Proposed, 0, 24 * 60),
    Scene(0, Side::Facility, Stage::Proposed, 0, 23 * 60),
    Scene(2, Side::Facility, Stage::Proposed, 0, 25 * 60),
    Scene(0, Side::Carrier, Stage::Proposed, 0, 46 * 60),
    Scene(2, Side::Generator, Stage::Issued, 0, 6 * 60),
    Scene(0, Side::Generator, Stage::Issued, 0, 21 * 60),
    Scene(0, Side::Generator, Stage::Assigned, 0, 45),
    Scene(2, Side::Generator, Stage::Assigned, 0, 4 * 60),
    Scene(3, Side::Generator, Stage::InTransit, 0, -25),
    Scene(0, Side::Generator, Stage::InTransit, 1, -40),
    Scene(2, Side::Facility, Stage::Held, 2, -90),
    Scene(2, Side::Generator, Stage::Delivered, 1, -110),
    Scene(6, Side::Generator, Stage::AtTheGate, 2, -70),
    Scene(0, Side::Generator, Stage::Accepted, 1, -200),
    Scene(7, Side::Generator, Stage::Assigned, 0, 60),
    Scene(9, Side::Generator, Stage::InTransit, 0, -35),
    Scene(10, Side::Facility, Stage::AtTheGate, 1, -95),
    Scene(11, Side::Generator, Stage::InTransit, 0, -15),
];

/// What today needs.
pub(super) struct Today<'a> {
    pub(super) app: &'a App,
    pub(super) clock: &'a StoryClock,
    pub(super) province: &'a Province,
    pub(super) phones: &'a mut Phones,
    pub(super) walls: &'a HashMap<SiteId, String>,
    pub(super) chance: Chance,
    pub(super) now: Instant,
}

impl<'a> Today<'a> {
    /// Plays every scene.
    ///
    /// # Errors
    /// When a use-case refuses: a fault of this build.
    pub(super) async fn play(&mut self) -> anyhow::Result<()> {
        for (index, scene) in SCENES.iter().enumerate() {
            self.scene(scene).await.with_context(|| format!("scene {index} of today"))?;
        }
        Ok(())
    }

    async fn scene(&mut self, scene: &Scene) -> anyhow::Result<()> {
        let Scene(habit, side, stage, turn, minutes) = *scene;
        let habit = self.province.habits.get(habit).context("a habit is missing")?;
        let pickup_at = self.now + TimeDelta::minutes(minutes);
        let mut load = year::load(self.province, habit, pickup_at, turn, Fate::Accepted, &mut self.chance)?;
        load.consent = Consent::Glass;
        load.drafted_by = side;
        let drafted_at = self.now - TimeDelta::minutes(self.chance.between(17 * 60, 21 * 60));
        self.clock.set(drafted_at);
        let author = self.desk(side, &load)?;
        let view = declare(self.app, &author, self.declaration(&load)?, None).await?;
        (load.id, load.trip_id) = (view.summary.id, view.trip_id);
        if stage >= Stage::Proposed {
            self.clock.set(drafted_at + TimeDelta::minutes(12));
            propose(self.app, &author, load.id, None).await?;
        }
        if stage >= Stage::Issued {
            let view = self.approvals(&load, drafted_at).await?;
            self.go(&mut load, &view, stage).await?;
        }
        Ok(())
    }

    /// Lets the other side, or both, approve.
    async fn approvals(&mut self, load: &Load<'a>, drafted_at: Instant) -> anyhow::Result<ManifestView> {
        let mut view = None;
        for side in [Side::Generator, Side::Facility].into_iter().filter(|side| *side != load.drafted_by) {
            self.clock.set(drafted_at + TimeDelta::minutes(self.chance.between(60, 300)));
            view = Some(approve(self.app, &self.desk(side, load)?, load.id, None).await?);
        }
        view.context("nobody approved")
    }

    /// Assigns and scans, as far as the stage says.
    async fn go(&mut self, load: &mut Load<'a>, issued: &ManifestView, stage: Stage) -> anyhow::Result<()> {
        if stage == Stage::Issued {
            return Ok(());
        }
        let picked_up_at = load.planned_pickup_at + TimeDelta::minutes(4);
        self.clock.set(self.now.min(load.planned_pickup_at) - TimeDelta::minutes(150));
        let crew = Assignment { driver_id: Some(load.driver), plate: Some(load.plate.clone()) };
        assign(self.app, &self.desk(Side::Carrier, load)?, load.id, crew, None).await?;
        let code = issued.qr.as_ref().map(|qr| qr.code.clone()).context("an issued load without its code")?;
        let mut steps: Vec<(EventKind, Instant)> = Vec::new();
        if stage >= Stage::InTransit {
            steps.push((EventKind::Pickup, picked_up_at));
        }
        if stage == Stage::Held {
            steps.push((EventKind::Hold, picked_up_at + TimeDelta::minutes(30)));
        }
        if stage >= Stage::Delivered {
            steps.push((EventKind::Delivery, picked_up_at + TimeDelta::minutes(58)));
        }
        if stage >= Stage::AtTheGate {
            steps.push((EventKind::Arrival, picked_up_at + TimeDelta::minutes(60)));
        }
        if stage == Stage::Accepted {
            // The heaviest line came a sixth short: a discrepancy of this morning.
            if let Some(line) = load.weighed.iter_mut().max_by_key(|line| line.received_g) {
                line.received_g = measure::grams(measure::kilograms(line.received_g) * 0.84, 500);
            }
            steps.push((EventKind::Acceptance, picked_up_at + TimeDelta::minutes(84)));
        }
        for (kind, at) in steps {
            self.scan(load, kind, at.min(self.now - TimeDelta::minutes(1)), &code).await?;
        }
        Ok(())
    }

    async fn scan(
        &mut self,
        load: &Load<'a>,
        kind: EventKind,
        at: Instant,
        code: &str,
    ) -> anyhow::Result<()> {
        let scan = self.scan_at(load, kind, at)?;
        let wall = scan.wall.and_then(|id| self.walls.get(&id)).map(String::as_str);
        let phone = self.phones.of(scan.person)?;
        let scan = Scan { seq: phone.next_seq(), ..scan };
        let mut payload = payload(load, &scan, phone, &Codes { manifest: code, wall, pickup: "" });
        if kind == EventKind::Hold {
            payload["details"] = json!({ "reason": "Kiểm tra lại thành phần chất thải theo tin báo" });
        }
        let signed = phone.sign(self.app, &payload)?;
        let person = self.person(scan.person)?;
        self.clock.set(scan.recorded_at);
        let events = vec![Value::String(signed.jws)];
        let batch = Batch { sent_at: Some(scan.recorded_at), round_trip_ms: None, events };
        let answer = capture(self.app, &caller(person), batch).await?;
        let recorded = answer.results.first().is_some_and(|result| result.outcome == Outcome::Recorded);
        anyhow::ensure!(recorded, "a {kind} was not recorded: {:?}", answer.results);
        Ok(())
    }

    /// The scan as planned with the load, at the time the scene wants it; a hold is the authority's own.
    fn scan_at(&mut self, load: &Load<'a>, kind: EventKind, at: Instant) -> anyhow::Result<Scan> {
        let recorded_at = at + TimeDelta::milliseconds(self.chance.between(900, 4000));
        let id = self.chance.id(at);
        if kind == EventKind::Hold {
            let authority = self.province.people.iter().find(|person| {
                person.demo_login && person.acting().is_some_and(|grant| grant.role == Role::Authority)
            });
            let person = authority.context("no authority")?.id;
            let place = Place::Desk;
            let plate = Some(load.plate.clone());
            return Ok(Scan {
                id,
                kind,
                person,
                at,
                recorded_at,
                ahead_ms: 0,
                seq: 0,
                place,
                wall: None,
                plate,
            });
        }
        let planned = load.scans.iter().find(|scan| scan.kind == kind).cloned();
        let gate = || self.gate_scan(load, kind);
        let planned = planned.map_or_else(gate, Ok)?;
        Ok(Scan { id, at, recorded_at, ..planned })
    }

    /// The gate's own scan, where the plan had none.
    fn gate_scan(&self, load: &Load<'a>, kind: EventKind) -> anyhow::Result<Scan> {
        let site = self.province.site(load.habit.facility_site_id)?;
        let staff = self.province.holders(Role::Facility, site.organisation_id);
        let delivery = load.scans.iter().find(|scan| scan.kind == EventKind::Delivery).cloned();
        let delivery = delivery.context("a load without its delivery")?;
        Ok(Scan { kind, person: staff.last().context("no gate")?.id, wall: Some(site.id), ..delivery })
    }

    fn declaration(&self, load: &Load<'a>) -> anyhow::Result<Declaration> {
        Ok(Declaration {
            generator_site_id: load.habit.generator_site_id,
            carrier_id: load.habit.carrier_id,
            facility_site_id: load.habit.facility_site_id,
            plates: vec![load.plate.clone()],
            driver_id: None,
            planned_pickup_at: load.planned_pickup_at,
            planned_delivery_at: load.planned_delivery_at,
            route: Some(RouteInput { route_id: Some(load.habit.route_id), geometry: None, corridor_m: None }),
            lines: load
                .lines
                .iter()
                .map(|line| LineInput {
                    waste_code: line.waste_code.as_str().to_owned(),
                    name: Some(line.waste_name.clone()),
                    physical_state: line.physical_state,
                    declared_mass_g: line.declared_mass_g,
                    mass_basis: line.mass_basis,
                    packaging: Some(line.packaging.clone()),
                    treatment_method: line.treatment_method,
                })
                .collect(),
        })
    }

    fn desk(&self, side: Side, load: &Load<'a>) -> anyhow::Result<Caller> {
        let organisation_id: OrganisationId = match side {
            Side::Generator => self.province.site(load.habit.generator_site_id)?.organisation_id,
            Side::Carrier => load.habit.carrier_id,
            Side::Facility => self.province.site(load.habit.facility_site_id)?.organisation_id,
        };
        Ok(caller(self.province.holder(app::caller::office_role(side), organisation_id)?))
    }

    fn person(&self, id: domain::id::PersonId) -> anyhow::Result<&'a Person> {
        self.province.people.iter().find(|person| person.id == id).context("a person is missing")
    }
}

/// A person at work, without a session: nothing here goes over the wire.
fn caller(person: &Person) -> Caller {
    Caller {
        person_id: person.id,
        name: person.name.clone(),
        session_id: SessionId(Uuid::nil()),
        token_hash: Vec::new(),
        device_id: None,
        demo: true,
        grants: person.roles.clone(),
    }
}
