//! People who sign in and ask.

use crate::http::{Answer, Http, send};
use domain::id::{OrganisationId, PersonId};
use domain::party::Role;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::OnceCell;

/// The password of everybody: hashed once a process, because Argon2 is slow on purpose.
pub const PASSWORD: &str = "mot mat khau dai";

/// A person with a login; signs in at the first request.
#[derive(Debug, Clone)]
pub struct Person {
    /// Who.
    pub id: PersonId,
    /// Name on screens.
    pub name: String,
    /// Login.
    pub login: String,
    /// The role held.
    pub role: Role,
    /// Where.
    pub organisation_id: OrganisationId,
    http: Http,
    token: Arc<OnceCell<String>>,
}

impl Person {
    /// Somebody known to a server.
    #[must_use]
    pub fn new(
        http: &Http,
        id: PersonId,
        name: &str,
        login: &str,
        role: Role,
        organisation_id: OrganisationId,
    ) -> Self {
        Self {
            id,
            name: name.to_owned(),
            login: login.to_owned(),
            role,
            organisation_id,
            http: http.clone(),
            token: Arc::new(OnceCell::new()),
        }
    }

    /// The same person at another server.
    #[must_use]
    pub fn at(&self, http: &Http) -> Self {
        Self { http: http.clone(), token: Arc::new(OnceCell::new()), ..self.clone() }
    }

    /// The bearer token, by signing in at the first call.
    pub async fn token(&self) -> &str {
        let sign_in = async || {
            let body = json!({"login": self.login, "secret": PASSWORD});
            let session = send(self.http.request(Method::POST, "/api/v1/session").json(&body)).await.ok();
            session["token"].as_str().unwrap().to_owned()
        };
        self.token.get_or_init(sign_in).await
    }

    /// A request in this person's name.
    pub async fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, path).bearer_auth(self.token().await)
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path).await).await
    }

    /// POST of JSON.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        send(self.request(Method::POST, path).await.json(body)).await
    }

    /// PATCH of JSON.
    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        send(self.request(Method::PATCH, path).await.json(body)).await
    }

    /// POST without a body.
    pub async fn press(&self, path: &str) -> Answer {
        send(self.request(Method::POST, path).await).await
    }

    /// POST of JSON under an Idempotency-Key.
    pub async fn post_once(&self, key: &str, path: &str, body: &Value) -> Answer {
        send(self.request(Method::POST, path).await.header("idempotency-key", key).json(body)).await
    }

    /// POST without a body under an Idempotency-Key.
    pub async fn press_once(&self, key: &str, path: &str) -> Answer {
        send(self.request(Method::POST, path).await.header("idempotency-key", key)).await
    }
}
