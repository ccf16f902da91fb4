//! A desk under load: declares, proposes and has approved, each step once by its Idempotency-Key however often sent.

use super::run::Scene;
use chrono::Duration as Span;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tests::pressure::client::{Answer, Client, request};
use tests::pressure::dice::Dice;
use tests::pressure::person::Person;

/// What the desk was told.
#[derive(Debug, Default)]
pub(crate) struct Issued {
    /// Numbers of acknowledged issues.
    pub(crate) numbers: Vec<String>,
    /// Answers that must not be.
    pub(crate) wrong: Vec<String>,
}

/// Issues one manifest after the other until `until`.
pub(crate) async fn work(scene: Arc<Scene>, mut dice: Dice) -> anyhow::Result<Issued> {
    let (mut client, mut issued, area) = (Client::new(scene.address), Issued::default(), &scene.area);
    while Instant::now() < scene.until {
        let (from, to) = (dice.below(area.generators.len()), dice.below(area.facilities.len()));
        let (from, to) = (&area.generators[from], &area.facilities[to]);
        let now = server::compose::now();
        let declaration = json!({
            "generator_site_id": from.site_id, "facility_site_id": to.site_id,
            "carrier_id": area.carriers[0].organisation_id, "plates": [area.crews[0].plate],
            "planned_pickup_at": now + Span::hours(1), "planned_delivery_at": now + Span::hours(6),
            "lines": [{ "waste_code": "17 02 03", "name": "Dầu thải", "physical_state": "liquid",
                        "declared_mass_g": 481_000, "treatment_method": "TC" }],
        });
        let key = format!("faults-{}", dice.throw());
        let Some(draft) =
            post(&mut client, &from.clerk, "/api/v1/manifests", &key, &declaration, &mut issued).await
        else {
            continue;
        };
        let path = format!("/api/v1/manifests/{}", draft["id"].as_str().unwrap_or_default());
        post(
            &mut client,
            &from.clerk,
            &format!("{path}/propose"),
            &format!("{key}-propose"),
            &Value::Null,
            &mut issued,
        )
        .await;
        let view = post(
            &mut client,
            &to.clerk,
            &format!("{path}/approve"),
            &format!("{key}-approve"),
            &Value::Null,
            &mut issued,
        )
        .await;
        if let Some(number) = view.as_ref().and_then(|view| view["number"].as_str()) {
            issued.numbers.push(number.to_owned());
        }
        tokio::time::sleep(Duration::from_millis(u64::try_from(dice.below(400))?)).await;
    }
    Ok(issued)
}

/// Sends until it is answered; the server may be away for as long as a start takes.
async fn post(
    client: &mut Client,
    by: &Person,
    path: &str,
    key: &str,
    body: &Value,
    issued: &mut Issued,
) -> Option<Value> {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let bytes = request("POST", path, Some(&by.token), &[("idempotency-key", key)], body.as_bytes());
    let asked = Instant::now();
    while asked.elapsed() < Duration::from_secs(60) {
        match client.send(&bytes).await {
            Ok(Answer { status: 200 | 201, body }) => return serde_json::from_slice(&body).ok(),
            Ok(Answer { status: 503, .. }) | Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            Ok(answer) => {
                issued.wrong.push(format!("{path}: {} {}", answer.status, answer.json()));
                return None;
            }
        }
    }
    issued.wrong.push(format!("{path}: no answer for a minute"));
    None
}
