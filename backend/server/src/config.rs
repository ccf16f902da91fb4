//! Configuration: one TOML file, overridden by the environment, every key documented here.

use anyhow::{Context as _, bail};
use domain::notice::LinkAction;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// A value that is never printed.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Hidden(pub String);

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hidden(…)")
    }
}

/// Everything a deployment decides. Keys of the TOML file are the field names; each has its variable.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// `EMANIFEST_DATABASE_URL`: `sqlite:data/emanifest.sqlite` or `postgres://…`.
    pub database_url: String,
    /// `EMANIFEST_LISTEN`: address and port, 127.0.0.1:8080 unless named.
    pub listen: SocketAddr,
    /// `EMANIFEST_PUBLIC_HOST`: host (and port) in QR codes, at most 53 characters.
    pub public_host: String,
    /// `EMANIFEST_ISSUER`: name of the installation inside its seals, at most 32 bytes (12 keep four lines in a QR).
    pub issuer: String,
    /// `EMANIFEST_KEYS_DIR`: folder of the private keys, files of mode 0600.
    pub keys_dir: PathBuf,
    /// `EMANIFEST_FILES`: where evidence files are kept, a folder or `s3://bucket/prefix`. A bucket's region, address
    /// and keys come from the usual variables: `AWS_REGION`, `AWS_ENDPOINT_URL`, `AWS_ALLOW_HTTP`,
    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`.
    pub files: String,
    /// `EMANIFEST_FILE_QUOTA_MB`: megabytes (10⁶ bytes) of evidence files that one device may send on one day.
    pub file_quota_mb: i64,
    /// `EMANIFEST_BACKUP_DIR`: folder of the backups, on another disk than the database; none: no backups.
    pub backup_dir: Option<PathBuf>,
    /// `EMANIFEST_BACKUP_RECIPIENTS`: public keys (`age1…`) that backups are encrypted to; commas between. Made by
    /// `emanifest keys backup`; the secret half belongs on a medium that is not this machine.
    pub backup_recipients: Vec<String>,
    /// `EMANIFEST_BACKUP_KEEP_DAYS`: days after which older backups are removed, the last three never; 0: none are.
    pub backup_keep_days: u32,
    /// `EMANIFEST_TLS_CERT`: PEM chain; with `tls_key` the server speaks HTTPS itself.
    pub tls_cert: Option<PathBuf>,
    /// `EMANIFEST_TLS_KEY`: PEM private key, mode 0600.
    pub tls_key: Option<PathBuf>,
    /// `EMANIFEST_BEHIND_HTTPS`: true when a proxy in front speaks HTTPS; cookies are then Secure.
    pub behind_https: bool,
    /// `EMANIFEST_DESK_SESSION_HOURS`: how long an office login lasts.
    pub desk_session_hours: i64,
    /// `EMANIFEST_PHONE_SESSION_DAYS`: how long an enrolled phone stays signed in.
    pub phone_session_days: i64,
    /// `EMANIFEST_QUEUE`: events that may wait for the writer before phones are asked to come back.
    pub queue: usize,
    /// `EMANIFEST_STREAM_HEARTBEAT_S`: how often open streams say that they live, seconds; less than what a proxy in
    /// front waits for.
    pub stream_heartbeat_s: u64,
    /// `EMANIFEST_PUSH_HOSTS`: push services besides the usual ones, host names or `*.example.vn`; commas between.
    /// Push messages are sent once there is a key: `emanifest keys push`.
    pub push_hosts: Vec<String>,
    /// `EMANIFEST_PUSH_CONTACT`: where push services reach the operator, `mailto:…` or `https://…`; the public host
    /// unless named.
    pub push_contact: String,
    /// `EMANIFEST_PUSH_TEST_SERVICE`: a push service on this machine, `http://127.0.0.1:PORT`; demo and tests only.
    pub push_test_service: Option<String>,
    /// `EMANIFEST_MAIL_URL`: mail server, `smtps://user:password@host` or `smtp://…?tls=required`; none: no e-mails.
    pub mail_url: Option<Hidden>,
    /// `EMANIFEST_MAIL_FROM`: sender of e-mails.
    pub mail_from: String,
    /// `EMANIFEST_TEXT_URL`: gateway for SMS or a messenger such as Zalo, posted to over HTTPS; none: no texts.
    pub text_url: Option<String>,
    /// `EMANIFEST_TEXT_TOKEN`: bearer token of the gateway.
    pub text_token: Option<Hidden>,
    /// `EMANIFEST_TEXT_BODY`: JSON that the gateway takes, with the blanks `{to}`, `{text}` and `{id}` inside strings.
    pub text_body: String,
    /// `EMANIFEST_LINK_ACTIONS`: what links in e-mails and texts may do without a sign-in: `confirm_pickup`,
    /// `approve` (e-mails only); commas between, empty for none.
    pub link_actions: Vec<LinkAction>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            database_url: "sqlite:data/emanifest.sqlite".into(),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_host: "127.0.0.1:8080".into(),
            issuer: "emanifest".into(),
            keys_dir: "data/keys".into(),
            files: "data/files".into(),
            file_quota_mb: 300,
            backup_dir: None,
            backup_recipients: Vec::new(),
            backup_keep_days: 0,
            tls_cert: None,
            tls_key: None,
            behind_https: false,
            desk_session_hours: 12,
            phone_session_days: 30,
            queue: 8192,
            stream_heartbeat_s: 15,
            push_hosts: Vec::new(),
            push_contact: String::new(),
            push_test_service: None,
            mail_url: None,
            mail_from: "noreply@localhost".into(),
            text_url: None,
            text_token: None,
            text_body: r#"{"to": "{to}", "text": "{text}", "id": "{id}"}"#.into(),
            link_actions: vec![LinkAction::ConfirmPickup],
        }
    }
}

impl Config {
    /// Reads the file (if any) and the environment, and checks every value.
    ///
    /// # Errors
    /// A sentence that names the key and what to do.
    pub fn read(file: Option<&Path>) -> anyhow::Result<Self> {
        let mut config = match file {
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .with_context(|| format!("cannot read {}", path.display()))?;
                toml::from_str(&text)
                    .with_context(|| format!("{} is not a valid configuration", path.display()))?
            }
            None => Self::default(),
        };
        config.apply(|key| std::env::var(key).ok())?;
        config.check()?;
        Ok(config)
    }

    fn apply(&mut self, variable: impl Fn(&str) -> Option<String>) -> anyhow::Result<()> {
        let set = |key: &str, slot: &mut String| {
            if let Some(value) = variable(key) {
                *slot = value;
            }
        };
        set("EMANIFEST_DATABASE_URL", &mut self.database_url);
        set("EMANIFEST_PUBLIC_HOST", &mut self.public_host);
        set("EMANIFEST_ISSUER", &mut self.issuer);
        set("EMANIFEST_FILES", &mut self.files);
        parse(&variable, "EMANIFEST_FILE_QUOTA_MB", &mut self.file_quota_mb)?;
        parse(&variable, "EMANIFEST_BACKUP_KEEP_DAYS", &mut self.backup_keep_days)?;
        parse_list(&variable, "EMANIFEST_BACKUP_RECIPIENTS", &mut self.backup_recipients)?;
        parse(&variable, "EMANIFEST_LISTEN", &mut self.listen)?;
        parse(&variable, "EMANIFEST_KEYS_DIR", &mut self.keys_dir)?;
        parse(&variable, "EMANIFEST_BEHIND_HTTPS", &mut self.behind_https)?;
        parse(&variable, "EMANIFEST_DESK_SESSION_HOURS", &mut self.desk_session_hours)?;
        parse(&variable, "EMANIFEST_PHONE_SESSION_DAYS", &mut self.phone_session_days)?;
        parse(&variable, "EMANIFEST_QUEUE", &mut self.queue)?;
        parse(&variable, "EMANIFEST_STREAM_HEARTBEAT_S", &mut self.stream_heartbeat_s)?;
        set("EMANIFEST_PUSH_CONTACT", &mut self.push_contact);
        set("EMANIFEST_MAIL_FROM", &mut self.mail_from);
        set("EMANIFEST_TEXT_BODY", &mut self.text_body);
        let given = |key: &str| variable(key).filter(|value| !value.is_empty());
        self.push_test_service = given("EMANIFEST_PUSH_TEST_SERVICE").or(self.push_test_service.take());
        self.text_url = given("EMANIFEST_TEXT_URL").or(self.text_url.take());
        self.mail_url = given("EMANIFEST_MAIL_URL").map(Hidden).or(self.mail_url.take());
        self.text_token = given("EMANIFEST_TEXT_TOKEN").map(Hidden).or(self.text_token.take());
        parse_list(&variable, "EMANIFEST_PUSH_HOSTS", &mut self.push_hosts)?;
        parse_list(&variable, "EMANIFEST_LINK_ACTIONS", &mut self.link_actions)?;
        if let Some(path) = given("EMANIFEST_BACKUP_DIR") {
            self.backup_dir = Some(path.into());
        }
        if let Some(path) = variable("EMANIFEST_TLS_CERT") {
            self.tls_cert = Some(path.into());
        }
        if let Some(path) = variable("EMANIFEST_TLS_KEY") {
            self.tls_key = Some(path.into());
        }
        Ok(())
    }

    fn check(&self) -> anyhow::Result<()> {
        if self.public_host.len() > domain::seal::qr::HOST_MAX {
            bail!(
                "public_host has more than {} characters: the QR would grow too large",
                domain::seal::qr::HOST_MAX
            );
        }
        domain::seal::qr::render(&self.public_host, &[0]).map_err(|_| {
            anyhow::anyhow!("public_host is no host name: letters, digits, dots, hyphens and a port")
        })?;
        if self.issuer.is_empty() || self.issuer.len() > 32 {
            bail!("issuer is 1 to 32 bytes");
        }
        if self.tls_cert.is_some() != self.tls_key.is_some() {
            bail!("set both tls_cert and tls_key, or neither");
        }
        if self.files.is_empty() || (self.files.contains("://") && !self.files.starts_with("s3://")) {
            bail!("files is a folder or s3://bucket/prefix");
        }
        crate::backup::recipients(&self.backup_recipients)?;
        if !(1..=1_000_000).contains(&self.file_quota_mb) {
            bail!("file_quota_mb is 1 to 1,000,000");
        }
        if !(1..=24 * 31).contains(&self.desk_session_hours) {
            bail!("desk_session_hours is 1 to 744");
        }
        if !(1..=365).contains(&self.phone_session_days) {
            bail!("phone_session_days is 1 to 365");
        }
        if !(1..=1_000_000).contains(&self.queue) {
            bail!("queue is 1 to 1,000,000 events");
        }
        if !(1..=300).contains(&self.stream_heartbeat_s) {
            bail!("stream_heartbeat_s is 1 to 300");
        }
        let contact = self.push_contact.as_str();
        if !contact.is_empty() && !contact.starts_with("mailto:") && !contact.starts_with("https://") {
            bail!("push_contact is mailto:… or https://…");
        }
        Ok(())
    }

    /// True when browsers reach this server over HTTPS.
    #[must_use]
    pub const fn https(&self) -> bool {
        self.tls_cert.is_some() || self.behind_https
    }
}

fn parse<T>(variable: &impl Fn(&str) -> Option<String>, key: &str, slot: &mut T) -> anyhow::Result<()>
where
    T: std::str::FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    if let Some(value) = variable(key) {
        *slot = value.parse().with_context(|| format!("{key} is not valid"))?;
    }
    Ok(())
}

/// A list with commas between; an empty value is an empty list.
fn parse_list<T>(
    variable: &impl Fn(&str) -> Option<String>,
    key: &str,
    slot: &mut Vec<T>,
) -> anyhow::Result<()>
where
    T: std::str::FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    if let Some(value) = variable(key) {
        let words = value.split(',').map(str::trim).filter(|word| !word.is_empty());
        *slot =
            words.map(str::parse).collect::<Result<_, _>>().with_context(|| format!("{key} is not valid"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Config, Hidden};
    use domain::notice::LinkAction;

    #[test]
    fn the_defaults_are_valid_and_unknown_keys_are_not() {
        Config::default().check().unwrap();
        assert!(toml::from_str::<Config>("listne = '127.0.0.1:1'").is_err());
    }

    #[test]
    fn the_packaged_file_is_valid_and_names_every_key() {
        let text = include_str!("../../../scripts/packaging/config.toml");
        toml::from_str::<Config>(text).unwrap().check().unwrap();
        // What serde says of a wrong key lists the right ones.
        let said = toml::from_str::<Config>("no_such_key = 1").unwrap_err().to_string();
        let (_, listed) = said.split_once("expected one of").unwrap();
        let keys: Vec<&str> = listed.split('`').skip(1).step_by(2).collect();
        assert!(keys.len() > 20, "{said}");
        for key in keys.into_iter().filter(|key| *key != "push_test_service") {
            assert!(text.contains(&format!("{key} = ")), "{key} is not explained");
        }
    }

    #[test]
    fn the_environment_wins_and_bad_values_name_their_key() {
        let mut config = Config::default();
        config.apply(|key| (key == "EMANIFEST_QUEUE").then(|| "5".into())).unwrap();
        assert_eq!(config.queue, 5);
        let list =
            |value: &'static str| move |key: &str| (key == "EMANIFEST_LINK_ACTIONS").then(|| value.into());
        config.apply(list("")).unwrap();
        assert_eq!(config.link_actions, []);
        config.apply(list("approve, confirm_pickup")).unwrap();
        assert_eq!(config.link_actions, [LinkAction::Approve, LinkAction::ConfirmPickup]);
        assert!(config.apply(list("reject")).is_err());
        let error = config.apply(|key| (key == "EMANIFEST_LISTEN").then(|| "here".into())).unwrap_err();
        assert!(error.to_string().contains("EMANIFEST_LISTEN"));
    }

    #[test]
    fn secrets_are_not_printed() {
        let mail_url = Some(Hidden("smtps://user:geheim@mail.example.vn".into()));
        let config = Config { mail_url, text_token: Some(Hidden("geheim".into())), ..Config::default() };
        assert!(!format!("{config:?}").contains("geheim"));
    }

    #[test]
    fn hosts_that_cannot_stand_in_a_code_are_refused_at_start() {
        for host in ["a b", "user@host", &"x".repeat(54)] {
            assert!(Config { public_host: host.to_owned(), ..Config::default() }.check().is_err(), "{host}");
        }
    }
}
