//! An open stream, as an open page has it.

use crate::Person;
use reqwest::{Method, Response};
use serde_json::Value;
use std::collections::VecDeque;
use std::time::Duration;

/// Longest a story waits for something to be said.
const PATIENCE: Duration = Duration::from_secs(20);

/// One thing a stream said.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// Kind; empty for a heartbeat.
    pub name: String,
    /// What a client sends back when it lost its connection.
    pub id: Option<String>,
    /// JSON.
    pub data: Value,
}

/// An open stream.
#[derive(Debug)]
pub struct Stream {
    response: Response,
    rest: String,
    said: VecDeque<Said>,
}

impl Stream {
    /// Opens one in somebody's name, with the id of the last event they had.
    ///
    /// # Panics
    /// When the server refuses.
    pub async fn open(person: &Person, last_event_id: Option<&str>) -> Self {
        let mut request = person.request(Method::GET, "/api/v1/stream").await;
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, rest: String::new(), said: VecDeque::new() }
    }

    /// The next thing it says, heartbeats included; `None` when the server ended it.
    ///
    /// # Panics
    /// When it says nothing for long.
    pub async fn next(&mut self) -> Option<Said> {
        loop {
            if let Some(said) = self.said.pop_front() {
                return Some(said);
            }
            let chunk = tokio::time::timeout(PATIENCE, self.response.chunk()).await.unwrap().unwrap()?;
            self.rest.push_str(std::str::from_utf8(&chunk).unwrap());
            while let Some((block, rest)) = self.rest.split_once("\n\n") {
                self.said.push_back(read(block));
                self.rest = rest.to_owned();
            }
        }
    }

    /// The next thing it says that is no heartbeat.
    ///
    /// # Panics
    /// When it ends or says nothing for long.
    pub async fn news(&mut self) -> Said {
        for _ in 0..60 {
            let said = self.next().await.unwrap_or_else(|| panic!("the stream ended"));
            if !said.name.is_empty() {
                return said;
            }
        }
        panic!("nothing but heartbeats")
    }

    /// Nothing but heartbeats, for so many of them.
    ///
    /// # Panics
    /// When it says anything.
    pub async fn says_nothing(&mut self, heartbeats: usize) {
        for _ in 0..heartbeats {
            let said = self.next().await.unwrap_or_else(|| panic!("the stream ended"));
            assert_eq!(said.name, "", "{said:?}");
        }
    }
}

fn read(block: &str) -> Said {
    let field = |name: &str| {
        let found = block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        found.map(|value| value.trim_start().to_owned())
    };
    Said {
        name: field("event").unwrap_or_default(),
        id: field("id"),
        data: field("data").map_or(Value::Null, |data| serde_json::from_str(&data).unwrap()),
    }
}
