//! Secrets of people: passwords and PINs as Argon2id hashes.

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};

/// Shortest password of an office login, characters.
pub const MIN_PASSWORD: usize = 10;
/// Shortest PIN of a driver, digits.
pub const MIN_PIN: usize = 6;

/// Hashes a secret; takes tens of milliseconds on purpose, so it runs on a blocking thread.
///
/// # Errors
/// [`crate::Error::Internal`] when hashing fails.
pub async fn hash(secret: String) -> crate::Result<String> {
    blocking(move || {
        Argon2::default()
            .hash_password(secret.as_bytes())
            .map(|hash| hash.to_string())
            .map_err(|error| crate::Error::Internal(format!("password hash: {error}")))
    })
    .await
}

/// Checks a secret against a stored hash; an absent hash costs the same time, so that logins cannot be enumerated.
///
/// # Errors
/// [`crate::Error::Internal`] when the worker fails.
pub async fn verify(secret: String, stored: Option<String>) -> crate::Result<bool> {
    blocking(move || {
        let Some(stored) = stored else {
            let _ = Argon2::default().hash_password(secret.as_bytes());
            return Ok(false);
        };
        let Ok(hash) = PasswordHash::new(&stored) else { return Ok(false) };
        Ok(Argon2::default().verify_password(secret.as_bytes(), &hash).is_ok())
    })
    .await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> crate::Result<T> + Send + 'static,
) -> crate::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| crate::Error::Internal(format!("worker: {error}")))?
}
