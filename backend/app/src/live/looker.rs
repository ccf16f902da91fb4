//! Looks at the table of notices for all streams of a process.

use super::hub::Pulse;
use crate::error::Result;
use crate::notice::view::{NoticeView, views};
use crate::ports::Core;
use chrono::TimeDelta;
use domain::id::{NoticeId, PersonId};
use domain::time::Instant;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use store::notices;

/// Pause between two looks at the table.
const POLL: Duration = Duration::from_secs(1);
/// How far a look reaches back: transactions become visible in another order than they began, and clocks of servers
/// differ a little.
pub(super) const OVERLAP: TimeDelta = TimeDelta::seconds(30);
/// Notices of one look.
pub(super) const MAX_NOTICES: u16 = 2_000;

/// Begins to look at the table, unless somebody does; what is there already is not told.
pub(super) async fn look(core: &Core) -> Result<()> {
    let mut looking = core.live.looking().await;
    if !*looking {
        let mut looker = Looker::default();
        looker.news(core).await?;
        *looking = true;
        tokio::spawn(looker.run(core.clone()));
    }
    Ok(())
}

/// Looks at the table for all streams of a process.
#[derive(Default)]
struct Looker {
    told: HashMap<(NoticeId, PersonId), Instant>,
}

impl Looker {
    /// Looks until no stream is open any more.
    async fn run(mut self, core: Core) {
        let live = core.live.clone();
        loop {
            tokio::time::sleep(POLL).await;
            match self.news(&core).await {
                Ok(Some(news)) => news.into_iter().for_each(|(person, view)| {
                    live.pulse(Pulse::Notice(person, Arc::new(view)));
                }),
                Ok(None) => live.pulse(Pulse::Everything),
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "open streams hear nothing now");
                }
            }
            let mut looking = live.looking().await;
            if !live.is_heard() {
                *looking = false;
                return;
            }
        }
    }

    /// What was told since the last look; `None` when it is too much.
    async fn news(&mut self, core: &Core) -> Result<Option<Vec<(PersonId, NoticeView)>>> {
        let since = core.now() - OVERLAP;
        let mut tx = core.db.read("live.look").await?;
        let mut rows = notices::list_since(&mut tx, since, MAX_NOTICES).await?;
        let too_many = rows.len() >= usize::from(MAX_NOTICES);
        self.told.retain(|_, at| *at >= since);
        rows.retain(|row| self.told.insert((row.id, row.person_id), row.at).is_none());
        if too_many {
            return Ok(None);
        }
        let people: Vec<PersonId> = rows.iter().map(|row| row.person_id).collect();
        Ok(Some(people.into_iter().zip(views(&mut tx, rows).await?).collect()))
    }
}
