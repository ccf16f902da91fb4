//! Running a story on both databases.

use crate::World;
use crate::world::Estate;
use std::sync::Arc;
use store::testing::{self, TestDb};

pub use store::Kind;

/// Makes two tests of each story, one a database: `sqlite::<story>` and `postgres::<story>`.
#[macro_export]
macro_rules! on_both {
    ($($story:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() { $crate::both::run($crate::both::Kind::Sqlite, super::$story).await; })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() { $crate::both::run($crate::both::Kind::Postgres, super::$story).await; })+
        }
    };
}

/// Runs one story in a fresh world, then proves that nothing but acts and events holds truth there.
///
/// Where `CI` is set a missing PostgreSQL is a failure; elsewhere the story says on standard error that it did not run.
///
/// # Panics
/// When the story does, or the proof fails.
pub async fn run<F, T>(kind: Kind, story: F)
where
    F: FnOnce(World) -> T,
    T: Future<Output = ()> + Send + 'static,
{
    let Some(database) = database(kind).await else {
        eprintln!("no PostgreSQL on this machine: this story ran on SQLite alone");
        return;
    };
    let estate = Arc::new(Estate::default());
    let world = World::open(database, &estate).await;
    let outcome = tokio::spawn(story(world)).await;
    let proven = match &outcome {
        Ok(()) => estate.prove().await,
        Err(_) => Ok(()),
    };
    estate.close().await;
    if let Err(error) = outcome {
        std::panic::resume_unwind(error.into_panic());
    }
    if let Err(wrong) = proven {
        panic!("after the story: {wrong}");
    }
}

/// A fresh database of a kind, where this machine has it.
///
/// # Panics
/// When it cannot be made.
pub async fn database(kind: Kind) -> Option<TestDb> {
    match kind {
        Kind::Sqlite => Some(testing::sqlite().await.unwrap()),
        Kind::Postgres => testing::postgres().await.unwrap(),
    }
}
