//! Turning notices into deliveries: by which ways each person wants to hear, and when.

use super::{mail_address, phone_number, reach};
use crate::error::Result;
use crate::ports::Core;
use crate::sets::distinct;
use domain::id::PersonId;
use domain::notice::quiet::QuietHours;
use domain::notice::{Reach, Topic, Way};
use domain::time::Instant;
use std::collections::HashMap;
use store::deliveries::{self, NewDelivery};
use store::notice_preferences::{self, Preferences};
use store::notices::{self, Notice};
use store::people::{self, Person};
use store::push_subscriptions::{self, Subscription};

/// Most notices of one transaction.
const AT_ONCE: u16 = 200;

/// People with what decides how they are told.
pub(super) struct Readers {
    people: HashMap<PersonId, Person>,
    preferences: HashMap<PersonId, Preferences>,
    browsers: HashMap<PersonId, Vec<Subscription>>,
}

impl Readers {
    /// Loads people: three statements, however many there are.
    pub(super) async fn load(tx: &mut store::Tx, ids: &[PersonId]) -> Result<Self> {
        let mut browsers: HashMap<PersonId, Vec<Subscription>> = HashMap::new();
        for subscription in push_subscriptions::list_for(tx, ids).await? {
            browsers.entry(subscription.person_id).or_default().push(subscription);
        }
        let preferences = notice_preferences::find_many(tx, ids).await?;
        Ok(Self {
            people: people::find_many(tx, ids).await?.into_iter().map(|person| (person.id, person)).collect(),
            preferences: preferences.into_iter().map(|chosen| (chosen.person_id, chosen)).collect(),
            browsers,
        })
    }

    pub(super) fn browsers(&self, id: PersonId) -> &[Subscription] {
        self.browsers.get(&id).map_or(&[], Vec::as_slice)
    }

    pub(super) fn mail(&self, id: PersonId) -> Option<String> {
        self.people.get(&id).and_then(|person| mail_address(&person.login)).map(str::to_owned)
    }

    pub(super) fn phone(&self, id: PersonId) -> Option<String> {
        self.people.get(&id).and_then(|person| phone_number(&person.phone))
    }

    pub(super) fn preferences(&self, id: PersonId) -> Option<&Preferences> {
        self.preferences.get(&id)
    }

    fn reach(&self, core: &Core, id: PersonId) -> Reach {
        let person = self.people.get(&id);
        person.map(|person| reach(&core.settings.means, person, self.browsers(id).len())).unwrap_or_default()
    }
}

/// True when a person wants a topic by a way.
pub(super) fn wants(chosen: Option<&Preferences>, topic: Topic, way: Way, reach: Reach) -> bool {
    let said = chosen.and_then(|chosen| chosen.choices.get(&topic)?.get(&way).copied());
    reach.has(way) && said.unwrap_or_else(|| topic.is_wanted(way, reach))
}

/// When a notice may be told outside the application.
fn due_at(chosen: Option<&Preferences>, notice: &Notice, now: Instant) -> Instant {
    let window = match chosen {
        None => Some(QuietHours::USUAL),
        Some(chosen) if !chosen.quiet => None,
        Some(chosen) => u16::try_from(chosen.quiet_from_min)
            .ok()
            .zip(u16::try_from(chosen.quiet_to_min).ok())
            .and_then(|(from, to)| QuietHours::new(from, to)),
    };
    window.filter(|_| !notice.urgent).map_or(now, |window| window.earliest(now))
}

/// Makes the deliveries of what was told since the last time. Returns how many notices were looked at.
pub(super) async fn spread(core: &Core) -> Result<usize> {
    let now = core.now();
    let mut tx = core.db.begin("notice.spread").await?;
    let told = notices::update_spread(&mut tx, now, AT_ONCE).await?;
    if told.is_empty() {
        return Ok(0);
    }
    let readers = Readers::load(&mut tx, &distinct(told.iter().map(|notice| notice.person_id))).await?;
    let mut new = Vec::new();
    for notice in &told {
        let person = notice.person_id;
        let (chosen, reach) = (readers.preferences(person), readers.reach(core, person));
        let due_at = due_at(chosen, notice, now);
        for way in Way::ALL.iter().copied().filter(|way| wants(chosen, notice.topic, *way, reach)) {
            let targets: Vec<_> = match way {
                Way::Push => readers.browsers(person).iter().map(|browser| Some(browser.id)).collect(),
                Way::Mail | Way::Text => vec![None],
            };
            for subscription_id in targets {
                new.push(NewDelivery {
                    id: core.new_id()?,
                    notice_id: notice.id,
                    person_id: person,
                    way,
                    subscription_id,
                    due_at,
                    made_at: now,
                });
            }
        }
    }
    deliveries::insert_batch(&mut tx, &new).await?;
    tx.commit().await?;
    Ok(told.len())
}
