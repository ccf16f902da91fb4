//! mobile-api
