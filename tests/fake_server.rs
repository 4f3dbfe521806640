//! Tests of the fake itself: what it refuses, what it does wrong on demand, and that it keeps the
//! contracts it judges others by.

pub mod client;
mod contracts;
mod control;
mod faults;
mod rules;
mod wrong_requests;
