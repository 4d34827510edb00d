//! When a request is sent again: the standard mode of AWS's tools.

/// What a repetition takes: time, and a part of the client's quota.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Backoff {
    /// Seconds to wait.
    pub seconds: f64,
    /// What it takes from the quota.
    pub cost: u32,
}

/// An attempt that failed.
#[derive(Debug, Clone, Copy)]
pub struct Failure<'a> {
    /// Its number, from 1 on.
    pub attempt: u32,
    /// The status code; 0 if there was no response.
    pub status: u16,
    /// The code of the service's error.
    pub code: &'a str,
    /// Milliseconds after which the service wants to be asked again, if it says so.
    pub after: Option<u64>,
}

/// Seconds that repetitions are spread over at first.
const SCALE: f64 = 0.05;
const THROTTLED_SCALE: f64 = 1.0;
/// The longest that this grows to, and what a service may add to it.
const MOST: f64 = 20.0;
const MOST_AFTER: f64 = 5.0;

const COST: u32 = 14;
const THROTTLED_COST: u32 = 5;

/// Whether to send a request again, and when. `chance` is a random number between 0 and 1.
#[must_use]
pub fn backoff(failure: &Failure<'_>, attempts: u32, chance: f64) -> Option<Backoff> {
    let throttled = is_throttling(failure.code) || failure.status == 429;
    if failure.attempt >= attempts || !(throttled || is_transient(failure)) {
        return None;
    }
    let doublings = failure.attempt.saturating_sub(1).min(32);
    let scale = if throttled { THROTTLED_SCALE } else { SCALE };
    #[expect(clippy::cast_precision_loss, reason = "a power of two")]
    let grown = scale * (1_u64 << doublings) as f64;
    let mut seconds = chance * grown.min(MOST);
    if let Some(after) = failure.after {
        #[expect(clippy::cast_precision_loss, reason = "waits are shorter than 2^53 ms")]
        let after = after as f64 / 1000.0;
        seconds = seconds.max(after.min(MOST_AFTER + seconds));
    }
    Some(Backoff { seconds, cost: if throttled { THROTTLED_COST } else { COST } })
}

fn is_transient(failure: &Failure<'_>) -> bool {
    matches!(failure.status, 0 | 500 | 502 | 503 | 504)
        || matches!(
            failure.code,
            "RequestTimeout" | "RequestTimeoutException" | "PriorRequestNotComplete"
        )
}

fn is_throttling(code: &str) -> bool {
    matches!(
        code,
        "Throttling"
            | "ThrottlingException"
            | "ThrottledException"
            | "RequestThrottledException"
            | "TooManyRequestsException"
            | "ProvisionedThroughputExceededException"
            | "TransactionInProgressException"
            | "RequestLimitExceeded"
            | "BandwidthLimitExceeded"
            | "LimitExceededException"
            | "RequestThrottled"
            | "SlowDown"
            | "PriorRequestNotComplete"
            | "EC2ThrottledException"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(attempt: u32, status: u16, code: &str) -> Failure<'_> {
        Failure { attempt, status, code, after: None }
    }

    #[test]
    fn what_passes_is_tried_again() {
        for status in [0, 500, 502, 503, 504] {
            let found = backoff(&failure(1, status, ""), 3, 0.5);
            assert_eq!(found, Some(Backoff { seconds: 0.025, cost: 14 }), "{status}");
        }
        for status in [400, 403, 404, 501, 301] {
            assert_eq!(backoff(&failure(1, status, "AccessDenied"), 3, 0.5), None, "{status}");
        }
        assert!(backoff(&failure(1, 400, "RequestTimeout"), 3, 0.5).is_some());
    }

    #[test]
    fn who_is_asked_too_often_is_waited_for() {
        for (status, code) in [(400, "Throttling"), (503, "SlowDown"), (429, "")] {
            let found = backoff(&failure(2, status, code), 3, 0.5);
            assert_eq!(found, Some(Backoff { seconds: 1.0, cost: 5 }), "{code}");
        }
    }

    #[test]
    fn attempts_and_waits_are_bounded() {
        assert_eq!(backoff(&failure(3, 500, ""), 3, 0.5), None);
        let found = backoff(&failure(u32::MAX - 1, 429, ""), u32::MAX, 1.0).unwrap();
        assert!((found.seconds - 20.0).abs() < 1e-9);
    }

    #[test]
    fn services_may_say_when() {
        let after = |milliseconds, chance| {
            let failure = Failure { after: Some(milliseconds), ..failure(1, 503, "") };
            backoff(&failure, 3, chance).unwrap().seconds
        };
        assert!((after(2000, 0.0) - 2.0).abs() < 1e-9);
        assert!((after(3_600_000, 0.0) - 5.0).abs() < 1e-9);
        assert!((after(0, 1.0) - 0.05).abs() < 1e-9);
    }
}
