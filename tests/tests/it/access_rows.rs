//! The rows of the access matrix: for every operation of the contract, who gets which answer.

use crate::access::Scene;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};
use tests::places::PLATE;

/// Who gets which status.
pub(crate) enum Access {
    /// Everybody, nobody included, gets this status.
    Public(u16),
    /// Everybody signed in gets this status.
    SignedIn(u16),
    /// Groups of people with their status; everybody else gets the last one.
    Groups(Vec<(Vec<&'static str>, u16)>, u16),
}

impl Access {
    pub(crate) fn status(&self, name: &str) -> u16 {
        match self {
            Self::Public(status) | Self::SignedIn(status) => *status,
            Self::Groups(groups, rest) => {
                groups.iter().find(|(names, _)| names.contains(&name)).map_or(*rest, |(_, status)| *status)
            }
        }
    }
}

pub(crate) struct Row {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) access: Access,
    /// The caller holds the code in hand: what it says is told to everybody.
    pub(crate) shows_the_load_to_all: bool,
    /// The answer has no end: only its head is read.
    pub(crate) endless: bool,
    query: &'static str,
    body: Body,
}

type Json = fn(&Scene) -> Value;

#[derive(Clone, Copy)]
enum Body {
    None,
    Json(Json),
    Csv(&'static str),
    Photo,
}

impl Row {
    pub(crate) fn method(&self) -> Method {
        self.method.parse().unwrap()
    }

    /// The path with the ids of the scene: whatever it is about belongs to the load's parties.
    pub(crate) fn path_in(&self, scene: &Scene) -> String {
        let id = if self.path.contains("/manifests/{id}") {
            scene.load.id.to_string()
        } else if self.path.contains("/devices/{id}") {
            scene.phone.id.to_string()
        } else if self.path.contains("/people/{id}") {
            scene.world.cast.driver.id.to_string()
        } else if self.path.contains("/scales/{id}") {
            scene.scale.clone()
        } else if self.path.ends_with("/scales") || self.path.ends_with("/weighings") {
            scene.world.places.facility.id.to_string()
        } else if self.path.contains("/organisations/{id}") {
            scene.world.cast.dispatcher.organisation_id.to_string()
        } else {
            scene.world.places.store.id.to_string()
        };
        let carrier = scene.world.cast.dispatcher.organisation_id.to_string();
        let path = self
            .path
            .replace("{id}", &id)
            .replace("{plate}", PLATE)
            .replace("{n}", "0")
            .replace("{sha256}", &scene.photo.hash.to_string());
        format!("{path}{}", self.query.replace("{carrier}", &carrier))
    }

    pub(crate) fn filled(&self, request: RequestBuilder, scene: &Scene) -> RequestBuilder {
        match self.body {
            Body::None => request,
            Body::Json(body) => request.json(&body(scene)),
            Body::Csv(text) => request.header("content-type", "text/csv").body(text),
            Body::Photo => request.body(scene.photo.bytes.clone()),
        }
    }

    fn query(self, query: &'static str) -> Self {
        Self { query, ..self }
    }

    fn json(self, body: Json) -> Self {
        Self { body: Body::Json(body), ..self }
    }

    fn csv(self, text: &'static str) -> Self {
        Self { body: Body::Csv(text), ..self }
    }

    fn endless(self) -> Self {
        Self { endless: true, ..self }
    }

    fn photo(self) -> Self {
        Self { body: Body::Photo, ..self }
    }

    fn in_hand(self) -> Self {
        Self { shows_the_load_to_all: true, ..self }
    }
}

const fn row(method: &'static str, path: &'static str, access: Access) -> Row {
    Row { method, path, access, shows_the_load_to_all: false, endless: false, query: "", body: Body::None }
}

const fn public(method: &'static str, path: &'static str, status: u16) -> Row {
    row(method, path, Access::Public(status))
}

const fn signed_in(method: &'static str, path: &'static str, status: u16) -> Row {
    row(method, path, Access::SignedIn(status))
}

fn groups(method: &'static str, path: &'static str, groups: &[(&[&'static str], u16)], rest: u16) -> Row {
    let groups = groups.iter().map(|(names, status)| (names.to_vec(), *status)).collect();
    row(method, path, Access::Groups(groups, rest))
}

/// At the generator's desk.
const GENERATOR: &[&str] = &["generator", "generator_chief"];
/// At the desk or gate of a side that agrees.
const AGREEING: &[&str] = &["generator", "generator_chief", "facility", "gate"];
/// At the desk or gate of a party.
const DESKS: &[&str] = &["generator", "generator_chief", "dispatcher", "facility", "gate"];
/// The parties and the driver: those who may carry the code.
const PARTIES: &[&str] = &["generator", "generator_chief", "dispatcher", "driver", "facility", "gate"];
/// Whoever may see the load and is no party to it.
const OVERSEEING: &[&str] = &["inspector", "authority", "ministry", "admin"];
/// Whoever may see the load.
const SEEING: &[&str] = &[
    "generator",
    "generator_chief",
    "dispatcher",
    "driver",
    "facility",
    "gate",
    "inspector",
    "authority",
    "ministry",
    "admin",
];
/// Authorities of any area and admins.
const AUTHORITIES: &[&str] = &["authority", "other_authority", "ministry", "admin"];
/// The carrier's desk, and admins.
const CARRIER_DESK: &[&str] = &["dispatcher", "admin"];
/// The carrier's drivers.
const DRIVERS: &[&str] = &["driver", "second_driver"];
/// The facility's desk and gate, and admins.
const RECEIVING: &[&str] = &["facility", "gate", "admin"];
/// Inspectors and authorities of any area.
const INSPECTING: &[&str] = &["inspector", "authority", "other_authority", "ministry"];
/// The generator's desk, and admins.
const OWN_SITE: &[&str] = &["generator", "generator_chief", "admin"];

/// A login of nobody, another each time: the delay that a login earns must not decide a row.
fn stranger() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("nobody{}@e-manifest.test", COUNT.fetch_add(1, Ordering::Relaxed))
}

pub(crate) fn rows() -> Vec<Row> {
    let mut all = sessions_and_devices();
    all.extend(manifests());
    all.extend(registry());
    all.extend(insight());
    all.extend(notices());
    all.extend(scales_and_inspections());
    all
}

fn notices() -> Vec<Row> {
    let token: Json = |_| json!({"token": "of nobody"});
    vec![
        signed_in("GET", "/api/v1/notices", 200),
        signed_in("GET", "/api/v1/notices/{id}", 404),
        signed_in("POST", "/api/v1/notices/read", 200).json(|_| json!({})),
        signed_in("GET", "/api/v1/notices/preferences", 200),
        signed_in("PATCH", "/api/v1/notices/preferences", 200).json(|_| json!({"language": "en"})),
        signed_in("GET", "/api/v1/push/subscriptions", 200),
        signed_in("POST", "/api/v1/push/subscriptions", 422)
            .json(|_| json!({"endpoint": "https://10.0.0.1/", "keys": {"p256dh": "", "auth": ""}})),
        signed_in("DELETE", "/api/v1/push/subscriptions/{id}", 404),
        signed_in("GET", "/api/v1/stream", 200).endless(),
        public("POST", "/api/v1/links/look", 404).json(token),
        public("POST", "/api/v1/links/act", 404).json(token),
    ]
}

fn sessions_and_devices() -> Vec<Row> {
    vec![
        public("POST", "/api/v1/session", 401).json(|_| json!({"login": stranger(), "secret": "x"})),
        signed_in("DELETE", "/api/v1/session", 204),
        signed_in("GET", "/api/v1/me", 200),
        public("POST", "/api/v1/invitations/accept", 401)
            .json(|_| json!({"code": "AAAA-BBBB-CCCC", "pin": "271828"})),
        signed_in("GET", "/api/v1/devices", 200),
        signed_in("POST", "/api/v1/devices", 422)
            .json(|_| json!({"name": "x", "public_key": {"kty": "EC", "crv": "P-256", "x": "", "y": ""}})),
        groups("POST", "/api/v1/devices/{id}/admit", &[(CARRIER_DESK, 200), (&["driver"], 403)], 404),
        groups("POST", "/api/v1/devices/{id}/revoke", &[(CARRIER_DESK, 200), (&["driver"], 200)], 404)
            .json(|_| json!({"reason": "Mất"})),
        signed_in("GET", "/api/v1/field/pack", 200),
        signed_in("POST", "/api/v1/field/events", 200).json(|_| json!({"events": []})),
        groups("GET", "/api/v1/field/files/{sha256}", &[(SEEING, 200)], 404),
        groups("HEAD", "/api/v1/field/files/{sha256}", &[(&["driver"], 200)], 404),
        groups("PUT", "/api/v1/field/files/{sha256}", &[(&["driver"], 200)], 201).photo(),
        public("POST", "/api/v1/verify", 200).json(|scene| json!({"code": scene.load.code})).in_hand(),
        public("GET", "/.well-known/trust-list", 200),
        public("GET", "/status/{n}", 200),
    ]
}

fn manifests() -> Vec<Row> {
    let look = |path| groups("GET", path, &[(SEEING, 200)], 404);
    let carry = |path| groups("GET", path, &[(PARTIES, 200), (OVERSEEING, 403)], 404);
    let forbidden_to_seeing =
        |method, path, able: (&[&'static str], u16)| groups(method, path, &[able, (SEEING, 403)], 404);
    vec![
        signed_in("GET", "/api/v1/manifests", 200),
        groups("POST", "/api/v1/manifests", &[(DESKS, 201)], 403).json(|scene| scene.world.declaration()),
        look("/api/v1/manifests/{id}"),
        look("/api/v1/manifests/{id}/events"),
        look("/api/v1/manifests/{id}/findings"),
        carry("/api/v1/manifests/{id}/qr.svg"),
        carry("/api/v1/manifests/{id}/qr.png"),
        carry("/api/v1/manifests/{id}/label.svg"),
        forbidden_to_seeing("PATCH", "/api/v1/manifests/{id}", (GENERATOR, 409))
            .json(|scene| scene.world.declaration()),
        forbidden_to_seeing("POST", "/api/v1/manifests/{id}/propose", (DESKS, 409)),
        forbidden_to_seeing("POST", "/api/v1/manifests/{id}/approve", (AGREEING, 409)),
        forbidden_to_seeing("POST", "/api/v1/manifests/{id}/void", (AGREEING, 409))
            .json(|_| json!({"reason": "Nhầm"})),
        forbidden_to_seeing("POST", "/api/v1/manifests/{id}/assign", (&["dispatcher"], 409))
            .json(|_| json!({"plate": PLATE})),
        forbidden_to_seeing("POST", "/api/v1/manifests/{id}/confirm", (GENERATOR, 200)).json(|_| json!({})),
        groups(
            "GET",
            "/api/v1/vehicles/by-plate/{plate}/manifests",
            &[(&["inspector", "authority", "other_authority", "ministry"], 200)],
            403,
        ),
        signed_in("GET", "/api/v1/trips", 200),
    ]
}

fn registry() -> Vec<Row> {
    let own_site = |path| groups("GET", path, &[(OWN_SITE, 200)], 404);
    let by_authorities = |path| groups("POST", path, &[(AUTHORITIES, 422)], 403);
    let oversight = |path| groups("POST", path, &[(&["authority", "ministry", "admin"], 200)], 403);
    let at_the_carrier = |path| groups("POST", path, &[(CARRIER_DESK, 422), (DRIVERS, 403)], 404);
    vec![
        signed_in("GET", "/api/v1/organisations", 200),
        by_authorities("/api/v1/organisations").json(|_| {
            json!({"kind": "carrier", "name": " ", "code": "x", "province_code": "31"})
        }),
        oversight("/api/v1/organisations/{id}/suspend").json(|_| json!({"reason": "Vi phạm"})),
        oversight("/api/v1/organisations/{id}/reinstate"),
        signed_in("GET", "/api/v1/people", 200),
        at_the_carrier("/api/v1/people").json(|scene| {
            json!({"name": " ", "role": "driver", "organisation_id": scene.world.cast.dispatcher.organisation_id})
        }),
        groups("POST", "/api/v1/people/{id}/invitations", &[(CARRIER_DESK, 201), (DRIVERS, 403)], 404),
        signed_in("GET", "/api/v1/agreements", 200),
        groups("POST", "/api/v1/agreements", &[(AGREEING, 422)], 403).json(|scene| {
            json!({"generator_id": scene.world.cast.generator.organisation_id, "number": " ", "copy4_days": 30,
                   "facility_id": scene.world.cast.facility.organisation_id,
                   "valid_from": "2026-01-01T00:00:00Z", "valid_to": "2027-01-01T00:00:00Z"})
        }),
        signed_in("POST", "/api/v1/agreements/{id}/confirm", 404),
        signed_in("POST", "/api/v1/agreements/{id}/end", 404),
        signed_in("GET", "/api/v1/permits", 200).query("?organisation_id={carrier}"),
        by_authorities("/api/v1/permits").json(|scene| {
            json!({"organisation_id": scene.world.cast.dispatcher.organisation_id, "kind": "transport", "number": " ",
                   "valid_from": "2026-01-01T00:00:00Z", "valid_to": "2027-01-01T00:00:00Z"})
        }),
        signed_in("GET", "/api/v1/provinces", 200),
        signed_in("GET", "/api/v1/routes", 200).query("?organisation_id={carrier}"),
        at_the_carrier("/api/v1/routes").json(|scene| {
            json!({"organisation_id": scene.world.cast.dispatcher.organisation_id, "name": " ", "geometry": {}})
        }),
        signed_in("GET", "/api/v1/sites", 200),
        groups("POST", "/api/v1/sites", &[(OWN_SITE, 422)], 404).json(|scene| {
            json!({"organisation_id": scene.world.cast.generator.organisation_id, "kind": "generator", "name": " ", "province_code": "31"})
        }),
        groups("PATCH", "/api/v1/sites/{id}", &[(OWN_SITE, 200)], 404).json(|_| json!({"address": "Đình Vũ"})),
        own_site("/api/v1/sites/{id}/code.svg"),
        own_site("/api/v1/sites/{id}/code.png"),
        own_site("/api/v1/sites/{id}/label.svg"),
        signed_in("GET", "/api/v1/vehicles", 200),
        at_the_carrier("/api/v1/vehicles").json(|scene| {
            json!({"organisation_id": scene.world.cast.dispatcher.organisation_id, "plate": "?"})
        }),
        signed_in("GET", "/api/v1/waste-codes", 200),
        groups("GET", "/api/v1/waste-codes/unlisted", &[(AUTHORITIES, 200)], 403),
        by_authorities("/api/v1/waste-codes/import").csv("17 02 0x,Dầu,,,,Đ,Lỏng,**"),
    ]
}

fn insight() -> Vec<Row> {
    let figures =
        |path| groups("GET", path, &[(&["driver", "second_driver", "other_driver", "inspector"], 403)], 200);
    vec![
        signed_in("GET", "/api/v1/inbox", 200),
        signed_in("GET", "/api/v1/findings", 200),
        figures("/api/v1/stats/summary").query("?group=state"),
        figures("/api/v1/stats/totals"),
        figures("/api/v1/stats/trend").query("?by=month"),
        figures("/api/v1/stats/groups").query("?by=facility"),
        figures("/api/v1/stats/cross").query("?rows=province&columns=destination"),
        groups("GET", "/api/v1/map/sites", &[(AUTHORITIES, 200), (&["inspector"], 200)], 403),
        signed_in("GET", "/api/v1/map/provinces", 200),
        signed_in("GET", "/api/v1/map/roads", 200),
    ]
}

fn scales_and_inspections() -> Vec<Row> {
    let at_the_gate = |method, path, status| groups(method, path, &[(RECEIVING, status)], 404);
    let inspecting = |path| groups("GET", path, &[(INSPECTING, 200)], 403);
    vec![
        at_the_gate("POST", "/api/v1/scales", 422)
            .json(|scene| json!({"site_id": scene.world.places.facility.id, "name": "x".repeat(121)})),
        at_the_gate("GET", "/api/v1/sites/{id}/scales", 200),
        at_the_gate("GET", "/api/v1/sites/{id}/weighings", 200),
        at_the_gate("POST", "/api/v1/scales/{id}/revoke", 200),
        // By a scale's own token: no session opens it.
        signed_in("POST", "/api/v1/scales/readings", 401).json(|_| json!({"readings": []})),
        inspecting("/api/v1/inspections"),
        inspecting("/api/v1/vehicles/by-plate/{plate}/inspections"),
    ]
}
