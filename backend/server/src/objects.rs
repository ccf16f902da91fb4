//! Where evidence files lie: a folder of this machine or a bucket, behind the port of the use-cases.

use anyhow::Context as _;
use app::file::{ObjectError, Objects};
use async_trait::async_trait;
use bytes::Bytes;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{Error, ObjectStore, ObjectStoreExt as _};
use std::sync::Arc;
use tokio::sync::OnceCell;

/// A folder or a bucket, opened at first use.
#[derive(Debug)]
pub struct ObjectFolder {
    place: String,
    opened: OnceCell<Arc<dyn ObjectStore>>,
}

impl ObjectFolder {
    /// At a folder's path or `s3://bucket/prefix`.
    #[must_use]
    pub fn at(place: &str) -> Self {
        Self { place: place.to_owned(), opened: OnceCell::new() }
    }

    /// Says at the start of the server what would otherwise be said to the first driver.
    ///
    /// # Errors
    /// When nothing can be kept there.
    pub async fn check(&self) -> anyhow::Result<()> {
        let probe = "probe";
        let tried = async {
            self.put(probe, Bytes::from_static(b"probe")).await?;
            self.delete(probe).await
        };
        tried.await.with_context(|| format!("evidence files cannot be kept in {}", self.place))
    }

    async fn store(&self) -> Result<&Arc<dyn ObjectStore>, ObjectError> {
        self.opened.get_or_try_init(async || open(&self.place)).await.map_err(|error| failed(&error))
    }
}

fn open(place: &str) -> anyhow::Result<Arc<dyn ObjectStore>> {
    let Some(bucket) = place.strip_prefix("s3://") else {
        make_private(place)?;
        // Acknowledged means durable: the file and the folder's entry are on the disk when a write returns.
        let folder = LocalFileSystem::new_with_prefix(place)?.with_fsync(true).with_automatic_cleanup(true);
        return Ok(Arc::new(folder));
    };
    let (bucket, prefix) = bucket.split_once('/').unwrap_or((bucket, ""));
    let store = AmazonS3Builder::from_env().with_bucket_name(bucket).build()?;
    if prefix.is_empty() { Ok(Arc::new(store)) } else { Ok(Arc::new(PrefixStore::new(store, prefix))) }
}

/// Makes the folder, readable by the owner alone.
fn make_private(place: &str) -> anyhow::Result<()> {
    let mut how = std::fs::DirBuilder::new();
    how.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut how, 0o700);
    how.create(place).with_context(|| format!("cannot make {place}"))
}

fn failed(error: &dyn std::fmt::Display) -> ObjectError {
    ObjectError(error.to_string())
}

#[async_trait]
impl Objects for ObjectFolder {
    async fn put(&self, key: &str, bytes: Bytes) -> Result<(), ObjectError> {
        self.store().await?.put(&Path::from(key), bytes.into()).await.map_err(|error| failed(&error))?;
        Ok(())
    }

    async fn get(&self, key: &str) -> Result<Option<Bytes>, ObjectError> {
        match self.store().await?.get(&Path::from(key)).await {
            Ok(found) => found.bytes().await.map(Some).map_err(|error| failed(&error)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed(&error)),
        }
    }

    async fn has(&self, key: &str) -> Result<bool, ObjectError> {
        match self.store().await?.head(&Path::from(key)).await {
            Ok(_) => Ok(true),
            Err(Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(failed(&error)),
        }
    }

    async fn delete(&self, key: &str) -> Result<(), ObjectError> {
        match self.store().await?.delete(&Path::from(key)).await {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(failed(&error)),
        }
    }

    async fn delete_below(&self, prefix: &str) -> Result<(), ObjectError> {
        let listed = self.store().await?.list_with_delimiter(Some(&Path::from(prefix))).await;
        for object in listed.map_err(|error| failed(&error))?.objects {
            self.delete(object.location.as_ref()).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::ObjectFolder;
    use app::file::Objects as _;
    use bytes::Bytes;

    #[tokio::test]
    async fn a_folder_keeps_what_it_is_given_and_is_nobody_elses() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a/files");
        let objects = ObjectFolder::at(&place.display().to_string());
        objects.check().await.unwrap();
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&place).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o700);
        assert_eq!(objects.get("files/ab/x").await.unwrap(), None);
        for bytes in [&b"one"[..], b"two"] {
            objects.put("files/ab/x", Bytes::copy_from_slice(bytes)).await.unwrap();
            assert_eq!(objects.get("files/ab/x").await.unwrap().as_deref(), Some(bytes));
        }
        assert!(objects.has("files/ab/x").await.unwrap() && !objects.has("files/ab").await.unwrap());
        for key in ["parts/1/a", "parts/1/b", "parts/2/a"] {
            objects.put(key, Bytes::from_static(b"part")).await.unwrap();
        }
        objects.delete_below("parts/1").await.unwrap();
        objects.delete_below("parts/9").await.unwrap();
        assert!(!objects.has("parts/1/b").await.unwrap() && objects.has("parts/2/a").await.unwrap());
        assert!(!place.join("parts/1").exists(), "no empty folder stays behind");
        for _ in 0..2 {
            objects.delete("files/ab/x").await.unwrap();
        }
        assert_eq!(objects.get("files/ab/x").await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_place_that_keeps_nothing_is_named_at_the_start() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let place = file.path().join("files").display().to_string();
        let error = ObjectFolder::at(&place).check().await.unwrap_err();
        assert!(error.to_string().contains(&place), "{error:#}");
        assert!(ObjectFolder::at(&place).put("x", Bytes::new()).await.is_err());
    }
}
