//! The database as one file, consistent while the server goes on writing.

use anyhow::{Context as _, bail};
use std::path::Path;
use std::process::Stdio;
use store::Db;
use tokio::process::Command;

/// Name of the database in an archive, by kind.
pub(super) const fn name(kind: store::Kind) -> &'static str {
    match kind {
        store::Kind::Sqlite => "database.sqlite",
        store::Kind::Postgres => "database.dump",
    }
}

/// Copies the database into a file that does not exist yet.
pub(super) async fn dump(db: &Db, url: &str, into: &Path) -> anyhow::Result<()> {
    match db.kind() {
        store::Kind::Sqlite => {
            store::copy::into_file(db, into).await.context("the database cannot be copied")
        }
        store::Kind::Postgres => {
            let mut command = Command::new("pg_dump");
            command.args(["--format=custom", "--no-owner", "--no-privileges", "--file"]).arg(into);
            run(command, url).await
        }
    }
}

/// Brings a dump into an empty PostgreSQL database: all of it or nothing.
pub(super) async fn load(url: &str, from: &Path) -> anyhow::Result<()> {
    let mut command = Command::new("pg_restore");
    command.args(["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]);
    command.arg("--dbname=").arg(from);
    run(command, url).await
}

/// Runs a tool of PostgreSQL. The address, which may hold a password, is handed over in the environment: arguments can
/// be read by everybody on the machine.
async fn run(mut command: Command, url: &str) -> anyhow::Result<()> {
    let program = command.as_std().get_program().to_string_lossy().into_owned();
    for (variable, value) in connection(url)? {
        command.env(variable, value);
    }
    let done = command.stdin(Stdio::null()).output().await;
    let done = done.with_context(|| {
        format!("{program} cannot be run; install the PostgreSQL client of the server's version")
    })?;
    if !done.status.success() {
        bail!("{program}: {}", String::from_utf8_lossy(&done.stderr).trim());
    }
    Ok(())
}

/// The variables of libpq for an address.
fn connection(url: &str) -> anyhow::Result<Vec<(&'static str, String)>> {
    let url = url::Url::parse(url).context("database_url is no address")?;
    let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    let mut variables = vec![("PGDATABASE", decoded(url.path().trim_start_matches('/')))];
    variables.extend(url.host_str().filter(|host| !host.is_empty()).map(|host| ("PGHOST", decoded(host))));
    variables.extend(url.port().map(|port| ("PGPORT", port.to_string())));
    if !url.username().is_empty() {
        variables.push(("PGUSER", decoded(url.username())));
    }
    variables.extend(url.password().map(|password| ("PGPASSWORD", decoded(password))));
    for (key, value) in url.query_pairs() {
        match key.as_ref() {
            "host" => variables.push(("PGHOST", value.into_owned())),
            "port" => variables.push(("PGPORT", value.into_owned())),
            "user" => variables.push(("PGUSER", value.into_owned())),
            "password" => variables.push(("PGPASSWORD", value.into_owned())),
            "sslmode" => variables.push(("PGSSLMODE", value.into_owned())),
            "sslrootcert" => variables.push(("PGSSLROOTCERT", value.into_owned())),
            _ => {}
        }
    }
    Ok(variables)
}

#[cfg(test)]
mod tests {
    use super::connection;

    #[test]
    fn an_address_becomes_variables_and_the_password_stays_out_of_the_arguments() {
        let told =
            connection("postgres://emanifest:m%40t@db.example.vn:5433/so_tay?sslmode=require").unwrap();
        let expected = [
            ("PGDATABASE", "so_tay"),
            ("PGHOST", "db.example.vn"),
            ("PGPORT", "5433"),
            ("PGUSER", "emanifest"),
            ("PGPASSWORD", "m@t"),
            ("PGSSLMODE", "require"),
        ];
        assert_eq!(told, expected.map(|(key, value)| (key, value.to_owned())));
        let socket = connection("postgres:///emanifest?host=/run/postgresql").unwrap();
        assert_eq!(socket, [("PGDATABASE", "emanifest".into()), ("PGHOST", "/run/postgresql".into())]);
    }
}
