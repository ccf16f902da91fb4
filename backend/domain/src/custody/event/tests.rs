use super::{EventKind, EventPayload, Unreadable};
use serde_json::json;

fn pickup() -> serde_json::Value {
    json!({"id": "01932c00-0000-7000-8000-000000000001", "kind": "pickup",
           "manifest_id": "01932c00-0000-7000-8000-000000000002", "device_seq": 12,
           "event_time": "2026-11-23T08:10:00.123+07:00", "code": null, "site_code": null, "position": null,
           "position_missing": "denied", "plate": "15C-123.45", "files": [], "weather": "kept and ignored"})
}

fn read(value: &serde_json::Value) -> Result<EventPayload, Unreadable> {
    EventPayload::read(value.to_string().as_bytes())
}

#[test]
fn a_pickup_reads_and_unknown_fields_are_ignored() {
    let event = read(&pickup()).unwrap();
    assert_eq!(event.kind, EventKind::Pickup);
    assert_eq!(event.phone_instant().to_rfc3339(), "2026-11-23T01:10:00.123+00:00");
    assert!(event.oddities.is_empty());
}

#[test]
fn a_position_off_the_globe_is_an_oddity_and_the_event_stays() {
    let mut value = pickup();
    value["position"] = json!({"lat": 999.0, "lon": 106.0});
    let event = read(&value).unwrap();
    assert_eq!(event.position, None);
    assert_eq!(event.oddities[0].path, "position");
}

#[test]
fn negative_and_absurd_masses_are_oddities() {
    let mut value = pickup();
    value["lines"] = json!([{"line": 1, "mass_g": -5}, {"line": 2, "mass_g": 5}, {"line": "x"}]);
    let event = read(&value).unwrap();
    assert_eq!(event.lines.len(), 1);
    assert_eq!(event.oddities.len(), 2);
}

#[test]
fn files_are_named_once_each_and_odd_names_are_oddities() {
    let hash = |n: u8| crate::file::FileHash::of(&[n]).to_string();
    let mut value = pickup();
    value["files"] = json!([hash(1), hash(1), "../../etc/passwd", hash(1).to_uppercase(), 7, hash(2)]);
    value["file_subjects"] = json!({ hash(1): "ticket", hash(2): "smell", hash(3): "load" });
    let event = read(&value).unwrap();
    assert_eq!(event.files.iter().map(ToString::to_string).collect::<Vec<_>>(), [hash(1), hash(2)]);
    let odd: Vec<_> = event.oddities.iter().map(|oddity| oddity.path.as_str()).collect();
    assert_eq!(odd, ["files[2]", "files[3]", "files[4]"]);
    assert_eq!(event.file_subjects.len(), 1, "{:?}", event.file_subjects);
    value["files"] = (0..200).map(|n| json!(hash(n))).collect();
    let event = read(&value).unwrap();
    assert_eq!((event.files.len(), event.oddities[0].path.as_str()), (20, "files"));
    value["files"] = (0..9_000).map(|_| json!("x")).collect();
    assert!(read(&value).unwrap().oddities.len() <= 21, "a flood of names is one oddity in the end");
}

#[test]
fn texts_without_end_are_cut_and_said_to_be() {
    let mut value = pickup();
    value["comment"] = json!("ấ".repeat(5_000));
    value["details"] = json!({"reason": "x".repeat(40_000)});
    let event = read(&value).unwrap();
    assert_eq!(event.comment.unwrap().chars().count(), 4_000);
    assert!(event.details.is_empty());
    let odd: Vec<_> = event.oddities.iter().map(|oddity| oddity.path.as_str()).collect();
    assert_eq!(odd, ["details", "comment"]);
}

#[test]
fn what_cannot_be_kept_says_which_field() {
    for (field, code) in [("id", "required"), ("kind", "required"), ("manifest_id", "required")] {
        let mut value = pickup();
        value[field] = json!(null);
        assert_eq!(read(&value).unwrap_err().code, code, "{field}");
    }
    let mut note = pickup();
    note["kind"] = json!("note");
    note["manifest_id"] = json!(null);
    assert!(read(&note).is_ok());
}
