//! What the program waits for, in words, and how long.

use std::time::Duration;

use tokio::time::Instant;

use crate::aws::{Activity, UnderWay};
use crate::render::wrap::hanging;

/// How long a call may take before a person wants to know which one it is.
const LONG: Duration = Duration::from_secs(5);

/// How many calls are named at once.
const MOST: usize = 3;

/// What a person sees while AWS is read for `took`, in lines of at most `columns` characters.
pub fn reading(activity: &Activity, took: Duration, now: Instant, columns: usize) -> Vec<String> {
    let (read, expected) = activity.reads();
    let count = match expected {
        0 => String::new(),
        _ => format!(": {read} of {expected}"),
    };
    let mut lines = vec![format!("Reading AWS{count}, {}", time(took))];
    let since = activity.awaits_credentials_since();
    if since.is_some_and(|since| now - since >= LONG) {
        lines.push(
            "waiting for credentials (a credential process, SSO or instance metadata)".to_owned(),
        );
    } else {
        let calls = activity.calls();
        let told = calls.iter().filter_map(|call| {
            let waits = self::call(call, now)?;
            let region = call.operation.region.as_ref();
            let place = region.map_or(String::new(), |region| format!(" in {region}"));
            Some(format!("{waits}{place}, {}", time(now - call.since)))
        });
        let mut told: Vec<String> = told.collect();
        let more = told.len().saturating_sub(MOST);
        told.truncate(MOST);
        lines.extend(told);
        if more > 0 {
            lines.push(format!("and {more} calls more"));
        }
    }
    let indented = lines.iter().enumerate().flat_map(|(index, line)| {
        let (first, rest) = if index == 0 { ("", "") } else { ("  ", "    ") };
        let lines = hanging(first, rest, line, columns);
        lines.lines().map(str::to_owned).collect::<Vec<_>>()
    });
    indented.map(|line| cut(&line, columns)).collect()
}

/// What a call waits for; `None` if it is an ordinary one that does not take long.
pub fn call(call: &UnderWay, now: Instant) -> Option<String> {
    let operation = &call.operation;
    match (call.waits_for, call.unanswered) {
        (Some(what), _) => Some(format!("waiting for {what} ({operation})")),
        (None, failed @ 1..) => Some(format!(
            "waiting for an answer to {operation}, attempt {}",
            failed + 1
        )),
        (None, 0) if now - call.since >= LONG => {
            Some(format!("waiting for an answer to {operation}"))
        }
        (None, 0) => None,
    }
}

/// A length of time as a person says it.
pub fn time(length: Duration) -> String {
    match length.as_secs() {
        0 if length.as_millis() < 100 => format!("{} ms", length.as_millis()),
        0..10 => format!("{:.1} s", length.as_secs_f64()),
        seconds @ 10..120 => format!("{seconds} s"),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

/// The beginning of a text without styles that fits into `columns` characters.
pub fn cut(text: &str, columns: usize) -> String {
    if text.chars().count() <= columns {
        return text.to_owned();
    }
    let kept: String = text.chars().take(columns.saturating_sub(3)).collect();
    format!("{}...", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use aws_sdk_sts::operation::get_caller_identity::GetCallerIdentityOutput;

    use super::*;
    use crate::aws::Operation;
    use crate::fakes::{self, CALL, CallError};

    #[test]
    fn a_time_is_said_as_a_person_says_it() {
        for (millis, said) in [
            (0, "0 ms"),
            (80, "80 ms"),
            (100, "0.1 s"),
            (3_100, "3.1 s"),
            (12_900, "12 s"),
            (119_000, "119 s"),
            (1_801_000, "30 min 1 s"),
        ] {
            assert_eq!(time(Duration::from_millis(millis)), said);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_survey_says_how_far_it_is_and_what_takes_long() {
        let (_stop, stopped) = tokio::sync::watch::channel(false);
        let aws = fakes::aws(stopped);
        let began = Instant::now();
        let seen = |columns| {
            let now = Instant::now();
            reading(aws.activity(), now - began, now, columns).join("\n")
        };
        assert_eq!(seen(80), "Reading AWS, 0 ms", "nothing is known yet");
        aws.activity().expect_reads(24);
        for _ in 0..14 {
            aws.activity().count_read();
        }
        assert_eq!(seen(80), "Reading AWS: 14 of 24, 0 ms");
        let operation = Operation {
            service: "fake",
            name: "GetThing",
            region: None,
        };
        let slow = aws.call(operation, || async {
            tokio::time::sleep(CALL * 100).await;
            Ok::<_, CallError>(GetCallerIdentityOutput::builder().build())
        });
        let look = async {
            tokio::time::sleep(CALL * 49).await;
            assert_eq!(seen(80), "Reading AWS: 14 of 24, 4.9 s");
            tokio::time::sleep(CALL * 2).await;
            let line = "  waiting for an answer to fake:GetThing, 5.1 s";
            assert_eq!(seen(80), format!("Reading AWS: 14 of 24, 5.1 s\n{line}"));
            let narrow = "\
Reading AWS: 14 of 24, 5.1 s
  waiting for an answer to
    fake:GetThing, 5.1 s";
            assert_eq!(seen(29), narrow, "nothing is lost");
        };
        assert!(tokio::join!(slow, look).0.is_ok());
        assert_eq!(seen(80), "Reading AWS: 14 of 24, 10 s", "it was answered");
    }
}
