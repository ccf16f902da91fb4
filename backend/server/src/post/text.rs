//! Texts: SMS or a messenger such as Zalo, behind an HTTP gateway of the operator's choice.

use super::{carried, client, is_here};
use crate::config::{Config, Hidden};
use anyhow::{Context as _, bail, ensure};
use app::notice::post::{Carried, Letter};
use domain::notice::wording;
use serde_json::Value;

/// Posts JSON to one gateway.
pub(super) struct Text {
    client: reqwest::Client,
    url: reqwest::Url,
    token: Option<Hidden>,
    body: String,
}

impl Text {
    pub(super) fn open(config: &Config) -> anyhow::Result<Option<Self>> {
        let Some(address) = &config.text_url else { return Ok(None) };
        let url: reqwest::Url = address.parse().context("text_url is no address")?;
        match (url.scheme(), url.host_str()) {
            ("https", Some(_)) => {}
            ("http", Some(host)) if is_here(host) => {}
            _ => bail!("text_url is https://…, or http:// on this machine"),
        }
        for blank in ["{to}", "{text}"] {
            ensure!(config.text_body.contains(blank), "text_body has no {blank}");
        }
        let text = Self {
            client: client().build()?,
            url,
            token: config.text_token.clone(),
            body: config.text_body.clone(),
        };
        let tried = text.filled("+84912345678", "a \"quoted\" text\n", "id");
        serde_json::from_str::<Value>(&tried).context("text_body is no JSON once its blanks are filled")?;
        Ok(Some(text))
    }

    pub(super) async fn carry(&self, letter: &Letter, number: &str) -> Carried {
        let link = letter.act.as_ref().map_or(letter.open.as_str(), |link| link.0.as_str());
        let said = format!("{}: {} {link}", wording::application(letter.language), letter.wording.text);
        let mut request = self
            .client
            .post(self.url.clone())
            .header(reqwest::header::CONTENT_TYPE, "application/json")
            .body(self.filled(number, &said, &letter.delivery_id.to_string()));
        if let Some(token) = &self.token {
            request = request.bearer_auth(&token.0);
        }
        match request.send().await {
            Ok(response) => carried(&response),
            Err(error) if error.is_timeout() => Carried::Later { after: None, why: "no_answer" },
            Err(_) => Carried::Later { after: None, why: "unreachable" },
        }
    }

    /// The body with its blanks filled; what is filled in stays inside its JSON string.
    fn filled(&self, to: &str, text: &str, id: &str) -> String {
        // The text last: it is the only one that could hold another's blank.
        self.body.replace("{id}", &inside(id)).replace("{to}", &inside(to)).replace("{text}", &inside(text))
    }
}

/// A JSON string without the quotation marks around it.
fn inside(text: &str) -> String {
    let whole = Value::String(text.to_owned()).to_string();
    whole.get(1..whole.len() - 1).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::Text;
    use crate::config::Config;
    use serde_json::{Value, json};

    fn text(url: &str, body: &str) -> anyhow::Result<Option<Text>> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let config =
            Config { text_url: Some(url.to_owned()), text_body: body.to_owned(), ..Config::default() };
        Text::open(&config)
    }

    #[test]
    fn what_is_filled_in_stays_a_string() {
        let body = r#"{"phone": "{to}", "content": "{text}", "ref": "{id}"}"#;
        let gateway = text("https://sms.example.vn/send", body).unwrap().unwrap();
        let said = "end\" , \"phone\": \"+1\n{to}\"";
        let filled: Value = serde_json::from_str(&gateway.filled("+84912345678", said, "7")).unwrap();
        assert_eq!(filled, json!({"phone": "+84912345678", "content": said, "ref": "7"}));
    }

    #[test]
    fn what_cannot_work_is_refused_at_start() {
        let good = Config::default().text_body;
        assert!(text("http://127.0.0.1:9000/x", &good).is_ok());
        for url in ["http://sms.example.vn/x", "ftp://sms.example.vn/x", "sms", ""] {
            assert!(text(url, &good).is_err(), "{url}");
        }
        for body in [r#"{"to": "{to}"}"#, r#"{"text": "{text}"}"#, "{to} {text}"] {
            assert!(text("https://sms.example.vn/x", body).is_err(), "{body}");
        }
    }
}
