//! The one catalogue of what can go wrong in a use-case. `mobile_api::problem` gives each its status and title.

use domain::manifest::ManifestState;

/// Result of a use-case.
pub type Result<T> = std::result::Result<T, Error>;

/// What can go wrong, each with a stable code on the wire (see [`Error::code`]).
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// One or more fields are wrong; all problems at once.
    #[error("{} field problems", .0.len())]
    Fields(Vec<FieldError>),
    /// No such thing, or the caller may not know that it exists.
    #[error("not found")]
    NotFound,
    /// The caller is known and may see the thing, but not do this to it.
    #[error("forbidden")]
    Forbidden,
    /// No valid session.
    #[error("unauthenticated")]
    Unauthenticated,
    /// Login or secret is wrong; which of both is never said.
    #[error("login failed")]
    LoginFailed,
    /// Too many failures for this login or address.
    #[error("login delayed for {retry_after_s} s")]
    LoginDelayed {
        /// Seconds to wait.
        retry_after_s: i64,
    },
    /// The manifest's state does not allow this.
    #[error("not possible in state {state}")]
    WrongState {
        /// State found.
        state: ManifestState,
    },
    /// Maker and checker must be two people.
    #[error("maker and checker must be two people")]
    SamePerson,
    /// The caller's organisation is no party to what it declares.
    #[error("not a party")]
    NotParty,
    /// Somebody changed the thing first (ETag mismatch).
    #[error("changed by somebody else")]
    StaleVersion,
    /// Something with the same identity exists.
    #[error("exists already: {what}")]
    Conflict {
        /// The field or noun that clashes.
        what: &'static str,
    },
    /// The same Idempotency-Key came with another request.
    #[error("idempotency key used for another request")]
    IdempotencyConflict,
    /// An evidence file, or a part of one, that is not taken.
    #[error("file")]
    File(#[source] crate::file::FileProblem),
    /// Try again shortly; nothing was lost and nothing decided.
    #[error("busy")]
    Busy,
    /// The store failed.
    #[error("store")]
    Store(#[source] store::Error),
    /// A rule of this system was broken by the system itself.
    #[error("internal: {0}")]
    Internal(String),
}

impl Error {
    /// The stable code of the problem on the wire.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Fields(_) => "invalid_fields",
            Self::NotFound => "not_found",
            Self::Forbidden => "forbidden",
            Self::Unauthenticated => "unauthenticated",
            Self::LoginFailed => "login_failed",
            Self::LoginDelayed { .. } => "login_delayed",
            Self::WrongState { .. } => "wrong_state",
            Self::SamePerson => "same_person",
            Self::NotParty => "not_party",
            Self::StaleVersion => "stale_version",
            Self::Conflict { .. } => "conflict",
            Self::IdempotencyConflict => "idempotency_conflict",
            Self::File(problem) => problem.code(),
            Self::Busy => "busy",
            Self::Store(_) | Self::Internal(_) => "internal",
        }
    }

    /// One field problem as an error.
    #[must_use]
    pub fn field(path: impl Into<String>, code: FieldCode, message: impl Into<String>) -> Self {
        Self::Fields(vec![FieldError::new(path, code, message)])
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Busy => Self::Busy,
            store::Error::NotFound => Self::NotFound,
            store::Error::Stale => Self::StaleVersion,
            other => Self::Store(other),
        }
    }
}

/// What is wrong with a field; the PWA translates the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldCode {
    /// Missing.
    Required,
    /// Longer than allowed.
    TooLong,
    /// Outside the allowed range.
    OutOfRange,
    /// Refers to nothing we know.
    Unknown,
    /// Not in the expected form.
    BadFormat,
    /// Known, but not allowed here.
    NotPermitted,
    /// Out of its validity.
    Expired,
    /// Given twice.
    Duplicate,
    /// The authority has suspended it.
    Suspended,
    /// Has no permit for its part.
    NoPermit,
    /// Had permits for its part, none of which is in force.
    PermitExpired,
    /// Its permits do not list the waste code.
    WasteNotPermitted,
    /// Its permits do not list the treatment method.
    MethodNotPermitted,
    /// Its permits do not list the plate.
    PlateNotPermitted,
    /// More than its permit lets it receive this year.
    QuotaExceeded,
    /// Its permits do not hold there.
    OutsideTerritory,
}

/// A problem of one field.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct FieldError {
    /// Path from the root of the body: `lines[0].declared_mass_g`.
    pub path: String,
    /// Stable code.
    pub code: FieldCode,
    /// What to do, in English; screens translate the code.
    pub message: String,
}

impl FieldError {
    /// A field problem.
    pub fn new(path: impl Into<String>, code: FieldCode, message: impl Into<String>) -> Self {
        Self { path: path.into(), code, message: message.into() }
    }
}

/// Gathers field problems so that a caller sees all of them at once.
#[derive(Debug, Default)]
pub struct FieldErrors(Vec<FieldError>);

impl FieldErrors {
    /// Notes a problem.
    pub fn add(&mut self, path: impl Into<String>, code: FieldCode, message: impl Into<String>) {
        self.0.push(FieldError::new(path, code, message));
    }

    /// Notes a problem unless `ok`.
    pub fn check(&mut self, ok: bool, path: impl Into<String>, code: FieldCode, message: impl Into<String>) {
        if !ok {
            self.add(path, code, message);
        }
    }

    /// Checks that a text is present after trimming and at most `max` characters long; gives the trimmed text.
    pub fn text<'t>(&mut self, path: &str, text: &'t str, max: usize) -> &'t str {
        let text = text.trim();
        if text.is_empty() {
            self.add(path, FieldCode::Required, "Fill in this field.");
        } else if text.chars().count() > max {
            self.add(path, FieldCode::TooLong, format!("At most {max} characters."));
        } else if text.chars().any(char::is_control) {
            self.add(path, FieldCode::BadFormat, "Remove control characters.");
        }
        text
    }

    /// Adds several.
    pub fn extend(&mut self, errors: impl IntoIterator<Item = FieldError>) {
        self.0.extend(errors);
    }

    /// Ok when nothing was noted.
    ///
    /// # Errors
    /// [`Error::Fields`] with every problem noted.
    pub fn finish(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Fields(self.0)) }
    }
}
