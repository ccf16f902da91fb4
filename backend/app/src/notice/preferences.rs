//! What a person wants to be told, by which ways, and when not.

use super::spread::{Readers, wants};
use crate::app::App;
use crate::caller::Caller;
use crate::error::{FieldCode, FieldErrors, Result};
use domain::notice::quiet::{DAY_MIN, QuietHours};
use domain::notice::{Language, Reach, Topic, Way};
use serde::{Deserialize, Serialize};
use store::notice_preferences::{self, Preferences};
use store::{Json, Tx};

/// What the caller chose, with the usual in place of what was not chosen, and what is possible here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PreferencesView {
    /// Every topic.
    pub topics: Vec<TopicView>,
    /// When push, mail and text wait.
    pub quiet: QuietView,
    /// Language of e-mails and texts; push messages are in the language of their browser's screens.
    pub language: Language,
    /// By which ways the caller can be reached.
    pub ways: WaysView,
}

/// By which ways a topic is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TopicView {
    /// The topic.
    pub topic: Topic,
    /// It does not wait for the end of quiet hours.
    pub urgent: bool,
    /// To browsers.
    pub push: bool,
    /// By e-mail.
    pub mail: bool,
    /// By text.
    pub text: bool,
}

/// A window of the local day, over midnight if it ends before it begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct QuietView {
    /// It is kept.
    pub on: bool,
    /// First quiet minute, `22:00`.
    pub from: String,
    /// First minute that is not quiet any more, `05:30`.
    pub to: String,
}

/// By which ways a person can be reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct WaysView {
    /// The key a browser needs to subscribe; null where the installation sends no push messages.
    pub push_key: Option<String>,
    /// The caller has an e-mail address, and mail is sent.
    pub mail: bool,
    /// The caller has a phone number, and texts are sent.
    pub text: bool,
}

/// What to change; what is left out stays.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
pub struct PreferencesChange {
    /// Topics to change.
    #[serde(default)]
    pub topics: Vec<TopicChange>,
    /// Quiet hours.
    #[serde(default)]
    pub quiet: Option<QuietView>,
    /// Language of e-mails and texts.
    #[serde(default)]
    pub language: Option<Language>,
}

/// By which ways a topic is to be told; what is left out stays.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::ToSchema)]
pub struct TopicChange {
    /// The topic.
    pub topic: Topic,
    /// To browsers.
    #[serde(default)]
    pub push: Option<bool>,
    /// By e-mail.
    #[serde(default)]
    pub mail: Option<bool>,
    /// By text.
    #[serde(default)]
    pub text: Option<bool>,
}

/// The caller's choices.
///
/// # Errors
/// Store failures.
pub async fn show(app: &App, caller: &Caller) -> Result<PreferencesView> {
    let mut tx = app.db.read("notice.preferences").await?;
    view(app, &mut tx, caller).await
}

/// Changes the caller's choices.
///
/// # Errors
/// [`crate::Error::Fields`] for hours that are none or a whole day.
pub async fn change(app: &App, caller: &Caller, input: PreferencesChange) -> Result<PreferencesView> {
    let mut errors = FieldErrors::default();
    let window = input.quiet.as_ref().and_then(|quiet| read_window(quiet, &mut errors));
    errors.finish()?;
    let mut tx = app.db.begin("notice.change_preferences").await?;
    let found = notice_preferences::find_many(&mut tx, &[caller.person_id]).await?.pop();
    let mut chosen = found.unwrap_or_else(|| usual(caller, app));
    if let (Some(quiet), Some(window)) = (&input.quiet, window) {
        chosen.quiet = quiet.on;
        chosen.quiet_from_min = i32::from(window.from_min());
        chosen.quiet_to_min = i32::from(window.to_min());
    }
    chosen.language = input.language.unwrap_or(chosen.language);
    for change in &input.topics {
        let ways = chosen.choices.0.entry(change.topic).or_default();
        for (way, wanted) in [(Way::Push, change.push), (Way::Mail, change.mail), (Way::Text, change.text)] {
            ways.extend(wanted.map(|wanted| (way, wanted)));
        }
    }
    chosen.updated_at = app.now();
    notice_preferences::upsert(&mut tx, &chosen).await?;
    let view = view(app, &mut tx, caller).await?;
    tx.commit().await?;
    Ok(view)
}

fn usual(caller: &Caller, app: &App) -> Preferences {
    Preferences {
        person_id: caller.person_id,
        language: Language::Vi,
        quiet: true,
        quiet_from_min: i32::from(QuietHours::USUAL.from_min()),
        quiet_to_min: i32::from(QuietHours::USUAL.to_min()),
        choices: Json::default(),
        updated_at: app.now(),
    }
}

async fn view(app: &App, tx: &mut Tx, caller: &Caller) -> Result<PreferencesView> {
    let readers = Readers::load(tx, &[caller.person_id]).await?;
    let chosen = readers.preferences(caller.person_id).cloned().unwrap_or_else(|| usual(caller, app));
    let means = &app.settings.means;
    // As if a browser were there: the screen shows what push will do once it is turned on.
    let reach = Reach {
        push: means.push_key.is_some(),
        mail: means.mail && readers.mail(caller.person_id).is_some(),
        text: means.text && readers.phone(caller.person_id).is_some(),
    };
    let now = Reach { push: !readers.browsers(caller.person_id).is_empty(), ..reach };
    let topics = Topic::ALL.iter().map(|topic| TopicView {
        topic: *topic,
        urgent: topic.is_urgent(),
        push: wants(Some(&chosen), *topic, Way::Push, reach),
        mail: wants(Some(&chosen), *topic, Way::Mail, now),
        text: wants(Some(&chosen), *topic, Way::Text, now),
    });
    Ok(PreferencesView {
        topics: topics.collect(),
        quiet: QuietView {
            on: chosen.quiet,
            from: clock(chosen.quiet_from_min),
            to: clock(chosen.quiet_to_min),
        },
        language: chosen.language,
        ways: WaysView { push_key: means.push_key.clone(), mail: reach.mail, text: reach.text },
    })
}

fn clock(minute: i32) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn read_window(quiet: &QuietView, errors: &mut FieldErrors) -> Option<QuietHours> {
    let minute = |text: &str| {
        let (hour, minute) = text.split_once(':').filter(|(h, m)| h.len() == 2 && m.len() == 2)?;
        let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
        (minute < 60 && hour * 60 + minute < DAY_MIN).then_some(hour * 60 + minute)
    };
    let (from, to) = (minute(&quiet.from), minute(&quiet.to));
    for (path, read) in [("quiet.from", from), ("quiet.to", to)] {
        errors.check(read.is_some(), path, FieldCode::BadFormat, "A time such as 22:00.");
    }
    let window = QuietHours::new(from?, to?);
    errors.check(window.is_some(), "quiet.to", FieldCode::OutOfRange, "Leave some hours of the day.");
    window
}
