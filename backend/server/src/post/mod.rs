//! The ways out of the house: push services, a mail server, a gateway for texts. Each is the operator's to configure;
//! what is not configured does not exist for anybody.

mod mail;
mod push;
mod resolve;
mod text;

use crate::config::Config;
use anyhow::Context as _;
use app::notice::Means;
use app::notice::post::{Carried, Letter, Post, Recipient};
use data_encoding::BASE64URL_NOPAD;
use domain::notice::endpoint::PushHosts;
use ring::rand::SecureRandom;
use std::sync::Arc;
use std::time::Duration;

/// Longest any service may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Everything that carries letters here.
pub struct PostOffice {
    push: Option<push::Push>,
    mail: Option<mail::Mail>,
    text: Option<text::Text>,
    means: Means,
}

impl std::fmt::Debug for PostOffice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostOffice").field("means", &self.means).finish_non_exhaustive()
    }
}

impl PostOffice {
    /// Opens what is configured; `demo` may have a push service on this machine.
    ///
    /// # Errors
    /// A sentence that names the key of the configuration and what to do.
    pub fn open(config: &Config, random: &dyn SecureRandom, demo: bool) -> anyhow::Result<Arc<Self>> {
        // One TLS provider for the process; it is only missing when another was installed before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut hosts = PushHosts::with(&config.push_hosts)
            .map_err(|entry| anyhow::anyhow!("push_hosts: {entry:?} is no host name, nor *. before one"))?;
        if let Some(origin) = &config.push_test_service {
            anyhow::ensure!(demo, "push_test_service is for the demo and for tests alone");
            hosts = hosts.and_here(origin).map_err(|_| {
                anyhow::anyhow!("push_test_service is http://127.0.0.1:PORT and nothing else")
            })?;
        }
        let key = crate::keys::open_push(&config.keys_dir, random)?;
        let push_key = key.as_ref().map(|key| BASE64URL_NOPAD.encode(key.public().as_bytes()));
        let push = key
            .map(|_| push::Push::open(config, hosts.clone()))
            .transpose()
            .context("push messages cannot be sent")?;
        let mail = mail::Mail::open(config).context("e-mails cannot be sent")?;
        let text = text::Text::open(config).context("texts cannot be sent")?;
        let means = Means {
            push_key,
            push_hosts: hosts,
            mail: mail.is_some(),
            text: text.is_some(),
            link_actions: config.link_actions.clone(),
        };
        Ok(Arc::new(Self { push, mail, text, means }))
    }

    /// What people can be offered.
    #[must_use]
    pub fn means(&self) -> Means {
        self.means.clone()
    }
}

#[async_trait::async_trait]
impl Post for PostOffice {
    async fn carry(&self, letter: Letter) -> Carried {
        let none = Carried::Refused { why: "no_means" };
        match &letter.to {
            Recipient::Browser { endpoint, public_key, auth_secret } => match &self.push {
                Some(push) => push.carry(&letter, endpoint, public_key, auth_secret).await,
                None => none,
            },
            Recipient::Mail(address) => match &self.mail {
                Some(mail) => mail.carry(&letter, address).await,
                None => none,
            },
            Recipient::Phone(number) => match &self.text {
                Some(text) => text.carry(&letter, number).await,
                None => none,
            },
        }
    }
}

/// A client that goes where it is told and nowhere else: no redirects, no proxy, no long waits.
fn client() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .connect_timeout(PATIENCE)
        .timeout(PATIENCE)
        .user_agent(concat!("emanifest/", env!("CARGO_PKG_VERSION")))
}

/// What an answer means, but for the statuses that a way knows better.
fn carried(response: &reqwest::Response) -> Carried {
    let status = response.status();
    let after = response
        .headers()
        .get(reqwest::header::RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.trim().parse().ok())
        .filter(|seconds: &u32| *seconds > 0)
        .map(|seconds| chrono::TimeDelta::seconds(i64::from(seconds)));
    match status.as_u16() {
        200..=299 => Carried::Taken,
        429 => Carried::Later { after, why: "too_many" },
        408 | 500..=599 => Carried::Later { after, why: "service_failed" },
        // Our own credentials: the operator mends them, and what waits goes out.
        401 | 403 | 407 => Carried::Later { after, why: "not_authorised" },
        300..=399 => Carried::Refused { why: "redirected" },
        _ => Carried::Refused { why: "refused" },
    }
}

/// True for an address of this machine, which needs no encryption on the way.
fn is_here(host: &str) -> bool {
    let plain = host.trim_start_matches('[').trim_end_matches(']');
    plain.eq_ignore_ascii_case("localhost")
        || plain.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
