//! The real binary as a child process on loopback.

use super::client::{Client, request};
use anyhow::{Context as _, bail};
use server::config::Config;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::process::{Child, Command};

/// Longest wait for a server to answer: a debug build on a busy machine.
const READY: Duration = Duration::from_secs(60);

/// How to start the server over a database.
#[derive(Debug, Clone)]
pub struct Launch {
    /// The binary `emanifest`.
    pub binary: PathBuf,
    /// Database, keys and address.
    pub config: Config,
    /// File that collects what it logs.
    pub log: PathBuf,
}

/// A running server; ends with this value.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Where it answers.
    pub address: SocketAddr,
}

/// A free port of this machine.
///
/// # Errors
/// When there is none.
pub fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

impl Launch {
    /// Starts the process and returns at once.
    ///
    /// # Errors
    /// When the binary cannot be run.
    pub fn spawn(&self) -> anyhow::Result<Server> {
        let log = std::fs::File::options().create(true).append(true).open(&self.log)?;
        let config = &self.config;
        let child = Command::new(&self.binary)
            .arg("serve")
            .env("EMANIFEST_DATABASE_URL", &config.database_url)
            .env("EMANIFEST_KEYS_DIR", &config.keys_dir)
            .env("EMANIFEST_LISTEN", config.listen.to_string())
            .env("EMANIFEST_PUBLIC_HOST", &config.public_host)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot run {}: build it first", self.binary.display()))?;
        Ok(Server { child, address: config.listen })
    }

    /// Starts the process and waits until it answers.
    ///
    /// # Errors
    /// When it ends or stays silent, with the place of its log.
    pub async fn start(&self) -> anyhow::Result<Server> {
        let mut server = self.spawn()?;
        server.wait_ready(&self.log).await?;
        Ok(server)
    }
}

impl Server {
    /// Its process id.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Waits until it answers.
    ///
    /// # Errors
    /// When it ends or stays silent.
    pub async fn wait_ready(&mut self, log: &Path) -> anyhow::Result<()> {
        let (asked, probe) = (Instant::now(), request("GET", "/readyz", None, &[], b""));
        let mut client = Client::new(self.address);
        while asked.elapsed() < READY {
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended with {status}; see {}", log.display());
            }
            if client.send(&probe).await.is_ok_and(|answer| answer.status == 200) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        bail!("the server did not answer within {} s; see {}", READY.as_secs(), log.display())
    }

    /// Ends the process as a power cut would: SIGKILL, and waits until it is gone.
    ///
    /// # Errors
    /// When it cannot be waited for.
    pub async fn kill(mut self) -> anyhow::Result<()> {
        self.child.start_kill().context("the server had ended by itself")?;
        self.child.wait().await?;
        Ok(())
    }
}
