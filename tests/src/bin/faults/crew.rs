//! A crew under load: signs, keeps an outbox, sends batches, sends again what was not acknowledged.

use super::run::Scene;
use chrono::{DateTime, Utc};
use domain::id::{EventId, ManifestId};
use serde_json::{Value, json};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tests::pressure::area::{Area, Crew};
use tests::pressure::client::{Client, request};
use tests::pressure::dice::Dice;
use tests::pressure::issue::Load;

/// Most events of one batch.
const BATCH_MAX: usize = 40;
/// Events signed ahead of what is acknowledged: a phone in a dead zone.
const OUTBOX_MAX: usize = 60;
/// Longest time for the last outboxes after the last restart.
const FLUSH: Duration = Duration::from_secs(60);

/// One signed event.
#[derive(Debug, Clone)]
pub(crate) struct Signed {
    /// Its id.
    pub(crate) id: EventId,
    /// Its manifest.
    pub(crate) manifest_id: ManifestId,
    /// Its kind.
    pub(crate) kind: &'static str,
    /// The exact text sent.
    pub(crate) jws: String,
}

/// What a crew did and was told.
#[derive(Debug, Default)]
pub(crate) struct Diary {
    /// Acknowledged, by id: never sent again under load.
    pub(crate) acknowledged: HashMap<EventId, Signed>,
    /// Signed and never acknowledged: must be empty at the end.
    pub(crate) left: Vec<Signed>,
    /// Batches answered 200.
    pub(crate) batches: usize,
    /// Batches without an answer: the server was gone.
    pub(crate) broken: usize,
    /// Batches answered 503.
    pub(crate) busy: usize,
    /// Events acknowledged as duplicates: stored by a server that died before it could say so.
    pub(crate) found_again: usize,
    /// Answers that must not be: refusals, 5xx, a stored event answered as new.
    pub(crate) wrong: Vec<String>,
    /// The server's epoch as last told.
    pub(crate) epoch: Option<i64>,
    /// Acknowledged under an earlier epoch: the server was restored, and they have to go again.
    pub(crate) taken_up: Vec<Signed>,
    /// How many went again for that reason.
    pub(crate) resent: usize,
}

impl Diary {
    /// Notes the epoch of an answer; when it is another, everything acknowledged before is taken up again.
    fn note_epoch(&mut self, epoch: Option<i64>) {
        if self.epoch.is_some() && epoch != self.epoch {
            let mut before: Vec<Signed> = self.acknowledged.drain().map(|(_, event)| event).collect();
            before.sort_by_key(|event| event.id);
            self.resent += before.len();
            self.taken_up.extend(before);
        }
        self.epoch = epoch;
    }
}

/// Works through the crew's loads until `until`, then empties the outbox.
pub(crate) async fn work(
    scene: Arc<Scene>,
    n: usize,
    loads: Vec<Load>,
    mut dice: Dice,
) -> anyhow::Result<Diary> {
    let (area, until) = (&scene.area, scene.until);
    let crew = &area.crews[n];
    let mut script = script(&loads, &mut dice);
    let mut client = Client::new(scene.address);
    let mut outbox: VecDeque<Signed> = VecDeque::new();
    let mut diary = Diary::default();
    loop {
        outbox.extend(diary.taken_up.drain(..));
        let working = Instant::now() < until;
        if working {
            for _ in 0..dice.below(BATCH_MAX / 2).min(OUTBOX_MAX.saturating_sub(outbox.len())) {
                let (load, kind) = script.pop_front().unwrap_or_else(|| (dice.below(loads.len()), "note"));
                outbox.push_back(sign(area, crew, &loads[load], kind, &mut dice)?);
            }
        } else if outbox.is_empty() || until.elapsed() > FLUSH {
            diary.left.extend(outbox);
            return Ok(diary);
        }
        let size = (1 + dice.below(BATCH_MAX)).min(outbox.len());
        if size > 0 {
            let mut batch: Vec<Signed> = outbox.drain(..size).collect();
            if !send(&mut client, crew, &batch, &mut diary, false).await {
                batch.reverse();
                batch.into_iter().for_each(|event| outbox.push_front(event));
            } else if dice.chance(5) {
                send(&mut client, crew, &batch, &mut diary, true).await;
            }
        }
        tokio::time::sleep(Duration::from_millis(u64::try_from(dice.below(120))?)).await;
    }
}

/// Pickup, some remarks, delivery, acceptance of each load; several loads at a time, so that batches mix manifests.
fn script(loads: &[Load], dice: &mut Dice) -> VecDeque<(usize, &'static str)> {
    let mut script = VecDeque::new();
    for trip in (0..loads.len()).collect::<Vec<_>>().chunks(3) {
        script.extend(trip.iter().map(|load| (*load, "pickup")));
        for _ in 0..dice.below(8) {
            script.push_back((trip[dice.below(trip.len())], "note"));
        }
        script.extend(trip.iter().map(|load| (*load, "delivery")));
        script.extend(
            trip.iter().filter(|_| dice.chance(80)).map(|load| (*load, "acceptance")).collect::<Vec<_>>(),
        );
    }
    script
}

fn sign(
    area: &Area,
    crew: &Crew,
    load: &Load,
    kind: &'static str,
    dice: &mut Dice,
) -> anyhow::Result<Signed> {
    let (id, now): (EventId, DateTime<Utc>) = (area.app.new_id()?, server::compose::now());
    let (store, gate) = (area.generators[load.generator].spot(), area.facilities[crew.facility].spot());
    let (phone, payload) = match kind {
        "pickup" => (&crew.driver, crew.driver.pickup(id, load, store, now)),
        "delivery" => (&crew.driver, crew.driver.payload(id, kind, load, Some(gate), now)),
        "acceptance" => (&crew.gate, crew.gate.acceptance(id, load, gate, now)),
        _ => {
            let mut payload = crew.driver.payload(id, kind, load, None, now);
            payload["comment"] = json!("x".repeat(dice.below(400)));
            (&crew.driver, payload)
        }
    };
    Ok(Signed { id, manifest_id: load.id, kind, jws: phone.sign(&payload)? })
}

/// Sends a batch; true when every event was decided. `again`: all of it was acknowledged a moment ago.
pub(crate) async fn send(
    client: &mut Client,
    crew: &Crew,
    batch: &[Signed],
    diary: &mut Diary,
    again: bool,
) -> bool {
    let texts: Vec<&str> = batch.iter().map(|event| event.jws.as_str()).collect();
    let body = json!({ "sent_at": server::compose::now(), "events": texts }).to_string();
    let token = Some(crew.driver.person.token.as_str());
    let Ok(answer) = client.send(&request("POST", "/api/v1/field/events", token, &[], body.as_bytes())).await
    else {
        diary.broken += 1;
        return false;
    };
    if answer.status == 503 {
        diary.busy += 1;
        return false;
    }
    let json = answer.json();
    let results = json["results"].as_array().map_or(&[][..], Vec::as_slice);
    if answer.status != 200 || results.len() != batch.len() {
        diary.wrong.push(format!("answer {}: {json}", answer.status));
        return false;
    }
    diary.batches += 1;
    diary.note_epoch(json["epoch"].as_i64());
    for (event, result) in batch.iter().zip(results) {
        take(event, result, diary, again);
    }
    true
}

fn take(event: &Signed, result: &Value, diary: &mut Diary, again: bool) {
    let outcome = result["outcome"].as_str().unwrap_or_default();
    let same = result["id"].as_str().is_some_and(|id| id == event.id.to_string());
    match outcome {
        "recorded" if same && !again => {}
        "duplicate" if same && again => {}
        "duplicate" if same => diary.found_again += 1,
        _ => diary.wrong.push(format!("event {} ({}, again: {again}): {result}", event.id, event.kind)),
    }
    diary.acknowledged.insert(event.id, event.clone());
}
