//! What became of an event, as the phone is told.

use domain::id::EventId;
use serde_json::Value;

/// One result of `POST field/events`.
#[derive(Debug, Clone, PartialEq)]
pub struct Captured {
    /// The event, if it could be read.
    pub id: Option<EventId>,
    /// recorded, duplicate or refused.
    pub outcome: String,
    /// State of the manifest; none for a stranger.
    pub state: Option<String>,
    /// Evidence of the place.
    pub grade: Option<String>,
    /// The whole result.
    pub body: Value,
}

impl Captured {
    /// The results of an answer, in order.
    ///
    /// # Panics
    /// When it is none, or its order is wrong.
    #[must_use]
    pub fn all(answer: &Value) -> Vec<Self> {
        let results = answer["results"].as_array().unwrap_or_else(|| panic!("no results: {answer}"));
        let text = |value: &Value| value.as_str().map(str::to_owned);
        results
            .iter()
            .enumerate()
            .map(|(index, result)| {
                assert_eq!(result["index"], index, "results come in the order sent");
                Self {
                    id: result["id"].as_str().and_then(|id| id.parse().ok()),
                    outcome: text(&result["outcome"]).unwrap(),
                    state: text(&result["state"]),
                    grade: text(&result["evidence_grade"]),
                    body: result.clone(),
                }
            })
            .collect()
    }

    /// The codes of its findings, sorted.
    #[must_use]
    pub fn findings(&self) -> Vec<&str> {
        let found = self.body["findings"].as_array().unwrap();
        let mut codes: Vec<&str> = found.iter().filter_map(|finding| finding["code"].as_str()).collect();
        codes.sort_unstable();
        codes
    }

    /// The evidence of a finding.
    ///
    /// # Panics
    /// When there is no such finding.
    #[must_use]
    pub fn detail(&self, code: &str) -> &Value {
        let found = self.body["findings"].as_array().unwrap();
        let finding = found.iter().find(|finding| finding["code"] == code);
        &finding.unwrap_or_else(|| panic!("no {code} in {}", self.body))["detail"]
    }

    /// Recorded, with this state, evidence grade (empty: none) and exactly these findings.
    ///
    /// # Panics
    /// When it is otherwise.
    #[track_caller]
    pub fn recorded(&self, state: &str, grade: &str, findings: &[&str]) -> &Self {
        let was = (self.outcome.as_str(), self.state.as_deref(), self.grade.as_deref().unwrap_or_default());
        assert_eq!(was, ("recorded", Some(state), grade), "{}", self.body);
        assert_eq!(self.findings(), findings, "{}", self.body);
        self
    }

    /// Recorded, with nothing told to somebody who has no part in it.
    ///
    /// # Panics
    /// When it is otherwise.
    #[track_caller]
    pub fn recorded_in_silence(&self) -> &Self {
        assert_eq!(
            (self.outcome.as_str(), &self.state, &self.grade),
            ("recorded", &None, &None),
            "{}",
            self.body
        );
        assert!(self.findings().is_empty(), "{}", self.body);
        self
    }

    /// Known already.
    ///
    /// # Panics
    /// When it is otherwise.
    #[track_caller]
    pub fn duplicate(&self, state: &str) -> &Self {
        assert_eq!(
            (self.outcome.as_str(), self.state.as_deref()),
            ("duplicate", Some(state)),
            "{}",
            self.body
        );
        self
    }

    /// Refused, for this reason.
    ///
    /// # Panics
    /// When it is otherwise.
    #[track_caller]
    pub fn refused(&self, code: &str) -> &Self {
        assert_eq!(
            (self.outcome.as_str(), self.body["problem"]["code"].as_str()),
            ("refused", Some(code)),
            "{}",
            self.body
        );
        assert!(self.state.is_none() && self.findings().is_empty(), "a refusal tells nothing: {}", self.body);
        self
    }
}
