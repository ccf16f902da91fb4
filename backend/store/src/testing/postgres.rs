//! A PostgreSQL server for tests, and databases on it copied from one migrated template.

use crate::{Db, Error, Options, Result};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::str::FromStr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::OnceCell;

/// Names the server that tests share: an administrator's address, such as `postgres://postgres@localhost/postgres`.
const URL: &str = "EMANIFEST_TEST_POSTGRES_URL";

/// A server; when we started it, it ends with this process.
pub(super) struct Server {
    url: String,
    /// Its standard input is the leash: when this process ends, however it ends, the script below stops the server.
    _leash: Option<Child>,
}

/// Runs a server in a temporary folder, reachable by socket only, until standard input closes.
const SCRIPT: &str = r#"
set -e
bin=$1
dir=$(mktemp -d "${TMPDIR:-/tmp}/emanifest-postgres-XXXXXX")
pid=
trap 'test -z "$pid" || kill -QUIT "$pid" 2>/dev/null; wait; rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM HUP
cd "$dir"
"$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$dir/log" 2>&1
"$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c fsync=off -c full_page_writes=off \
    -c max_connections=300 -c shared_buffers=64MB >>"$dir/log" 2>&1 &
pid=$!
until "$bin/pg_isready" -q -h "$dir"; do
    kill -0 "$pid"
    sleep 0.05
done
echo "$dir"
cat >/dev/null
"#;

/// The server, found or started once per process; `None` when this machine has no PostgreSQL.
pub(super) fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    SERVER
        .get_or_init(|| match std::env::var(URL) {
            Ok(url) if !url.is_empty() => Some(Server { url, _leash: None }),
            _ => start(),
        })
        .as_ref()
}

fn start() -> Option<Server> {
    let bin = binaries()?;
    // PostgreSQL refuses to run as root; Debian's package brings the user.
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.trim_ascii() == b"0");
    let mut command = if is_root { Command::new("setpriv") } else { Command::new("sh") };
    if is_root {
        command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "sh"]);
    }
    command.args(["-c", SCRIPT, "sh"]).arg(bin);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
    let mut folder = String::new();
    BufReader::new(child.stdout.take()?).read_line(&mut folder).ok()?;
    let folder = folder.trim();
    if folder.is_empty() {
        return None;
    }
    Some(Server { url: format!("postgres://postgres@localhost/postgres?host={folder}"), _leash: Some(child) })
}

/// The newest PostgreSQL of the system's packages.
fn binaries() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    versions
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|bin| bin.join("postgres").exists() && bin.join("initdb").exists())
        .max()
}

/// Makes a database from the template and returns its name and address.
pub(super) async fn create(server: &Server) -> Result<(String, String)> {
    static TEMPLATE: OnceCell<String> = OnceCell::const_new();
    copy(server, TEMPLATE.get_or_try_init(|| template(server)).await?).await
}

/// Makes a copy of a database to which nobody is connected, and returns its name and address.
pub(super) async fn copy(server: &Server, template: &str) -> Result<(String, String)> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let mut admin = PgConnection::connect(&server.url).await?;
    run(&mut admin, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await?;
    run(&mut admin, format!("CREATE DATABASE {name} TEMPLATE {template}")).await?;
    admin.close().await?;
    let url = address(server, &name)?;
    Ok((name, url))
}

/// Removes a database, whoever is still connected.
pub(super) async fn remove(server: &Server, name: &str) -> Result<()> {
    let mut admin = PgConnection::connect(&server.url).await?;
    run(&mut admin, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await?;
    Ok(admin.close().await?)
}

/// Finds or makes the migrated template of this very schema; processes that share a server wait for each other.
async fn template(server: &Server) -> Result<String> {
    let name = format!("template_{:016x}", schema_hash());
    let mut admin = PgConnection::connect(&server.url).await?;
    run(&mut admin, "SELECT pg_advisory_lock(60122)".to_owned()).await?;
    let known: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)")
        .bind(&name)
        .fetch_one(&mut admin)
        .await?;
    if !known {
        run(&mut admin, format!("DROP DATABASE IF EXISTS {name}_new WITH (FORCE)")).await?;
        run(&mut admin, format!("CREATE DATABASE {name}_new TEMPLATE template0")).await?;
        let db = Db::connect(&address(server, &format!("{name}_new"))?, Options::default()).await?;
        db.migrate().await?;
        db.close().await;
        run(&mut admin, format!("ALTER DATABASE {name}_new RENAME TO {name}")).await?;
    }
    admin.close().await?;
    Ok(name)
}

fn schema_hash() -> u64 {
    let mut hasher = DefaultHasher::new();
    for migration in sqlx::migrate!("../../migrations/postgres").iter() {
        migration.checksum.hash(&mut hasher);
    }
    crate::reference::TABLES.hash(&mut hasher);
    hasher.finish()
}

fn address(server: &Server, database: &str) -> Result<String> {
    Ok(PgConnectOptions::from_str(&server.url)?.database(database).to_url_lossy().to_string())
}

async fn run(admin: &mut PgConnection, statement: String) -> Result<()> {
    // Names are made above from numbers and hashes alone.
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(admin).await.map(drop).map_err(Error::from)
}
