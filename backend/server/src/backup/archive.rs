//! Writing and reading encrypted files: under another name until they are whole and on the disk.

use age::x25519::{Identity, Recipient};
use anyhow::{Context as _, bail};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

/// Creates a file that only its owner may read; never replaces one.
pub(super) fn create_private(path: &Path) -> io::Result<File> {
    let mut how = std::fs::OpenOptions::new();
    how.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut how, 0o600);
    how.open(path)
}

/// Makes a folder, readable by its owner alone.
pub(super) fn create_folder(path: &Path) -> anyhow::Result<()> {
    let mut how = std::fs::DirBuilder::new();
    how.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut how, 0o700);
    how.create(path).with_context(|| format!("cannot make {}", path.display()))
}

/// Writes an encrypted file; what is cut off in the middle never has its name.
pub(super) fn encrypt(
    path: &Path,
    recipients: &[Recipient],
    write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>,
) -> anyhow::Result<u64> {
    let part = part_of(path);
    // Of an attempt that was cut off.
    match std::fs::remove_file(&part) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        Ok(()) | Err(_) => {}
    }
    let attempt = || {
        let file = BufWriter::new(create_private(&part)?);
        let to = recipients.iter().map(|recipient| recipient as &dyn age::Recipient);
        let mut stream = age::Encryptor::with_recipients(to)?.wrap_output(file)?;
        write(&mut stream)?;
        let file = stream.finish()?.into_inner().map_err(|error| error.into_error())?;
        file.sync_all()?;
        let bytes = file.metadata()?.len();
        std::fs::rename(&part, path)?;
        // The name, too, has to survive a power cut.
        File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()?;
        Ok(bytes)
    };
    attempt().inspect_err(|_: &anyhow::Error| drop(std::fs::remove_file(&part)))
}

fn part_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

/// Opens an encrypted file. Reading it to its end proves that it is whole and unchanged.
pub(super) fn decrypt(path: &Path, identity: &Identity) -> anyhow::Result<impl Read + use<>> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let opened = age::Decryptor::new_buffered(BufReader::new(file))
        .and_then(|sealed| sealed.decrypt(std::iter::once(identity as &dyn age::Identity)));
    opened.with_context(|| format!("{} cannot be opened with this key", path.display()))
}

/// Writes the entries of an archive: name and file.
pub(super) fn pack(to: &mut dyn Write, about: &[u8], entries: &[(String, PathBuf)]) -> anyhow::Result<()> {
    let mut tar = tar::Builder::new(GzEncoder::new(to, Compression::fast()));
    let mut header = tar::Header::new_gnu();
    header.set_size(u64::try_from(about.len())?);
    header.set_mode(0o600);
    tar.append_data(&mut header, ABOUT, about)?;
    for (name, path) in entries {
        let mut file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
        let mut header = tar::Header::new_gnu();
        header.set_size(file.metadata()?.len());
        header.set_mode(0o600);
        tar.append_data(&mut header, name, &mut file)?;
    }
    tar.into_inner()?.finish()?;
    Ok(())
}

/// Name of the entry in which an archive tells what it is.
pub(super) const ABOUT: &str = "about.json";

/// Reads an archive: what it says of itself, then every other entry under its checked name.
pub(super) fn unpack<R: Read>(
    from: R,
    mut each: impl FnMut(&str, &mut dyn Read) -> anyhow::Result<()>,
) -> anyhow::Result<super::About> {
    let mut tar = tar::Archive::new(GzDecoder::new(from));
    let mut about = None;
    for entry in tar.entries()? {
        let mut entry = entry?;
        let name = entry.path()?.to_string_lossy().into_owned();
        if about.is_none() {
            if name != ABOUT {
                bail!("this is no backup of E-manifest: it does not begin with {ABOUT}");
            }
            let told: super::About = serde_json::from_reader(&mut entry)?;
            if told.format != super::FORMAT {
                bail!("the backup has layout {}, this program reads {}", told.format, super::FORMAT);
            }
            about = Some(told);
            continue;
        }
        // Names of ours have no dots and slashes but these: nothing can be written outside.
        let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/'));
        if !plain || name.starts_with('/') || name.contains("..") || !entry.header().entry_type().is_file() {
            bail!("the backup holds an entry that is none of ours: {name}");
        }
        each(&name, &mut entry)?;
    }
    // To the very end: the last block of the encryption proves that nothing was cut off.
    let mut rest = tar.into_inner();
    io::copy(&mut rest, &mut io::sink())?;
    io::copy(rest.get_mut(), &mut io::sink())?;
    about.context("the backup is empty")
}
