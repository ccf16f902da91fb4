//! The first administrator of an installation.

use crate::compose;
use crate::config::Config;
use anyhow::bail;
use app::password::{self, MIN_PASSWORD};
use domain::id::{OrganisationId, PersonId};
use domain::party::{OrganisationKind, Role};
use domain::time::instant;
use ring::rand::{SecureRandom as _, SystemRandom};
use std::io::BufRead as _;
use store::{grants, organisations, people};

/// Makes the authority and its administrator; the password is read from standard input.
///
/// # Errors
/// When there are people already, or the password is short.
pub async fn run(config: &Config, authority: &str, login: &str) -> anyhow::Result<()> {
    println!("Password of {login} (at least {MIN_PASSWORD} characters), then Enter:");
    let mut password = String::new();
    std::io::stdin().lock().read_line(&mut password)?;
    let password = password.trim_end_matches(['\r', '\n']);
    if password.chars().count() < MIN_PASSWORD {
        bail!("the password needs at least {MIN_PASSWORD} characters");
    }
    let db = compose::open_database(&config.database_url).await?;
    let hash = password::hash(password.to_owned()).await?;
    let now = instant(compose::now());
    let mut tx = db.begin("init").await?;
    let page = store::Page::first(1);
    if !people::list(&mut tx, &people::Filter::default(), &page).await?.items.is_empty() {
        bail!("there are people already; the administrator adds others on screen");
    }
    let organisation_id = OrganisationId(new_id(now)?);
    let organisation = organisations::Organisation {
        id: organisation_id,
        kind: OrganisationKind::Authority,
        name: authority.to_owned(),
        code: None,
        province_code: None,
        address: String::new(),
        phone: String::new(),
        suspended_at: None,
        created_at: now,
    };
    organisations::insert(&mut tx, &organisation).await?;
    let person_id = PersonId(new_id(now)?);
    let person = people::Person {
        id: person_id,
        name: login.to_owned(),
        login: login.to_owned(),
        phone: String::new(),
        secret_hash: Some(hash),
        demo: false,
        created_at: now,
    };
    people::insert(&mut tx, &person).await?;
    for role in [Role::Admin, Role::Authority] {
        let grant = grants::Grant { person_id, role, organisation_id, granted_at: now, ended_at: None };
        grants::insert(&mut tx, &grant).await?;
    }
    tx.commit().await?;
    println!("{login} administers {authority}.");
    Ok(())
}

fn new_id(now: domain::time::Instant) -> anyhow::Result<uuid::Uuid> {
    let mut random = [0; 10];
    SystemRandom::new().fill(&mut random).map_err(|_| anyhow::anyhow!("no randomness"))?;
    let millis = u64::try_from(now.timestamp_millis())?;
    Ok(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
}
