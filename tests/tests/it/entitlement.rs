//! Who moves what, over HTTP: every kind of event × every role × every relation of the domain's table, signed by a phone
//! in good standing and by a revoked one. Entitled cells move or record; all others are kept, move nothing and learn
//! nothing, not even that the load exists.

use domain::custody::entitlement::{Relation, Right, right};
use domain::custody::event::EventKind;
use domain::id::{EventId, OrganisationId};
use domain::party::Role;
use serde_json::{Value, json};
use store::devices::Status;
use tests::{Captured, Load, Phone, Scan, Signed, World, new_id, on_both};

on_both!(every_cell_of_the_table);

/// Grams of the load's one line.
const DECLARED_G: i64 = 481_000;

/// Somebody of one cell, with a phone in good standing and a lost one.
struct Signer {
    role: Role,
    relation: Relation,
    phone: Phone,
    revoked: Phone,
}

impl Signer {
    fn right(&self, kind: EventKind) -> Right {
        right(kind, self.role, self.relation)
    }
}

/// Everybody who signs, and the phones of the assigned driver and the declared gate, who bring loads on their way.
struct Crew {
    world: World,
    signers: Vec<Signer>,
    driver: Phone,
    gate: Phone,
    officer: Phone,
}

/// An organisation that stands in this relation to the loads of the world.
fn organisation(world: &World, role: Role, relation: Relation) -> OrganisationId {
    let cast = &world.cast;
    let person = match (relation, role) {
        (Relation::Generator, _) => &cast.generator,
        (Relation::Carrier, _) => &cast.dispatcher,
        (Relation::Facility, _) => &cast.facility,
        (Relation::Outside, Role::Generator) => &cast.other_generator,
        (Relation::Outside, Role::Carrier | Role::Driver) => &cast.other_dispatcher,
        (Relation::Outside, Role::Facility) => &cast.other_gate,
        (Relation::Outside, Role::Inspector | Role::Authority) => &cast.authority,
        (Relation::Outside, Role::Admin) => &cast.admin,
    };
    person.organisation_id
}

impl Crew {
    async fn gather(world: World) -> Self {
        let mut signers = Vec::new();
        for role in Role::ALL {
            for relation in Relation::ALL {
                // Of the carrier's drivers this is one who is not assigned.
                let person = world.another(*role, organisation(&world, *role, *relation)).await;
                let phone = world.phone_on_record(&person, Status::Active).await;
                let revoked = world.phone_on_record(&person, Status::Revoked).await;
                signers.push(Signer { role: *role, relation: *relation, phone, revoked });
            }
        }
        let driver = world.phone_of(&world.cast.driver).await;
        signers.push(Signer {
            role: Role::Driver,
            relation: Relation::Carrier,
            phone: driver.clone(),
            revoked: world.phone_on_record(&world.cast.driver, Status::Revoked).await,
        });
        let gate = world.phone_of(&world.cast.gate).await;
        let officer = world.phone_of(&world.cast.authority).await;
        Self { world, signers, driver, gate, officer }
    }

    /// The event as an honest signer of this kind makes it.
    fn event(&self, phone: &Phone, kind: EventKind, load: &Load) -> Scan {
        let places = &self.world.places;
        let scan = phone.records(kind.as_str(), load);
        match kind {
            EventKind::Pickup => scan.at(&places.store).confirmed_on_glass(),
            EventKind::Storing => {
                scan.at(&places.station).with("details", json!({"site_id": places.station.id}))
            }
            EventKind::Handover => scan.at(&places.station),
            EventKind::Delivery | EventKind::Arrival => scan.at(&places.facility),
            EventKind::Acceptance | EventKind::Treatment => scan.unseen().weighing(&[(1, DECLARED_G, 0)]),
            EventKind::Closing => scan.unseen().with("details", json!({"name": "Người ký"})),
            EventKind::PartialAcceptance => {
                scan.unseen().weighing(&[(1, DECLARED_G, 81_000)]).because("Lẫn tạp chất")
            }
            EventKind::Rejection => {
                scan.unseen().weighing(&[(1, DECLARED_G, DECLARED_G)]).because("Sai loại")
            }
            EventKind::Hold | EventKind::Release => scan.unseen().because("Chờ xác minh"),
            EventKind::Inspection | EventKind::Incident | EventKind::Note => scan.unseen(),
            EventKind::PositionSupplement => {
                // Of an event that is still on the phone: nobody else can have signed it.
                let target: EventId = new_id(phone.now());
                scan.unseen().at(&places.store).with("supplements", json!(target))
            }
        }
    }

    /// A fresh load where an event of this kind can happen next, and its state.
    async fn staged(&self, kind: EventKind) -> (Load, &'static str) {
        let load = self.world.issued().await;
        self.world.clock.minutes(1);
        let bring = async |phone: &Phone, kind, state: &str| {
            let came = self.event(phone, kind, &load).send().await;
            assert_eq!(came.state.as_deref(), Some(state), "{}", came.body);
            self.world.clock.minutes(1);
        };
        if kind == EventKind::Pickup {
            return (load, "issued");
        }
        bring(&self.driver, EventKind::Pickup, "in_transit").await;
        let state = match kind {
            EventKind::Pickup => "issued",
            EventKind::Handover
            | EventKind::Storing
            | EventKind::Delivery
            | EventKind::Arrival
            | EventKind::Inspection
            | EventKind::Incident
            | EventKind::Hold
            | EventKind::Note
            | EventKind::PositionSupplement => "in_transit",
            EventKind::Release => {
                bring(&self.officer, EventKind::Hold, "in_transit").await;
                "in_transit"
            }
            EventKind::Acceptance | EventKind::PartialAcceptance | EventKind::Rejection => {
                bring(&self.gate, EventKind::Arrival, "arrived").await;
                "arrived"
            }
            EventKind::Treatment => {
                bring(&self.gate, EventKind::Arrival, "arrived").await;
                bring(&self.gate, EventKind::Acceptance, "accepted").await;
                "accepted"
            }
            EventKind::Closing => {
                bring(&self.gate, EventKind::Arrival, "arrived").await;
                bring(&self.gate, EventKind::Acceptance, "accepted").await;
                bring(&self.gate, EventKind::Treatment, "treated").await;
                "treated"
            }
        };
        (load, state)
    }

    /// Sends events of many signers by one courier, who has no part in them.
    async fn carry(&self, events: &[Signed]) -> Vec<Captured> {
        let texts: Vec<&str> = events.iter().map(|event| event.jws.as_str()).collect();
        let batch = json!({"sent_at": self.world.clock.now(), "events": texts});
        Captured::all(&self.world.cast.other_generator.post("/api/v1/field/events", &batch).await.ok())
    }

    /// What the manifest's row says of its course: everything but what only counts changes and events.
    async fn course(&self, load: &Load) -> Value {
        let id = load.id.to_string();
        let plain =
            |value: &Value| value.as_str().unwrap_or_default().trim_start_matches("\\x").replace('-', "");
        let rows = self.world.rows("manifests").await;
        let mut row = rows.into_iter().find(|row| plain(&row["id"]) == id.replace('-', "")).unwrap();
        for counting in ["version", "updated_at", "last_seq", "chain_hash", "open_findings"] {
            row.as_object_mut().unwrap().remove(counting).unwrap();
        }
        row
    }
}

/// The state that an entitled event of this kind leads to; none for those that move nothing.
const fn leads_to(kind: EventKind) -> Option<&'static str> {
    match kind {
        EventKind::Pickup | EventKind::Handover => Some("in_transit"),
        EventKind::Storing => Some("stored"),
        EventKind::Delivery | EventKind::Arrival => Some("arrived"),
        EventKind::Acceptance => Some("accepted"),
        EventKind::PartialAcceptance => Some("partly_accepted"),
        EventKind::Rejection => Some("rejected"),
        EventKind::Treatment => Some("treated"),
        EventKind::Closing => Some("closed"),
        EventKind::Inspection
        | EventKind::Incident
        | EventKind::Hold
        | EventKind::Release
        | EventKind::Note
        | EventKind::PositionSupplement => None,
    }
}

async fn every_cell_of_the_table(world: World) {
    let crew = Crew::gather(world).await;
    assert_eq!(crew.signers.len(), Role::ALL.len() * Relation::ALL.len() + 1);
    for kind in EventKind::ALL {
        strangers_move_and_learn_nothing(&crew, *kind).await;
        remarks_are_kept(&crew, *kind).await;
        the_entitled_move(&crew, *kind).await;
    }
}

async fn strangers_move_and_learn_nothing(crew: &Crew, kind: EventKind) {
    let (load, _) = crew.staged(kind).await;
    let before = crew.course(&load).await;
    let mut events = Vec::new();
    let mut expected = Vec::new();
    for signer in &crew.signers {
        let silent = signer.right(kind) == Right::None;
        let findings: &[&str] = if silent { &[] } else { &["device_revoked"] };
        events.push(crew.event(&signer.revoked, kind, &load).sign());
        expected.push((signer, "revoked", findings));
        if silent {
            events.push(crew.event(&signer.phone, kind, &load).sign());
            expected.push((signer, "active", &[]));
        }
        if signer.right(kind) == Right::Elsewhere {
            events.push(crew.event(&signer.phone, kind, &load).with("code", Value::Null).sign());
            expected.push((signer, "active, no code", &[]));
        }
    }
    let results = crew.carry(&events).await;
    let mut kept = (0, 0);
    for (result, (signer, phone, findings)) in results.iter().zip(expected) {
        let cell = format!("{kind} by {} of the {} ({phone}): {}", signer.role, signer.relation, result.body);
        assert_eq!(
            (result.outcome.as_str(), &result.state, &result.grade, result.findings()),
            ("recorded", &None, &None, findings.to_vec()),
            "{cell}"
        );
        if findings.is_empty() { kept.0 += 1 } else { kept.1 += 1 }
    }
    assert_eq!(crew.course(&load).await, before, "{kind}: nobody of these moves anything");
    let open = crew.world.findings(&load).await;
    let count = |code: &str| open.iter().filter(|found| *found == code).count();
    assert_eq!((count("not_entitled"), count("device_revoked")), kept, "{kind}: {open:?}");
}

async fn remarks_are_kept(crew: &Crew, kind: EventKind) {
    let (load, state) = crew.staged(kind).await;
    let recording = |signer: &&Signer| matches!(signer.right(kind), Right::Records | Right::Elsewhere);
    let signers: Vec<&Signer> = crew.signers.iter().filter(recording).collect();
    let events: Vec<Signed> =
        signers.iter().map(|signer| crew.event(&signer.phone, kind, &load).sign()).collect();
    if events.is_empty() {
        return;
    }
    let before = crew.course(&load).await;
    for (result, signer) in crew.carry(&events).await.iter().zip(&signers) {
        let cell = format!("{kind} by {} of the {}: {}", signer.role, signer.relation, result.body);
        assert_eq!((result.outcome.as_str(), result.state.as_deref()), ("recorded", Some(state)), "{cell}");
        let elsewhere = signer.right(kind) == Right::Elsewhere;
        assert_eq!(result.findings().contains(&"wrong_facility"), elsewhere, "{cell}");
        assert!(!result.findings().contains(&"not_entitled"), "{cell}");
    }
    let after = crew.course(&load).await;
    assert_eq!(after["state_since"], before["state_since"], "{kind}: a remark moves nothing");
    let holds = |row: &Value| row["on_hold"] == json!(true) || row["on_hold"] == json!(1);
    match kind {
        EventKind::Hold => assert!(!holds(&before) && holds(&after)),
        EventKind::Release => assert!(holds(&before) && !holds(&after)),
        _ => assert_eq!(before["on_hold"], after["on_hold"], "{kind}"),
    }
}

async fn the_entitled_move(crew: &Crew, kind: EventKind) {
    let movers: Vec<&Signer> =
        crew.signers.iter().filter(|signer| signer.right(kind) == Right::Moves).collect();
    assert_eq!(movers.is_empty(), leads_to(kind).is_none(), "{kind}");
    for signer in movers {
        let (load, _) = crew.staged(kind).await;
        let before = crew.course(&load).await;
        let result = crew.carry(&[crew.event(&signer.phone, kind, &load).sign()]).await.remove(0);
        let cell = format!("{kind} by {} of the {}: {}", signer.role, signer.relation, result.body);
        assert_eq!(
            (result.outcome.as_str(), result.state.as_deref()),
            ("recorded", leads_to(kind)),
            "{cell}"
        );
        let after = crew.course(&load).await;
        assert_ne!(after["state_since"], before["state_since"], "{cell}");
        assert!(!result.findings().contains(&"not_entitled"), "{cell}");
    }
}
