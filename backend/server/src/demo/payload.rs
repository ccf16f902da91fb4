//! Writes a scan as the JSON that a phone signs.

use super::load::{Consent, Fate, Load, Place, Scan};
use super::measure::kilograms;
use super::phones::Phone;
use chrono::{FixedOffset, SecondsFormat, TimeDelta};
use domain::custody::event::EventKind;
use domain::mass::Grams;
use domain::time::{Instant, local_day};
use serde_json::{Value, json};

/// Reasons of a partial acceptance, picked by the load's id.
const PARTIAL: [&str; 3] = [
    "Một phần lẫn tạp chất không có trong chứng từ",
    "Thùng rò rỉ, tách riêng phần không nhận",
    "Bao bì rách, phần này trả lại chủ nguồn thải",
];
/// Reasons of a rejection.
const REJECTED: [&str; 2] =
    ["Thành phần không đúng với chứng từ", "Vượt khả năng lưu giữ của cơ sở trong ngày"];
/// Empty weight of a truck, grams.
const TARE_G: i64 = 5_480_000;

/// The codes that a scan may show.
pub(super) struct Codes<'a> {
    /// Text of the manifest's QR.
    pub(super) manifest: &'a str,
    /// Text of the wall code scanned, if one was.
    pub(super) wall: Option<&'a str>,
    /// The six digits of the pickup.
    pub(super) pickup: &'a str,
}

/// The payload of a scan.
pub(super) fn payload(load: &Load<'_>, scan: &Scan, phone: &Phone, codes: &Codes<'_>) -> Value {
    let shown = scan.at + TimeDelta::milliseconds(scan.ahead_ms);
    let (position, missing) = position(scan.place, shown);
    let mut payload = json!({
        "id": scan.id,
        "kind": scan.kind,
        "manifest_id": load.id,
        "trip_id": load.trip_id,
        "device_seq": scan.seq,
        "event_time": local(shown),
        "clock": {
            "offset_ms": -scan.ahead_ms,
            "measured_at": utc(shown - TimeDelta::minutes(9)),
            "mono_ms": scan.seq * 60_000,
        },
        "acting": phone.grant,
        "position": position,
        "position_missing": missing,
        "details": {},
        "files": [],
    });
    let at_the_load = match scan.kind {
        EventKind::Pickup | EventKind::Delivery | EventKind::Arrival | EventKind::Inspection => true,
        EventKind::Handover
        | EventKind::Storing
        | EventKind::Acceptance
        | EventKind::PartialAcceptance
        | EventKind::Rejection
        | EventKind::Treatment
        | EventKind::Closing
        | EventKind::Incident
        | EventKind::Hold
        | EventKind::Release
        | EventKind::Note
        | EventKind::PositionSupplement => false,
    };
    if at_the_load {
        payload["code"] = json!(codes.manifest);
        payload["code_source"] = json!("camera");
        payload["site_code"] = json!(codes.wall);
        payload["plate"] = json!(scan.plate);
    }
    add_what_the_kind_says(&mut payload, load, scan, codes);
    payload
}

fn add_what_the_kind_says(payload: &mut Value, load: &Load<'_>, scan: &Scan, codes: &Codes<'_>) {
    match scan.kind {
        EventKind::Pickup => {
            let packages: i32 = load.lines.iter().map(|line| line.packaging.count).sum();
            payload["packages"] = json!(packages);
            payload["counterparty"] = counterparty(load.consent, codes.pickup);
            if load.loaded {
                let lines = load.weighed.iter().map(|w| json!({ "line": w.line, "mass_g": w.loaded_g }));
                payload["lines"] = lines.collect();
            }
        }
        EventKind::Acceptance | EventKind::PartialAcceptance | EventKind::Rejection => {
            let lines = load.weighed.iter().map(|weighed| {
                let mut line = json!({ "line": weighed.line, "mass_g": weighed.received_g });
                if weighed.refused_g > Grams(0) {
                    line["refused_g"] = json!(weighed.refused_g);
                }
                line
            });
            payload["lines"] = lines.collect();
            payload["weighing"] = weighing(load, scan);
            if let Some(reason) = reason(load) {
                payload["details"] = json!({ "reason": reason });
            }
        }
        EventKind::Treatment => {
            let lines = load.weighed.iter().zip(&load.lines).map(|(weighed, line)| {
                let mass = Grams(weighed.received_g.0 - weighed.refused_g.0);
                json!({ "line": weighed.line, "mass_g": mass, "method": line.treatment_method })
            });
            payload["lines"] = lines.collect();
            payload["details"] = json!({ "performed_on": local_day(scan.at) });
        }
        EventKind::Closing => payload["details"] = json!({ "name": "Phụ trách xử lý" }),
        EventKind::Inspection => {
            let items = ["qr", "plate", "packaging", "warning_signs", "fire_extinguisher"];
            let checklist = items.map(|item| json!({ "item": item, "ok": true, "note": null }));
            payload["details"] = json!({ "checklist": checklist });
        }
        EventKind::Delivery
        | EventKind::Arrival
        | EventKind::Handover
        | EventKind::Storing
        | EventKind::Incident
        | EventKind::Hold
        | EventKind::Release
        | EventKind::Note
        | EventKind::PositionSupplement => {}
    }
}

fn reason(load: &Load<'_>) -> Option<&'static str> {
    let pick = usize::from(load.id.0.as_bytes()[15]);
    match load.fate {
        Fate::Partial => Some(PARTIAL[pick % PARTIAL.len()]),
        Fate::Rejected => Some(REJECTED[pick % REJECTED.len()]),
        Fate::Accepted | Fate::Void => None,
    }
}

fn weighing(load: &Load<'_>, scan: &Scan) -> Value {
    let net: Grams = load.weighed.iter().map(|weighed| weighed.received_g).sum();
    let source = if kilograms(net) < 200.0 { "typed" } else { "scale" };
    json!({
        "gross_g": Grams(net.0 + TARE_G),
        "tare_g": Grams(TARE_G),
        "net_g": net,
        "ticket": format!("PC-{}", scan.at.format("%y%m%d%H%M")),
        "source": source,
    })
}

fn counterparty(consent: Consent, pickup_code: &str) -> Value {
    let name = "Thủ kho";
    match consent {
        Consent::Code => json!({ "kind": "code", "name": name, "proof": pickup_code }),
        Consent::Glass => {
            json!({ "kind": "glass", "name": name, "proof": "M8 40C20 8 30 60 44 30S70 20 92 36" })
        }
        Consent::Signed => json!({ "kind": "signed", "name": name, "proof": null }),
        Consent::Missing => json!({ "kind": "none", "name": null, "proof": null }),
    }
}

fn position(place: Place, shown: Instant) -> (Value, Value) {
    match place {
        Place::Fix { lat, lon, accuracy_m, mocked } => {
            let fix = json!({
                "lat": lat,
                "lon": lon,
                "accuracy_m": accuracy_m,
                "speed_mps": 0.0,
                "heading_deg": null,
                "fix_time": utc(shown - TimeDelta::milliseconds(2_300)),
                "mocked": mocked,
            });
            (fix, Value::Null)
        }
        Place::Missing(reason) => (Value::Null, json!(reason)),
        Place::Desk => (Value::Null, json!("unavailable")),
    }
}

/// The phone's clock with its zone.
fn local(at: Instant) -> String {
    match FixedOffset::east_opt(7 * 3600) {
        Some(zone) => at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Millis, false),
        None => utc(at),
    }
}

fn utc(at: Instant) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
