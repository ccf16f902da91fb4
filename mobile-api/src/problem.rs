//! RFC 9457 problems: one catalogue of closed codes that the PWA translates.

use app::file::FileProblem;
use app::{Error, FieldError};
use axum::extract::rejection::{BytesRejection, PathRejection, QueryRejection};
use axum::response::{IntoResponse, Response};
use domain::file::FileFault;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;

/// How much of an upload has arrived, bytes.
pub const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");

/// The body of every error answer, `application/problem+json`.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ProblemBody {
    /// `urn:emanifest:problem:<code>`; opaque.
    pub r#type: String,
    /// Short English title of the code.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// Stable code; the PWA's translation key.
    pub code: String,
    /// What to do, in English.
    pub detail: String,
    /// Every field problem at once; empty unless the code is `invalid_fields` or `bad_json`.
    pub errors: Vec<FieldError>,
}

/// An error answer.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    errors: Vec<FieldError>,
    retry_after_s: Option<i64>,
    upload_offset: Option<u64>,
}

impl Problem {
    /// A problem with its code from the closed list of [`title`].
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            errors: Vec::new(),
            retry_after_s: None,
            upload_offset: None,
        }
    }

    /// Adds field problems.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.errors = errors;
        self
    }

    /// Adds Retry-After in seconds.
    #[must_use]
    pub const fn retry_after(mut self, seconds: i64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// Adds Upload-Offset: where the upload stands, bytes.
    #[must_use]
    const fn standing_at(mut self, offset: u64) -> Self {
        self.upload_offset = Some(offset);
        self
    }

    /// The body as sent.
    #[must_use]
    pub fn body(&self) -> ProblemBody {
        ProblemBody {
            r#type: format!("urn:emanifest:problem:{}", self.code),
            title: title(self.code).to_owned(),
            status: self.status.as_u16(),
            code: self.code.to_owned(),
            detail: self.detail.clone(),
            errors: self.errors.clone(),
        }
    }
}

/// English title of each code: the closed list.
#[must_use]
pub fn title(code: &str) -> &'static str {
    match code {
        "bad_request" => "The request cannot be read",
        "bad_json" => "The body is not the JSON expected here",
        "body_too_large" => "The body is too large",
        "unauthenticated" => "Sign in first",
        "login_failed" => "Login or secret is wrong",
        "login_delayed" => "Too many attempts: wait",
        "forbidden" => "Your role does not allow this",
        "not_found" => "Not found",
        "conflict" => "It exists already",
        "stale_version" => "Somebody changed it first",
        "idempotency_conflict" => "The Idempotency-Key was used for another request",
        "invalid_fields" => "Some fields need attention",
        "wrong_state" => "Not possible in the present state",
        "same_person" => "Maker and checker must be two people",
        "not_party" => "Your organisation is no party to this",
        "busy" => "Busy: try again shortly",
        "unsupported_media_type" => "Send this content type instead",
        "method_not_allowed" => "Method not allowed",
        "upload_offset" => "The upload stands elsewhere",
        "upload_hash" => "The bytes are not what their SHA-256 says",
        "upload_quota" => "This device has sent enough files for today",
        "file_kind" => "Neither JPEG, PNG, WebP nor PDF",
        "file_metadata" => "The file carries more than the picture",
        "rate_limited" => "Too many requests",
        "cross_site" => "Cross-site request refused",
        _ => "Internal error",
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let code = error.code();
        match error {
            Error::Fields(errors) => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                code,
                "Mend the fields listed in errors and send again.",
            )
            .with_errors(errors),
            Error::NotFound => {
                Self::new(StatusCode::NOT_FOUND, code, "It does not exist, or is not yours to see.")
            }
            Error::Forbidden => {
                Self::new(StatusCode::FORBIDDEN, code, "Ask somebody whose role allows this.")
            }
            Error::NotParty => Self::new(
                StatusCode::FORBIDDEN,
                code,
                "Declare only loads that your organisation hands over, moves or receives.",
            ),
            Error::Unauthenticated => Self::new(StatusCode::UNAUTHORIZED, code, "Sign in and try again."),
            Error::LoginFailed => {
                Self::new(StatusCode::UNAUTHORIZED, code, "Check login and password or PIN.")
            }
            Error::LoginDelayed { retry_after_s } => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                code,
                format!("Try again in {retry_after_s} seconds."),
            )
            .retry_after(retry_after_s),
            Error::WrongState { state } => Self::new(
                StatusCode::CONFLICT,
                code,
                format!("The manifest is {state}; reload it and see what is possible now."),
            ),
            Error::SamePerson => {
                Self::new(StatusCode::CONFLICT, code, "Another person of the other side approves.")
            }
            Error::StaleVersion => Self::new(
                StatusCode::PRECONDITION_FAILED,
                code,
                "Reload, look at the change, and save again.",
            ),
            Error::Conflict { what } => {
                Self::new(StatusCode::CONFLICT, code, format!("There is one with the same {what}."))
            }
            Error::IdempotencyConflict => {
                Self::new(StatusCode::CONFLICT, code, "Use a new key for a new request.")
            }
            Error::File(problem) => file_problem(problem),
            Error::Busy => Self::new(StatusCode::SERVICE_UNAVAILABLE, code, "Nothing was lost; send again.")
                .retry_after(2),
            Error::Store(_) | Error::Internal(_) => {
                tracing::error!(error = &error as &dyn std::error::Error, "use-case failed");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, code, "The fault is ours and is on record.")
            }
        }
    }
}

fn file_problem(problem: FileProblem) -> Problem {
    let code = problem.code();
    match problem {
        FileProblem::Offset { at } => {
            Problem::new(StatusCode::CONFLICT, code, format!("Go on from byte {at}.")).standing_at(at)
        }
        FileProblem::Hash => Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            code,
            "Nothing of it is kept; send it from the beginning.",
        ),
        FileProblem::Content(fault @ FileFault::Metadata(_)) => Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            code,
            format!(
                "It {fault}; take out whatever is no picture (places, persons, comments) before signing."
            ),
        ),
        FileProblem::Content(fault) => {
            Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, code, format!("Not kept: {fault}."))
        }
        FileProblem::TooLarge => {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, code, "A file has at most 10 MiB (10485760 bytes).")
        }
        FileProblem::Quota { retry_after_s } => {
            Problem::new(StatusCode::TOO_MANY_REQUESTS, code, "Keep it and send it tomorrow.")
                .retry_after(retry_after_s)
        }
    }
}

impl From<PathRejection> for Problem {
    fn from(_: PathRejection) -> Self {
        // A malformed id names nothing: the same answer as for an unknown one.
        Error::NotFound.into()
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", rejection.body_text())
    }
}

impl From<BytesRejection> for Problem {
    fn from(rejection: BytesRejection) -> Self {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "Send less at once.")
        } else {
            Self::new(StatusCode::BAD_REQUEST, "bad_request", "The body did not arrive whole; send again.")
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self.body()).unwrap_or_default();
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        }
        if let Some(offset) = self.upload_offset {
            headers.insert(UPLOAD_OFFSET, HeaderValue::from(offset));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::title;

    #[test]
    fn every_use_case_error_has_a_title_of_its_own() {
        for code in [
            "invalid_fields",
            "not_found",
            "forbidden",
            "unauthenticated",
            "login_failed",
            "login_delayed",
            "wrong_state",
            "same_person",
            "not_party",
            "stale_version",
            "conflict",
            "idempotency_conflict",
            "busy",
        ] {
            assert_ne!(title(code), "Internal error", "{code}");
        }
    }
}
