//! The command line of `emanifest`.

use crate::config::Config;
use crate::doctor::{self, Language, Light};
use crate::{backup, compose, keys};
use clap::{Parser, Subcommand, ValueEnum};
use domain::seal::key::Kid;
use domain::seal::trust_list::KeyUse;
use ring::rand::SystemRandom;
use std::path::{Path, PathBuf};

/// Electronic manifests of hazardous waste.
#[derive(Debug, Parser)]
#[command(name = "emanifest", version, about)]
pub struct Cli {
    /// Configuration file (TOML); the environment wins over it.
    #[arg(long, global = true, env = "EMANIFEST_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves an installation.
    Serve,
    /// Brings the database to this version's schema and loads the reference tables.
    Migrate,
    /// Serves the demo province on this machine, with logins for every role.
    Demo {
        /// Also for phones on the local network, over HTTPS with an authority of its own.
        #[arg(long)]
        lan: bool,
        /// Folder of the demo's database, keys and logins.
        #[arg(long, default_value = "data")]
        data: PathBuf,
        /// Days of past loads to fill an empty database with.
        #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u64).range(1..=365))]
        days: u64,
    },
    /// Creates, rotates, lists and signs keys.
    Keys {
        #[command(subcommand)]
        action: KeyAction,
    },
    /// Makes an organisation of authorities and the first administrator; asks the password on standard input.
    Init {
        /// Name of the authority.
        #[arg(long)]
        authority: String,
        /// Login of the administrator.
        #[arg(long)]
        login: String,
    },
    /// Folds every manifest again from its acts and events.
    Rebuild,
    /// Looks at clock, keys, disk, database, backups, queues, mail and certificates; each red says what to do.
    /// Ends with 0 when nothing is red, with 1 otherwise.
    Doctor {
        /// Language of the answers.
        #[arg(long, value_enum, default_value_t = Language::Vi)]
        language: Language,
        /// As JSON, for programs that watch.
        #[arg(long)]
        json: bool,
    },
    /// Makes an encrypted backup in the configured folder while the server serves.
    Backup,
    /// Restores a backup into an empty place, raises the epoch and leaves out numbers that may have been given.
    Restore {
        /// The archive; evidence files lie beside it in the folder `files`.
        #[arg(long)]
        from: PathBuf,
        /// File of the secret key.
        #[arg(long)]
        identity: PathBuf,
        /// Only reads the archive to its end and writes nothing: is it whole, does this key open it?
        #[arg(long)]
        check: bool,
        /// Most manifests that one permit may have got in a day.
        #[arg(long, default_value_t = app::restore::NUMBERS_PER_DAY, value_parser = clap::value_parser!(i64).range(1..=1_000_000))]
        numbers_per_day: i64,
    },
    /// Run once after a database was restored by other means, before the server starts: phones send again what they keep, and no
    /// manifest number, status place or trust list number given since the backup comes twice.
    RaiseEpoch {
        /// Most manifests that one permit may have got in a day.
        #[arg(long, default_value_t = app::restore::NUMBERS_PER_DAY, value_parser = clap::value_parser!(i64).range(1..=1_000_000))]
        numbers_per_day: i64,
    },
    /// Prints the OpenAPI document.
    Openapi,
}

#[derive(Debug, Subcommand)]
enum KeyAction {
    /// Makes a key pair; the private part goes into the keys folder with mode 0600.
    Create {
        /// What it signs.
        usage: Usage,
        /// Another folder, such as an offline medium for a root key.
        #[arg(long)]
        folder: Option<PathBuf>,
    },
    /// Makes a new issuer key, retires the older ones and signs the trust list.
    Rotate {
        /// File of the root key.
        #[arg(long)]
        root: PathBuf,
    },
    /// Signs the next trust list.
    Sign {
        /// File of the root key.
        #[arg(long)]
        root: PathBuf,
    },
    /// Marks a key as being in wrong hands; sign the trust list afterwards.
    Compromise {
        /// Key id in hex.
        kid: String,
    },
    /// Makes the pair of keys for backups; the secret half goes into a file, mode 0600, for a medium kept elsewhere.
    Backup {
        /// Where the secret half goes.
        #[arg(long)]
        file: PathBuf,
    },
    /// Makes the key by which push services know this server (VAPID): push.key in the keys folder, mode 0600.
    Push,
    /// Lists the public keys.
    List,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Usage {
    /// Signs manifests, wall codes, device certificates and status lists.
    Issuer,
    /// Signs trust lists.
    Root,
}

impl Cli {
    /// Runs the command.
    ///
    /// # Errors
    /// A sentence for the person at the terminal.
    pub async fn run(self) -> anyhow::Result<()> {
        if matches!(self.command, Command::Openapi) {
            let (_, document) = crate::http::contract();
            println!("{}", document.to_pretty_json()?);
            return Ok(());
        }
        let config = Config::read(self.config.as_deref())?;
        match self.command {
            Command::Serve => compose::serve(config).await,
            Command::Migrate => {
                compose::open_database(&config.database_url).await?;
                println!("The database is at the schema of this version.");
                Ok(())
            }
            Command::Demo { lan, data, days } => crate::demo::run(config, data, lan, days).await,
            Command::Keys { action } => key_action(&config, action).await,
            Command::Init { authority, login } => crate::init::run(&config, &authority, &login).await,
            Command::Rebuild => compose::rebuild(config).await,
            Command::Doctor { language, json } => examine(&config, language, json).await,
            Command::Backup => back_up(&config).await,
            Command::Restore { from, identity, check: true, .. } => {
                let about = backup::check(&from, &identity)?;
                println!(
                    "Whole: made {} by version {}, epoch {}.",
                    about.made_at, about.version, about.epoch
                );
                Ok(())
            }
            Command::Restore { from, identity, check: false, numbers_per_day } => {
                restore(&config, &from, &identity, numbers_per_day).await
            }
            Command::RaiseEpoch { numbers_per_day } => compose::raise_epoch(&config, numbers_per_day).await,
            Command::Openapi => Ok(()),
        }
    }
}

async fn examine(config: &Config, language: Language, json: bool) -> anyhow::Result<()> {
    let checks = doctor::examine(config, compose::now()).await;
    if json {
        println!("{}", serde_json::to_string_pretty(&checks)?);
    } else {
        print!("{}", doctor::lines(&checks, language));
    }
    if doctor::worst(&checks) == Light::Red {
        std::process::exit(1);
    }
    Ok(())
}

async fn back_up(config: &Config) -> anyhow::Result<()> {
    let made = backup::make(config, compose::now()).await?;
    println!("{} ({} bytes)", made.archive.display(), made.bytes);
    println!("Evidence files: {}, copied now: {}.", made.files, made.new_files);
    if made.missing_files > 0 {
        anyhow::bail!(
            "{} evidence files are not where they were kept; the log names them",
            made.missing_files
        );
    }
    if made.removed > 0 {
        println!("Older backups removed: {}.", made.removed);
    }
    Ok(())
}

async fn restore(config: &Config, from: &Path, identity: &Path, per_day: i64) -> anyhow::Result<()> {
    let restored = backup::restore(config, from, identity, per_day).await?;
    println!("Restored the backup of {} (version {}).", restored.about.made_at, restored.about.version);
    println!("Evidence files brought back: {}; keys: {}.", restored.files, restored.keys);
    if restored.lost_files > 0 {
        println!(
            "Without a copy: {} evidence files; phones that still keep them send them again.",
            restored.lost_files
        );
    }
    println!("Epoch {}: phones send again what they keep.", restored.raised.epoch);
    println!("Every permit leaves out {} numbers in {:?}.", restored.raised.numbers, restored.raised.years);
    println!("If a trust list was signed after the backup, sign it again: emanifest keys sign --root FILE");
    Ok(())
}

async fn key_action(config: &Config, action: KeyAction) -> anyhow::Result<()> {
    if let KeyAction::Backup { file } = &action {
        let recipient = backup::create_identity(file)?;
        println!("The secret key is in {}: carry it away from this machine, twice.", file.display());
        println!("Write into the configuration: backup_recipients = [\"{recipient}\"]");
        return Ok(());
    }
    if matches!(action, KeyAction::Push) {
        let path = keys::create_push(&config.keys_dir, &SystemRandom::new())?;
        println!("The push key is in {}; restart the server to send push messages.", path.display());
        return Ok(());
    }
    let db = compose::open_database(&config.database_url).await?;
    let (random, now) = (SystemRandom::new(), compose::now());
    let hosts = vec![config.public_host.to_ascii_lowercase()];
    match action {
        KeyAction::Create { usage, folder } => {
            let usage = match usage {
                Usage::Issuer => KeyUse::Issuer,
                Usage::Root => KeyUse::Root,
            };
            let folder = folder.as_ref().unwrap_or(&config.keys_dir);
            let (kid, path) = keys::create(&db, folder, usage, &random, now).await?;
            println!("Key {kid} ({usage}) is in {}.", path.display());
        }
        KeyAction::Rotate { root } => {
            let (kid, path) = keys::create(&db, &config.keys_dir, KeyUse::Issuer, &random, now).await?;
            let retired = keys::retire_older(&db, now).await?;
            let seq = keys::sign_trust_list(&db, &root, &config.issuer, hosts, &random, now).await?;
            println!(
                "Key {kid} is in {}; {retired} older retired; trust list {seq} is in force.",
                path.display()
            );
            println!("Restart the server to seal with the new key.");
        }
        KeyAction::Sign { root } => {
            let seq = keys::sign_trust_list(&db, &root, &config.issuer, hosts, &random, now).await?;
            println!("Trust list {seq} is in force.");
        }
        KeyAction::Compromise { kid } => {
            keys::compromise(&db, &kid, now).await?;
            println!("Key {kid} is marked; now run: emanifest keys sign --root FILE");
        }
        KeyAction::Push | KeyAction::Backup { .. } => {}
        KeyAction::List => {
            let mut tx = db.read("keys.list").await?;
            for key in store::keys::list(&mut tx).await? {
                let mut kid = [0; 8];
                kid.copy_from_slice(&key.kid);
                println!("{}  {:6}  {:11}  from {}", Kid(kid), key.purpose, key.state, key.not_before);
            }
        }
    }
    Ok(())
}
