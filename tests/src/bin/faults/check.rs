//! What must hold afterwards, looked at in the database itself and then through the server.

use super::Options;
use super::crew::{self, Diary, Signed};
use super::office::Issued;
use super::run::Scene;
use domain::id::{EventId, ManifestId};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use store::testing::rows;
use store::{Db, Kind};
use tests::pressure::client::{Client, request};
use tests::pressure::issue::Load;
use tests::proof;

/// Checks passed and failed.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Passed.
    pub(crate) passed: usize,
    /// Failed.
    pub(crate) failed: usize,
}

impl Tally {
    fn check(&mut self, what: &str, wrong: &[String]) {
        if wrong.is_empty() {
            self.passed += 1;
            println!("   ok      {what}");
        } else {
            self.failed += 1;
            println!("   FAILED  {what}: {} in all, such as {}", wrong.len(), wrong[0]);
        }
    }
}

/// Everything that the load did and was told.
pub(crate) struct Seen<'a> {
    /// Who and where.
    pub(crate) scene: &'a Scene,
    /// Manifests issued before.
    pub(crate) loads: &'a [Load],
    /// What the crews were told.
    pub(crate) diaries: &'a [Diary],
    /// What the desk was told.
    pub(crate) issued: &'a Issued,
    /// Kills.
    pub(crate) kills: usize,
}

impl Seen<'_> {
    fn acknowledged(&self) -> HashMap<String, &Signed> {
        self.diaries
            .iter()
            .flat_map(|diary| &diary.acknowledged)
            .map(|(id, event)| (id_digits(&id.to_string()), event))
            .collect()
    }

    fn sum(&self, of: fn(&Diary) -> usize) -> usize {
        self.diaries.iter().map(of).sum()
    }

    /// The furthest state that the acknowledged events of each manifest bring it to.
    fn expected(&self) -> BTreeMap<ManifestId, &'static str> {
        let mut kinds: BTreeMap<ManifestId, HashSet<&str>> = BTreeMap::new();
        for event in self.diaries.iter().flat_map(|diary| diary.acknowledged.values()) {
            kinds.entry(event.manifest_id).or_default().insert(event.kind);
        }
        let state = |id: &ManifestId| match kinds.get(id) {
            Some(kinds) if kinds.contains("acceptance") => "accepted",
            Some(kinds) if kinds.contains("delivery") => "arrived",
            Some(kinds) if kinds.contains("pickup") => "in_transit",
            _ => "issued",
        };
        self.loads.iter().map(|load| (load.id, state(&load.id))).collect()
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// An id as both databases show it: hexadecimal digits alone.
fn id_digits(text: &str) -> String {
    text.trim_start_matches("\\x").replace('-', "")
}

/// Checks the database while no server runs.
pub(crate) async fn offline(
    db: &Db,
    kind: Kind,
    options: &Options,
    seen: &Seen<'_>,
    tally: &mut Tally,
) -> anyhow::Result<()> {
    let acknowledged = seen.acknowledged();
    println!(
        "{kind:?}: {} kills, {} events acknowledged in {} batches; {} requests cut off, {} answered busy, \
         {} events stored by a server that died before it said so; {} manifests issued over HTTP",
        seen.kills,
        acknowledged.len(),
        seen.sum(|diary| diary.batches),
        seen.sum(|diary| diary.broken),
        seen.sum(|diary| diary.busy),
        seen.sum(|diary| diary.found_again),
        seen.issued.numbers.len(),
    );
    let (mut lost, mut other, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
    let mut stored: HashMap<String, Vec<String>> = HashMap::new();
    for row in rows(db, "custody_events").await? {
        stored.entry(id_digits(&text(&row["id"]))).or_default().push(text(&row["jws"]));
    }
    for (id, event) in &acknowledged {
        match stored.get(id).map(Vec::as_slice) {
            Some([jws]) if *jws == event.jws => {}
            Some(found) => other.push(format!("{id}: {} rows or other bytes", found.len())),
            None => lost.push(format!("{id} ({})", event.kind)),
        }
    }
    unknown.extend(stored.keys().filter(|id| !acknowledged.contains_key(*id)).cloned());
    tally.check("every acknowledged event is in the database", &lost);
    tally.check("each once, with the very bytes that were sent", &other);
    tally.check("nothing is there that was never sent", &unknown);
    let left: Vec<String> =
        seen.diaries.iter().flat_map(|d| &d.left).map(|event| event.id.to_string()).collect();
    tally.check("everything signed was acknowledged in the end", &left);
    let wrong: Vec<String> = seen.diaries.iter().flat_map(|diary| diary.wrong.clone()).collect();
    tally.check("no answer but 200 and 503, nothing refused, nothing forgotten between two sendings", &wrong);
    let refused: Vec<String> =
        rows(db, "refused_events").await?.iter().map(|row| text(&row["reason"])).collect();
    tally.check("nothing was parked or refused", &refused);
    tally.check(
        "every custody chain holds: numbers without gaps, hashes, signatures",
        &failure(proof::chains_hold(db).await),
    );
    let states: HashMap<String, String> = rows(db, "manifests")
        .await?
        .iter()
        .map(|row| (id_digits(&text(&row["id"])), text(&row["state"])))
        .collect();
    let misplaced: Vec<String> = seen
        .expected()
        .into_iter()
        .filter(|(id, state)| states.get(&id_digits(&id.to_string())).is_none_or(|found| found != state))
        .map(|(id, state)| {
            format!("{id} should be {state}, is {:?}", states.get(&id_digits(&id.to_string())))
        })
        .collect();
    tally.check("every manifest is where its acknowledged events bring it", &misplaced);
    if options.restore {
        let resent = seen.sum(|diary| diary.resent);
        println!("   {resent} acknowledged events were sent again to the restored server");
        let none = if resent > 0 { Vec::new() } else { vec!["nobody noticed the restore".to_owned()] };
        tally.check("phones noticed the restore and sent again what they keep", &none);
        tally.check("no manifest number was given twice, before or after", &given_twice(db, seen).await?);
    } else {
        tally.check(
            "manifest numbers have no gaps, and every acknowledged issue has its own",
            &numbers(db, seen).await?,
        );
    }
    let app = &seen.scene.area.app;
    let reopened = server::compose::app(
        &server::config::Config::default(),
        db.clone(),
        app.keyring.clone(),
        app::notice::Means::default(),
        false,
    );
    let folded = proof::nothing_else_holds_truth(&reopened).await;
    tally.check("folding everything again changes no row", &failure(folded));
    let too_few =
        if seen.kills == options.kills { Vec::new() } else { vec![format!("{} kills", seen.kills)] };
    tally.check("as many kills as asked for", &too_few);
    Ok(())
}

fn failure(outcome: Result<(), String>) -> Vec<String> {
    outcome.err().into_iter().collect()
}

/// Numbers that the desk was told twice, or was told for another manifest than the one that has it now.
async fn given_twice(db: &Db, seen: &Seen<'_>) -> anyhow::Result<Vec<String>> {
    let mut told = HashSet::new();
    let mut wrong: Vec<String> =
        seen.issued.numbers.iter().filter(|number| !told.insert(*number)).cloned().collect();
    let mut held = HashSet::new();
    for row in rows(db, "manifests").await? {
        if let Some(number) = row["number"].as_str()
            && !held.insert(number.to_owned())
        {
            wrong.push(number.to_owned());
        }
    }
    // A draft of after the backup is gone: its desk is told so, and begins again.
    wrong.extend(seen.issued.wrong.iter().filter(|answer| !answer.contains(": 404 ")).cloned());
    Ok(wrong)
}

async fn numbers(db: &Db, seen: &Seen<'_>) -> anyhow::Result<Vec<String>> {
    let mut serials: BTreeMap<(String, i64), BTreeSet<i64>> = BTreeMap::new();
    let (mut count, mut given) = (0, HashSet::new());
    for row in rows(db, "manifests").await? {
        if let Some(serial) = row["serial"].as_i64() {
            let series = (text(&row["serial_permit"]), row["serial_year"].as_i64().unwrap_or(0));
            serials.entry(series).or_default().insert(serial);
            given.insert(text(&row["number"]));
            count += 1;
        }
    }
    let mut wrong = Vec::new();
    for (series, serials) in &serials {
        let last = serials.last().copied().unwrap_or(0);
        if i64::try_from(serials.len())? != last || serials.first() != Some(&1) {
            wrong.push(format!("{series:?}: {} numbers up to {last}", serials.len()));
        }
    }
    if given.len() != count {
        wrong.push(format!("{count} manifests share {} numbers", given.len()));
    }
    wrong.extend(seen.issued.numbers.iter().filter(|number| !given.contains(*number)).cloned());
    wrong.extend(seen.issued.wrong.clone());
    Ok(wrong)
}

/// Checks the same through a fresh server.
pub(crate) async fn online(seen: &Seen<'_>, tally: &mut Tally) -> anyhow::Result<()> {
    let area = &seen.scene.area;
    let mut client = Client::new(seen.scene.address);
    let mut of_manifest: HashMap<ManifestId, BTreeSet<String>> = HashMap::new();
    for event in seen.diaries.iter().flat_map(|diary| diary.acknowledged.values()) {
        of_manifest.entry(event.manifest_id).or_default().insert(event.id.to_string());
    }
    let (expected, mut wrong) = (seen.expected(), Vec::new());
    for load in seen.loads {
        let token = Some(area.crews[load.crew].driver.person.token.as_str());
        let path = format!("/api/v1/manifests/{}", load.id);
        let view = client.send(&request("GET", &path, token, &[], b"")).await?.json();
        let page = client.send(&request("GET", &format!("{path}/events"), token, &[], b"")).await?.json();
        let listed: Vec<String> =
            page["items"].as_array().into_iter().flatten().map(|item| text(&item["id"])).collect();
        let unique: BTreeSet<String> = listed.iter().cloned().collect();
        if unique.len() != listed.len() || unique != of_manifest.remove(&load.id).unwrap_or_default() {
            wrong.push(format!("{path}/events lists {}", listed.len()));
        }
        if expected.get(&load.id).copied() != view["state"].as_str() {
            wrong.push(format!("{path} says {}", view["state"]));
        }
    }
    tally.check("GET manifests/{id} and /events say the same", &wrong);
    let mut diary = Diary::default();
    for (crew, told) in area.crews.iter().zip(seen.diaries) {
        let all: Vec<Signed> = told.acknowledged.values().cloned().collect();
        for batch in all.chunks(100) {
            if !crew::send(&mut client, crew, batch, &mut diary, true).await {
                diary.wrong.push("a batch was not answered".to_owned());
            }
        }
    }
    let sent: HashSet<EventId> = diary.acknowledged.keys().copied().collect();
    if sent.len() != seen.acknowledged().len() {
        diary.wrong.push(format!("{} of {} answered", sent.len(), seen.acknowledged().len()));
    }
    tally.check("everything sent once more is a duplicate", &diary.wrong);
    Ok(())
}
