//! Evidence files: pictures to send, and sending them.

use crate::World;
use crate::http::{Answer, send};
use crate::person::Person;
use crate::scan::Scan;
use domain::file::FileHash;
use reqwest::Method;
use serde_json::json;
use std::path::{Path, PathBuf};

/// A file that a phone holds.
#[derive(Debug, Clone)]
pub struct Picture {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its name.
    pub hash: FileHash,
}

impl Picture {
    /// These bytes.
    #[must_use]
    pub fn of(bytes: Vec<u8>) -> Self {
        Self { hash: FileHash::of(&bytes), bytes }
    }

    /// One of `tests/vectors/files`.
    ///
    /// # Panics
    /// When there is none of that name.
    #[must_use]
    pub fn vector(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/files");
        Self::of(std::fs::read(folder.join(name)).unwrap())
    }

    /// A PNG of about so many bytes; `n` makes it another one.
    #[must_use]
    pub fn large(bytes: usize, n: u8) -> Self {
        let small = Self::vector("plain.png").bytes;
        let header = &small[..8 + 25];
        let mut whole = header.to_vec();
        whole.extend_from_slice(&u32::try_from(bytes).unwrap_or(u32::MAX).to_be_bytes());
        whole.extend_from_slice(b"IDAT");
        whole.resize(whole.len() + bytes, n);
        whole.extend_from_slice(&[0; 4]);
        whole.extend_from_slice(b"\0\0\0\0IEND\xae\x42\x60\x82");
        Self::of(whole)
    }

    /// Its route.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/api/v1/field/files/{}", self.hash)
    }
}

impl Person {
    /// Sends a whole file.
    pub async fn sends(&self, picture: &Picture) -> Answer {
        send(self.request(Method::PUT, &picture.path()).await.body(picture.bytes.clone())).await
    }

    /// Sends a part of a file, from `offset` up to before `end`.
    pub async fn sends_part(&self, picture: &Picture, offset: usize, end: usize) -> Answer {
        let request = self.request(Method::PUT, &picture.path()).await;
        let request = request.header("upload-offset", offset).header("upload-length", picture.bytes.len());
        send(request.body(picture.bytes[offset..end].to_vec())).await
    }

    /// Asks how the own upload of a file stands.
    pub async fn asks_for(&self, picture: &Picture) -> Answer {
        send(self.request(Method::HEAD, &picture.path()).await).await
    }

    /// Opens a file.
    pub async fn opens(&self, picture: &Picture) -> Answer {
        self.get(&picture.path()).await
    }
}

impl Scan {
    /// Naming files, all of the same subject.
    pub fn naming(self, subject: &str, pictures: &[&Picture]) -> Self {
        let hashes: Vec<String> = pictures.iter().map(|picture| picture.hash.to_string()).collect();
        let subjects: serde_json::Map<_, _> =
            hashes.iter().map(|hash| (hash.clone(), json!(subject))).collect();
        self.with("files", json!(hashes)).with("file_subjects", json!(subjects))
    }
}

impl World {
    /// The folder of this world's evidence files.
    #[must_use]
    pub fn files_dir(&self) -> PathBuf {
        self.keys_dir.join("files")
    }

    /// The objects that lie there, parts included, in order.
    #[must_use]
    pub fn objects(&self) -> Vec<PathBuf> {
        let (mut found, mut waiting) = (Vec::new(), vec![self.files_dir()]);
        while let Some(folder) = waiting.pop() {
            let Ok(entries) = std::fs::read_dir(folder) else { continue };
            for path in entries.flatten().map(|entry| entry.path()) {
                if path.is_dir() { waiting.push(path) } else { found.push(path) }
            }
        }
        found.sort();
        found
    }
}
