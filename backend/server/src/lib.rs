//! Composition root of `emanifest`: configuration, keys, HTTP surface, PWA, command line, demo.

pub mod backup;
pub mod cli;
pub mod clock;
pub mod compose;
pub mod config;
pub mod demo;
pub mod desk;
pub mod doctor;
pub mod headers;
pub mod http;
pub mod init;
pub mod keys;
pub mod objects;
pub mod ops;
pub mod post;
pub mod pwa;
