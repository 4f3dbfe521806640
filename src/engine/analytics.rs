//! The history added up.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::error::SyncError;
use crate::port::{Alarms, FailureGroup, HistoryFilter, Tally, TallyOfDay};

use super::Engine;
use super::failure::store_failure;
use super::report::{
    Analytics, DayCount, FailurePattern, Health, HealthReport, MetricsReport, PatternReport,
    PlatformCount, RateReport, Report, TimeRange, Totals,
};
use super::type_ref::TypeRef;

/// The share of successes from which on nothing is wrong.
const HEALTHY: f64 = 0.95;
/// The share of successes below which most is.
const UNHEALTHY: f64 = 0.5;

/// What is added up: the attempts that pass every filter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AnalyticsQuery {
    /// One platform.
    pub platform: Option<String>,
    /// One type.
    pub wanted: Option<TypeRef>,
    /// What of them.
    pub report: Report,
    /// Recorded at this time or later, in milliseconds.
    pub from: Option<i64>,
    /// Recorded at this time or earlier.
    pub to: Option<i64>,
}

impl Engine {
    /// Adds the history up.
    ///
    /// # Errors
    ///
    /// As for a [`TypeRef`], and when the state cannot be read.
    pub async fn analytics(&self, query: &AnalyticsQuery) -> Result<Analytics, SyncError> {
        let of_type = self.history_of(query.wanted.as_ref()).await?;
        let filter = HistoryFilter {
            platforms: of_type.platforms.into_iter().chain(query.platform.clone()).collect(),
            from: query.from,
            to: query.to,
            ..of_type
        };
        let platform = filter.platforms.first().cloned();
        let time_range = TimeRange { from: query.from, to: query.to };
        let store = &self.ports.store;
        let failed = store_failure;
        Ok(match query.report {
            Report::Health => {
                let tallies = store.tally(filter.clone()).await.map_err(failed)?;
                let alarms = store.alarms(filter).await.map_err(failed)?;
                Analytics::Health(health(platform, time_range, &tallies, alarms))
            }
            Report::Metrics => {
                let tallies = store.tally(filter.clone()).await.map_err(failed)?;
                let days = store.tally_of_days(filter).await.map_err(failed)?;
                Analytics::Metrics(MetricsReport {
                    platform,
                    time_range,
                    totals: totals(&tallies),
                    by_platform: by_platform(&tallies),
                    by_day: by_day(&days),
                })
            }
            Report::Failures => {
                let filter = HistoryFilter { status: Some("FAILED".to_owned()), ..filter };
                let groups = store.failures(filter).await.map_err(failed)?;
                let mut patterns = patterns(groups);
                let ids = patterns.iter().map(|(_, latest)| *latest).collect();
                let latest = store.attempts_by_id(ids).await.map_err(failed)?;
                for (pattern, id) in &mut patterns {
                    let entry = latest.iter().find(|entry| entry.id == *id);
                    pattern.message = entry.and_then(|entry| entry.error.clone());
                }
                let patterns = patterns.into_iter().map(|(pattern, _)| pattern).collect();
                Analytics::Failures(PatternReport { platform, time_range, patterns })
            }
            Report::SuccessRate => {
                let Totals { total, success_rate, average_sync_time, .. } =
                    totals(&store.tally(filter).await.map_err(failed)?);
                Analytics::SuccessRate(RateReport {
                    platform,
                    time_range,
                    total,
                    success_rate,
                    average_sync_time,
                })
            }
        })
    }
}

fn totals<'t>(tallies: impl IntoIterator<Item = &'t Tally>) -> Totals {
    let mut sums = Totals::default();
    let (mut timed, mut duration) = (0, 0);
    for tally in tallies {
        sums.total += tally.count;
        sums.retries += tally.retries;
        timed += tally.timed;
        duration += tally.duration;
        match &*tally.status {
            "SUCCESS" => sums.successful += tally.count,
            "PARTIAL" => sums.partial += tally.count,
            _ => sums.failed += tally.count,
        }
    }
    sums.success_rate = share(sums.successful, sums.total);
    sums.average_sync_time = share(duration, timed);
    sums
}

#[expect(clippy::cast_precision_loss, reason = "a share of more than 2^52 is near enough")]
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// The share of attempts that succeeded; `None` of nothing.
pub(super) fn success_rate(tallies: &[Tally]) -> Option<f64> {
    totals(tallies).success_rate
}

/// What a share of successes says by itself.
pub(super) fn judge_rate(rate: Option<f64>) -> Health {
    match rate {
        Some(rate) if rate < UNHEALTHY => Health::Unhealthy,
        Some(rate) if rate < HEALTHY => Health::Degraded,
        _ => Health::Healthy,
    }
}

fn health(
    platform: Option<String>,
    time_range: TimeRange,
    tallies: &[Tally],
    alarms: Alarms,
) -> HealthReport {
    let totals = totals(tallies);
    let latest = |succeeded: bool| {
        let some = tallies.iter().filter(|tally| !succeeded || tally.status == "SUCCESS");
        some.filter_map(|tally| tally.latest).max()
    };
    let mut issues = Vec::new();
    let mut note = |count: u64, one: &str, several: &str| match count {
        0 => {}
        1 => issues.push(format!("1 {one}")),
        _ => issues.push(format!("{count} {several}")),
    };
    note(totals.failed, "attempt failed", "attempts failed");
    note(totals.partial, "attempt did a part only", "attempts did a part only");
    note(alarms.conflicts, "type waits for a decision", "types wait for a decision");
    note(
        alarms.unfinished,
        "write is not known to have ended; the next deployment settles it",
        "writes are not known to have ended; the next deployment settles them",
    );
    let waits = alarms != Alarms::default();
    let of_rate = judge_rate(totals.success_rate);
    let status = if waits { of_rate.max(Health::Degraded) } else { of_rate };
    HealthReport {
        platform,
        time_range,
        status,
        totals,
        last_attempt_at: latest(false),
        last_success_at: latest(true),
        open_conflicts: alarms.conflicts,
        unfinished: alarms.unfinished,
        issues,
    }
}

fn by_platform(tallies: &[Tally]) -> Vec<PlatformCount> {
    let mut platforms: BTreeMap<&str, Vec<&Tally>> = BTreeMap::new();
    for tally in tallies {
        platforms.entry(&tally.platform).or_default().push(tally);
    }
    let counted = platforms.into_iter().map(|(platform, tallies)| {
        let of = |operation: &str| {
            let some = tallies.iter().filter(|one| one.operation.as_deref() == Some(operation));
            some.map(|one| one.count).sum()
        };
        PlatformCount {
            platform: platform.to_owned(),
            created: of("create"),
            updated: of("update"),
            deleted: of("delete"),
            totals: totals(tallies.iter().copied()),
        }
    });
    counted.collect()
}

fn by_day(tallies: &[TallyOfDay]) -> Vec<DayCount> {
    let mut days: BTreeMap<i64, DayCount> = BTreeMap::new();
    for tally in tallies {
        let day = days.entry(tally.day).or_insert_with(|| DayCount {
            day: date(tally.day),
            total: 0,
            successful: 0,
            partial: 0,
            failed: 0,
        });
        day.total += tally.count;
        match &*tally.status {
            "SUCCESS" => day.successful += tally.count,
            "PARTIAL" => day.partial += tally.count,
            _ => day.failed += tally.count,
        }
    }
    days.into_values().collect()
}

/// A day of the epoch as `YYYY-MM-DD`; one that no calendar has, as its number.
fn date(day: i64) -> String {
    let moment = day.checked_mul(86_400).and_then(|second| Timestamp::from_second(second).ok());
    let text = moment.map(|moment| moment.to_string());
    let date = text.as_deref().and_then(|text| text.split_once('T')).map(|(date, _)| date);
    date.map_or_else(|| day.to_string(), str::to_owned)
}

/// Failures by code, the most frequent first, each with the id of its latest attempt.
fn patterns(groups: Vec<FailureGroup>) -> Vec<(FailurePattern, i64)> {
    let mut codes: BTreeMap<Option<String>, (FailurePattern, i64)> = BTreeMap::new();
    for group in groups {
        let empty = || {
            let code = group.code.clone();
            let pattern = FailurePattern {
                code,
                message: None,
                count: 0,
                types: Vec::new(),
                first: None,
                latest: None,
            };
            (pattern, group.latest_id)
        };
        let (pattern, latest_id) = codes.entry(group.code.clone()).or_insert_with(empty);
        pattern.count += group.count;
        pattern.types.push(group.type_key);
        pattern.first = [pattern.first, group.first].into_iter().flatten().min();
        pattern.latest = pattern.latest.max(group.latest);
        *latest_id = (*latest_id).max(group.latest_id);
    }
    let mut patterns: Vec<_> = codes.into_values().collect();
    patterns
        .sort_unstable_by(|(a, _), (b, _)| b.count.cmp(&a.count).then_with(|| a.code.cmp(&b.code)));
    patterns
}
